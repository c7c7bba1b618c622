"""SERVICE on the wire: one service asks another that its settings list, says that it does, and keeps no such answer."""

import json
from collections.abc import Callable
from urllib.parse import urlencode

import pytest

from tests.conftest import Server

pytestmark = pytest.mark.live

QUERY = """PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?label { VALUES ?thing { <https://w3id.org/labcoop/id/organisation/ilo> }
  SERVICE <%s> { ?thing rdfs:label ?label FILTER(LANG(?label) = 'fr') } }"""
FEATURE = "http://www.w3.org/ns/sparql-service-description#BasicFederatedQuery"


@pytest.fixture(scope="module")
def federated(start: Callable[..., Server], server: Server) -> Server:
    """A service over nothing of its own, which may ask the one over the project's graph."""
    return start("--service-hosts", server.url.removeprefix("http://"), "--data", "none", "--ontology", "none", "--queries", "none")


def test_a_service_asks_another_and_its_answer_is_never_kept(federated: Server, server: Server) -> None:
    for accept in ("application/sparql-results+json", "text/html"):
        answer = federated.ask("/sparql?" + urlencode({"query": QUERY % server.sparql}), Accept=accept)
        assert answer.status == 200
        assert "Organisation internationale du Travail" in answer.text
        assert "no-store" in answer.headers["cache-control"]
        assert "etag" not in answer.headers


def test_only_a_service_that_may_ask_others_says_so(federated: Server, server: Server) -> None:
    assert FEATURE in federated.ask("/sparql", Accept="application/n-triples").text
    assert FEATURE not in server.ask("/sparql", Accept="application/n-triples").text


def test_a_host_that_is_not_listed_is_refused_by_name(federated: Server, server: Server) -> None:
    for asked, url in (
        (federated, federated.sparql),
        (server, server.sparql),
        (federated, server.sparql.replace("127.0.0.1", "localhost")),
    ):
        answer = asked.ask("/sparql?" + urlencode({"query": QUERY % url}))
        assert answer.status == 403
        assert json.loads(answer.body)["keyword"] == "SERVICE"
