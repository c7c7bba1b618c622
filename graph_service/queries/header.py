"""The header of a canned query: its lines that begin with `#+`, together one YAML document.

The syntax is that of grlc's decorators, so grlc reads these files too. Keys: `summary`, `description` (a text, or a map of languages),
`tags`, `params` (name -> properties), `columns` (name -> meaning), `examples` (a list of maps of parameters, a parameter with several
values having a list of them), `questions` (a list of maps: a question in each language, and `with`, the parameters that answer it),
`picture` (how its table is drawn, see queries/README.md), `deprecated` (days `since` and optionally `until`, and `instead`, the name of
another query), `replaces` (name of a removed query -> the parameters by which this one answers it); of grlc's own `defaults` and
`enumerate`. grlc's other keys are ignored: every query runs here, over this graph.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from graph_service.errors import SourceError
from graph_service.settings import LANGUAGES

Text = Mapping[str, str]

#: What a canned query may be called: its name is part of URLs, IRIs and headers, where a dot is followed by a format.
NAME = re.compile(r"[\w-]+")

_KEYS = frozenset(
    (
        *("summary", "description", "tags", "params", "columns", "examples", "questions", "picture", "deprecated", "replaces"),
        *("defaults", "enumerate"),
    )
)

#: The kinds of pictures, and the columns that each is drawn from.
PICTURES = {
    "map": ("country",),
    "network": ("source", "target"),
    "timeline": ("item",),
    "amounts": ("contribution",),
    "tree": ("group",),
}

_SIDES = ("left", "middle", "right")
_OF_PICTURES = frozenset({"kind", "name", "title", "about", "order", *_SIDES, "right_of", "unstated", "of"})

#: Keys of grlc that are ignored here.
_PASSED_OVER = frozenset({"endpoint", "endpoint_in_url", "endpoint-in-url", "method", "mime", "pagination", "transform", "cache"})


@dataclass(frozen=True)
class Deprecation:
    """A query's deprecation: since when, until when it is answered, and which query to use instead."""

    since: date
    until: date | None = None
    instead: str | None = None


@dataclass(frozen=True)
class AskedQuestion:
    """A question in each language, and the parameter values by which the query answers it."""

    text: Text
    arguments: Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Drawn:
    """How a query's table is drawn.

    The `kind` of picture; its `name` in URLs, its `title`, what it is `about`, its `order` among the pictures; `headings` of its columns of
    things (`left`, `middle`, `right`); `right_of`: the class (CURIE or IRI) of the things on the right; `unstated`: the value of the column
    `basis` where nobody states a connection; `of`: the column that is counted: things on a map, a number in a tree.
    """

    kind: str
    name: str
    title: Text
    about: Text
    order: int = 0
    headings: Mapping[str, Text] = field(default_factory=dict)
    right_of: str = ""
    unstated: str = ""
    of: str = ""

    @property
    def needed(self) -> tuple[str, ...]:
        """The columns that it needs."""
        return (*PICTURES[self.kind], *((self.of,) if self.of else ()))


@dataclass(frozen=True)
class Header:
    """The parsed header of a canned query. Texts are maps of language tag -> text."""

    summary: Text
    description: Text = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    params: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    columns: Mapping[str, Any] = field(default_factory=dict)
    examples: tuple[Mapping[str, Sequence[str]], ...] = ()
    questions: tuple[AskedQuestion, ...] = ()
    picture: Drawn | None = None
    deprecated: Deprecation | None = None
    replaces: Mapping[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)
    enumerate: Mapping[str, Sequence[str]] = field(default_factory=dict)


def read_header(text: str, path: Path, title: str | None = None) -> Header:
    """Parse the header of a query file; `title` is the summary if it has none.

    Raises SourceError with file and line for malformed YAML and for unknown or missing keys.
    """
    lines = text.splitlines()
    marked = [number for number, line in enumerate(lines) if line.startswith("#+")]
    first = marked[0] + 1 if marked else 1
    try:
        # Each line of the file is a line of the YAML text, so that YAML's line numbers are the file's.
        raw = yaml.safe_load("\n".join(line[2:] if line.startswith("#+") else "" for line in lines))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else first
        raise SourceError(f"{path}:{line}: the header is not YAML: {error.problem}", file=str(path), line=line) from error
    except (yaml.YAMLError, ValueError, ArithmeticError, LookupError, TypeError, AttributeError, RecursionError) as error:
        # PyYAML lets these escape: a day that does not exist, deep nesting, control characters.
        raise SourceError(f"{path}:{first}: the header is not YAML: {' '.join(str(error).split())}", file=str(path), line=first) from error
    if title is not None:
        raw = {"summary": title} if raw is None else {"summary": title, **raw} if isinstance(raw, dict) else raw
    if not isinstance(raw, dict) or "summary" not in raw:
        raise SourceError(f"{path}:{first}: the header has no summary (a line such as `#+ summary: Works by maker`)")
    unknown = sorted(set(map(str, raw)) - _KEYS - _PASSED_OVER)
    if unknown:
        raise SourceError(f"{path}:{first}: the header has unknown keys {', '.join(unknown)}; it may have {', '.join(sorted(_KEYS))}")

    def where(key: str, name: object = "") -> str:
        return f"{path}:{line_of(text, key, str(name))}: {key}" + (f": {name}" if name else "")

    return Header(
        summary=read_text(raw["summary"], where("summary")),
        description=read_text(raw.get("description", {}), where("description")),
        tags=tuple(map(str, _list(raw.get("tags", []), where("tags")))),
        params={
            str(name): _map(given or {}, where("params", name)) for name, given in _map(raw.get("params", {}), where("params")).items()
        },
        columns={str(name): given for name, given in _map(raw.get("columns", {}), where("columns")).items()},
        examples=tuple(_arguments(example, where("examples")) for example in _list(raw.get("examples", []), where("examples"))),
        questions=tuple(_question(entry, where("questions")) for entry in _list(raw.get("questions", []), where("questions"))),
        picture=_picture(raw["picture"], raw, path.stem, where("picture")) if "picture" in raw else None,
        deprecated=_deprecation(raw["deprecated"], where("deprecated")) if "deprecated" in raw else None,
        replaces={
            str(name): _arguments(given or {}, where("replaces", name))
            for name, given in _map(raw.get("replaces", {}), where("replaces")).items()
        },
        defaults={name: str(value) for name, value in _pairs(raw.get("defaults", []), where("defaults")) if value is not None},
        enumerate={
            name: tuple(map(str, _list(values, where("enumerate", name))))
            for name, values in _pairs(raw.get("enumerate", []), where("enumerate"))
            if values is not None
        },
    )


