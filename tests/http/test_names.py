"""Wherever a canned query asks for a thing, it takes its IRI, short name, key, name or acronym, in any of the languages."""

import json

import pytest

from tests.conftest import Server

pytestmark = pytest.mark.live


@pytest.mark.parametrize(
    ("query", "exact", "called"),
    [
        ("framework-members", "body=framework:mirps", ["body=MIRPS", "body=mirps"]),
        ("statements", "thing=framework:mirps", ["thing=MIRPS", "thing=Comprehensive+Regional+Protection+and+Solutions+Framework"]),
        ("statements", "thing=place:CRI", ["thing=CRI", "thing=Costa+Rica", "thing=costa+rica"]),
        ("statements", "thing=standard:C029", ["thing=C029"]),
        ("ratifications", "category=category:governance", ["category=governance", "category=de+gouvernance", "category=de+gobernanza"]),
        ("organisation-projects", "organisation=organisation:ilo", ["organisation=OIT", "organisation=oit", "organisation=ILO"]),
        ("causes", "thing=activity:ukraine-reprogramming", ["thing=ukraine-reprogramming"]),
    ],
)
def test_a_thing_may_be_given_by_what_it_is_called(server: Server, query: str, exact: str, called: list[str]) -> None:
    wanted = server.ask(f"/queries/{query}?{exact}", Accept="text/csv")
    assert wanted.status == 200
    for given in called:
        answer = server.ask(f"/queries/{query}?{given}", Accept="text/csv")
        assert (answer.status, answer.text) == (200, wanted.text), given


def test_several_things_of_one_name_are_offered(server: Server) -> None:
    answer = server.ask("/queries/statements?thing=agenda", Accept="application/json")
    problem = json.loads(answer.body)
    assert answer.status == 422
    assert len(problem["allowed"]) > 1
    for choice in problem["allowed"]:
        assert server.ask(f"/queries/statements?thing={choice}", Accept="text/csv").status == 200


def test_what_nothing_is_called_is_refused_with_what_would_do(server: Server) -> None:
    problem = json.loads(server.ask("/queries/statements?thing=Atlantis", Accept="application/json").body)
    assert (problem["status"], problem["parameter"]) == (422, "thing")
    assert "what a thing is called" in problem["detail"]
