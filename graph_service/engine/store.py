"""A graph in memory and how it answers: what runs inside a worker, and needs nothing of processes.

Four things that the store does not do by itself are arranged here. The default graph holds a copy of what it stands for, so that
FROM keeps its meaning and a triple that two graphs say counts once. A second copy, without the inferred triples, serves
`infer=False`; it is kept in a named graph of its own that no query can enumerate. And where a query chooses several graphs for its
default graph, a triple that two of them say counts once there, too. A blank node has one label in all copies, that of the file, so that
it is one node in a query and from one query to the next.
"""

import mmap
import re
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO

import pyoxigraph as ox

from graph_service.engine.result import Formats, Query, ResultKind, format_of
from graph_service.errors import MalformedRequest
from graph_service.formats.media_types import Format
from graph_service.formats.rdf_writer import stream_triples, write_triples
from graph_service.formats.results import write_answer
from graph_service.rdf.terms import AnyTerm, Literal
from graph_service.sparql.nesting import may_make_triples, refuse_deep
from graph_service.sparql.outline import outline
from graph_service.sparql.select_star import with_columns
from graph_service.sparql.syntax import malformed
from graph_service.sparql.tokens import decoded, uses_keyword, with_small_truths
from graph_service.text.collation import COLLATION_KEY, collation_key

_ASSERTED = ox.NamedNode("urn:x-graph-service:asserted")
_MERGED = ox.NamedNode("urn:x-graph-service:merged")
_Graph = ox.NamedNode | ox.BlankNode | ox.DefaultGraph

#: Up to this many triples are sorted for reading; more are streamed as they come.
_SORTED = 20_000

_UNKNOWN_FUNCTION = re.compile(r"custom function <([^>]+)> is not supported")


def _key_of(*arguments: AnyTerm) -> AnyTerm | None:
    """The collation key of one text; of anything else there is none."""
    return Literal(collation_key(arguments[0].value)) if len(arguments) == 1 and isinstance(arguments[0], Literal) else None


def _no_value(*_: object) -> None:
    """A function that has no value, whatever it is given."""


