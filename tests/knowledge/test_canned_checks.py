"""What `check` says of canned queries: each fault with its file and line, and nothing of queries that are in order."""

import json
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest

from graph_service.checks import query_trial
from graph_service.checks.query_lint import lint
from graph_service.checks.query_trial import examine
from graph_service.engine.result import Formats, Query, Result
from graph_service.errors import InvalidParameter
from graph_service.queries.catalogue import read_canned
from graph_service.service.service import Service

KNOWN = {f"https://w3id.org/labcoop/ns#{name}" for name in ("Project", "Country", "coversPlace", "fundedBy", "startYear")}

HEAD = """#+ summary: Test
#+ columns:
#+   a: {label: A, type: iri}
#+   b: {label: B, type: iri}
PREFIX lc: <https://w3id.org/labcoop/ns#>
"""


def findings(folder: Path, text: str) -> list[str]:
    path = folder / "test.rq"
    path.write_text(text, encoding="utf-8")
    return [finding.removeprefix(f"{path}:") for finding in lint(read_canned(path), KNOWN)]


@pytest.mark.parametrize(
    "body",
    [
        "SELECT ?a ?b {\n ?a lc:coversPlace ?b }\nORDER BY ?a ?b",
        "SELECT ?a ?b {\n ?a a lc:Project . ?b a lc:Country . ?a lc:coversPlace ?b }\nORDER BY ?a ?b",
        "SELECT ?a ?b {\n ?a lc:startYear ?x . ?b lc:startYear ?y . FILTER(?x = ?y) }\nORDER BY ?a ?b",
        "SELECT ?a ?b {\n ?a lc:startYear ?x . BIND(?x + 1 AS ?y) ?b lc:startYear ?y }\nORDER BY ?a ?b",
        "SELECT ?a ?b {\n VALUES ?b { lc:Project } ?a a lc:Project }\nORDER BY ?a ?b",
        # What is made of something bound is tied to it, and the name of a constant is the same in all rows.
        "SELECT ?a ?b {\n ?a lc:startYear ?x BIND(?x + 1 AS ?y) BIND(?y + 1 AS ?z) OPTIONAL { ?b lc:startYear ?z } }\nORDER BY ?a ?b",
        "SELECT ?a ?b {\n ?a a lc:Project BIND(lc:Country AS ?b) OPTIONAL { ?b lc:startYear ?l } BIND(?l + 1 AS ?m) }\nORDER BY ?a ?b",
        "SELECT ?a ?b {\n ?a lc:coversPlace ?b { SELECT DISTINCT ?b { ?b a lc:Country } } }\nORDER BY ?a ?b",
        "SELECT ?a ?b {\n ?a a lc:Project OPTIONAL { ?a lc:coversPlace ?b } }\nORDER BY ?a ?b",
        "SELECT ?a ?b {\n { ?a a lc:Project } UNION { ?b a lc:Country } }\nORDER BY ?a ?b",
        # What has no name ties as well.
        "SELECT ?a ?b {\n ?a lc:coversPlace [ a lc:Country ; lc:fundedBy ?b ] }\nORDER BY ?a ?b",
        "SELECT ?a ?b {\n { SELECT ?a (COUNT(?z) AS ?b) { ?a lc:coversPlace ?z } GROUP BY ?a } ?a a lc:Project }\nORDER BY ?a ?b",
    ],
)
def test_a_query_in_order_passes(tmp_path: Path, body: str) -> None:
    assert findings(tmp_path, HEAD + body) == []


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (HEAD + "SELECT ?a ?b {\n ?a lc:coversPlace ?b }", 7, "no order"),
        (HEAD + "SELECT ?a ?b {\n ?a lc:coversPlace ?b { SELECT ?a { ?a a lc:Project } ORDER BY ?a } }", 7, "no order"),
        (HEAD.replace("#+   b: {label: B, type: iri}\n", "") + "SELECT ?a ?b {\n ?a lc:coversPlace ?b } ORDER BY ?a ?b", 2, "column b"),
        (HEAD.replace("label: B, type: iri", "label: B") + "SELECT ?a ?b {\n ?a lc:coversPlace ?b } ORDER BY ?a ?b", 4, "its type"),
        (HEAD + "PREFIX x: <urn:x:>\nSELECT ?a ?b {\n ?a lc:coversPlace ?b } ORDER BY ?a ?b", 6, "the prefix x: is declared and not used"),
        (HEAD + "SELECT ?a ?b {\n ?a lc:coversPlaces ?b } ORDER BY ?a ?b", 7, "lc:coversPlaces is known neither"),
        (HEAD + "SELECT ?a ?b {\n ?a lc:coversPlace ?b ; a\n <urn:none> } ORDER BY ?a ?b", 8, "<urn:none> is known neither"),
        (HEAD + "SELECT ?a ?b {\n ?a a lc:Project .\n ?b a lc:Country } ORDER BY ?a ?b", 8, "nothing ties ?a and ?b"),
        (HEAD + "SELECT ?a ?b {\n ?a a lc:Project .\n OPTIONAL { ?b a lc:Country } } ORDER BY ?a ?b", 8, "nothing ties ?a and ?b"),
        (HEAD + "SELECT ?a ?b {\n ?a lc:coversPlace [] .\n [] lc:fundedBy ?b } ORDER BY ?a ?b", 8, "nothing ties ?a and ?b"),
        (HEAD + "SELECT ?a ?b {\n ?a lc:fundedBy ?b .\n FILTER EXISTS { ?a a lc:Project }\n ?x a lc:Country } ORDER BY ?a ?b", 9, "?x"),
        (
            HEAD + "SELECT ?a ?b {\n ?a lc:coversPlace ?b .\n OPTIONAL { ?a a lc:Project .\n ?y a lc:Country } } ORDER BY ?a ?b",
            9,
            "nothing ties ?a and ?y",
        ),
    ],
)
def test_a_fault_is_told_with_its_line(tmp_path: Path, text: str, line: int, words: str) -> None:
    (finding,) = findings(tmp_path, text)
    assert finding.startswith(f"{line}: ")
    assert words in finding


