"""Canned queries: a fault in a file is named and harms no other; nothing a client sends becomes query text."""

from collections.abc import Sequence
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph_service.errors import InvalidParameter, NotFound, SourceError, UnknownParameter
from graph_service.queries.catalogue import CannedQuery, Catalogue, read_canned
from graph_service.queries.parameters import Choice, Choices

COUNTRY = "https://w3id.org/labcoop/ns#Country"
COUNTRIES = Choices(
    [
        Choice("https://w3id.org/labcoop/id/place/CRI", ("Costa Rica",)),
        Choice("https://w3id.org/labcoop/id/place/KHM", ("Cambodge", "Cambodia")),
        Choice("https://example.org/other/CRI", ("Costa Rica",)),
    ]
)

QUERY = """#+ summary: {en: Test, fr: Essai}
#+ params:
#+   country: {of: "lc:Country", many: true}
#+   year: {type: year, min: 1900, max: 2100}
#+   text: {type: string}
#+   status: {type: string, enum: [planned, ongoing]}
#+   code: {type: string, pattern: "C[0-9]{3}"}
#+   day: {type: date, required: true}
PREFIX place: <https://w3id.org/labcoop/id/place/>
SELECT * WHERE {
  VALUES ?country { UNDEF }
  VALUES ?year { 2023 }
  VALUES ?text { "a } b" }   # VALUES ?text { no }
  VALUES ?status { UNDEF } VALUES ?code { UNDEF } VALUES ?day { UNDEF }
  OPTIONAL { ?s ?p ?o }
}
"""


def choices(kind: str) -> Choices:
    assert kind == COUNTRY
    return COUNTRIES


@pytest.fixture(scope="module")
def query(tmp_path_factory: pytest.TempPathFactory) -> CannedQuery:
    path = tmp_path_factory.mktemp("queries") / "test.rq"
    path.write_text(QUERY)
    return read_canned(path)


def bound(query: CannedQuery, **given: str | list[str]) -> dict[str, list[str]]:
    """Run the bound text on nothing and give what each parameter is bound to."""
    arguments = {"day": ["2023-06-01"], **{k: v if isinstance(v, list) else [v] for k, v in given.items()}}
    solutions = ox.Store().query(query.bind(arguments, choices))
    assert isinstance(solutions, ox.QuerySolutions)
    rows = [{name: str(row[name]) for name in query.parameters if row[name] is not None} for row in solutions]
    return {name: sorted({row[name] for row in rows if name in row}) for name in query.parameters}


def test_defaults_stand_where_nothing_is_given(query: CannedQuery) -> None:
    values = bound(query)
    assert values["country"] == []
    assert values["text"] == ['"a } b"']
    assert [value[:6] for value in values["year"]] == ['"2023"']


def test_values_become_terms_and_several_are_several(query: CannedQuery) -> None:
    cambodia = "<https://w3id.org/labcoop/id/place/KHM>"
    assert bound(query, country=["place:CRI", "cambodge", "KHM"])["country"] == ["<https://w3id.org/labcoop/id/place/CRI>", cambodia]
    assert bound(query, country="https://w3id.org/labcoop/id/place/KHM")["country"] == [cambodia]
    assert bound(query, country="")["country"] == []


@pytest.mark.parametrize(
    ("given", "parameter", "words"),
    [
        ({"country": "Atlantis"}, "country", "lc:Country"),
        ({"country": "Costa Rica"}, "country", "place:CRI"),
        ({"year": "soon"}, "year", "four digits"),
        ({"year": "1066"}, "year", "at least 1900"),
        ({"year": ["2022", "2023"]}, "year", "not several"),
        ({"status": "done"}, "status", "planned, ongoing"),
        ({"code": "c1"}, "code", "C[0-9]{3}"),
        ({"code": "C" + 10_000 * "0"}, "code", "at most 1000 characters"),
        ({"day": "2023-02-31"}, "day", "2022-08-16"),
        ({"day": ""}, "day", "day is missing: the query needs a value for it (date)."),
    ],
)
def test_a_wrong_value_is_named_with_what_is_wanted(query: CannedQuery, given: dict[str, str], parameter: str, words: str) -> None:
    with pytest.raises(InvalidParameter) as error:
        bound(query, **given)
    assert error.value.members["parameter"] == parameter
    assert words in error.value.detail


