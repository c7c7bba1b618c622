"""Images of a thing that the graph links to: shown if their host is allowed, else only links."""

from collections.abc import Collection
from urllib.parse import urlsplit

from graph_service.engine.result import Query
from graph_service.rdf import terms
from graph_service.rdf.terms import Literal, NamedNode
from graph_service.service.service import Service

#: The most images that are shown.
_SHOWN = 3

#: The image is the value itself, or the content of the value (schema.org's ImageObject, ActivityStreams' Image).
_DEPICTIONS = """
PREFIX as: <https://www.w3.org/ns/activitystreams#>
PREFIX dbo: <http://dbpedia.org/ontology/>
PREFIX edm: <http://www.europeana.eu/schemas/edm/>
PREFIX foaf: <http://xmlns.com/foaf/0.1/>
PREFIX s: <http://schema.org/>
PREFIX schema: <https://schema.org/>
SELECT DISTINCT ?picture ?content WHERE {{
  {thing} foaf:depiction|foaf:img|foaf:logo|schema:image|s:image|schema:logo|s:logo|dbo:thumbnail|edm:object|as:image|as:icon ?picture .
  OPTIONAL {{ ?picture schema:contentUrl|s:contentUrl|schema:url|s:url|as:url ?content }}
}} ORDER BY ?picture ?content"""


def depictions(service: Service, iri: str, hosts: Collection[str]) -> list[str]:
    """The addresses of a thing's images that pages may load: https, from an allowed host."""
    rows = service.sparql(Query(_DEPICTIONS.format(thing=terms.write(NamedNode(iri))))).rows() if hosts else iter(())
    addresses = dict.fromkeys(term.value for row in rows for term in row if isinstance(term, NamedNode | Literal))
    return [address for address in addresses if _may_load(address, hosts)][:_SHOWN]


def _may_load(address: str, hosts: Collection[str]) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme.lower() == "https" and parts.netloc.lower() in hosts
