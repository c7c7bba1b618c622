"""Graphs and tables in every format: what is written is read again as it was, term by term, or refused with what cannot be written."""

import io
import re
import xml.etree.ElementTree as ET
from typing import Any

import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import given, settings
from hypothesis import strategies as st

from graph_service.errors import NotAcceptable
from graph_service.formats.media_types import GRAPH_FORMATS, TABLE_FORMATS, Format, named
from graph_service.formats.rdf_writer import stream_triples, write_triples
from graph_service.formats.results import write_answer
from graph_service.rdf.namespaces import XSD
from graph_service.rdf.terms import write

EX = "http://example.org/"
RDF_XML = named("rdf", GRAPH_FORMATS)
JSON_LD = named("jsonld", GRAPH_FORMATS)
N3 = named("n3", GRAPH_FORMATS)
SPARQL_XML = named("xml", TABLE_FORMATS)

#: Formats of tables that hold all of a term.
LOSSLESS = [format for format in TABLE_FORMATS if format.name != "csv"]

#: What has brought writers into trouble: characters XML has not, ends of lines, marks, letters that Python takes for parts of names.
HOSTILE = st.text(
    st.one_of(
        st.sampled_from("\x00\x01\x08\t\n\x0b\r\x1f \x7f\x85  ￾￿<>&\"'\\²º·:-_.ab0é\U0001f600]"), st.characters(exclude_categories=["Cs"])
    ),
    max_size=12,
)
LOCAL = st.text(st.sampled_from("abc012²º·-_.:éß़٠ª~"), min_size=1, max_size=5)
IRI = st.one_of(
    LOCAL.map(lambda name: EX + name),
    LOCAL.map(lambda name: f"urn:x:{name}"),
    st.sampled_from(
        ["person:alice", "did:web:example.org:7", "info:doi/10.1/2", "tag:e.org,2024:x", "geo:1,2", "mailto:a@b.c", EX + "?a=1&b=2"]
    ),
).map(ox.NamedNode)
LITERAL = st.one_of(
    HOSTILE.map(ox.Literal),
    st.builds(lambda text, tag: ox.Literal(text, language=tag), HOSTILE, st.sampled_from(["en", "fr-ca", "zh-hans"])),
    st.builds(
        lambda text, way: ox.Literal(text, language="ar", direction=way),
        HOSTILE,
        st.sampled_from([ox.BaseDirection.LTR, ox.BaseDirection.RTL]),
    ),
    st.builds(lambda text, kind: ox.Literal(text, datatype=ox.NamedNode(kind)), HOSTILE, st.sampled_from([EX + "type", XSD + "date"])),
    st.sampled_from(["0042", "+1", "12.50", "1", "true"]).map(lambda text: ox.Literal(text, datatype=ox.NamedNode(XSD + "integer"))),
)
TERM = st.one_of(IRI, LITERAL)
TRIPLE = st.builds(ox.Triple, IRI, IRI, TERM)
NESTED = st.recursive(TRIPLE, lambda inner: st.builds(ox.Triple, IRI, IRI, inner), max_leaves=4)

#: What XML cannot hold (XML 1.0, section 2.2).
UNWRITABLE = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|\\[bfu]")


def read(content: bytes, format: Format) -> set[ox.Triple]:
    assert isinstance(format.engine, ox.RdfFormat)
    return {quad.triple for quad in ox.parse(content, format.engine, base_iri="http://base.example/")}


@pytest.mark.parametrize("format", GRAPH_FORMATS, ids=[format.name for format in GRAPH_FORMATS])
@settings(max_examples=150, deadline=None)
@given(triples=st.lists(NESTED, max_size=4))
def test_a_graph_is_read_again_as_it_was(format: Format, triples: list[ox.Triple]) -> None:
    streamed = io.BytesIO()
    try:
        content = write_triples(triples, format)
    except NotAcceptable:
        assert format in {RDF_XML, JSON_LD, N3}
        with pytest.raises(NotAcceptable, match="no way to write"):
            stream_triples(triples, format, streamed)
        return
    stream_triples(triples, format, streamed)
    assert read(content, format) == read(streamed.getvalue(), format) == set(triples)
    if format is RDF_XML:
        ET.fromstring(content)
        if not any(isinstance(triple.object, ox.Triple) for triple in triples) and b"its:dir" not in content:
            assert of_rdflib(content) == {str(triple) for triple in triples}


def test_a_class_that_can_be_no_element_of_xml_is_told_as_a_property() -> None:
    assert RDF_XML is not None
    thing, type = ox.NamedNode("http://e/a"), ox.NamedNode(str(rdflib.RDF.type))
    for classes in (["http://e/SNOMED/50731006"], ["http://e/1", "http://e/A", "urn:x-graph-service:rdf#2"]):
        triples = [ox.Triple(thing, type, ox.NamedNode(name)) for name in classes]
        streamed = io.BytesIO()
        stream_triples(iter(triples), RDF_XML, streamed)
        for content in (write_triples(triples, RDF_XML), streamed.getvalue()):
            assert read(content, RDF_XML) == set(triples)
            assert of_rdflib(content) == {str(triple) for triple in triples}
    assert b"told" not in write_triples([ox.Triple(thing, type, ox.NamedNode("http://e/A"))], RDF_XML)
    with pytest.raises(NotAcceptable, match="no way to write http://e/1 as an element"):
        write_triples([ox.Triple(thing, ox.NamedNode("http://e/1"), thing)], RDF_XML)


def of_rdflib(content: bytes) -> set[str]:
    """The triples that another parser finds in RDF/XML."""
    graph = rdflib.Graph()
    # It would write literals anew in the form of their values.
    rdflib.NORMALIZE_LITERALS = False
    graph.parse(data=content, format="xml")

    def term(of: Any) -> str:
        if isinstance(of, rdflib.URIRef):
            return f"<{of}>"
        return str(
            ox.Literal(str(of), language=of.language)
            if of.language
            else ox.Literal(str(of), datatype=ox.NamedNode(of.datatype or XSD + "string"))
        )

    return {" ".join(map(term, triple)) for triple in graph}


@pytest.mark.parametrize("format", LOSSLESS, ids=[format.name for format in LOSSLESS])
@settings(max_examples=150, deadline=None)
@given(terms=st.lists(st.one_of(TERM, NESTED), min_size=1, max_size=4))
def test_a_table_is_read_again_as_it_was(format: Format, terms: list[ox.NamedNode | ox.Literal | ox.Triple]) -> None:
    # Not from a store, which would write numbers anew.
    rows = "\t".join(f"?v{number}" for number in range(len(terms))), "\t".join(map(write, terms))
    answer = ox.parse_query_results("\n".join((*rows, "")), ox.QueryResultsFormat.TSV)
    assert isinstance(answer, ox.QuerySolutions)
    output = io.BytesIO()
    try:
        write_answer(answer, format, output)
    except NotAcceptable:
        assert format is SPARQL_XML
        assert UNWRITABLE.search("".join(map(str, terms)))
        return
    if format is SPARQL_XML:
        ET.fromstring(output.getvalue())
    found = ox.parse_query_results(output.getvalue(), format.engine)  # type: ignore[arg-type]
    assert isinstance(found, ox.QuerySolutions)
    assert [list(row) for row in found] == [terms]
