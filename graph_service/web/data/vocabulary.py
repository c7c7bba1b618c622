"""`/sparql/vocabulary`: classes and properties in use, with counts, labels and definitions, for an editor's autocompletion."""

from collections.abc import Mapping

from flask import Blueprint, Response, current_app

from graph_service.rdf.prefixes import prefixes
from graph_service.service.service import Service
from graph_service.service.vocabulary import UsedTerm
from graph_service.text.synonyms import GROUPS
from graph_service.web.http.languages import language_of_names
from graph_service.web.http.precomputed import content


def blueprint(service: Service) -> Blueprint:
    """The route `/sparql/vocabulary`."""
    routes = Blueprint("vocabulary", __name__)

    @routes.get("/sparql/vocabulary")
    def vocabulary() -> Response:
        return Response(content("vocabulary", lambda: _written(service), spoken=True), content_type="application/json")

    return routes


def _written(service: Service) -> str:
    vocabulary = {
        "prefixes": dict(prefixes()),
        "classes": [{**_entry(term), "properties": term.properties} for term in service.vocabulary.classes.values()],
        "properties": list(map(_entry, service.vocabulary.properties.values())),
        "synonyms": GROUPS,
    }
    return current_app.json.dumps(vocabulary) + "\n"


def _entry(term: UsedTerm) -> Mapping[str, object]:
    """A term with its label and definition in the language closest to the reader's (see `rdf.labels`), and its other names."""
    label, definition = term.label(language_of_names()), term.definition(language_of_names())
    also = sorted({name.value for name in (*term.labels, *term.also)} - {label})
    told = {"label": label, "definition": definition, "also": also, "ranges": term.ranges}
    return {"iri": term.iri, "count": term.count, **{key: value for key, value in told.items() if value}}
