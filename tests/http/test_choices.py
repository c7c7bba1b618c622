"""What a form offers has an answer, says of how many rows, and can be sent as it stands; so can the examples of the OpenAPI document."""

import json
import re
from html import unescape

import pytest

from graph_service.service.service import Service
from tests.conftest import Server, catalogue

pytestmark = pytest.mark.live

#: The parameters of canned queries that are chosen from a list, with the query's name.
LISTED = [
    (query.name, parameter.name)
    for query in catalogue().queries.values()
    for parameter in query.parameters.values()
    if parameter.listed is not None and query.form == "SELECT"
]

#: So many choices of each list are asked one by one, spread over it.
ASKED = 12


def offered(page: str, name: str) -> dict[str, str]:
    """What a form offers for a parameter: value -> text."""
    select = re.search(rf'<select id="p-{name}".*?</select>', page, re.DOTALL)
    assert select is not None
    return {value: unescape(text) for value, text in re.findall(r'<option value="([^"]+)"[^>]*>(.*?)</option>', select[0])}


@pytest.mark.parametrize(("query", "parameter"), LISTED, ids=[" ".join(pair) for pair in LISTED])
def test_a_choice_is_said_to_have_as_many_rows_as_its_answer(service: Service, query: str, parameter: str) -> None:
    canned = service.catalogue[query]
    told = service.canned.answered(canned, canned.parameters[parameter], {})
    assert told, "nothing to choose has an answer"
    choices = [choice.iri for choice in service.canned.choices(canned.parameters[parameter].listed or "")]
    for iri in choices[:: max(1, len(choices) // ASKED)]:
        assert told.get(iri, 0) == service.canned.count(service.canned.bind(canned, {parameter: [iri]})), iri


def test_a_form_offers_what_has_an_answer_with_its_number_of_rows(server: Server) -> None:
    page = server.ask("/queries/contributions", Accept="text/html").text
    assert offered(page, "contributor") == {"place:CAN": "Canada (4)"}
    # With the other values that are chosen, and what is chosen itself stays.
    asked = "/queries/project-activities?project=project:triangle-in-asean"
    everything = offered(server.ask("/queries/project-activities", Accept="text/html").text, "type")
    kinds = offered(server.ask(asked, Accept="text/html").text, "type")
    assert 0 < len(kinds) < len(everything)
    assert set(kinds) < set(everything)
    other = min(set(everything) - set(kinds))
    assert offered(server.ask(f"{asked}&type={other}", Accept="text/html").text, "type")[other].endswith(" (0)")


def test_a_wrong_value_leaves_the_lists_as_they_are(server: Server) -> None:
    answer = server.ask("/queries/project-activities?type=nothing", Accept="text/html")
    assert answer.status == 422
    assert offered(answer.text, "project")


def test_a_field_shows_its_default(server: Server) -> None:
    page = server.ask("/queries/framework-members", Accept="text/html").text
    assert re.search(r'<input type="date" id="p-date"[^>]* value="2023-06-30"', page)
    listed = json.loads(server.ask("/queries").text)["queries"]
    defaults = {parameter["name"]: parameter["default"] for query in listed for parameter in query["parameters"]}
    assert defaults["date"] == "2023-06-30"
    assert not any(value and '"' in value for value in defaults.values())


def test_examples_of_the_openapi_document_are_of_their_own_lists(server: Server) -> None:
    seen = 0
    for path in json.loads(server.ask("/openapi.json").text)["paths"].values():
        for parameter in path.get("get", {}).get("parameters", []):
            schema = parameter.get("schema", {})
            schema = schema.get("items", schema)
            for example in parameter.get("examples", {}).values():
                value = example["value"]
                for one in value if isinstance(value, list) else [value]:
                    assert one in schema.get("enum", [one]), (parameter["name"], one)
                    assert schema.get("format") != "iri" or ":" in str(one), (parameter["name"], one)
                    seen += 1
    assert seen > 50
