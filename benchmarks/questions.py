"""What the servers are asked, and whether they give the same answers."""

import json
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from urllib.parse import urlencode

from benchmarks.servers import Server
from graph_service.queries.catalogue import Catalogue
from graph_service.queries.parameters import Choice, Choices
from graph_service.rdf.namespaces import XSD
from graph_service.settings import bundled

_PREFIXES = "PREFIX lc: <https://w3id.org/labcoop/ns#> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> "

#: A canned query of this project, and the country that it is asked for.
_CANNED, _COUNTRY = "projects-by-country", "https://w3id.org/labcoop/id/place/c7"

ANALYTIC = {
    "things by class": "SELECT ?kind (COUNT(*) AS ?things) { ?thing a ?kind } GROUP BY ?kind",
    "projects by country and year": """SELECT ?country ?year (COUNT(DISTINCT ?project) AS ?projects) {
        ?project a lc:Project ; lc:startYear ?year ; lc:coversPlace ?country . ?country a lc:Country } GROUP BY ?country ?year""",
    "figures by donor": """SELECT ?donor (SUM(?value) AS ?people) { ?project a lc:Project ; lc:hasDonorCountry ?donor .
        ?activity lc:isPartOf ?project . ?figure lc:figureAbout ?activity ; lc:value ?value } GROUP BY ?donor""",
    "projects by region, by a path": """SELECT ?region (COUNT(DISTINCT ?project) AS ?projects) {
        ?project a lc:Project ; lc:takesPlaceIn/lc:locatedIn* ?region . ?region a lc:Region } GROUP BY ?region""",
    "groups reached together": """SELECT ?a ?b (COUNT(DISTINCT ?project) AS ?projects) { ?project a lc:Project ; lc:targetsGroup ?a, ?b
        FILTER(STR(?a) < STR(?b)) } GROUP BY ?a ?b ORDER BY DESC(?projects) ?a ?b LIMIT 20""",
}
ANALYTIC = {name: _PREFIXES + text for name, text in ANALYTIC.items()}

EXPORT = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"

#: Runs for hours on a graph of some size.
RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(?a != ?i) }"

#: Numbers may be written in more than one way.
_NUMBERS = frozenset(XSD + name for name in ("integer", "decimal", "double", "float", "int", "long", "nonNegativeInteger"))


def canned_text() -> str:
    """The SPARQL text of the canned query with its argument in place."""
    query = Catalogue.read([bundled("queries")])[_CANNED]
    return query.bind({"country": [_COUNTRY]}, lambda _: Choices([Choice(_COUNTRY, ())]))


def canned_path(server: Server) -> str:
    """Where a server answers the canned query."""
    if server.name == "this service":
        return f"/queries/{_CANNED}.json?" + urlencode({"country": _COUNTRY})
    return server.query + urlencode({"": canned_text()}).removeprefix("=")


def compare(server: Server, against: Server, texts: Sequence[str]) -> None:
    """Raises SystemExit if two servers do not give the same answers to some queries, by value and whatever the order of rows."""
    for text in texts:
        found, expected = _rows(server.ask(text)), _rows(against.ask(text))
        if found != expected:
            differing = list(((found - expected) | (expected - found)).items())[:3]
            raise SystemExit(f"{server.name} and {against.name} give different answers to {text}: {differing}")


def _rows(content: bytes) -> Counter[frozenset[tuple[str, str]]]:
    bindings = json.loads(content)["results"]["bindings"]
    return Counter(frozenset((name, _value(term)) for name, term in row.items()) for row in bindings)


def _value(term: dict[str, str]) -> str:
    if term.get("datatype") in _NUMBERS:
        try:
            return str(Decimal(term["value"]).normalize())
        except InvalidOperation:
            pass
    return "_" if term["type"] == "bnode" else term["value"]