WITH_EXAMPLE = "#+ summary: x\n#+ params: {a: {type: integer}}\n#+ examples:\n#+   - {a: EXAMPLE}\n"


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (
            "#+ summary: x\n#+ columns:\n#+   a: {label: A, type: integer}\nSELECT ?a {\n VALUES ?a { 1 <urn:x> } } ORDER BY ?a",
            3,
            "of type integer, and has <urn:x>",
        ),
        ("#+ summary: x\nSELECT ?a ?b {\n VALUES (?a ?b) { (1 2) (1 3) } }\nORDER BY ?a", 4, "leaves ties"),
        (
            "#+ summary: x\nSELECT ?a ?a_label {\n VALUES (?a ?a_label) { (<urn:a> 'x') (<urn:a> 'y') } }\nORDER BY ?a ?a_label",
            4,
            'rows are repeated, since a is named as "x"',
        ),
        (
            "#+ summary: x\nSELECT ?a ?a_label {\n VALUES (?a ?a_label) { (UNDEF 'x') (UNDEF 'y') } }\nORDER BY ?a ?a_label",
            4,
            "rows are repeated, since a is named where it is empty",
        ),
        (
            WITH_EXAMPLE.replace("EXAMPLE", "7") + "SELECT ?a {\n VALUES ?a { 1 } FILTER(?a < 5) }\nORDER BY ?a",
            3,
            "the example a=7 has no answer",
        ),
        (
            WITH_EXAMPLE.replace("type: integer", "type: iri, of: 'lc:Country'").replace("EXAMPLE", "Atlantis")
            + "PREFIX lc: <https://w3id.org/labcoop/ns#>\nSELECT ?a {\n VALUES ?a { UNDEF } ?a a lc:Country }\nORDER BY ?a",
            3,
            "with a=Atlantis it fails: ",
        ),
    ],
)
def test_what_goes_wrong_when_it_runs_is_told_with_its_line(service: Service, tmp_path: Path, text: str, line: int, words: str) -> None:
    (tmp_path / "test.rq").write_text(text, encoding="utf-8")
    (finding,) = examine(read_canned(tmp_path / "test.rq"), service.sparql, service.canned.choices, None)
    assert finding.startswith(f"{tmp_path}/test.rq:{line}: ")
    assert words in finding


def test_another_answer_than_the_expected_one_is_told_with_its_line(service: Service, tmp_path: Path) -> None:
    (tmp_path / "test.rq").write_text("#+ summary: x\nSELECT ?a { VALUES ?a { 1 2 } } ORDER BY ?a", encoding="utf-8")
    (tmp_path / "answers/test").mkdir(parents=True)
    for name, answer in (("good", "a\n1\n2\n"), ("bad", "a\n1\n3\n"), ("short", "a\n1\n")):
        (tmp_path / f"answers/test/{name}.json").write_text("{}")
        (tmp_path / f"answers/test/{name}.csv").write_text(answer)
    found = examine(read_canned(tmp_path / "test.rq"), service.sparql, service.canned.choices, tmp_path / "answers")
    assert [finding.partition(": ")[0].removeprefix(f"{tmp_path}/answers/test/") for finding in found] == ["bad.csv:3", "short.csv:2"]
    assert [finding.partition(": ")[2].partition(": ")[2] for finding in found] == [
        "'2', where '3' is expected",
        "'2', where no more row is expected",
    ]


