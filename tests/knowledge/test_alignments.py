"""What the alignments with other vocabularies add: the types and relations their readers look for, and no harm."""

import pyoxigraph as ox
import pytest

from graph_service.snapshot.snapshot import Snapshot
from tests.conftest import SPACE

PREFIXES = """
    PREFIX cv: <http://data.europa.eu/m8g/> PREFIX dcterms: <http://purl.org/dc/terms/> PREFIX foaf: <http://xmlns.com/foaf/0.1/>
    PREFIX frapo: <http://purl.org/cerif/frapo/> PREFIX lc: <https://w3id.org/labcoop/ns#> PREFIX org: <http://www.w3.org/ns/org#>
    PREFIX owl: <http://www.w3.org/2002/07/owl#> PREFIX prov: <http://www.w3.org/ns/prov#>
    PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
    PREFIX organisation: <https://w3id.org/labcoop/id/organisation/> PREFIX project: <https://w3id.org/labcoop/id/project/>
    PREFIX passage: <https://w3id.org/labcoop/id/passage/> PREFIX place: <https://w3id.org/labcoop/id/place/>
    PREFIX document: <https://w3id.org/labcoop/id/document/> PREFIX group: <https://w3id.org/labcoop/vocab/beneficiary-group/>
"""


@pytest.fixture(scope="module")
def store(snapshot: Snapshot) -> ox.Store:
    store = ox.Store()
    store.bulk_extend(snapshot.quads())
    return store


def ask(store: ox.Store, pattern: str) -> bool:
    return bool(store.query(f"{PREFIXES} ASK {{ {pattern} }}", use_default_graph_as_union=True))


@pytest.mark.parametrize(
    "triple",
    [
        "organisation:ircc a org:Organization , prov:Agent , foaf:Agent , cv:PublicOrganisation",
        "organisation:esdc-labour-program a org:OrganizationalUnit",
        "organisation:esdc-labour-program org:subOrganizationOf organisation:esdc",
        "organisation:esdc-labour-program org:transitiveSubOrganizationOf organisation:government-of-canada",
        "project:fair-recruitment-central-america a foaf:Project , prov:Activity",
        "project:fair-recruitment-central-america frapo:isFundedBy organisation:ircc",
        "organisation:ircc frapo:funds project:fair-recruitment-central-america",
        "project:triangle-in-asean prov:wasAssociatedWith organisation:gac",
        "project:fair-recruitment-central-america dcterms:spatial place:CRI , place:central-america",
        "project:triangle-in-asean dcterms:audience group:migrant-workers",
        "place:CRI a dcterms:Location",
        "passage:brochure-2023-title prov:wasQuotedFrom document:brochure-2023",
        "document:brochure-2023 a prov:Entity",
    ],
)
def test_readers_of_other_vocabularies_find(store: ox.Store, triple: str) -> None:
    assert ask(store, triple)


@pytest.mark.parametrize(
    "pattern",
    [
        "?thing a prov:Activity , prov:Entity",
        "?thing a foaf:Project , org:Organization",
        "?one owl:sameAs ?other FILTER (?one != ?other)",
        "?project a lc:Project ; a org:Organization",
        "?process a lc:RegionalProcess ; a org:Organization",
        "?country a lc:Country ; a prov:Agent",
        "?concept <http://www.w3.org/2004/02/skos/core#relatedMatch> ?goal ; a ?type . ?goal a ?other",
    ],
)
def test_nothing_becomes_what_it_is_not(store: ox.Store, pattern: str) -> None:
    assert not ask(store, pattern)


def test_nothing_that_is_only_inferred_has_evidence(store: ox.Store) -> None:
    rows = store.query(
        PREFIXES
        + f"""SELECT ?s ?p ?o WHERE {{
            ?record a lc:SourcedStatement ; rdf:subject ?s ; rdf:predicate ?p ; rdf:object ?o .
            FILTER NOT EXISTS {{ GRAPH ?graph {{ ?s ?p ?o }} FILTER (?graph != <{SPACE.graph_inferred}>) }}
        }}""",
        use_default_graph_as_union=True,
    )
    assert list(rows) == []  # type: ignore[arg-type]
    assert not ask(store, f"GRAPH <{SPACE.graph_inferred}> {{ ?thing lc:evidence ?passage }}")
