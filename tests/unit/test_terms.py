"""Client text becomes terms of the wanted type, and a term is printed so that it reads back as itself."""

from decimal import Decimal

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_service.queries.types import PARAMETER_TYPES
from graph_service.rdf import terms
from graph_service.rdf.namespaces import XSD
from graph_service.rdf.prefixes import curie, prefixes

CHARACTERS = st.characters(exclude_categories=["Cs"])


@pytest.mark.parametrize(
    ("kind", "text", "value", "datatype"),
    [
        ("integer", " 42 ", "42", "integer"),
        ("integer", "-007", "-7", "integer"),
        ("decimal", "54600000", "54600000", "decimal"),
        ("decimal", "1.50", "1.50", "decimal"),
        ("decimal", "+1.", "1", "decimal"),
        ("decimal", ".5", "0.5", "decimal"),
        ("decimal", " 1000000000000000000000000000000000.01\n", "1000000000000000000000000000000000.01", "decimal"),
        ("boolean", "true ", "true", "boolean"),
        ("boolean", "0", "false", "boolean"),
        ("date", "2022-08-16", "2022-08-16", "date"),
        ("date", "2024-02-29", "2024-02-29", "date"),
        ("year", "2023", "2023", "integer"),
        ("string", "a 'b' \"c\"\n", "a 'b' \"c\"\n", "string"),
    ],
)
def test_text_becomes_a_typed_term(kind: str, text: str, value: str, datatype: str) -> None:
    assert PARAMETER_TYPES[kind].reads(text) == ox.Literal(value, datatype=ox.NamedNode(XSD + datatype))


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("integer", "4.2"),
        ("integer", "１２"),
        ("integer", ""),
        ("integer", "1_000"),
        ("integer", "\u00a01"),
        ("integer", 1001 * "1"),
        ("integer", 100_000 * "1"),
        ("decimal", "NaN"),
        ("decimal", "1_000"),
        ("decimal", "１２"),
        ("decimal", "٣"),
        ("decimal", "."),
        ("decimal", "1e3"),
        ("decimal", "1e50000000"),
        ("decimal", "1e-50000000"),
        ("decimal", "1E999999999999999999"),
        ("decimal", 1001 * "1"),
        ("decimal", "12,5"),
        ("boolean", "maybe"),
        ("boolean", "TRUE"),
        ("date", "2022-02-30"),
        ("date", "20220816"),
        ("date", "2022-W01-1"),
        ("date", "２０２２-08-16"),
        ("year", "23"),
        ("year", "２０２３"),
        ("lang-string", "Tunisie"),
        ("iri", "Canada"),
        ("iri", "http://a b"),
        ("iri", "http://a/> } #"),
        ("iri", ""),
    ],
)
def test_text_of_another_type_is_refused_with_what_is_wanted(kind: str, text: str) -> None:
    with pytest.raises(ValueError, match=r"\w") as error:
        PARAMETER_TYPES[kind].reads(text)
    assert "such as" in str(error.value) or text.startswith("http") or kind == "boolean"


@pytest.mark.parametrize(("text", "number"), [("1.5e6", "1500000"), (" -3", "-3"), ("1E999", "1E999"), (".5", "0.5")])
def test_a_number_is_read_in_any_of_its_forms(text: str, number: str) -> None:
    assert terms.number(text) == Decimal(number)


@pytest.mark.parametrize("text", ["INF", "NaN", "1e1000", "1e50000000", "1_0", "１", "1e", "", 1001 * "1"])
def test_no_number_is_made_of_anything_else(text: str) -> None:
    with pytest.raises(ValueError, match="a number such as"):
        terms.number(text)


def test_an_iri_may_be_given_in_full_in_brackets_or_short() -> None:
    full = "https://w3id.org/labcoop/id/place/CRI"
    assert {terms.iri(text).value for text in (full, f"<{full}>", "place:CRI", " place:CRI ")} == {full}


@pytest.mark.parametrize("iri", ["did:web:example.org:7", "info:doi/10.1/2", "tag:e.org,2024:x", "geo:1,2", "place:CRI", "urn:x:y"])
def test_in_brackets_an_absolute_iri_is_itself(iri: str) -> None:
    assert terms.iri(f"<{iri}>").value == iri
    assert terms.term(f"<{iri}>") == ox.NamedNode(iri)


def test_in_brackets_an_iri_is_absolute() -> None:
    with pytest.raises(ValueError, match="an absolute IRI"):
        terms.iri("<CRI>")


def test_a_lang_string_keeps_its_text_and_language() -> None:
    assert PARAMETER_TYPES["lang-string"].reads("a@b@fr") == ox.Literal("a@b", language="fr")


@given(st.text(CHARACTERS))
def test_a_printed_string_reads_back_as_itself(text: str) -> None:
    solutions = ox.Store().query(f"SELECT ?x {{ VALUES ?x {{ {terms.write(terms.Literal(text))} }} }}")
    assert isinstance(solutions, ox.QuerySolutions)
    assert [solution["x"] for solution in solutions] == [ox.Literal(text)]


@given(st.text(CHARACTERS))
def test_no_text_makes_an_iri_that_breaks_out(text: str) -> None:
    try:
        printed = terms.write(terms.iri(text))
    except ValueError:
        return
    solutions = ox.Store().query(f"SELECT ?x {{ VALUES ?x {{ {printed} }} }}")
    assert isinstance(solutions, ox.QuerySolutions)
    assert [str(solution["x"]) for solution in solutions] == [printed]


def test_no_prefix_is_a_part_of_two_names() -> None:
    assert len(set(prefixes().values())) == len(prefixes())
    assert curie("https://w3id.org/labcoop/vocab/sector/garment") == "sector:garment"
    assert curie("https://example.org/x") == "https://example.org/x"