@pytest.mark.parametrize("given", ['{"n": "1"}', '{"n": ["1"]}'])
def test_the_parameters_of_a_case_are_texts_or_lists_of_them(service: Service, tmp_path: Path, given: str) -> None:
    text = "#+ summary: x\n#+ params: {n: {type: integer}}\nSELECT ?n { VALUES ?n { 7 } } ORDER BY ?n"
    (tmp_path / "test.rq").write_text(text, encoding="utf-8")
    (tmp_path / "answers/test").mkdir(parents=True)
    (tmp_path / "answers/test/one.json").write_text(given)
    (tmp_path / "answers/test/one.csv").write_text("n\n1\n")
    assert examine(read_canned(tmp_path / "test.rq"), service.sparql, service.canned.choices, tmp_path / "answers") == []
    (tmp_path / "answers/test/one.json").write_text('{"n": 1}')
    (finding,) = examine(read_canned(tmp_path / "test.rq"), service.sparql, service.canned.choices, tmp_path / "answers")
    assert finding.endswith('one.json:1: the parameters of a case are texts, or lists of them: {"country": "CAN"}')


@pytest.mark.parametrize(("times", "told"), [((1.0,), []), ((9.0, 1.0), []), ((9.0, 8.0, 7.0), ["it takes 7.0 s, more than 2"])])
def test_a_query_is_slow_only_where_each_of_its_runs_is(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, times: Sequence[float], told: list[str]
) -> None:
    text = HEAD + "SELECT ?a ?b {\n ?a lc:coversPlace ?b }\nORDER BY ?a ?b"
    (tmp_path / "test.rq").write_text(text, encoding="utf-8")
    clock, left = [0.0], list(times)

    def ask(query: Query, formats: Formats) -> Result:
        clock[0] += left.pop(0)
        return service.sparql(query, formats)

    monkeypatch.setattr(query_trial, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    found = examine(read_canned(tmp_path / "test.rq"), ask, service.canned.choices, None)
    assert [finding.partition("with no values ")[2] for finding in found] == told
    assert not left


def test_two_columns_with_one_heading_are_found(tmp_path: Path) -> None:
    columns = "#+ columns: {a: {label: {en: name, fr: nom}, type: iri}, b: {label: {en: other, fr: nom}, type: iri}}\n"
    text = f"#+ summary: x\n{columns}SELECT ?a ?b {{ ?a ?b <urn:x> }} ORDER BY ?a ?b"
    (tmp_path / "test.rq").write_text(text, encoding="utf-8")
    assert lint(read_canned(tmp_path / "test.rq"), {"urn:x"}) == [f"{tmp_path}/test.rq:2: the columns a and b have one heading: nom (fr)"]


def test_a_class_of_things_that_nobody_knows_is_found(tmp_path: Path) -> None:
    text = "#+ summary: x\n#+ params:\n#+   c: {of: lc:Contry}\n#+ columns: {c: {en: c}}\nSELECT ?c { VALUES ?c { UNDEF } } ORDER BY ?c"
    (tmp_path / "test.rq").write_text(text, encoding="utf-8")
    found = lint(read_canned(tmp_path / "test.rq"), set())
    assert f"{tmp_path}/test.rq:3: params: c: lc:Contry is known neither to the ontology nor to the data" in found


def test_every_query_of_this_project_passes(service: Service) -> None:
    quads = service.snapshot.quads()
    known = {term.value for q in quads for term in (q.subject, q.predicate, q.object, q.graph_name) if hasattr(term, "value")}
    answers = Path(__file__).parent.parent / "queries"
    queries = service.catalogue.queries.values()
    assert [finding for query in queries for finding in lint(query, known)] == []
    assert [finding for query in queries for finding in examine(query, service.sparql, service.canned.choices, answers)] == []


def test_the_command_tells_faults_of_queries_and_fails(command: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path) -> None:
    (tmp_path / "queries").mkdir()
    (tmp_path / "queries/bad.rq").write_text("#+ summary: x\nPREFIX x: <urn:x:>\nSELECT ?s {\n ?s a x:None }\n")
    nothing = ("--data", "none", "--ontology", "none", "--reasoning", "none", "--queries", str(tmp_path / "queries"))
    done = command("check", "--json", *nothing)
    report = json.loads(done.stdout)
    assert (done.returncode, report["canned queries"]) == (1, 1)
    places = [finding.partition(": ")[0].rpartition("bad.rq:")[2] for finding in report["findings"]]
    assert places == ["1", "4", "4"]


def test_a_query_can_list_what_a_parameter_may_be(service: Service, tmp_path: Path) -> None:
    (tmp_path / "test.rq").write_text(
        """#+ summary: x
#+ params:
#+   place:
#+     choices: |
#+       PREFIX lc: <https://w3id.org/labcoop/ns#>
#+       SELECT ?place { ?place a lc:Country ; lc:iso3 ?code . FILTER(?code IN ("CRI", "KHM")) }
SELECT ?place { VALUES ?place { UNDEF } }
""",
        encoding="utf-8",
    )
    query = read_canned(tmp_path / "test.rq")
    for text in ("KHM", "place:KHM", "Cambodge", "Camboya"):
        assert "<https://w3id.org/labcoop/id/place/KHM>" in query.bind({"place": [text]}, service.canned.choices)
    with pytest.raises(InvalidParameter) as error:
        query.bind({"place": ["TUN"]}, service.canned.choices)
    assert error.value.members["allowed"] == ["place:CRI", "place:KHM"]