def test_an_ambiguous_name_lists_the_candidates(query: CannedQuery) -> None:
    with pytest.raises(InvalidParameter) as error:
        bound(query, country="CRI")
    assert error.value.members["allowed"] == ["place:CRI", "https://example.org/other/CRI"]


TOPPINGS = Choices(
    Choice(f"http://example.org/toppings#{name}", (name, label))
    for name, label in (
        *((f"Topping{number}", f"Cobertura {number}") for number in range(99)),
        ("MozzarellaTopping", "CoberturaDeMozzarella"),
        ("GarlicTopping", "CoberturaDeAlho"),
    )
)


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("mozzarella", "MozzarellaTopping"),
        ("Mozarella Topping", "MozzarellaTopping"),
        ("garlictoping", "GarlicTopping"),
        ("alho", "GarlicTopping"),
    ],
)
def test_what_may_have_been_meant_stands_first_of_many(query: CannedQuery, text: str, nearest: str) -> None:
    with pytest.raises(InvalidParameter) as error:
        query.bind({"day": ["2023-06-01"], "country": [text]}, lambda _: TOPPINGS)
    assert f"one of the 101 things of class lc:Country; '{text}' was given. Is {nearest}" in error.value.detail
    allowed = error.value.members["allowed"]
    assert isinstance(allowed, list)
    assert (allowed[0], len(allowed), len(set(allowed))) == (nearest, 101, 101)


def test_a_text_like_nothing_is_told_no_nearest(query: CannedQuery) -> None:
    for text in ("xyzzy", "e", 9000 * "e"):
        with pytest.raises(InvalidParameter) as error:
            query.bind({"day": ["2023-06-01"], "country": [text]}, lambda _: TOPPINGS)
        assert error.value.detail.endswith("was given.")


def test_what_is_given_several_times_is_looked_up_once(query: CannedQuery) -> None:
    class Counted(Choices):
        asked = 0

        def called(self, text: str) -> Sequence[Choice]:
            self.asked += 1
            return super().called(text)

    listed = Counted(COUNTRIES)
    query.bind({"day": ["2023-06-01"], "country": 4500 * ["KHM"]}, lambda _: listed)
    assert listed.asked == 1


def test_an_unknown_parameter_lists_the_known(query: CannedQuery) -> None:
    with pytest.raises(UnknownParameter) as error:
        bound(query, continent="x")
    assert "country" in str(error.value.members["allowed"])


