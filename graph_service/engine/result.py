"""What a query is, and what comes back: a table, a truth or a graph."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

import pyoxigraph as ox

from graph_service.words.formats import GRAPH_FORMATS, TABLE_FORMATS, TRUTH_FORMATS, Format
from graph_service.words.terms import AnyTerm
from graph_service.words.writing import write_triples


@dataclass(frozen=True)
class Query:
    """A SPARQL query and the dataset to run it on.

    `default_graphs` and `named_graphs` are IRIs; None leaves that part to the query's FROM clauses and the engine. As soon as
    one of the two is given, the dataset is exactly what they say (SPARQL 1.1 Protocol, section 2.1.4). `infer` is whether
    inferred triples are seen where no dataset is chosen. `base` resolves relative IRIs.
    """

    text: str
    default_graphs: Sequence[str] | None = None
    named_graphs: Sequence[str] | None = None
    infer: bool = True
    base: str | None = None


class Kind(Enum):
    """What kind of result a query has; its value is the formats it can be written in, preferred first."""

    TABLE = TABLE_FORMATS
    TRUTH = TRUTH_FORMATS
    GRAPH = GRAPH_FORMATS


class Result:
    """The answer to one query, to be read once: written in a format, or as rows."""

    def __init__(self, answer: ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples) -> None:
        self._answer = answer

    @property
    def kind(self) -> Kind:
        """Table for SELECT, truth for ASK, graph for CONSTRUCT and DESCRIBE."""
        match self._answer:
            case ox.QuerySolutions():
                return Kind.TABLE
            case ox.QueryBoolean():
                return Kind.TRUTH
            case _:
                return Kind.GRAPH

    def write(self, format: Format) -> bytes:
        """The whole result in one of the formats of its kind, UTF-8."""
        match self._answer, format.engine:
            case ox.QueryTriples() as triples, ox.RdfFormat():
                return write_triples(triples, format)
            case (ox.QuerySolutions() | ox.QueryBoolean()) as answer, ox.QueryResultsFormat() as engine_format:
                return bytes(answer.serialize(format=engine_format) or b"")
        raise ValueError(f"a {self.kind.name.lower()} cannot be written as {format.media}")

    @property
    def columns(self) -> list[str]:
        """The names of a table's variables, in the order of the SELECT clause; empty for the other kinds."""
        return [variable.value for variable in self._answer.variables] if isinstance(self._answer, ox.QuerySolutions) else []

    def rows(self) -> Iterator[list[AnyTerm | None]]:
        """A table's rows, each as long as `columns`, None where a variable is unbound; a graph's triples as rows of three."""
        match self._answer:
            case ox.QuerySolutions() as solutions:
                width = range(len(self.columns))
                for solution in solutions:
                    yield [solution[place] for place in width]
            case ox.QueryTriples() as triples:
                for triple in triples:
                    yield [triple.subject, triple.predicate, triple.object]
            case truth:
                raise ValueError(f"a truth has no rows: {truth}")

    def __bool__(self) -> bool:
        """The truth of an ASK. Raises ValueError for the other kinds."""
        if not isinstance(self._answer, ox.QueryBoolean):
            raise ValueError(f"a {self.kind.name.lower()} is neither true nor false")
        return bool(self._answer)
