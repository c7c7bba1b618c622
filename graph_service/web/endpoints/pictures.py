"""`/pictures` and `/pictures/{name}`: pictures drawn from canned queries, as page, SVG or JSON."""

from urllib.parse import urlencode

from flask import Blueprint, Response, jsonify, render_template, request

from graph_service.errors import MalformedRequest
from graph_service.formats.media_types import PICTURE_FORMATS
from graph_service.queries.catalogue import RESERVED
from graph_service.rdf.namespaces import DCTERMS
from graph_service.service.service import Service
from graph_service.web.display.numerals import day
from graph_service.web.display.translations import gettext as _
from graph_service.web.http.languages import language, naming
from graph_service.web.http.links import Link, add, fitting
from graph_service.web.http.responses import choose, flag, wants_html, write
from graph_service.web.http.values import pairs
from graph_service.web.pictures.gallery import Shown, pictures, shown, spoken

#: Parameters that are not passed to the query, and those of them that do not affect the picture's content.
_RESERVED = RESERVED | {"theme", "caption"}
_APART = _RESERVED - {"infer", "lang"}


def blueprint(service: Service) -> Blueprint:
    """The routes of the pictures."""
    routes = Blueprint("pictures", __name__)

    @routes.get("/pictures")
    @routes.get("/pictures/")
    def gallery() -> Response:
        offered = pictures(service)
        if wants_html():
            return Response(render_template("pictures.html", pictures=offered))
        listed = [
            {"name": name, "title": picture.title, "about": picture.about, **_absolute(_addresses(name, picture.query.name))}
            for name, picture in offered.items()
        ]
        return jsonify(pictures=listed)

    @routes.get("/pictures/<name>")
    @routes.get("/pictures/<name>.<suffix>")
    def picture(name: str, suffix: str | None = None) -> Response:
        arguments = {key: request.args.getlist(key) for key in request.args if key not in _RESERVED}
        made = shown(service, name, arguments, flag("infer", True))
        addresses = _addresses(name, made.picture.query.name)
        absolute = _absolute(addresses)
        links = [
            Link("alternate", absolute["svg"], "image/svg+xml"),
            Link("describedby", absolute["query"]),
            Link("collection", request.root_url + "pictures"),
        ]
        if suffix == "html" or (suffix is None and wants_html() and not request.args.get("format")):
            query = made.picture.query
            text = service.canned.bind(query, spoken(made.picture, arguments))
            meanings = {column.name: column.label for column in query.columns.values()}
            page = render_template("picture.html", shown=made, query=query, meanings=meanings, text=text, addresses=addresses, links=links)
            return add(Response(page), fitting(links))
        format = choose(PICTURE_FORMATS, suffix)
        response = _drawing(service, made, absolute["page"]) if format.name == "svg" else jsonify(_description(made, absolute))
        response.vary.add("Accept")
        return add(response, fitting(links))

    return routes


def _drawing(service: Service, made: Shown, page: str) -> Response:
    theme = request.args.get("theme", "light")
    if theme not in {"light", "dark"}:
        raise MalformedRequest(f"theme must be light or dark; {theme!r} was given.", parameter="theme", allowed=["light", "dark"])
    drawing = made.drawing.captioned(*_credit(service), page) if flag("caption", True) else made.drawing
    return write(drawing.file(request.root_url, dark=theme == "dark"), PICTURE_FORMATS[0])


def _credit(service: Service) -> tuple[str, str]:
    """Whose data a picture shows, of which day, and under which licence."""
    graph, snapshot = service.about.title(language()).value, service.snapshot
    source = _("Source: %(graph)s, version %(version)s of %(day)s", graph=graph, version=snapshot.id, day=day(snapshot.made))
    return source, _("Licence: %(licence)s", licence=", ".join(service.about.iris(DCTERMS + "license")) or _("none is stated"))


def _description(made: Shown, addresses: dict[str, str]) -> dict[str, object]:
    drawing = made.drawing
    return {
        "name": made.picture.name,
        "title": drawing.title,
        "words": drawing.words,
        "width": drawing.width,
        "height": drawing.height,
        "rows": len(made.table.rows),
        "complete": not made.table.more,
        **addresses,
    }


def _addresses(name: str, query: str) -> dict[str, str]:
    """The addresses of the picture, its query and its data, with this request's arguments."""
    kept = pairs(without=_APART)
    asked = f"?{urlencode(kept)}" if kept else ""
    names = naming()
    data = [*pairs(without={*_APART, "lang"}), *([("lang", names)] if names else [])]
    of_data = f"?{urlencode(data)}" if data else ""
    return {
        "page": f"/pictures/{name}{asked}",
        "svg": f"/pictures/{name}.svg{asked}",
        "query": f"/queries/{query}{asked}",
        "csv": f"/queries/{query}.csv{of_data}",
        "json": f"/queries/{query}.json{of_data}",
    }


def _absolute(addresses: dict[str, str]) -> dict[str, str]:
    return {kind: request.root_url.rstrip("/") + address for kind, address in addresses.items()}
