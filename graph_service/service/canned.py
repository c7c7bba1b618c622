"""Canned queries over one snapshot: the things that their parameters may be, their results, and how many rows these have."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache

from graph_service.engine.result import READABLE, Formats, Query, Result
from graph_service.queries.catalogue import CannedQuery, Catalogue
from graph_service.queries.choices import counting
from graph_service.queries.parameters import ANYTHING, Choice, Choices, Parameter
from graph_service.rdf import terms
from graph_service.rdf.labels import LABELS
from graph_service.rdf.terms import Literal, NamedNode
from graph_service.search.search import Search
from graph_service.sparql.paging import counted, in_reading_order
from graph_service.sparql.tokens import digest, form
from graph_service.text.memo import Latest

_CHOICES = f"""
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT DISTINCT ?thing ?name WHERE {{{{
  {{pattern}}
  OPTIONAL {{{{ ?thing {"|".join(f"<{name}>" for name in LABELS)}|skos:altLabel|{{codes}} ?name }}}}
  FILTER(isIRI(?thing))
}}}}"""

#: How many row counts of tables are cached.
_COUNTS = 4096

#: Up to so many choices are counted one by one if one query cannot count them all.
_ONE_BY_ONE = 50


class CannedQueries:
    """The canned queries of a catalogue. Thread-safe."""

    def __init__(self, ask: Callable[..., Result], catalogue: Catalogue, search: Search, codes: str, *, collates: bool) -> None:
        """`ask` runs a query (see `Service.sparql`); `codes` is the path from a thing to its codes, `collates` says whether the engine has
        the function for collation keys.
        """
        self._ask, self._catalogue, self._search, self._codes, self._collates = ask, catalogue, search, codes, collates
        self._choices = lru_cache(maxsize=64)(self._read_choices)
        self._answered = lru_cache(maxsize=256)(self._read_answered)
        self._counts: Latest[bytes, int] = Latest(_COUNTS)

    def run(self, name: str, arguments: Mapping[str, Sequence[str]], infer: bool = True, formats: Formats = READABLE) -> Result:
        """Run a canned query with a client's arguments. Raises NotFound, UnknownParameter, InvalidParameter, and the engine's errors."""
        return self._ask(Query(self.ordered(self.bind(self._catalogue[name], arguments)), infer=infer), formats)

    def ordered(self, text: str) -> str:
        """A bound canned query with its labels sorted by collation, if the engine has that function."""
        return in_reading_order(text) if self._collates else text

    def bind(self, query: CannedQuery, arguments: Mapping[str, Sequence[str]]) -> str:
        """The SPARQL text of a canned query with a client's arguments bound. Raises UnknownParameter, InvalidParameter."""
        return query.bind(arguments, self.choices)

    def count(self, text: str, infer: bool = True) -> int:
        """The number of rows of a SELECT query, cached. Raises the engine's errors."""
        key = digest(f"{infer} {text}")
        count = self._counts.get(key)
        if count is None:
            ((rows,),) = self._ask(Query(counted(text), infer=infer)).rows()
            assert isinstance(rows, Literal)
            count = self._counts[key] = int(rows.value)
        return count

    def answered(self, query: CannedQuery, parameter: Parameter, arguments: Mapping[str, Sequence[str]]) -> Mapping[str, int] | None:
        """IRI of each choice of a parameter that has rows, given the other arguments -> their number.

        None if they cannot be counted. Raises UnknownParameter, InvalidParameter, and the engine's errors.
        """
        text = counting(query, parameter, arguments, self.choices)
        if text is not None:
            return self._answered(text)
        choices = self.choices(parameter.listed) if parameter.listed is not None and query.form == "SELECT" else ()
        if not 0 < len(choices) <= _ONE_BY_ONE:
            return None
        asked = ((choice.iri, self.bind(query, {**arguments, parameter.name: [choice.iri]})) for choice in choices)
        return {iri: rows for iri, text in asked if (rows := self.count(text))}

    def _read_answered(self, text: str) -> Mapping[str, int]:
        rows = self._ask(Query(text)).rows()
        return {thing.value: int(count.value) for thing, count in rows if isinstance(thing, NamedNode) and isinstance(count, Literal)}

    def choices(self, listed: str) -> Choices:
        """The choices of a class (its IRI) or a SELECT query (its first column), with their names in all languages; or ANYTHING."""
        return _Everything(self._search) if listed == ANYTHING else self._choices(listed)

    def named(self, things: Iterable[str]) -> Choices:
        """The things with these IRIs, with their names in all languages."""
        return self._named(f"VALUES ?thing {{ {' '.join(terms.write(NamedNode(thing)) for thing in sorted(set(things)))} }}")

    def _read_choices(self, listed: str) -> Choices:
        if form(listed) != "SELECT":
            return self._named(f"?thing a {terms.write(NamedNode(listed))} .")
        return self.named(row[0].value for row in self._ask(Query(listed)).rows() if isinstance(row[0], NamedNode))

    def _named(self, pattern: str) -> Choices:
        names: dict[str, set[str]] = {}
        for thing, name in self._ask(Query(_CHOICES.format(pattern=pattern, codes=self._codes))).rows():
            if isinstance(thing, NamedNode):
                names.setdefault(thing.value, set()).update({name.value} if isinstance(name, Literal) else ())
        return Choices(Choice(iri, tuple(sorted(called))) for iri, called in sorted(names.items()))


class _Everything(Choices):
    """All things of a graph as choices. They are not listed: each is found by its name, acronym or key in the index."""

    def __init__(self, search: Search) -> None:
        super().__init__()
        self._search = search

    def called(self, text: str) -> Sequence[Choice]:
        return [Choice(iri, (text,)) for iri in self._search.called(text)]