@settings(max_examples=300)
@given(
    st.text(st.characters(exclude_categories=["Cs"]))
    | st.sampled_from(['"', "'", "\\", "} #", '" } UNION { ?s ?p "', "\\u0022", "\n", "'''"])
)
def test_no_text_breaks_out_of_its_row(query: CannedQuery, text: str) -> None:
    values = bound(query, text=[text])["text"]
    assert values == ([str(ox.Literal(text))] if text.strip() else ['"a } b"'])


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("SELECT * {}", ":1:", "summary"),
        ("#+ summary: [unclosed\nSELECT * {}", ":2:", "YAML"),
        ("#+ summary: x\n#+ colour: red\nSELECT * {}", ":1:", "colour"),
        ("#+ summary: x\n#+ params: {year: {type: year}}\nSELECT * {}", "params: year", "VALUES ?year"),
        (
            "#+ summary: x\n#+ params:\n#+   a: {}\n#+   b: {type: colour}\nSELECT * { VALUES ?a { 1 } VALUES ?b { 1 } }",
            ":4: params: b",
            "colour",
        ),
        ("#+ summary: x\n#+ columns:\n#+   a: {en: a}\n#+   c: {en: c}\nSELECT ?a {}", ":4: columns: c", "does not select ?c"),
        ("#+ summary: x\n#+ columns:\n#+   a: {label: a, type: colour}\nSELECT ?a {}", ":3: columns: a", "colour"),
        ("#+ summary: x\n#+ params: {a: {type: colour}}\nSELECT * { VALUES ?a { 1 } }", "params: a", "colour"),
        ("#+ summary: x\n#+ params: {a: {colour: red}}\nSELECT * { VALUES ?a { 1 } }", "params: a", "colour"),
        ("#+ summary: x\n#+ params: {a: {enum: fr}}\nSELECT * { VALUES ?a { 1 } }", "params: a", "enum must be a list"),
        ("#+ summary: x\n#+ params: {a: {many: 3}}\nSELECT * { VALUES ?a { 1 } }", "params: a", "true or false"),
        ("#+ summary: x\n#+ params: {a: {min: 3}}\nSELECT * { VALUES ?a { 1 } }", "params: a", "min is for the types"),
        ("#+ summary: x\n#+ params: {a: {of: Country}}\nSELECT * { VALUES ?a { 1 } }", "params: a", "skos:Concept"),
        ('#+ summary: x\n#+ params: {a: {choices: "ASK {}"}}\nSELECT * { VALUES ?a { 1 } }', "params: a", "SELECT query"),
        ('#+ summary: x\n#+ params: {a: {choices: "SELECT {"}}\nSELECT * { VALUES ?a { 1 } }', "params: a", "choices: Line 1"),
        ("#+ summary: x\n#+ examples: [{b: 1}]\nSELECT * {}", ":2:", "examples: there is no parameter b"),
        (
            "#+ summary: x\n#+ params: {a: {type: integer}}\n#+ examples:\n#+   - {a: many}\nSELECT * { VALUES ?a { 1 } }",
            ":3:",
            "examples: a must be a whole number",
        ),
        ("#+ summary: x\n#+ params: {a: {}}\n#+ examples: [{a: [b, c]}]\nSELECT * { VALUES ?a { 1 } }", ":3:", "a must be one value"),
        ('#+ summary: x\n#+ params: {a: {pattern: "("}}\nSELECT * { VALUES ?a { 1 } }', "params: a: pattern", "regular expression"),
        ("#+ summary: x\n#+ params: {a: {pattern: [a]}}\nSELECT * { VALUES ?a { 1 } }", "params: a: pattern", "regular expression"),
        (
            '#+ summary: x\n#+ deprecated: {since: 2024-01-01, instead: "x\\r\\nX-Injected: 1"}\nASK {}',
            "deprecated: instead",
            "letters, digits",
        ),
        ("#+ summary: x\n#+ deprecated: {since: 2024-13-45}\nASK {}", ":1:", "month must be in"),
        ("#+ summary: \x01\nASK {}", ":1:", "not YAML"),
        ("#+ summary: x\nSELECT * {\n ?s ?p }", ":3:8:", "ends after 2"),
        ("#+ summary: x\nINSERT DATA {}", "", "update"),
        ("#+ summary: x\nSELECT * { SERVICE <http://a/> {} }", "", "SERVICE"),
    ],
)
def test_a_faulty_file_is_named_with_its_fault_and_harms_no_other(tmp_path: Path, text: str, place: str, words: str) -> None:
    (tmp_path / "bad.rq").write_text(text)
    (tmp_path / "good.rq").write_text("#+ summary: x\nASK {}")
    catalogue = Catalogue.read([tmp_path])
    assert list(catalogue.queries) == ["good"]
    (fault,) = catalogue.faults
    assert str(tmp_path / "bad.rq") + (place if place.startswith(":") else "") in fault.detail
    assert place in fault.detail
    assert words in fault.detail


@pytest.mark.parametrize(
    "header",
    [
        "summary: 2024-99-99",
        "summary: " + 3000 * "[",
        "summary: \x01",
        "summary: !!int x",
        "summary: !!timestamp x",
        "summary: " + 5000 * "9",
        "summary: !!python/object/apply:os.system [x]",
        "summary: 0b_",
    ],
)
def test_a_header_that_cannot_be_read_is_a_fault_like_others(tmp_path: Path, header: str) -> None:
    (tmp_path / "bad.rq").write_text(f"#+ {header}\nASK {{}}")
    with pytest.raises(SourceError, match=r"bad\.rq:1: the header is not YAML"):
        read_canned(tmp_path / "bad.rq")


