"""The commonest mistakes in queries get a sentence that names the thing, at its place, with a mend; what is no mistake is not told as one.

The mistakes are those of forums, tutorials and of people who come from SQL or Turtle.
"""

from collections.abc import Iterator

import pyoxigraph as ox
import pytest

from graph_service.errors import MalformedQuery
from graph_service.sparql.mistakes.finding import find
from graph_service.sparql.mistakes.sentences import SENTENCES
from graph_service.sparql.syntax import check
from tests.conftest import ROOT
from tests.unit.test_silent_mistakes import MISTAKES as SILENT

#: Kind of mistake -> texts with it between « and »; what is to be written there, if anything is proposed; words of the sentence.
MISTAKES: list[tuple[str, str, str | None, str]] = [
    ("empty", "«»", None, "empty"),
    ("empty", "# only a comment«»", None, "empty"),
    ("only-prefixes", "PREFIX e: <http://e/>«»", None, "behind the prefixes"),
    ("no-query", "«DELETE» { ?s ?p ?o }", None, "not with DELETE"),
    ("no-query", "«hello»", None, "not with hello"),
    ("no-group", "SELECT ?s ?p ?o«»", None, "{ … } is missing"),
    ("quotes", "SELECT ?s { ?s ?p «“»Canada” }", '"', "“ is no quotation mark"),
    ("open-text", "SELECT ?s { ?s ?p «'Canada }»", "'Canada }'", "closing ' is missing"),
    ("open-iri", "SELECT ?s { ?s «<»http://e/a b> ?o }", None, "such as a space"),
    ("open-iri", "SELECT ?s { ?s «<»http://e/p ?o }", None, "no end"),
    ("open-bracket", "SELECT ?s WHERE {\n ?s ?p ?o«»", "}", "The { of line 1, column 17"),
    ("open-bracket", "SELECT ?s { ?s ?p ?o FILTER(?o > (1) «»}", ")", "The ( of line 1, column 28"),
    ("open-bracket", "SELECT ?s { { ?s ?p ?o } UNION { ?s ?p ?o }«»", "}", "} is missing"),
    ("extra-bracket", "SELECT ?s WHERE { ?s ?p ?o }«}»", "", "} closes nothing"),
    ("extra-bracket", "SELECT ?s { FILTER(?s > 1)«)» }", "", ") closes nothing"),
    ("keyword", "«SELCT» ?p { ?s ?p ?o }", "SELECT", "Is SELECT meant?"),
    ("keyword", "SELECT ?s «WHER» { ?s ?p ?o }", "WHERE", "Is WHERE meant?"),
    ("keyword", "SELECT ?s { ?s ?p ?o «FILTTER»(?o > 1) }", "FILTER", "Is FILTER meant?"),
    ("keyword", "SELECT ?s { ?s ?p ?o «OPTINAL» { ?s ?q ?r } }", "OPTIONAL", "Is OPTIONAL meant?"),
    ("keyword", "SELECT ?s { ?s ?p ?o }\n«ODER» BY ?s", "ORDER", "Is ORDER meant?"),
    ("keyword", "SELECT ?s { ?s ?p ?o } «ORDAR» BY ?s", "ORDER", "Is ORDER meant?"),
    ("keyword", "SELECT ?s { ?s ?p ?o } «LIMT» 5", "LIMIT", "Is LIMIT meant?"),
    ("keyword", "SELECT «DISTINT» ?s { ?s ?p ?o }", "DISTINCT", "Is DISTINCT meant?"),
    ("keyword", "«PREFX» e: <http://e/> SELECT ?s { ?s e:p ?o }", "PREFIX", "Is PREFIX meant?"),
    ("keyword", "«CONSTUCT» { ?s ?p ?o } WHERE { ?s ?p ?o }", "CONSTRUCT", "Is CONSTRUCT meant?"),
    ("keyword", "SELECT ?s { ?s ?p ?o FILTER(«CONTANS»(?o, 'a')) }", "CONTAINS", "Is CONTAINS meant?"),
    ("prefix", "SELECT ?s { ?s «rdfs:label» ?o }", None, "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> is missing"),
    ("prefix", "SELECT ?s { ?s «zzz:label» ?o }", None, "PREFIX zzz: <…> is missing"),
    ("near-prefix", "PREFIX lc: <http://e/>\nSELECT ?s { ?s a «lcx:Project» }", "lc:Project", "lcx: is not declared. Is lc: meant?"),
    ("prefix-colon", "PREFIX «lc» <http://e/> SELECT ?s { ?s ?p ?o }", "lc:", "without its colon"),
    ("prefix-stop", "PREFIX lc: <http://e/> «.» SELECT ?s { ?s ?p ?o }", "", "without a full stop"),
    ("turtle-prefix", "«@prefix» lc: <http://e/> . SELECT ?s { ?s ?p ?o }", "PREFIX", "of Turtle"),
    ("bare-address", "PREFIX lc: «http:»//e/ SELECT ?s { ?s ?p ?o }", None, "angle brackets"),
    ("bare-address", "SELECT ?s { ?s «http:»//e/p ?o }", None, "angle brackets"),
    ("stop", "SELECT ?s {\n ?s ?p ?o\n «?s» ?q ?r }", ". ?s", "?s is a fourth part"),
    ("stop", "SELECT ?s { ?s <urn:p> 'a'@en «?s» <urn:q> 3 }", ". ?s", "fourth part"),
    ("incomplete", "SELECT ?s { ?s ?p «}»", None, "ends after 2"),
    ("incomplete", "SELECT ?s { ?s «.» }", None, "ends after 1"),
    ("incomplete", "SELECT ?s { ?s ?p «;» ?q ?r }", None, "ends after 2"),
    ("text-as-property", "SELECT ?s { ?s «'name'» ?o }", None, "'name' is a text"),
    ("comma", "SELECT ?s«,» ?p { ?s ?p ?o }", "", "without a comma"),
    ("semicolon", "SELECT ?s { ?s ?p ?o }«;»", "", "without a semicolon"),
    ("equals", "SELECT ?s { ?s ?p ?o FILTER(?o «==» 1) }", "=", "one ="),
    ("unequal", "SELECT ?s { ?s ?p ?o FILTER(?o «<>» 1) }", "!=", "!="),
    ("and", "SELECT ?s { ?s ?p ?o FILTER(?o = 1 «AND» ?s = ?p) }", "&&", "&&"),
    ("and", "SELECT ?s { ?s ?p ?o FILTER(?o = 1 «&» ?s = ?p) }", "&&", "&&"),
    ("or", "SELECT ?s { ?s ?p ?o FILTER(?o = 1 «or» ?s = ?p) }", "||", "||"),
    ("like", "SELECT ?s { ?s ?p ?o FILTER(?o «LIKE» 'a') }", None, "CONTAINS"),
    ("null", "SELECT ?s { ?s ?p ?o FILTER(?o «IS» NULL) }", None, "BOUND(?x)"),
    ("brackets", "SELECT ?s { ?s ?p ?o «FILTER» ?o > 3 }", None, "FILTER(…)"),
    ("brackets", "SELECT ?s { ?s ?p ?o } «HAVING» COUNT(?o) > 1", None, "HAVING(…)"),
    ("braces", "SELECT ?s { ?s ?p ?o «UNION» ?s ?q ?r }", None, "UNION { … }"),
    ("braces", "SELECT ?s { ?s ?p ?o «OPTIONAL» ?s ?q ?r }", None, "OPTIONAL { … }"),
    ("braces", "SELECT ?s { «VALUES» ?a 1 }", None, "VALUES { … }"),
    ("rows", "SELECT ?s { «VALUES» (?a ?b) { 1 2 } }", None, "Each row"),
    ("expression", "SELECT «COUNT»(?s) AS ?n { ?s ?p ?o }", None, "(COUNT(…) AS ?name)"),
    ("alias", "SELECT «(COUNT(?s))» { ?s ?p ?o }", None, "needs a name"),
    ("renamed", "SELECT «?s» AS ?t { ?s ?p ?o }", None, "(?s AS ?name)"),
    ("bind", "SELECT ?s { «BIND»(?s = 1) }", None, "BIND(… AS ?name)"),
    ("exists", "SELECT ?s { ?s ?p ?o «NOT EXISTS» { ?s ?q ?r } }", "FILTER NOT EXISTS", "FILTER NOT EXISTS"),
    ("by", "SELECT ?s { ?s ?p ?o } «ORDER» ?s", "ORDER BY", "BY is missing"),
    ("by", "SELECT ?s { ?s ?p ?o } «group» ?s", "group BY", "BY is missing"),
    ("number", "SELECT ?s { ?s ?p ?o } «LIMIT» ten", None, "a whole number"),
    ("order", "SELECT ?s { ?s ?p ?o } LIMIT 5 «ORDER» BY ?s", None, "ORDER must come before LIMIT"),
    ("variable", "SELECT «s» { ?s ?p ?o }", "?s", "?s"),
    ("nameless", "SELECT ?s { «$» ?p ?o }", None, "behind its $"),
    ("bare-word", "SELECT ?s { ?s ?p ?o FILTER(LANG(?o) = «en») }", None, "en is a bare word"),
    ("bare-word", "SELECT ?s { ?s a «lc».Project }", None, "lc is a bare word"),
    ("graph", "SELECT ?s «FROM» { ?s ?p ?o }", None, "the address of a graph"),
    ("nothing", "«SELECT» { ?s ?p ?o }", "SELECT *", "or by * for all"),
    ("argument", "SELECT ?s { ?s ?p ?o FILTER(REGEX(?o«» 'a')) }", ",", "commas"),
    ("extra-stop", "SELECT ?s { ?s ?p ?o . «.» }", "", "none before"),
    ("ungrouped", "SELECT «?p» (COUNT(?s) AS ?n) { ?s ?p ?o }", None, "SAMPLE(?p)"),
    ("ungrouped", "SELECT ?p (MAX(?s) + «?o» AS ?n) { ?s ?p ?o } GROUP BY ?p", None, "?o is neither"),
    ("star", "SELECT «*» { ?s ?p ?o } GROUP BY ?s", None, "no GROUP BY"),
    ("taken", "SELECT (?a + ?b AS «?a») { ?a ?b ?c }", None, "has a value already"),
    ("taken", "SELECT ?s { ?s ?p ?o BIND(1 AS «?s») }", None, "has a value already"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "marked", "mend", "words"), MISTAKES)