def line_of(text: str, section: str, name: str = "") -> int:
    """The line number of a name in a section of the header; of the section, or the header's first line, if it is not found."""
    lines = text.splitlines()
    first = next((number for number, line in enumerate(lines) if line.startswith("#+")), 0)
    begin = next((number for number, line in enumerate(lines) if re.match(rf"#\+\s*{section}\s*:", line)), first)
    for number in range(begin + 1, len(lines)) if name else ():
        if not lines[number].startswith("#+  "):
            break
        if re.match(rf"#\+\s+[\"']?{re.escape(name)}[\"']?\s*:", lines[number]):
            return number + 1
    return begin + 1


def read_text(given: object, where: str) -> Text:
    """A text by language, from a string (English) or a map. Raises SourceError prefixed with `where`."""
    if isinstance(given, str):
        return {"en": given}
    if isinstance(given, dict) and set(given) <= set(LANGUAGES) and all(isinstance(value, str) for value in given.values()):
        return given
    raise SourceError(f"{where}: must be a text, or texts for {', '.join(LANGUAGES)}")


def _deprecation(given: object, where: str) -> Deprecation:
    said = _map(given, where)
    days = [said.get("since"), said.get("until") or date.max]
    # YAML reads a day as a date, and a day with a time as a datetime, which is a subclass.
    if set(said) - {"since", "until", "instead"} or not all(type(day) is date for day in days):
        raise SourceError(f"{where}: has the day `since`, and may have the day `until` and the name of a query, `instead`")
    instead = str(said["instead"]) if said.get("instead") else None
    if instead is not None and not NAME.fullmatch(instead):
        raise SourceError(f"{where}: instead: {instead!r} cannot be the name of a query, which has letters, digits, - and _ alone")
    return Deprecation(said["since"], said.get("until"), instead)


def _picture(given: object, header: Mapping[str, Any], name: str, where: str) -> Drawn:
    said = _map(given, where)
    if said.get("kind") not in PICTURES or set(said) - _OF_PICTURES:
        may = ", ".join(sorted(_OF_PICTURES - {"kind"}))
        raise SourceError(f"{where}: has a `kind`, one of {', '.join(PICTURES)}, and may have {may}")
    called = str(said.get("name", name))
    if not NAME.fullmatch(called) or type(said.get("order", 0)) is not int:
        raise SourceError(f"{where}: `name` is a word of letters, digits, - and _, and `order` a whole number")
    return Drawn(
        kind=said["kind"],
        name=called,
        title=read_text(said.get("title", header["summary"]), f"{where}: title"),
        about=read_text(said.get("about", header.get("description", {})), f"{where}: about"),
        order=said.get("order", 0),
        headings={side: read_text(said[side], f"{where}: {side}") for side in _SIDES if side in said},
        right_of=str(said.get("right_of", "")),
        unstated=str(said.get("unstated", "")),
        of=str(said.get("of", "")),
    )


def _question(given: object, where: str) -> AskedQuestion:
    said = dict(_map(given, where))
    arguments = _arguments(said.pop("with", {}), f"{where}: with")
    if not said:
        raise SourceError(f"{where}: an entry is a question in {', '.join(LANGUAGES)}, and may have parameters as `with`")
    return AskedQuestion(read_text(said, where), arguments)


def _arguments(given: object, where: str) -> dict[str, tuple[str, ...]]:
    """Parameter values by name: an entry is a value, or a list of values."""
    return {str(name): tuple(map(str, value)) if isinstance(value, list) else (str(value),) for name, value in _map(given, where).items()}


def _pairs(given: object, where: str) -> Iterator[tuple[str, object]]:
    """The names in a list with their values: an entry is a name, or a map of names."""
    for entry in _list(given, where):
        yield from ((str(name), value) for name, value in (entry.items() if isinstance(entry, dict) else [(entry, None)]))


def _map(given: object, where: str) -> dict[Any, Any]:
    if not isinstance(given, dict):
        raise SourceError(f"{where}: must be a map, not {given!r}")
    return given


def _list(given: object, where: str) -> list[Any]:
    if not isinstance(given, list):
        raise SourceError(f"{where}: must be a list, not {given!r}")
    return given
