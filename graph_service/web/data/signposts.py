"""FAIR Signposting (level 1 in headers and pages, level 2 as a link set), `/linkset`, and provenance links of every response.

Links are those of https://signposting.org/FAIR/; link sets are RFC 9264; `cite-as` is RFC 8574, versions RFC 5829.
"""

from collections.abc import Sequence
from urllib.parse import quote

from flask import Blueprint, Response, request

from graph_service.formats.media_types import THING_FORMATS
from graph_service.rdf.namespaces import DCTERMS, is_followed
from graph_service.service.service import Service
from graph_service.web.data.linksets import FORMATS, LINKSET, LinkSet, answer
from graph_service.web.data.statements_about import classes
from graph_service.web.display.destinations import by_iri
from graph_service.web.http.links import Link, add, alternates

#: The profile of FAIR Signposting's link sets.
_FAIR = "https://signposting.org/FAIR/"

#: Paths about the service. All others return data, or something made from it.
_NOT_DATA = (
    *("/health", "/ready", "/metrics", "/admin/", "/static/", "/openapi", "/docs", "/problems", "/robots.txt", "/opensearch.xml"),
    *("/downloads/", "/.well-known/api-catalog", "/linkset"),
)

#: Paths of responses to individual queries, which search engines must not index.
_ANSWERS = ("/sparql", "/queries/", "/explain", "/rdf-graph-store", "/search")


def of_dataset(service: Service, root: str) -> list[Link]:
    """The links of the landing page: type, citation, authors, licence, descriptions and files of the dataset."""
    return [
        *([Link("cite-as", service.space.dataset)] if service.space.is_named else []),
        Link("type", "https://schema.org/AboutPage"),
        Link("type", "https://schema.org/Dataset"),
        *(Link("author", iri) for iri in service.about.iris(DCTERMS + "creator")),
        *licenses(service),
        *(Link("describedby", f"{root}catalog.{format.name}", format.media) for format in THING_FORMATS),
        *(Link("item", f"{root}downloads/{service.snapshot.id}/{dump.path.name}", dump.format.media) for dump in service.snapshot.dumps),
        *(Link("linkset", root + "linkset", format.media) for format in FORMATS),
        Link("service-desc", root + "openapi.json", "application/vnd.oai.openapi+json;version=3.1"),
        Link("service-doc", root + "docs", "text/html"),
        Link("service-meta", root + "sparql", "text/turtle"),
        Link("api-catalog", root + ".well-known/api-catalog", LINKSET),
    ]


def collection(service: Service) -> list[Link]:
    """The link from a part of the dataset to the whole, if that has an IRI."""
    return [Link("collection", service.space.dataset)] if service.space.is_named else []


def licenses(service: Service) -> list[Link]:
    """The links to the licences of the dataset."""
    return [Link("license", iri) for iri in service.about.iris(DCTERMS + "license")]


def of_thing(service: Service, root: str, kind: str, key: str, kinds: Sequence[str] = ()) -> list[Link]:
    """The links of a thing's page: its IRI, classes, data in each format, dataset."""
    place = f"{quote(kind)}/{quote(key)}"
    linksets = [Link("linkset", f"{root}linkset/{place}", format.media) for format in FORMATS]
    return [*_of_any(service, service.space.things + place, f"{root}data/{place}", kinds), *linksets]


def of_foreign(service: Service, root: str, iri: str, kinds: Sequence[str]) -> list[Link]:
    """The links of the page of a thing with a foreign IRI. Targets that are not web addresses are left out."""
    return [link for link in _of_any(service, iri, f"{root}data", kinds, by_iri("", iri)) if is_followed(link.href)]


def _of_any(service: Service, iri: str, data: str, kinds: Sequence[str], asked: str = "") -> list[Link]:
    return [
        Link("cite-as", iri),
        Link("type", "https://schema.org/AboutPage"),
        *(Link("type", kind) for kind in kinds),
        *licenses(service),
        *alternates(data, service.snapshot.can_say(THING_FORMATS), "describedby", asked),
        *collection(service),
    ]


def blueprint(service: Service) -> Blueprint:
    """The routes of link sets, and the provenance links of every response."""
    routes = Blueprint("signposts", __name__)

    @routes.get("/linkset")
    def dataset_links() -> Response:
        root = request.root_url
        items = [
            LinkSet(link.href, [Link("collection", root), Link("type", "https://schema.org/DataDownload")])
            for link in of_dataset(service, root)
            if link.rel == "item"
        ]
        return answer([LinkSet(root, [link for link in of_dataset(service, root) if link.rel != "linkset"]), *items], _FAIR)

    @routes.get("/linkset/<kind>/<key>")
    def thing_links(kind: str, key: str) -> Response:
        links = of_thing(service, request.root_url, kind, key, classes(service, f"{service.space.things}{quote(kind)}/{quote(key)}"))
        page = f"{request.root_url}page/{quote(kind)}/{quote(key)}"
        back = [Link("describes", page), Link("type", "https://schema.org/Dataset")]
        documents = [LinkSet(link.href, back) for link in links if link.rel == "describedby"]
        return answer([LinkSet(page, [link for link in links if link.rel != "linkset"]), *documents], _FAIR)

    @routes.get("/.well-known/api-catalog")
    def api_catalog() -> Response:
        root = request.root_url
        sparql = [Link("service-desc", root + "sparql", "text/turtle"), Link("service-doc", root + "sparql", "text/html")]
        rest = [Link("service-desc", root + "openapi.json", "application/json"), Link("service-doc", root + "docs", "text/html")]
        both = [Link("item", root + "sparql"), Link("item", root + "queries")]
        apis = {".well-known/api-catalog": both, "sparql": sparql, "queries": rest}
        return answer([LinkSet(root + path, links) for path, links in apis.items()], "https://www.rfc-editor.org/info/rfc9727")

    @routes.after_app_request
    def origin(response: Response) -> Response:
        # The page of a canned query is to be found, and not each of its answers.
        is_plain_page = response.mimetype == "text/html" and not request.query_string
        if request.path.startswith(_ANSWERS) and request.path != "/queries/" and not is_plain_page:
            response.headers["X-Robots-Tag"] = "noindex"
        if not request.path.startswith(_NOT_DATA) and response.status_code < 400:
            root = request.root_url
            origin = [
                *licenses(service),
                Link("describedby", root + ".well-known/void", "text/turtle"),
                Link("via", f"{root}downloads/{service.snapshot.id}/"),
                Link("version-history", root + "changes"),
            ]
            add(response, origin)
        return response

    return routes