def test_a_mistake_is_named_at_its_place_with_its_mend(kind: str, marked: str, mend: str | None, words: str) -> None:
    start = marked.index("«")
    length = marked.index("»") - start - 1
    text = marked.replace("«", "").replace("»", "")
    with pytest.raises(MalformedQuery) as error:
        check(text)
    told = error.value.members
    before = text[:start].split("\n")
    assert (told["mistake"], told["line"], told["column"], told["length"]) == (kind, len(before), len(before[-1]) + 1, length)
    assert told.get("mend") == mend
    assert words in error.value.detail


def test_the_list_has_every_kind() -> None:
    assert {kind for kind, *_ in (*MISTAKES, *SILENT)} == set(SENTENCES)


@pytest.mark.parametrize(("kind", "marked", "mend", "words"), [entry for entry in MISTAKES if entry[2] is not None])
def test_a_mend_makes_it_a_query_or_leads_to_the_next_mistake(kind: str, marked: str, mend: str, words: str) -> None:
    start, end = marked.index("«"), marked.index("»")
    text = marked[:start] + mend + marked[end + 1 :]
    try:
        check(text)
    except MalformedQuery as error:
        assert (error.members.get("line"), error.members.get("column"), error.members.get("mistake")) != (1, start + 1, kind)  # noqa: PT017


