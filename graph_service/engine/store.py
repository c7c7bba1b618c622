"""The in-memory graph store of a worker: pyoxigraph, and the queries over it; it knows nothing of processes.

It adds to pyoxigraph: the default graph holds a copy of the union, so that FROM keeps its meaning and a triple in two graphs counts once. A
second copy without the inferred triples serves `infer=False`; it is a named graph that no query can enumerate. Where a query merges several
graphs into its default graph, a triple in two of them counts once there, too. A blank node keeps its label from the file in all copies, so
that it is the same node within a query and across queries.
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

#: Up to this many triples are sorted for readability; more are streamed unsorted.
_SORTED = 20_000

_UNKNOWN_FUNCTION = re.compile(r"custom function <([^>]+)> is not supported")


def _key_of(*arguments: AnyTerm) -> AnyTerm | None:
    """The collation key of one literal; None for any other arguments."""
    return Literal(collation_key(arguments[0].value)) if len(arguments) == 1 and isinstance(arguments[0], Literal) else None


def _no_value(*_: object) -> None:
    """A function that returns no value for any arguments."""


class GraphStore:
    """An immutable set of quads, and queries over it."""

    def __init__(self, quads: Path, union: bool = True, term_depth: int = 32, inferred: str = "") -> None:
        """Load an N-Quads file. With `union` the default graph is the union of all graphs, else only the triples in no named graph.

        `term_depth` is how deeply a triple term of a result may be nested, `inferred` the IRI of the graph of inferred triples. If the file
        is one of a snapshot's dumps, the copies are loaded from `dataset.nt` and `asserted.nt` in parallel, in less than half of the time,
        or one after the other if there are blank nodes. Raises OSError and SyntaxError.
        """
        self._store = ox.Store()
        #: The default graph alone, once more: lookups are faster where no other graph has the same terms.
        self._union = ox.Store() if union else None
        whole, asserted = quads.with_suffix(".nt"), quads.with_name("asserted.nt")
        if self._union is not None and whole.exists():
            # Loads that keep labels in two threads would deadlock, one holding the store and one the interpreter lock.
            with ThreadPoolExecutor(1 if _contains(quads, b"_:") else None) as pool:
                loading = [
                    pool.submit(_load, self._store, quads, ox.RdfFormat.N_QUADS),
                    pool.submit(_load, self._union, whole, ox.RdfFormat.N_TRIPLES),
                    pool.submit(_load, self._store, whole, ox.RdfFormat.N_TRIPLES),
                    # A snapshot without asserted.nt has no inferred triples.
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
        """Run a query and write its result to `output`; returns its kind and format.

        Raises MalformedQuery with line and column for text that is not SPARQL, MalformedRequest for an invalid dataset, NotAcceptable if
        `formats` has none for this kind of result, and ResultTooLarge for a term that is nested too deeply.
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
                # An unknown function is an error of its expression and not of the query (SPARQL 1.1, section 17.6); pyoxigraph rejects such
                # a query, so the function is registered as one that returns no value.
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
        """Graphs whose union is the merge of the given ones (SPARQL 1.1 Query, section 13.2.1), with no triple in two of them.

        pyoxigraph would count such a triple twice. If there is one, the largest graph is used as it is, and what the others add to it is
        put into a temporary graph.
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
    # The build has validated the IRIs.
    if not _contains(file, b"_:"):
        store.bulk_load(path=str(file), format=format, to_graph=graph, lenient=True)
        return
    # A bulk load would give each blank node a new label. This keeps the labels.
    quads = ox.parse(path=str(file), format=format, lenient=True)
    store.bulk_extend(quads if graph is None else (ox.Quad(quad.subject, quad.predicate, quad.object, graph) for quad in quads))


def _asks_for_default_graph(query: Query) -> bool:
    """Whether a query reads the unchanged default graph and nothing else."""
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
    """Write the triples of a result, sorted if there are few. Raises NotAcceptable if the format cannot express them."""
    stream = iter(triples)
    first = list(islice(stream, _SORTED + 1))
    if len(first) <= _SORTED:
        output.write(write_triples(first, format))
    else:
        stream_triples(chain(first, stream), format, output)


def checked(triples: Iterable[ox.Triple], depth: int) -> Iterator[ox.Triple]:
    """The triples unchanged. Raises ResultTooLarge for a term nested in more than `depth` levels."""
    for triple in triples:
        refuse_deep(triple.object, depth)
        yield triple


def write_checked(answer: ox.QuerySolutions, format: Format, depth: int, output: BinaryIO) -> None:
    """Write a table that may have nested terms. Raises ResultTooLarge for one of more than `depth` levels.

    A parser of any format recurses once for each level. Solutions can be iterated once, so they are buffered as JSON.
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
    """Copies of the quads for the default graph and for the graph of asserted triples."""
    left_out = ox.NamedNode(inferred) if inferred else None
    for quad in quads:
        in_default = isinstance(quad.graph_name, ox.DefaultGraph)
        if union and not in_default:
            yield ox.Quad(quad.subject, quad.predicate, quad.object)
        if (union or in_default) and quad.graph_name != left_out:
            yield ox.Quad(quad.subject, quad.predicate, quad.object, _ASSERTED)


def named_nodes(iris: Iterable[str]) -> list[ox.NamedNode]:
    """Graph IRIs as nodes. Raises MalformedRequest for what is not an absolute IRI."""
    nodes = []
    for iri in iris:
        try:
            nodes.append(ox.NamedNode(iri))
        except ValueError as error:
            raise MalformedRequest(f"A graph is named by an absolute IRI, and {iri!r} is none.") from error
    return nodes
