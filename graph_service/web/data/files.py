"""Responses from a snapshot's files: dumps are sent from disk, with ranges and an ETag."""

from collections.abc import Sequence

from flask import Response, send_file

from graph_service.engine.result import Query, ResultKind
from graph_service.errors import NotAcceptable, NotFound, Unavailable
from graph_service.formats.media_types import Format
from graph_service.rdf.terms import NamedNode
from graph_service.rdf.terms import write as term
from graph_service.service.service import Service
from graph_service.snapshot.dumps import Dump
from graph_service.snapshot.ontologies import files
from graph_service.snapshot.snapshot import Snapshot
from graph_service.web.data.contexts import compact, wants_expanded
from graph_service.web.http.precomputed import content
from graph_service.web.http.responses import answer, write

#: Formats of a graph without a dump -> the dump that is valid in them, too (N-Quads and TriG of a default graph).
_SAME = {"nq": "nt", "trig": "ttl", "n3": "ttl"}

#: The largest graph, in triples, that is sent as compacted JSON-LD; larger ones are for programs.
_COMPACT = 10_000


def sent(dump: Dump, format: Format | None = None, attached: bool = False) -> Response:
    """A dump as a response; `format` if it is sent as another format than its own. Raises Unavailable if it is damaged."""
    if fault := dump.fault:
        raise Unavailable(fault, retry_after=600)
    # Last-Modified is correct: files never change once they are written.
    response = send_file(
        dump.path,
        mimetype=(format.media if format else dump.media),
        as_attachment=attached,
        etag=dump.sha256 if format is None else f"{dump.sha256}-{format.name}",
        conditional=True,
    )
    # Flask would add a charset to XML types, which declare their encoding themselves.
    response.headers["Content-Type"] = dump.media if dump.compressed else (format or dump.format).content_type
    response.headers["Accept-Ranges"] = "bytes"
    return response


def dataset(service: Service, format: Format, infer: bool) -> Response:
    """The whole dataset with its graphs, with or without inferences."""
    return _negotiated(_file(service.snapshot, format.name, None, infer), format)


def default_graph(service: Service, format: Format, infer: bool) -> Response:
    """The triples of the default graph, with or without inferences."""
    if service.union and format.name != "jsonld":
        return _negotiated(_file(service.snapshot, _SAME.get(format.name, format.name), None, infer), format)
    return _constructed(service, "?s ?p ?o", format, infer)


def graph(service: Service, iri: str, format: Format) -> Response:
    """The triples of a named graph. Raises NotFound."""
    graphs = service.snapshot.graphs
    if iri not in graphs:
        raise NotFound(f"There is no graph {iri}. Graphs: {', '.join(graphs)}.", allowed=list(graphs))
    if format.name != "jsonld":
        return _negotiated(_file(service.snapshot, _SAME.get(format.name, format.name), iri, True), format)
    if graphs[iri] <= _COMPACT and not wants_expanded():
        return write(content(f"graph {iri}", lambda: compact(service.snapshot.export(format, graph=iri))), format)
    return _constructed(service, f"GRAPH {term(NamedNode(iri))} {{ ?s ?p ?o }}", format, True)


def terminology(service: Service, graphs: Sequence[str], format: Format) -> Response:
    """The triples of the graphs that contain ontologies. Raises NotFound if there is none."""
    if not graphs:
        raise NotFound("This graph has no ontology.")
    if len(graphs) == 1:
        return graph(service, graphs[0], format)
    values = " ".join(term(NamedNode(iri)) for iri in graphs)
    return _constructed(service, f"VALUES ?g {{ {values} }} GRAPH ?g {{ ?s ?p ?o }}", format, True)


def ontology(service: Service, version: Snapshot, iri: str, format: Format) -> Response:
    """The document of an ontology in a version. Raises NotAcceptable."""
    dump = _chosen(files(version, iri), _SAME.get(format.name, format.name), f"{iri} cannot be written in {format.media}.")
    is_short = format.name == "jsonld" and version.id == service.snapshot.id and not wants_expanded()
    if is_short and not dump.fault:
        return write(content(f"ontology {iri}", lambda: compact(dump.path.read_bytes())), format)
    return _negotiated(dump, format)


def _file(snapshot: Snapshot, name: str, graph: str | None, infer: bool) -> Dump:
    # Without a graph of inferences the whole equals its asserted part.
    inferred = infer or graph is not None or snapshot.space.graph_inferred not in snapshot.graphs
    offered = [d for d in snapshot.files if not d.compressed and (d.graph, d.inferred) == (graph, inferred)]
    reason = next((reason for file, reason in snapshot.left_out.items() if file.endswith(f".{name}")), "")
    return _chosen(offered, name, reason)


def _chosen(offered: Sequence[Dump], name: str, reason: str) -> Dump:
    """The dump in a format. Raises NotAcceptable, with a reason, if there is none."""
    dump = next((dump for dump in offered if dump.format.name == name), None)
    if dump is None:
        media = [dump.format.media for dump in offered]
        raise NotAcceptable(f"{reason} Available: {', '.join(media)}.".lstrip(), available=media)
    return dump


def _negotiated(dump: Dump, format: Format) -> Response:
    response = sent(dump, format)
    response.headers["Cache-Control"] = "public, max-age=0, must-revalidate"
    response.vary.add("Accept")
    return response


def _constructed(service: Service, pattern: str, format: Format, infer: bool) -> Response:
    """Triples constructed by the engine, in a worker process and within its limits."""
    return answer(service.sparql(Query(f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {pattern} }}", infer=infer), {ResultKind.GRAPH: format}))
