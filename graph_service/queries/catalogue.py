"""The catalogue: reads folders of .rq files -> canned queries by name. A faulty file is left out and listed with its fault."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from types import MappingProxyType

from graph_service.errors import InvalidParameter, MalformedQuery, NotFound, SourceError, UnknownParameter
from graph_service.files import below, is_folder
from graph_service.queries import grlc
from graph_service.queries.columns import Column, read_columns
from graph_service.queries.header import NAME, Header, line_of, read_header
from graph_service.queries.parameters import Lists, Parameter, language_parameter, read_parameter
from graph_service.queries.placeholders import Placeholder, filled
from graph_service.sparql import syntax
from graph_service.sparql.outline import declared
from graph_service.sparql.paging import Select
from graph_service.sparql.tokens import form, is_update, uses_keyword, values_rows

#: Parameters of every canned query, which a header cannot redefine.
RESERVED = frozenset({"format", "output", "infer", "lang", "page", "page_size"})


@dataclass(frozen=True)
class CannedQuery:
    """A stored query: its name (the file's), SPARQL text, header, parameters in the header's order, columns."""

    name: str
    path: Path
    text: str
    header: Header
    parameters: Mapping[str, Parameter]
    columns: Mapping[str, Column]
    #: Where the parameters of a grlc file are, which have no VALUES rows.
    variables: Sequence[Placeholder] = ()

    @property
    def form(self) -> str:
        """SELECT, ASK, CONSTRUCT or DESCRIBE."""
        return form(self.text)

    def bind(self, arguments: Mapping[str, Sequence[str]], lists: Lists, printed: Mapping[str, str] = MappingProxyType({})) -> str:
        """The query text with each parameter's VALUES row filled, from the client's texts or the default.

        `printed` has terms that are serialised already, by parameter. Raises UnknownParameter and InvalidParameter.
        """
        for name in arguments:
            if name not in self.parameters:
                allowed = list(self.parameters)
                raise UnknownParameter(
                    f"{self.name} has no parameter {name!r}. It has: {', '.join(allowed) or 'none'}.", parameter=name, allowed=allowed
                )
        values = {
            name: printed[name] if name in printed else parameter.bind(arguments.get(name, ()), lists)
            for name, parameter in self.parameters.items()
        }
        rows = [Placeholder(*row, name) for name, row in values_rows(self.text).items() if name in values]
        # UNDEF in a row means any value; a grlc variable without a value stays a variable.
        variables = [place for place in self.variables if values[place.name] != "UNDEF"]
        return filled(self.text, [*rows, *variables], values)


@dataclass(frozen=True)
class Successor:
    """The query that replaces a removed one: its name, and the parameter values to give it."""

    name: str
    arguments: Mapping[str, Sequence[str]]

    @property
    def written(self) -> str:
        """As a command line: `name key=value`."""
        return " ".join([self.name, *(f"{name}={value}" for name, values in self.arguments.items() for value in values)])


@dataclass(frozen=True)
class Catalogue:
    """All canned queries by name, and the faults of the files that could not be read."""

    queries: Mapping[str, CannedQuery] = field(default_factory=dict)
    faults: Sequence[SourceError] = ()

    def __getitem__(self, name: str) -> CannedQuery:
        """The query of that name. Raises NotFound, which names its replacement if there is one."""
        try:
            return self.queries[name]
        except KeyError:
            now = self.successors.get(name)
            instead = f"{name} is answered by {now.written} now." if now else f"There is no canned query named {name!r}."
            raise NotFound(f"{instead} The list is at /queries.") from None

    @cached_property
    def successors(self) -> Mapping[str, "Successor"]:
        """Name of a removed query -> its replacement."""
        return {
            old: Successor(query.name, arguments)
            for query in self.queries.values()
            for old, arguments in query.header.replaces.items()
            if old not in self.queries
        }

    @classmethod
    def read(cls, places: Iterable[Path]) -> "Catalogue":
        """Read the .rq files in the given folders, and the given files.

        Raises SourceError only for a path that does not exist, and SettingError for a name that is not UTF-8.
        """
        queries: dict[str, CannedQuery] = {}
        faults = []
        for path in query_files(places):
            try:
                query = read_canned(path)
                if query.name in queries:
                    raise SourceError(f"{path}: {queries[query.name].path} has the same name")
                queries[query.name] = query
            except SourceError as error:
                faults.append(error)
        return cls(dict(sorted(queries.items())), tuple(faults))


def read_named(places: Iterable[Path], name: str) -> Catalogue:
    """A catalogue of just the canned query of that name; empty if there is none.

    Raises SourceError for a fault in it.
    """
    found = Catalogue.read(path for path in query_files(places) if path.stem == name)
    for fault in found.faults:
        raise fault
    return found


def read_canned(path: Path) -> CannedQuery:
    """Read one .rq file. Raises SourceError for any fault in it, with the file and, where known, the line."""
    if not NAME.fullmatch(path.stem):
        raise SourceError(f"{path}: a canned query is named by its file, and a name has only letters, digits, - and _", file=str(path))
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(f"{path}: {error}") from error
    return _parsed(path, text)


@lru_cache(maxsize=256)
def _parsed(path: Path, text: str) -> CannedQuery:
    """A canned query from the text of its file; one that has not been changed is parsed once."""
    variables = grlc.places(text)
    header = read_header(text, path, path.stem.replace("-", " ").replace("_", " ") if variables else None)
    if header.params:
        variables = []
    if is_update(text):
        raise SourceError(f"{path}: a canned query reads; this is an update")
    if uses_keyword(text, "SERVICE"):
        raise SourceError(f"{path}: a canned query calls no other server (SERVICE)")
    try:
        syntax.check(text)
    except MalformedQuery as fault:
        line, column = fault.members.get("line", 1), fault.members.get("column", 1)
        raise SourceError(f"{path}:{line}:{column}: {fault.reason}", file=str(path), line=line, column=column) from fault
    parameters = _parameters(text, header, path)
    selected = Select.read(text).columns if form(text) == "SELECT" else ()
    columns = read_columns(header.columns, selected, lambda name: f"{path}:{line_of(text, 'columns', name)}: columns: {name}")
    if header.picture is not None and selected is not None and (lacking := set(header.picture.needed) - set(selected)):
        line = line_of(text, "picture")
        detail = f"picture: a {header.picture.kind} is drawn from the columns {', '.join(sorted(lacking))}, which the query does not have"
        raise SourceError(f"{path}:{line}: {detail}", file=str(path), line=line)
    used = {
        "examples": header.examples,
        "questions": [question.arguments for question in header.questions],
        "replaces": header.replaces.values(),
    }
    for section, given in used.items():
        for name, values in (pair for arguments in given for pair in arguments.items()):
            try:
                if name not in parameters:
                    raise InvalidParameter(f"there is no parameter {name}")
                parameters[name].refuse_impossible(values)
            except InvalidParameter as error:
                line = line_of(text, section)
                raise SourceError(f"{path}:{line}: {section}: {error.detail}", file=str(path), line=line) from error
    return CannedQuery(path.stem, path, text, header, parameters, columns, variables)


def _parameters(text: str, header: Header, path: Path) -> dict[str, Parameter]:
    rows = values_rows(text)
    contents = {name: text[start:end] for name, (start, end) in rows.items()}

    def where(name: str) -> str:
        return f"{path}:{line_of(text, 'params', name)}: params: {name}"

    for name in RESERVED & {*header.params, *(place.name for place in grlc.places(text))}:
        raise SourceError(f"{where(name)}: every query has a parameter of this name already")
    # A row VALUES ?lang { "en" } chooses the language of labels and needs no entry in the header: it means the same everywhere.
    given = {**header.params, **({"lang": language_parameter(contents["lang"])} if "lang" in rows else {})}
    read = {name: read_parameter(name, properties, contents.get(name), declared(text), where(name)) for name, properties in given.items()}
    return read if header.params else {**grlc.parameters(text, header, str(path)), **read}


def query_files(places: Iterable[Path]) -> Iterator[Path]:
    """The .rq files directly in the given folders, sorted, and the given files.

    Raises SourceError for a path that does not exist, and SettingError for a name that is not UTF-8.
    """
    for place in places:
        yield from below(place, lambda path: path.suffix == ".rq", deep=False) if is_folder(place) else [place]
