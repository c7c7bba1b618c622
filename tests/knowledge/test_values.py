"""When two literals are one value: a table of pairs over every datatype of the OWL 2 map, and those beyond it."""

import pyoxigraph as ox
import pytest

from graph_service.rdf.terms import Literal
from graph_service.reasoning.datatype_values import differ, value_of

XSD = "http://www.w3.org/2001/XMLSchema#"


def literal(text: str) -> ox.Literal:
    """`"1"^^integer` is short for the datatype in full."""
    lexical, _, kind = text.rpartition("^^")
    if not kind or '"' in kind:
        value, _, language = text[1:].rpartition('"')
        return Literal(value, language=language[1:]) if language else Literal(value)
    iri = {"rational": "http://www.w3.org/2002/07/owl#rational", "PlainLiteral": "http://www.w3.org/1999/02/22-rdf-syntax-ns#PlainLiteral"}
    return Literal(lexical[1:-1], datatype=ox.NamedNode(iri.get(kind, kind if ":" in kind else XSD + kind)))


SAME = [
    ('"1"^^integer', '"01"^^integer'),
    ('"1"^^integer', '"+1"^^byte'),
    ('"1"^^integer', '"1.0"^^decimal'),
    ('"-0"^^integer', '"0"^^unsignedInt'),
    ('"0.5"^^decimal', '"1/2"^^rational'),
    ('"2/4"^^rational', '"1 / 2"^^rational'),
    ('"123456789012345678901234567890.1"^^decimal', '"123456789012345678901234567890.10"^^decimal'),
    ('"1"^^double', '"1.0E0"^^double'),
    ('"INF"^^double', '"+INF"^^double'),
    ('"1e400"^^double', '"INF"^^double'),
    ('"NaN"^^double', '"NaN"^^double'),
    ('"0.1"^^float', '"0.100000001"^^float'),
    ('"1e39"^^float', '"INF"^^float'),
    ('"abc"', '"abc"^^token'),
    ('"abc"', '" abc "^^token'),
    ('"a b"', '"a\tb"^^normalizedString'),
    ('"en"^^language', '"en"^^NCName'),
    ('"abc"', '"abc@"^^PlainLiteral'),
    ('"abc"@en', '"abc@en"^^PlainLiteral'),
    ('"abc"@en-GB', '"abc"@EN-gb'),
    ('"true"^^boolean', '" 1 "^^boolean'),
    ('"0f"^^hexBinary', '"0F"^^hexBinary'),
    ('"AQID"^^base64Binary', '"AQ ID"^^base64Binary'),
    ('"http://e/"^^anyURI', '" http://e/ "^^anyURI'),
    ('"2020-01-01T00:00:00Z"^^dateTime', '"2020-01-01T00:00:00+00:00"^^dateTime'),
    ('"2020-01-01T00:00:00Z"^^dateTimeStamp', '"2020-01-01T00:00:00Z"^^dateTime'),
    ('"2019-12-31T24:00:00Z"^^dateTime', '"2020-01-01T00:00:00Z"^^dateTime'),
    ('"2020-02-28T24:00:00"^^dateTime', '"2020-02-29T00:00:00"^^dateTime'),
    ('"2020-01-01T00:00:00.1"^^dateTime', '"2020-01-01T00:00:00.1000"^^dateTime'),
    ('"12020-01-01T00:00:00Z"^^dateTime', '"12020-01-01T00:00:00-00:00"^^dateTime'),
    ('"1607Z"^^gYear', '"1607+00:00"^^gYear'),
    ('"2020-05Z"^^gYearMonth', '"2020-05-00:00"^^gYearMonth'),
    ('"24:00:00"^^time', '"00:00:00"^^time'),
    ('"P1Y"^^duration', '"P12M"^^yearMonthDuration'),
    ('"PT36H"^^duration', '"P1DT12H"^^dayTimeDuration'),
]

DIFFERENT = [
    ('"1"^^integer', '"2"^^integer'),
    ('"123456789012345678901234567890"^^integer', '"123456789012345678901234567891"^^integer'),
    ('"1"^^integer', '"1"^^double'),
    ('"1"^^double', '"1"^^float'),
    ('"1"^^integer', '"1"'),
    ('"0"^^double', '"-0"^^double'),
    ('"NaN"^^double', '"INF"^^double'),
    ('"0.1"^^double', '"0.100000001"^^double'),
    ('"abc"', '" abc"'),
    ('"abc"', '"abc"@en'),
    ('"abc"@en', '"abc"@fr'),
    ('"http://e/"', '"http://e/"^^anyURI'),
    ('"true"^^boolean', '"1"^^integer'),
    ('"0F"^^hexBinary', '"Dw=="^^base64Binary'),
    # One instant at two offsets is equal, and not identical.
    ('"2020-01-01T12:00:00Z"^^dateTime', '"2020-01-01T13:00:00+01:00"^^dateTime'),
    ('"2020-01-01T12:00:00"^^dateTime', '"2020-01-01T12:00:00Z"^^dateTime'),
    ('"2020-01-01T00:00:00.0000001"^^dateTime', '"2020-01-01T00:00:00.0000002"^^dateTime'),
    ('"2020-01-01"^^date', '"2020-01-01T00:00:00"^^dateTime'),
    ('"1607"^^gYear', '"1607Z"^^gYear'),
    ('"2020"^^gYear', '"2020"^^integer'),
    ('"P1M"^^duration', '"P30D"^^duration'),
]

#: Not of their datatype, or of one of which nothing is known.
UNKNOWN = [
    *(
        '"a"^^integer',
        '"1.5"^^integer',
        '"1_0"^^integer',
        '"１"^^integer',
        '"1/0"^^rational',
        '"TRUE"^^boolean',
        '"0"^^hexBinary',
        '"="^^base64Binary',
    ),
    *('"2020-02-30T00:00:00Z"^^dateTime', '"2020-01-01T24:00:01Z"^^dateTime', '"2020-01-01T00:00:00"^^dateTimeStamp', '"20-01-01"^^date'),
    *(
        '"2020-01-01T00:00:00+14:01"^^dateTime',
        '"P"^^duration',
        '"PT"^^duration',
        '"abc"^^PlainLiteral',
        '"x"^^http://e/type',
        '"--02-30"^^gMonthDay',
    ),
    *('"nan"^^double', '"infinity"^^double', '"02020"^^gYear'),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_two_texts_of_one_value_do_not_differ(one: str, other: str) -> None:
    assert value_of(literal(one)) is not None
    assert value_of(literal(one)) == value_of(literal(other))
    assert not differ(literal(one), literal(other))


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_two_values_differ(one: str, other: str) -> None:
    assert differ(literal(one), literal(other))
    assert differ(literal(other), literal(one))


@pytest.mark.parametrize("text", UNKNOWN)
def test_of_what_is_no_value_nothing_is_held(text: str) -> None:
    assert value_of(literal(text)) is None
    assert not differ(literal(text), literal('"1"^^integer'))


def test_a_text_that_stands_for_a_huge_number_takes_no_time() -> None:
    assert value_of(literal(f'"{"9" * 20_000}"^^integer')) is None
