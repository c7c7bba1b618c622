"""JSON-LD answers are short, by a context that is served with them, and mean what the other formats say."""

import json
import re
from typing import Any

import pytest
import rdflib
from pyld import jsonld
from rdflib.compare import isomorphic

from tests.conftest import Server

pytestmark = pytest.mark.live

CONSTRUCT = "/sparql?query=CONSTRUCT%20WHERE%20%7B%20%3Chttps%3A%2F%2Fw3id.org%2Flabcoop%2Fid%2Fplace%2FCRI%3E%20%3Fp%20%3Fo%20%7D"


def loader(server: Server) -> Any:
    """Fetches contexts from the service under test and from nowhere else."""

    def load(url: str, options: object) -> dict[str, Any]:
        assert url.startswith(server.url), url
        answer = server.ask(url.removeprefix(server.url))
        assert (answer.status, answer.headers["content-type"]) == (200, "application/ld+json")
        return {"contentType": "application/ld+json", "contextUrl": None, "documentUrl": url, "document": json.loads(answer.body)}

    return load


@pytest.mark.parametrize(
    "path", ["/data/organisation/ilo", "/data/place/CRI", "/vocab/status", "/graph/reference", "/ns", "/catalog", CONSTRUCT]
)
def test_another_implementation_reads_the_same_triples_from_it(server: Server, path: str) -> None:
    answer = server.ask(path, Accept="application/ld+json")
    document = json.loads(answer.body)
    assert re.fullmatch(rf"{server.url}/context/[0-9a-f]+\.jsonld", document["@context"])
    quads = jsonld.to_rdf(document, {"documentLoader": loader(server), "format": "application/n-quads"})
    read = rdflib.Graph().parse(data=quads, format="nt")
    assert isomorphic(read, rdflib.Graph().parse(data=server.ask(path, Accept="application/n-triples").text, format="nt"))


def test_names_are_by_language_and_things_by_short_names(server: Server) -> None:
    document = json.loads(server.ask("/data/place/CRI.jsonld").body)
    (place,) = [node for node in document["@graph"] if node["id"] == "place:CRI"]
    assert place["label"]["fr"] == ["Costa Rica"]
    assert "Country" in place["type"]
    assert all(isinstance(value, str) for value in place["locatedIn"])
    assert len({node["id"] for node in document["@graph"]}) == len(document["@graph"])


def test_a_context_has_an_address_that_never_changes_what_it_says(server: Server) -> None:
    latest = server.ask("/context.jsonld")
    versioned = server.ask(latest.headers["content-location"])
    assert versioned.body == latest.body
    assert "immutable" in versioned.headers["cache-control"]
    assert json.loads(latest.body)["@context"]["@version"] == 1.1
    assert server.ask("/context/000000000000.jsonld").status == 410


def test_a_client_that_wants_it_expanded_gets_it_expanded(server: Server) -> None:
    accept = 'application/ld+json;profile="http://www.w3.org/ns/json-ld#expanded"'
    document = json.loads(server.ask("/data/place/CRI", Accept=accept).body)
    assert isinstance(document, list)
    assert "@id" in document[0]


@pytest.mark.parametrize("name", ["compacted", "flattened", "expanded"])
def test_the_profile_that_is_asked_for_is_given_and_named(server: Server, name: str) -> None:
    profile = f"http://www.w3.org/ns/json-ld#{name}"
    answer = server.ask("/data/place/CRI", Accept=f'application/ld+json;profile="{profile}"')
    assert answer.headers["content-type"].startswith('application/ld+json;profile="')
    assert profile in answer.headers["content-type"]
    assert f"<{profile}>" in answer.headers["content-profile"]
    assert f'<{profile}>; rel="profile"' in answer.headers["link"]
    document = json.loads(answer.body)
    nodes = document if name == "expanded" else document["@graph"]
    assert ("@context" in document) is (name != "expanded")
    ids = [node["@id" if name == "expanded" else "id"] for node in nodes]
    # Flat: each node once, and none inside another.
    assert name == "expanded" or len(ids) == len(set(ids))


def test_plain_json_leads_to_the_context_that_makes_it_linked_data(server: Server) -> None:
    answer = server.ask("/data/place/CRI", Accept="application/json")
    assert answer.headers["content-type"] == "application/json"
    link = re.search(r'<([^>]*)>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld\+json"', answer.headers["link"])
    assert link
    assert "@context" in json.loads(server.ask(link[1].removeprefix(server.url)).body)
    both = server.ask("/data/place/CRI", Accept="application/ld+json, application/json;q=0.5")
    assert both.headers["content-type"] == "application/ld+json"
    assert "json-ld#context" not in both.headers["link"]
