"""`/sparql/vocabulary`: classes and properties in use, with counts, labels and definitions, for an editor's autocompletion.

VoID has the same for each graph; this is counted over the default graph, where inferred classes have the properties that documents state.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from flask import Blueprint, Response, current_app

from graph_service.engine.result import Query
from graph_service.rdf import terms
from graph_service.rdf.labels import DESCRIPTIONS, LABELS, distance
from graph_service.rdf.prefixes import prefixes
from graph_service.rdf.terms import Literal, NamedNode
from graph_service.service.service import Service
from graph_service.web.http.languages import language_of_names
from graph_service.web.http.precomputed import content

_CLASSES = "SELECT ?class (COUNT(DISTINCT ?thing) AS ?count) WHERE { ?thing a ?class FILTER(isIRI(?class)) } GROUP BY ?class"

_PROPERTIES = "SELECT ?property (COUNT(*) AS ?count) WHERE { ?thing ?property ?value } GROUP BY ?property"

_USE = """
SELECT ?class ?property (COUNT(*) AS ?count) WHERE {
  ?thing a ?class ; ?property ?value
  FILTER(isIRI(?class))
} GROUP BY ?class ?property"""

_KEYS = {**dict.fromkeys(LABELS, "label"), **dict.fromkeys(DESCRIPTIONS, "definition")}

_WORDS = f"""
SELECT ?term ?key ?text WHERE {{{{
  VALUES (?property ?key) {{{{ {" ".join(f'(<{property}> "{key}")' for property, key in _KEYS.items())} }}}}
  VALUES ?term {{{{ {{terms}} }}}}
  ?term ?property ?text
}}}}"""


def blueprint(service: Service) -> Blueprint:
    """The route `/sparql/vocabulary`."""
    routes = Blueprint("vocabulary", __name__)

    @routes.get("/sparql/vocabulary")
    def vocabulary() -> Response:
        return Response(content("vocabulary", lambda: _written(service), spoken=True), content_type="application/json")

    return routes


def _written(service: Service) -> str:
    classes, properties = _counts(service, _CLASSES), _counts(service, _PROPERTIES)
    words = _words(service, [*classes, *properties])
    use: dict[str, dict[str, int]] = defaultdict(dict)
    for kind, property, count in service.sparql(Query(_USE)).rows():
        if isinstance(kind, NamedNode) and isinstance(property, NamedNode) and isinstance(count, Literal):
            use[kind.value][property.value] = int(count.value)
    vocabulary = {
        "prefixes": dict(prefixes()),
        "classes": [{**entry, "properties": use[str(entry["iri"])]} for entry in _entries(classes, words)],
        "properties": _entries(properties, words),
    }
    return current_app.json.dumps(vocabulary) + "\n"


def _counts(service: Service, text: str) -> dict[str, int]:
    """IRI -> count, most frequent first."""
    rows = service.sparql(Query(text)).rows()
    found = {iri.value: int(count.value) for iri, count in rows if isinstance(iri, NamedNode) and isinstance(count, Literal)}
    return dict(sorted(found.items(), key=lambda entry: (-entry[1], entry[0])))


def _entries(counts: Mapping[str, int], words: Mapping[str, Mapping[str, str]]) -> list[dict[str, object]]:
    return [{"iri": iri, "count": count, **words.get(iri, {})} for iri, count in counts.items()]


def _words(service: Service, iris: Iterable[str]) -> dict[str, dict[str, str]]:
    """IRI -> `label` and `definition` in the language closest to the reader's (see `rdf.labels`)."""
    text = _WORDS.format(terms=" ".join(terms.write(NamedNode(iri)) for iri in iris))
    best: dict[tuple[str, str], tuple[int, str]] = {}
    for term, key, words in service.sparql(Query(text)).rows():
        if isinstance(term, NamedNode) and isinstance(key, Literal) and isinstance(words, Literal):
            candidate = distance(words.language, language_of_names()), words.value
            place = (term.value, key.value)
            best[place] = min(best.get(place, candidate), candidate)
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for (iri, part), (_, chosen) in best.items():
        found[iri][part] = chosen
    return found