class GraphStore:
    """Quads that never change, and queries over them."""

    def __init__(self, quads: Path, union: bool = True, term_depth: int = 32, inferred: str = "") -> None:
        """Load a file of N-Quads. The default graph is the union of all graphs, or else only what stands in no named graph.
        `term_depth` is how many levels a triple term of a result may have, `inferred` the graph of what is inferred.

        Where the file stands among the dumps of a snapshot, the copies are read from `dataset.nt` and `asserted.nt`, side by side, which
        takes less than half of the time, or one after the other where there are blank nodes. Raises OSError and SyntaxError.
        """
        self._store = ox.Store()
        #: The default graph once more, alone: what is asked of it is found sooner where no other graph has the same terms.
        self._union = ox.Store() if union else None
        whole, asserted = quads.with_suffix(".nt"), quads.with_name("asserted.nt")
        if self._union is not None and whole.exists():
            # Two loads that keep labels would wait for each other, one for the store and one for the interpreter.
            with ThreadPoolExecutor(1 if _contains(quads, b"_:") else None) as pool:
                loading = [
                    pool.submit(_load, self._store, quads, ox.RdfFormat.N_QUADS),
                    pool.submit(_load, self._union, whole, ox.RdfFormat.N_TRIPLES),
                    pool.submit(_load, self._store, whole, ox.RdfFormat.N_TRIPLES),
                    # Nothing is inferred in a snapshot without asserted.nt.
                    pool.submit(_load, self._store, asserted if asserted.exists() else whole, ox.RdfFormat.N_TRIPLES, _ASSERTED),
                ]
            for loaded in loading:
                loaded.result()
        else:
            _load(self._store, quads, ox.RdfFormat.N_QUADS)
            self._store.bulk_extend(_copies(ox.parse(path=str(quads), format=ox.RdfFormat.N_QUADS), union, inferred))
            if self._union is not None:
                self._union.bulk_extend(self._store.quads_for_pattern(None, None, None, ox.DefaultGraph()))
        self._term_depth = term_depth
        self._has_triples = _contains(quads, b"<<(")
        self._graphs = [graph for graph in self._store.named_graphs() if graph != _ASSERTED]
        self._asserted_graphs = [graph for graph in self._graphs if graph.value != inferred]

    def answer(self, query: Query, formats: Formats, output: BinaryIO) -> tuple[ResultKind, Format]:
        """Run a query and write its result; returns its kind and the format.

        Raises MalformedQuery with line and column for text that is not SPARQL, MalformedRequest for a dataset that cannot be,
        NotAcceptable if `formats` has none for this kind of result, and ResultTooLarge for a term that is nested too deeply.
        """
        store = self._union if self._union is not None and _asks_for_default_graph(query) else self._store
        default, named = (None, None) if store is self._union else self._dataset(query)
        with self._merge(default) as merged:
            try:
                answer = self._ask(store, query, merged, named)
            except SyntaxError as error:
                raise malformed(str(error.msg), query.text) from error
            except ValueError as error:
                raise MalformedRequest(str(error)) from error
            kind = _kind(answer)
            format = format_of(kind, formats)
            deep = self._has_triples or may_make_triples(query.text)
            if isinstance(answer, ox.QueryTriples):
                write_graph(checked(answer, self._term_depth) if deep else answer, format, output)
            elif deep and isinstance(answer, ox.QuerySolutions):
                write_checked(answer, format, self._term_depth, output)
            else:
                write_answer(answer, format, output)
        return kind, format

    def _ask(
        self, store: ox.Store, query: Query, default: list[_Graph] | None, named: list[ox.NamedNode | ox.BlankNode] | None
    ) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
        functions: dict[ox.NamedNode, Callable[..., AnyTerm | None]] = {ox.NamedNode(COLLATION_KEY): _key_of}
        text = query.text
        while True:
            try:
                answer = store.query(
                    text,
                    base_iri=query.base,
                    default_graph=default,
                    named_graphs=named,
                    custom_functions=functions,
                    substitutions={ox.Variable(name): ox.BlankNode(label) for name, label in query.nodes} or None,
                )
                if "*" not in text or not isinstance(answer, ox.QuerySolutions):
                    return answer
                named_columns = with_columns(text, [variable.value for variable in answer.variables])
                if named_columns == text:
                    return answer
                text = named_columns
            except SyntaxError:
                small = with_small_truths(text)
                if small == text:
                    raise
                text = small
            except RuntimeError as error:
                # A call to a function that is not known is an error of that expression and not of the query (SPARQL 1.1, section
                # 17.6); the store will not run such a query, so the function is made known as one that has no value.
                name = _UNKNOWN_FUNCTION.search(str(error))
                if name is None or ox.NamedNode(name[1]) in functions:
                    raise
                functions[ox.NamedNode(name[1])] = _no_value

    def _dataset(self, query: Query) -> tuple[list[_Graph] | None, list[ox.NamedNode | ox.BlankNode] | None]:
        if query.default_graphs is not None or query.named_graphs is not None:
            return [*named_nodes(query.default_graphs or ())], [*named_nodes(query.named_graphs or ())]
        if uses_keyword(query.text, "FROM"):
            chosen = outline(query.text, query.base) if decoded(query.text).upper().count("FROM") > 1 else None
            if chosen is None or len([*(chosen.default_graphs or ()), *(chosen.named_graphs or ())]) < 2:
                return None, None
            return [*named_nodes(chosen.default_graphs or ())], [*named_nodes(chosen.named_graphs or ())]
        if query.infer:
            return None, [*self._graphs]
        return [_ASSERTED], [*self._asserted_graphs]

    @contextmanager
    def _merge(self, graphs: list[_Graph] | None) -> Iterator[list[_Graph] | None]:
        """Graphs that are the merge of the given ones (SPARQL 1.1 Query, section 13.2.1): no triple stands in two of them.

        The store would count such a triple twice. Where there is one, the largest graph is left as it is, and what the others have
        beside it stands in a graph of its own meanwhile.
        """
        if graphs is None or len(graphs) < 2:
            yield graphs
            return
        by_size = sorted(dict.fromkeys(graphs), key=self._size, reverse=True)
        more: list[ox.Quad] = []
        count = 0
        for place, graph in enumerate(by_size[1:], 1):
            for quad in self._store.quads_for_pattern(None, None, None, graph):
                count += 1
                triple = (quad.subject, quad.predicate, quad.object)
                if not any(ox.Quad(*triple, larger) in self._store for larger in by_size[:place]):
                    more.append(ox.Quad(*triple, _MERGED))
        if len(more) == count:
            yield by_size
            return
        self._store.extend(more)
        try:
            yield [by_size[0], _MERGED]
        finally:
            self._store.clear_graph(_MERGED)

    def _size(self, graph: _Graph) -> int:
        return sum(1 for _ in self._store.quads_for_pattern(None, None, None, graph))


