"""Linked data: dereferencing the graph's IRIs under their own paths, and all others as a parameter.

`/id/…` redirects (303) to `/page/…` or `/data/…`; `/vocab/…` answers directly, as `/ns` does (see `pages.ontology`). `/id?iri=…` redirects
to `/page?iri=…` or `/data?iri=…` likewise.
"""

from collections.abc import Mapping
from urllib.parse import quote

from flask import Blueprint, Response, current_app, redirect, render_template, request
from werkzeug import Response as BaseResponse

from graph_service.engine.result import Query, ResultKind
from graph_service.errors import Gone, MalformedRequest, ResultTooLarge
from graph_service.formats.media_types import DATA_FORMATS, Format, named
from graph_service.formats.rdf_writer import write_quads, write_triples
from graph_service.rdf import terms
from graph_service.rdf.labels import LABELS
from graph_service.rdf.namespaces import RDF, below, is_followed
from graph_service.rdf.prefixes import prefixes
from graph_service.service.service import Service
from graph_service.web.data.linksets import LINKSET
from graph_service.web.data.signposts import collection, of_foreign, of_thing
from graph_service.web.data.statements_about import OF, TO, document, size, withdrawal, written_in
from graph_service.web.display.destinations import by_iri, local
from graph_service.web.http.languages import language_of_names
from graph_service.web.http.links import Link, add, alternates, ascii_address, negotiated
from graph_service.web.http.protocol import wants_page
from graph_service.web.http.responses import answer, choose, flag, write
from graph_service.web.pages.depictions import depictions
from graph_service.web.pages.footnotes import MOST_IN_BRIEF, brief, footnotes
from graph_service.web.pages.presentation import presentation_of
from graph_service.web.pages.schemes import tree
from graph_service.web.pages.surroundings import around, location
from graph_service.web.pages.things import Thing, is_withdrawn, thing

#: Larger documents, in triples, are written by the engine.
_LARGE = 1000

_LABELS = " ".join(f"<{name}>" for name in LABELS)

#: The triples about a thing in both directions, and the labels of linked things.
_ALL = f"""
CONSTRUCT {{{{ ?s ?p ?o }}}} WHERE {{{{
  {{{{ {OF} }}}} UNION {{{{ {TO} }}}}
  UNION {{{{ {{node}} ?to ?s . VALUES ?p {{{{ {_LABELS} }}}} ?s ?p ?o }}}}
  UNION {{{{
    ?s ?from {{node}} . FILTER NOT EXISTS {{{{ ?s <{RDF}subject> ?recorded }}}}
    VALUES ?p {{{{ {_LABELS} }}}} ?s ?p ?o
  }}}}
}}}}"""