def queries() -> Iterator[str]:
    for folder in (ROOT / "queries", ROOT / "ontology", ROOT / "tests", ROOT.parent / "shared" / "conformance" / "tests"):
        for path in sorted(folder.rglob("*.rq")):
            text = path.read_bytes().decode("utf-8", "replace")
            try:
                ox.Store().query(text, base_iri="http://e/")
            except SyntaxError:
                continue
            except RuntimeError:
                pass
            yield text


def test_nothing_in_a_query_that_is_one_is_told_as_a_mistake() -> None:
    found = 0
    for text in queries():
        found += 1
        mistake = find(text, len(text))
        # A name that is given again is one only where the engine says so: what is in scope is more than tokens tell.
        assert mistake is None or mistake.kind == "taken", (text, mistake)
    assert found > 100


def test_what_is_no_usual_mistake_is_told_as_the_parser_does_in_few_words() -> None:
    with pytest.raises(MalformedQuery) as error:
        check("SELECT ?s { SELECT ?s { ?s ?p ?o } ?a ?b ?c }")
    assert "mistake" not in error.value.members
    assert len(error.value.detail) < 200


def test_a_very_long_text_is_left_to_the_parser() -> None:
    assert find("SELECT ?s { " + "?s ?p ?o . " * 1000 + "FILTTER(?o) }", 20_000) is None
