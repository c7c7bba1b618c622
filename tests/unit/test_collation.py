"""The order of names: by letters first, then by accents and case."""

from hypothesis import given
from hypothesis import strategies as st

from graph_service.sparql.paging import Select, in_reading_order
from graph_service.text.collation import collation_key


def test_names_stand_where_people_look_for_them() -> None:
    names = ["Zambia", "États", "Africa", "ASEAN", "Ecuador", "Œuvre", "Côte d’Ivoire", "Costa Rica", "cote", "Cote"]
    expected = ["Africa", "ASEAN", "Costa Rica", "Cote", "cote", "Côte d’Ivoire", "Ecuador", "États", "Œuvre", "Zambia"]
    assert sorted(names, key=collation_key) == expected


@given(st.text(), st.text())
def test_two_texts_have_one_key_only_if_they_are_one(one: str, other: str) -> None:
    assert (collation_key(one) == collation_key(other)) == (one == other)


def test_only_names_in_the_outermost_order_are_put_so() -> None:
    text = "SELECT ?a ?a_label { { SELECT ?a ?a_label { ?a ?p ?a_label } ORDER BY ?a_label } } ORDER BY DESC(?a_label) ?a"
    ordered = in_reading_order(text)
    assert ordered.count("collation-key") == 1
    assert Select.read(ordered).order == ["a_label", "a"]
    assert in_reading_order("SELECT ?a { ?a ?p ?o } ORDER BY ?a") == "SELECT ?a { ?a ?p ?o } ORDER BY ?a"