def blueprint(service: Service) -> Blueprint:
    """The routes of the graph's IRIs."""
    routes = Blueprint("resources", __name__)
    presentation = presentation_of(service)

    @routes.get("/id/<kind>/<key>")
    def identifier(kind: str, key: str) -> Response:
        iri = below(service.space.things, f"{kind}/{key}")
        _refuse_withdrawn(iri, _page(kind, key))
        place = _page(kind, key) if wants_page(request) else f"/data/{_place(kind, key)}.{choose(DATA_FORMATS).name}"
        return add(_see(place), [Link("canonical", iri), Link("linkset", f"{request.root_url}linkset/{_place(kind, key)}", LINKSET)])

    @routes.get("/id")
    def any_identifier() -> Response:
        iri = _asked(service)
        place = _own(service, iri)
        if place is None:
            _refuse_withdrawn(iri, by_iri("/page", iri))
            place = _page_or_data(iri)
        return _see(place)

    @routes.before_app_request
    def below_the_base() -> BaseResponse | None:
        """Redirect other paths that are IRIs in the graph below its base, to their page or data."""
        if request.url_rule is not None or request.method not in {"GET", "HEAD"}:
            return None
        iri = below(service.space.base, request.path.removeprefix("/"))
        return _see(_page_or_data(iri)) if iri in service.outside else None

    @routes.get("/page")
    def any_page() -> Response:
        iri = _asked(service)
        place = _own(service, iri)
        if place is not None:
            return _see(place)
        shown = _shown(iri)
        links = of_foreign(service, request.root_url, iri, shown.classes)
        canonical = Link("canonical", request.root_url + by_iri("page", iri), "text/html")
        more = {"concepts": tree(service, iri), "outside": is_followed(iri), **_pictures(shown)}
        return _written(shown, "/data", [canonical], links, more, by_iri("", iri))

    @routes.get("/data")
    @routes.get("/data.<suffix>")
    def any_data(suffix: str | None = None) -> Response:
        iri = _asked(service)
        place = _own(service, iri)
        if place is not None:
            return _see(place)
        response = _document(iri, suffix, "/data", by_iri("/page", iri), by_iri("", iri))
        return add(response, [*([Link("describes", iri)] if is_followed(iri) else []), *collection(service)])

    @routes.get("/page/<kind>/<key>")
    def page(kind: str, key: str) -> Response:
        iri = below(service.space.things, f"{kind}/{key}")
        shown = _shown(iri)
        links = of_thing(service, request.root_url, kind, key, shown.classes)
        canonical = Link("canonical", request.root_url.rstrip("/") + _page(kind, key), "text/html")
        return _written(shown, f"/data/{_place(kind, key)}", [canonical], links, _pictures(shown))

    @routes.get("/data/<kind>/<path:key>")
    def data(kind: str, key: str) -> Response:
        stem, suffix = _split(key)
        response = _document(below(service.space.things, f"{kind}/{stem}"), suffix, f"/data/{_place(kind, stem)}", _page(kind, stem))
        return add(response, [Link("describes", below(service.space.things, f"{kind}/{stem}")), *collection(service)])

    @routes.get("/vocab/<path:path>")
    def concept(path: str) -> Response:
        stem, suffix = _split(path)
        iri, place = below(service.space.vocabulary, stem), f"/vocab/{quote(stem)}"
        if suffix is None and wants_page(request):
            links = [Link("cite-as", iri)]
            return _written(_shown(iri), place, links, links, {"concepts": tree(service, iri)})
        return add(_document(iri, suffix, place, place), [Link("cite-as", iri)])

    def _shown(iri: str) -> Thing:
        return thing(service, presentation, iri, language_of_names(), flag("infer", True))

    def _written(shown: Thing, data: str, first: list[Link], links: list[Link], more: Mapping[str, object], asked: str = "") -> Response:
        """The page of a thing, whose data are at the path `data`, with `more` for its template; its header has all links.

        With `view=brief` it is one sheet.
        """
        is_sheet = request.args.get("view") == "brief"
        sections = brief(shown.sections, presentation.marked("brief")) if is_sheet else shown.sections
        given = {"thing": shown, "sections": sections, "notes": footnotes(sections, MOST_IN_BRIEF if is_sheet else None), "links": links}
        if is_sheet:
            text = render_template("brief.html", most=MOST_IN_BRIEF, **given)
        else:
            text = render_template("thing.html", data=data, formats=_offered(), asked=asked, surroundings=around(shown), **given, **more)
        response = Response(text, status=410 if shown.withdrawn else 200)
        return add(response, [*first, *alternates(request.root_url.rstrip("/") + data, _offered(), asked=asked), *links])

    def _refuse_withdrawn(iri: str, page: str) -> None:
        """Raise Gone for a thing that was withdrawn, NotFound if nothing is said of it."""
        successors = withdrawal(service, iri)
        if successors is not None:
            moved = f" It is replaced by {', '.join(successors)}." if successors else ""
            raise Gone(f"{iri} was withdrawn.{moved} What is known of it is at {page}.", replaced_by=successors or None)

    def _pictures(shown: Thing) -> dict[str, object]:
        """Pictures on a thing's page, beside its surroundings."""
        hosts = current_app.config["IMAGE_HOSTS"]
        return {"location": location(service, shown.iri), "depictions": depictions(service, shown.iri, hosts)}

    def _offered() -> tuple[Format, ...]:
        return service.snapshot.can_say(DATA_FORMATS)

    def _document(iri: str, suffix: str | None, path: str, page: str, asked: str = "") -> Response:
        format, infer = choose(DATA_FORMATS, suffix), flag("infer", True)
        # Clients find a thing in the default graph; they get named graphs only on request.
        with_graphs = flag("graphs", False) and format.name in {"trig", "nq"}
        is_large = size(service, iri, infer) > _LARGE
        if is_large and with_graphs:
            detail = f"More than {_LARGE} triples mention {iri}: the files at /downloads/ say in which graph each of them is."
            raise ResultTooLarge(detail, limit=_LARGE)
        if is_large:
            response = negotiated(_large(iri, format, infer), path, format, _offered(), page, stated=not infer, asked=asked)
            response.status_code = 410 if withdrawal(service, iri) is not None else 200
            return response
        quads = document(service, iri, infer)
        content = write_quads(quads, format) if with_graphs else write_triples({q.triple for q in quads}, format)
        response = negotiated(write(content, format), path, format, _offered(), page, stated=not infer, asked=asked)
        if is_withdrawn([quad.triple for quad in quads], iri):
            response.status_code = 410
        return response

    def _large(iri: str, format: Format, infer: bool) -> Response:
        """A very large document, constructed by the engine in a worker process and within its limits."""
        return answer(service.sparql(Query(_ALL.format(**written_in(service, iri)), infer=infer), {ResultKind.GRAPH: format}))

    return routes


def _asked(service: Service) -> str:
    """The IRI in the parameter `iri`: plain, in angle brackets, or a CURIE. Raises MalformedRequest if it is missing or invalid."""
    given = request.args.get("iri", "").strip()
    if not given:
        raise MalformedRequest("There is no IRI: the parameter `iri` is missing.", parameter="iri")
    try:
        # An IRI of the graph (`geo:37.8,-122.4`) takes precedence over a CURIE.
        if given.partition(":")[0] in prefixes() and given not in service.outside:
            return terms.iri(given).value
        return terms.NamedNode(given[1:-1] if given.startswith("<") and given.endswith(">") else given).value
    except ValueError as error:
        detail = f"iri must be an absolute IRI, with the characters that RFC 3987 allows; {given[:80]!r} was given."
        raise MalformedRequest(detail, parameter="iri") from error


def _own(service: Service, iri: str) -> str | None:
    """The path of an IRI that has one of its own here, or None."""
    return local(iri) if service.space.has_place(iri) and local(iri) != iri else None


def _see(place: str) -> Response:
    response = redirect(ascii_address(place), 303)
    assert isinstance(response, Response)
    response.vary.add("Accept")
    return response


def _page_or_data(iri: str) -> str:
    """The path of what a client wants of a thing without a path of its own."""
    return by_iri("/page" if wants_page(request) else f"/data.{choose(DATA_FORMATS).name}", iri)


def _place(kind: str, key: str) -> str:
    """The escaped path after `/page/`, `/data/` and `/linkset/`: Flask has unescaped its parts."""
    return f"{quote(kind)}/{quote(key)}"


def _page(kind: str, key: str) -> str:
    return f"/page/{_place(kind, key)}"


def _split(path: str) -> tuple[str, str | None]:
    """A path split into stem and format suffix, if it has one."""
    stem, _, suffix = path.rpartition(".")
    return (stem, suffix) if stem and named(suffix, DATA_FORMATS) is not None else (path, None)
