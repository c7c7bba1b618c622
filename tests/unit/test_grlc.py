"""Files written for grlc run as they are: their variables are parameters, and a value is a printed term wherever it stands."""

from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_service.errors import InvalidParameter, SourceError
from graph_service.queries.catalogue import CannedQuery, Catalogue, read_canned
from graph_service.queries.parameters import Choices
from graph_service.service.service import Service
from graph_service.settings import Settings

HEADER = """#+ summary: Names in a country
#+ endpoint: "http://dbpedia.example/sparql"
#+ method: GET
#+ pagination: 50
#+ tags:
#+   - names
"""

COUNTRIES = (
    HEADER
    + """#+ defaults:
#+   - number: 2
#+ enumerate:
#+   - country
#+   - word:
#+     - Tunisia
#+     - Jordan

PREFIX lc: <https://w3id.org/labcoop/ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?label WHERE {
  ?_country_iri a lc:Country ; rdfs:label ?label .
  FILTER(STRLEN(?label) > ?_number_integer)
  FILTER(STR(?label) = ?__word || LANG(?label) = "fr")
}
ORDER BY ?label
"""
)


def read(folder: Path, text: str) -> CannedQuery:
    path = folder / "names_in-a-country.rq"
    path.write_text(text)
    return read_canned(path)


def bind(query: CannedQuery, **values: str) -> str:
    return query.bind({name: [value] for name, value in values.items()}, lambda _: Choices())


def test_variables_are_parameters(tmp_path: Path) -> None:
    query = read(tmp_path, COUNTRIES)
    found = {p.name: (p.type, p.required, p.default, p.enum) for p in query.parameters.values()}
    two = '"2"^^<http://www.w3.org/2001/XMLSchema#integer>'
    assert found == {
        "country": ("iri", True, "UNDEF", ()),
        "number": ("integer", False, two, ()),
        "word": ("string", False, "UNDEF", ("Tunisia", "Jordan")),
    }


def test_a_value_stands_wherever_its_variable_does(tmp_path: Path) -> None:
    query = read(tmp_path, "SELECT ?a { ?a ?b ?_x . FILTER(?_x != ?__y_iri) }")
    assert query.header.summary == {"en": "names in a country"}
    assert " ".join(bind(query, x="1").split()) == 'SELECT ?a { ?a ?b "1" . FILTER( "1" != ?__y_iri) }'


@pytest.mark.parametrize(
    ("variable", "given_", "term"),
    [
        ("?_x", "a", '"a"'),
        ("?_x_literal", "1", '"1"'),
        ("?_x_fr", "santé", '"santé"@fr'),
        ("?_x_number", "1.5", '"1.5"^^<http://www.w3.org/2001/XMLSchema#decimal>'),
        ("?_x_xsd_date", "2022-08-16", '"2022-08-16"^^<http://www.w3.org/2001/XMLSchema#date>'),
        ("?_x_my_unit", "5 m", '"5 m"^^<http://my.example/unit>'),
        ("?_x_iri", "http://a.example/b", "<http://a.example/b>"),
    ],
)
def test_what_stands_behind_the_name_is_what_the_text_becomes(tmp_path: Path, variable: str, given_: str, term: str) -> None:
    query = read(tmp_path, f"PREFIX my: <http://my.example/> SELECT ?a {{ ?a ?b {variable} }}")
    assert f" {term} " in bind(query, x=given_)


def test_a_value_that_is_not_of_its_kind_is_refused(tmp_path: Path) -> None:
    query = read(tmp_path, COUNTRIES)
    with pytest.raises(InvalidParameter, match="number"):
        bind(query, country="https://w3id.org/labcoop/id/place/TUN", number="many")
    with pytest.raises(InvalidParameter, match="country is missing"):
        bind(query)


@given(text=st.text())
def test_no_text_becomes_more_than_one_term(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    query = read(tmp_path_factory.mktemp("grlc"), "SELECT ?a { ?a ?b ?_x }")
    if not text.strip():
        return
    bound = bind(query, x=text)
    begin, end = "SELECT ?a { ?a ?b ", " }"
    assert bound.startswith(begin)
    assert bound.endswith(end)
    (quad,) = ox.parse(f"<urn:s> <urn:p> {bound.removeprefix(begin).removesuffix(end)} .", ox.RdfFormat.N_TRIPLES)
    assert quad.object == ox.Literal(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("SELECT ?_x { ?a ?b ?_x }", "where no value can stand"),
        ("SELECT ?a { ?a ?_x ?_x_iri }", "two kinds"),
        ("SELECT ?a { ?a ?b ?_x_no_such }", "prefix no: is not declared"),
        ("SELECT ?a { ?a ?b ?_page }", "page: every query has"),
        ("#+ defaults: [{x: many}]\nSELECT ?a { ?a ?b ?_x_integer }", "defaults: x must be a whole number"),
    ],
)
def test_what_cannot_run_is_refused_with_its_file(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(SourceError, match=reason) as caught:
        read(tmp_path, text)
    assert "names_in-a-country.rq" in caught.value.detail


def test_a_file_runs_on_the_graph(tmp_path: Path, service: Service, settings: Settings) -> None:
    read(tmp_path, COUNTRIES)
    own = Service(service.snapshot, Catalogue.read([tmp_path]), settings)
    with own:
        result = own.canned.run("names_in-a-country", {"country": ["place:TUN"], "word": ["Tunisia"]})
        assert [str(label) for (label,) in result.rows()] == ['"Tunisia"@en', '"Tunisie"@fr']