@pytest.mark.parametrize("name", ['a"b<c>', "a b", "a.csv", "a%2fb", "a\\b", "a\nb", "", "a?b", "a#b"])
def test_a_file_whose_name_no_address_can_have_is_named_and_harms_no_other(tmp_path: Path, name: str) -> None:
    path = tmp_path / f"{name}.rq" if name else tmp_path / " .rq"
    path.write_text("#+ summary: x\nASK {}")
    (tmp_path / "häuser_2-b.rq").write_text("#+ summary: x\nASK {}")
    catalogue = Catalogue.read([tmp_path])
    assert list(catalogue.queries) == ["häuser_2-b"]
    (fault,) = catalogue.faults
    assert fault.detail.startswith(f"{path}: ")
    assert "letters, digits" in fault.detail


def test_a_name_that_is_not_there_is_not_found() -> None:
    with pytest.raises(NotFound):
        Catalogue()["nonsense"]


def test_a_place_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError):
        Catalogue.read([tmp_path / "nowhere"])


@pytest.mark.parametrize("text", ["Pe\u0301rou", "P\u00e9rou", "PÉROU", " pérou "])
def test_a_name_is_found_however_its_accents_are_typed(text: str) -> None:
    peru = Choice("https://w3id.org/labcoop/id/place/PER", ("Pérou", "Côte d\u2019Ivoire"))
    assert Choices([peru]).called(text) == [peru]
    for apostrophe in "'\u2019\u02bc":
        assert Choices([peru]).called(f"co\u0302te d{apostrophe}ivoire") == [peru]


def test_an_example_may_have_several_values(tmp_path: Path) -> None:
    path = tmp_path / "test.rq"
    path.write_text(QUERY.replace("#+ params:", "#+ examples: [{country: [CRI, KHM], day: 2024-01-01}]\n#+ params:"))
    (example,) = read_canned(path).header.examples
    assert example == {"country": ("CRI", "KHM"), "day": ("2024-01-01",)}


def test_a_question_has_words_in_languages_and_the_parameters_that_answer_it(tmp_path: Path) -> None:
    path = tmp_path / "test.rq"
    path.write_text(
        QUERY.replace("#+ params:", "#+ questions: [{en: Where, fr: Où, with: {day: 2024-01-01}}, {en: What}]\n#+ params:"),
        encoding="utf-8",
    )
    where, what = read_canned(path).header.questions
    assert (where.text, where.arguments) == ({"en": "Where", "fr": "Où"}, {"day": ("2024-01-01",)})
    assert (what.text, what.arguments) == ({"en": "What"}, {})


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("{with: {day: 2024-01-01}}", "a question in en, fr, es"),
        ("{de: Wo}", "texts for en, fr, es"),
        ("{en: Where, with: [day]}", "must be a map"),
        ("Where", "must be a map"),
        ("{en: Where, with: {month: 1}}", "there is no parameter month"),
        ("{en: Where, with: {status: ended}}", "status"),
    ],
)
def test_a_question_that_cannot_be_asked_is_a_fault_with_its_place(tmp_path: Path, entry: str, words: str) -> None:
    path = tmp_path / "test.rq"
    path.write_text(QUERY.replace("#+ params:", f"#+ questions: [{entry}]\n#+ params:"))
    with pytest.raises(SourceError, match=rf"test\.rq:2: questions.*{words}"):
        read_canned(path)


@pytest.mark.parametrize(
    ("picture", "told"),
    [
        ("{kind: network}", "x.rq:2: picture: a network is drawn from the columns target, which the query does not have"),
        ("{kind: pie}", "x.rq:2: picture: has a `kind`, one of map, network, timeline, amounts, tree"),
        ("{kind: tree, colour: red}", "x.rq:2: picture: has a `kind`"),
        ("{kind: timeline, name: a b}", "x.rq:2: picture: `name` is a word"),
        ("network", "x.rq:2: picture: must be a map"),
    ],
)
def test_a_picture_that_cannot_be_is_a_fault(tmp_path: Path, picture: str, told: str) -> None:
    (tmp_path / "x.rq").write_text(f"#+ summary: X\n#+ picture: {picture}\nSELECT ?source {{ ?source ?p ?o }}", encoding="utf-8")
    (fault,) = Catalogue.read([tmp_path]).faults
    assert told in fault.detail
