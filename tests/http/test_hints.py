"""What finds nothing in this graph is told, while a query is written and beside a result that is empty."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from graph_service.errors import OutOfTime
from graph_service.service.emptiness import Emptiness
from graph_service.service.service import Service
from tests.conftest import Server

LC = "PREFIX lc: <https://w3id.org/labcoop/ns#> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> "


def hints(server: Server, query: str, language: str = "en") -> list[dict[str, Any]]:
    answer = server.ask(f"/sparql/hints?{urlencode({'query': query, 'lang': language})}")
    assert answer.status == 200
    return json.loads(answer.body)["hints"]  # type: ignore[no-any-return]


@pytest.mark.live
@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        # By spelling, by a word of the name, by a label in another language, by the class of its values, by a synonym.
        ("?x lc:worksNationalyIn ?y", "lc:worksNationallyIn"),
        ("?x a lc:Projet", "lc:Project"),
        ("?x lc:country ?y", "lc:hasDonorCountry"),
        ("?x a lc:Project ; lc:country ?y", "lc:worksNationallyIn"),
        ("?x lc:funder ?y", "lc:fundedBy"),
        ("?x lc:where ?y", "lc:locatedIn"),
        ("?x <http://elsewhere.example/begin> ?y", "lc:startYear"),
    ],
)
def test_a_term_that_is_not_used_leads_to_the_nearest_that_are(server: Server, name: str, nearest: str) -> None:
    (hint,) = hints(server, f"{LC}SELECT * {{ {name} }}")
    assert nearest in hint["proposals"]
    assert len(hint["proposals"]) <= 5


@pytest.mark.live
def test_a_hint_has_its_place_and_is_in_the_readers_language(server: Server) -> None:
    query = f'{LC}\nSELECT * {{\n  ?x rdfs:label "Tunisie"\n}}'
    (hint,) = hints(server, query, "fr")
    assert (hint["line"], hint["column"], hint["length"]) == (3, 17, 9)
    assert "étiquette de langue" in hint["sentence"]
    # The value is in the graph in this language, and in no other.
    assert hint["proposals"] == ['"Tunisie"@fr']


@pytest.mark.live
def test_an_empty_result_and_an_empty_column_say_why_without_scripts(server: Server) -> None:
    def page(query: str) -> str:
        return server.ask(f"/sparql?{urlencode({'query': LC + query})}", Accept="text/html").text

    empty = page("SELECT * { ?x a lc:Project ; lc:country ?y }")
    assert "lc:country is not used as a property in this graph." in empty
    assert "<code>lc:worksNationallyIn</code>" in empty
    assert "?lable never gets a value" in page("SELECT ?x ?lable { ?x a lc:Project ; rdfs:label ?label }")
    assert "is not used" in page("ASK { ?x lc:country ?y }")
    # Where nothing is lacking, nothing is told.
    assert 'class="notice hints"' not in page("SELECT ?x { ?x a lc:Project OPTIONAL { ?x lc:country ?y } }")


@pytest.mark.live
def test_without_a_query_there_is_nothing_to_look_at(server: Server) -> None:
    answer = server.ask("/sparql/hints")
    assert (answer.status, json.loads(answer.body)["parameter"]) == (400, "query")
    assert hints(server, "no query at all }}") == []


def test_canned_queries_have_nothing_to_be_told(service: Service) -> None:
    told = {
        name: [mistake.sentence for mistake in service.silent_mistakes(query.text)] for name, query in service.catalogue.queries.items()
    }
    assert {name: said for name, said in told.items() if said} == {}


@pytest.mark.parametrize(
    ("patterns", "part", "alone", "beside"),
    [
        ("?p a lc:Project ; lc:startYear 1850 .", "lc:startYear 1850", True, None),
        ("?p a lc:Project . ?p a lc:Country .", "?p a lc:Country", False, "?p a lc:Project"),
        ("?p a lc:Project ; rdfs:label ?n FILTER(?n = 'nobody') OPTIONAL { ?p lc:fundedBy ?f }", "FILTER(?n = 'nobody')", False, None),
        ("OPTIONAL { ?x lc:nothing ?y } ?p a lc:Project MINUS { ?p a ?c }", "MINUS { ?p a ?c }", False, None),
    ],
)
def test_the_first_part_with_which_nothing_is_left_is_the_cause(
    service: Service, patterns: str, part: str, alone: bool, beside: str | None
) -> None:
    text = f"{LC}SELECT * {{ {patterns} }}"
    cause = Emptiness(service.sparql).cause(text)
    assert cause is not None
    assert text[cause.element.start : cause.element.end] == part
    assert cause.alone == alone
    assert (text[cause.beside.start : cause.beside.end] if cause.beside else None) == beside


def test_a_query_of_which_all_parts_fit_has_no_cause_in_them(service: Service) -> None:
    assert Emptiness(service.sparql).cause(f"{LC}SELECT * {{ ?p a lc:Project }} LIMIT 0") is None


def test_the_cause_is_not_looked_for_beyond_its_time(service: Service) -> None:
    with pytest.raises(OutOfTime):
        Emptiness(service.sparql, seconds=0).cause("SELECT * { ?s ?p ?o }")


@pytest.mark.live
def test_the_cause_is_told_with_its_place(server: Server) -> None:
    query = f"{LC}\nSELECT * {{\n  ?p a lc:Project ;\n    lc:startYear 1850 .\n}}"
    answer = server.ask(f"/sparql/why-empty?{urlencode({'query': query, 'lang': 'es'})}")
    assert json.loads(answer.body) == {
        "sentence": "Línea 4: nada en el grafo corresponde a lc:startYear 1850, ni siquiera por sí solo.",
        "line": 4,
        "column": 5,
        "length": 17,
    }
    for query in ("SELECT * { ?s ?p", "SELECT", ""):
        assert server.ask(f"/sparql/why-empty?{urlencode({'query': query})}").status == 400


@pytest.mark.parametrize("query", ["", "SELECT", "{", "\0"])
def test_what_is_no_query_has_no_hints(server: Server, query: str) -> None:
    answer = server.ask(f"/sparql/hints?{urlencode({'query': query})}")
    assert (answer.status, json.loads(answer.body)) == (200, {"hints": []})
