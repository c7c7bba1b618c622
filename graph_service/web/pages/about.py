"""`/about`: where the graph comes from, how it is built and checked, its licence and citation."""

from collections.abc import Collection

from flask import Blueprint, Response, jsonify, render_template, request

from graph_service.description.about import About
from graph_service.rdf.namespaces import DCTERMS, RDFS
from graph_service.service.service import Service
from graph_service.settings import LANGUAGES
from graph_service.snapshot.contents import Content
from graph_service.web.display.translations import gettext as _
from graph_service.web.http.languages import language_of_names, languages_here
from graph_service.web.http.links import Link, add
from graph_service.web.http.responses import wants_html
from graph_service.web.pages.documents import documents
from graph_service.web.pages.ontology import ontology_version


def blueprint(service: Service) -> Blueprint:
    """The route `/about`."""
    routes = Blueprint("about", __name__)

    @routes.get("/about")
    def about() -> Response:
        figures = _figures(service)
        links = [Link("alternate", request.root_url + "catalog", "text/turtle"), Link("describedby", request.root_url + ".well-known/void")]
        if not wants_html():
            facts = {
                "version": service.snapshot.id,
                "made": service.snapshot.made,
                "figures": figures,
                "warnings": service.snapshot.warnings,
            }
            return add(jsonify(**facts, documents=[document.key for document in documents(service)]), links)
        said = service.description(request.root_url, service.space.dataset)
        texts = {
            name: service.about.text(DCTERMS + name, language_of_names()) for name in ("description", "rights", "bibliographicCitation")
        }
        provenance = [About(said, node).text(RDFS + "label", language_of_names()) for node in service.about.iris(DCTERMS + "provenance")]
        page = render_template(
            "about.html",
            texts=texts,
            provenance=[statement for statement in provenance if statement is not None],
            figures={name: figure for name, figure in figures.items() if figure},
            told=_told(service.snapshot.contents),
            documents=documents(service),
            snapshot=service.snapshot,
            tongues=[tag for tag in languages_here() if tag not in LANGUAGES],
            ontology=ontology_version(service),
            dataset_iri=service.space.dataset,
            links=links,
        )
        return add(Response(page), links)

    return routes


def _figures(service: Service) -> dict[str, int | str]:
    """The figures of the build's checks, and of the graph."""
    snapshot = service.snapshot
    inferred = snapshot.graphs.get(service.space.graph_inferred, 0)
    counted: dict[str, int | str] = {"triples": snapshot.triples, "inferred": inferred, "graphs": len(snapshot.graphs)}
    return {**counted, **snapshot.figures, "canned queries": len(service.catalogue.queries)}


def _told(contents: Collection[str]) -> dict[str, str]:
    """The meaning of each figure, for a graph with such contents."""
    of_documents = {
        "graphs": _("named graphs: one for each document, the reference data, the ontology, what is inferred, the description"),
        "statements with a passage": _("statements with a record of the passages that say them"),
        "coverage": _("of the statements in the graphs of documents have a passage that says them"),
        "quotations": _("quotations, each held against the length, the order and the fingerprint of its document’s text"),
    }
    return {
        "triples": _("triples in the whole graph, each counted once"),
        "inferred": _("of them are inferred, and kept in a graph of their own"),
        "graphs": _("named graphs"),
        **(of_documents if Content.DOCUMENTS in contents else {}),
        "rules": _("rules that hold in the whole graph, else it would not have been built"),
        "shapes": _("shapes (SHACL) that every thing of a kind has, else it would not have been built"),
        "canned queries": _("ready-made questions, each at an address of its own"),
    }