def _load(store: ox.Store, file: Path, format: ox.RdfFormat, graph: ox.NamedNode | None = None) -> None:
    # What a build has written needs no second look at each IRI.
    if not _contains(file, b"_:"):
        store.bulk_load(path=str(file), format=format, to_graph=graph, lenient=True)
        return
    # A bulk load would give each blank node a new label. This keeps them, and files are read one after the other.
    quads = ox.parse(path=str(file), format=format, lenient=True)
    store.bulk_extend(quads if graph is None else (ox.Quad(quad.subject, quad.predicate, quad.object, graph) for quad in quads))


def _asks_for_default_graph(query: Query) -> bool:
    """Whether a query asks for nothing but the default graph as it is."""
    chosen = query.default_graphs is not None or query.named_graphs is not None
    return query.infer and not chosen and not uses_keyword(query.text, "FROM") and not uses_keyword(query.text, "GRAPH")


def _kind(answer: ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples) -> ResultKind:
    match answer:
        case ox.QuerySolutions():
            return ResultKind.TABLE
        case ox.QueryBoolean():
            return ResultKind.TRUTH
        case _:
            return ResultKind.GRAPH


def write_graph(triples: Iterable[ox.Triple], format: Format, output: BinaryIO) -> None:
    """Write the triples of a result, sorted for reading where there are not many. Raises NotAcceptable if the format cannot say them."""
    stream = iter(triples)
    first = list(islice(stream, _SORTED + 1))
    if len(first) <= _SORTED:
        output.write(write_triples(first, format))
    else:
        stream_triples(chain(first, stream), format, output)


def checked(triples: Iterable[ox.Triple], depth: int) -> Iterator[ox.Triple]:
    """The triples as they are. Raises ResultTooLarge for one with a term of more than `depth` levels."""
    for triple in triples:
        refuse_deep(triple.object, depth)
        yield triple


def write_checked(answer: ox.QuerySolutions, format: Format, depth: int, output: BinaryIO) -> None:
    """Write a table that may have terms of many levels. Raises ResultTooLarge for one with more than `depth`.

    Readers of every format go down a level of their stack with each. The table can be read only once, so it is kept as JSON.
    """
    kept = answer.serialize(format=ox.QueryResultsFormat.JSON)
    assert kept is not None
    for solution in _read(kept):
        for term in solution:
            refuse_deep(term, depth)
    write_answer(_read(kept), format, output)


def _read(kept: bytes) -> ox.QuerySolutions:
    answer = ox.parse_query_results(kept, ox.QueryResultsFormat.JSON)
    assert isinstance(answer, ox.QuerySolutions)
    return answer


def _contains(path: Path, word: bytes) -> bool:
    if path.stat().st_size == 0:
        return False
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return content.find(word) >= 0


def _copies(quads: Iterable[ox.Quad], union: bool, inferred: str) -> Iterator[ox.Quad]:
    """What stands in the default graph and in that of the asserted triples, beside the quads themselves."""
    left_out = ox.NamedNode(inferred) if inferred else None
    for quad in quads:
        in_default = isinstance(quad.graph_name, ox.DefaultGraph)
        if union and not in_default:
            yield ox.Quad(quad.subject, quad.predicate, quad.object)
        if (union or in_default) and quad.graph_name != left_out:
            yield ox.Quad(quad.subject, quad.predicate, quad.object, _ASSERTED)


def named_nodes(iris: Iterable[str]) -> list[ox.NamedNode]:
    """The nodes of graphs' IRIs. Raises MalformedRequest for what is no absolute IRI."""
    nodes = []
    for iri in iris:
        try:
            nodes.append(ox.NamedNode(iri))
        except ValueError as error:
            raise MalformedRequest(f"A graph is named by an absolute IRI, and {iri!r} is none.") from error
    return nodes
