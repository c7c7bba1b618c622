"""The project's own data break no rule, and for every rule there is an example that breaks it."""

import re
from pathlib import Path

import pytest

from graph_service.checks import sparql_rules
from graph_service.errors import SourceError
from graph_service.reasoning.knowledge import Knowledge, read
from graph_service.settings import bundled
from graph_service.sources.evidence import evidence
from graph_service.sources.source_file import SourceFile
from graph_service.sources.sources import Sources
from tests.conftest import ROLES, SPACE

ONTOLOGY = bundled("ontology")
RULES = sparql_rules.rules([ONTOLOGY])
BAD = Path(__file__).parent / "bad" / "rules"


FOREIGN = """
    @prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix e: <http://e/> .
    @prefix dcterms: <http://purl.org/dc/terms/> . @prefix schema: <https://schema.org/> . @prefix foaf: <http://xmlns.com/foaf/0.1/> .
    @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
    e:a a e:Thing ; rdfs:label "A", "Another" ; owl:sameAs e:b ; dcterms:title "A" ; dcterms:issued "in May" ; foaf:page "e.com" .
    e:b a skos:Concept ; skos:broader e:b , [] ; skos:prefLabel "b" , "B" ; skos:exactMatch e:a ; skos:inScheme e:s ; skos:related "x" .
    e:s a skos:ConceptScheme . e:C rdfs:subClassOf e:C . [] a schema:ContactPoint ; schema:email "x" ; schema:contactPoint "y" .
"""


@pytest.fixture(scope="module")
def ontology() -> tuple[SourceFile, ...]:
    """The ontology's files, parsed once."""
    return Sources.find([ONTOLOGY], []).ontology


def findings(example: Path, ontology: tuple[SourceFile, ...]) -> list[sparql_rules.Finding]:
    """What the rules find in the ontology and one file of data."""
    data = SourceFile(example, None if example.suffix == ".trig" else SPACE.graphs + "example")
    quads = [quad for file in ontology for quad in file.quads] + data.quads + list(evidence(SPACE, ROLES, data))
    return sparql_rules.check(Sources(ontology, (data,)), quads, RULES)


def expected(example: Path) -> list[tuple[str, str]]:
    """(rule, words of the finding) of the lines `# expects: …` that an example begins with."""
    found: list[tuple[str, str]] = re.findall(r"^# expects: ([\w-]+): (.+)$", example.read_text(encoding="utf-8"), re.MULTILINE)
    return found


@pytest.mark.parametrize("example", sorted(BAD.iterdir()), ids=lambda path: path.stem)
def test_a_broken_rule_is_found_and_no_other(example: Path, ontology: tuple[SourceFile, ...]) -> None:
    found = findings(example, ontology)
    wanted = expected(example)
    for rule, words in wanted:
        assert any(finding.rule == rule and words in str(finding) for finding in found), f"{rule}: {words}: not in {found}"
    assert {finding.rule for finding in found} == {rule for rule, _ in wanted}


@pytest.mark.parametrize("doubt", sparql_rules.doubtful([ONTOLOGY]), ids=lambda path: path.stem)
def test_a_doubt_is_told_and_none_where_there_is_no_reason(doubt: Path) -> None:
    """What is sound stands in the example, too."""
    example = SourceFile(BAD.parent / "doubts" / f"{doubt.stem}.ttl", None)
    found = sparql_rules.check(Sources((), (example,)), example.quads, [doubt])
    assert sorted(finding.thing for finding in found) == sorted(words for _, words in expected(example.path))


def test_every_rule_has_an_example_that_breaks_it() -> None:
    assert {rule for example in BAD.iterdir() for rule, _ in expected(example)} == {path.stem for path in RULES}


def test_a_finding_says_where_what_and_which_rule(ontology: tuple[SourceFile, ...]) -> None:
    example = BAD / "every-thing-has-a-type.ttl"
    [finding] = findings(example, ontology)
    assert finding.sentence == "Every thing that anything is said of, or that is mentioned, has a type."
    thing = "organisation:ilo (a value of lc:implementedBy of project:p)"
    assert str(finding) == f"{example}:10: {thing}: {finding.sentence} [every-thing-has-a-type]"


def test_a_wrong_value_is_told_of_the_file_that_says_it(ontology: tuple[SourceFile, ...], tmp_path: Path) -> None:
    """Not of the first file that names the thing or its value."""
    prefixes = "@prefix lc: <https://w3id.org/labcoop/ns#> . @prefix p: <https://w3id.org/labcoop/id/project/> .\n"
    (tmp_path / "a.ttl").write_text(prefixes + "p:one lc:partner p:two .\n")
    (tmp_path / "b.ttl").write_text(
        prefixes + "\np:two a lc:Project ;\n  lc:partner p:three ;\n  lc:partner p:none .\np:one a lc:Project . p:three a lc:Project .\n"
    )
    sources = Sources.find([], [tmp_path])
    assert sources.where("https://w3id.org/labcoop/id/project/two", "https://w3id.org/labcoop/id/project/none") == f"{tmp_path / 'b.ttl'}:5"
    assert sources.where("https://w3id.org/labcoop/id/project/two") == f"{tmp_path / 'b.ttl'}:3"
    found = sparql_rules.check(sources, [quad for file in sources.data for quad in file.quads], RULES)
    (told,) = [finding for finding in found if finding.rule == "every-thing-has-a-type"]
    assert (told.where, told.thing) == (f"{tmp_path / 'b.ttl'}:5", "project:none")
    assert told.value == "a value of lc:partner of project:two"


def test_a_misspelt_property_is_told_once_with_what_may_be_meant(ontology: tuple[SourceFile, ...], tmp_path: Path) -> None:
    prefixes = "@prefix lc: <https://w3id.org/labcoop/ns#> . @prefix p: <https://w3id.org/labcoop/id/project/> .\n"
    (tmp_path / "a.ttl").write_text(prefixes + "p:one a lc:Project ;\n  lc:parntner p:one .\n")
    data = Sources.find([], [tmp_path]).data
    sources = Sources(ontology, data)
    said = [quad for file in sources.data for quad in file.quads]
    found = sparql_rules.check(sources, [*said, *evidence(SPACE, ROLES, data[0]), *(q for file in ontology for q in file.quads)], RULES)
    (told,) = [finding for finding in found if finding.rule == "every-term-used-is-defined"]
    assert told.where == f"{tmp_path / 'a.ttl'}:3"
    assert "Is lc:partner meant?" in str(told)


@pytest.fixture(scope="module")
def own() -> Knowledge:
    """The project's own ontology and data."""
    return read(Sources.find([ONTOLOGY], [bundled("data")]), lambda _: None)


def test_the_projects_own_data_break_no_rule(own: Knowledge) -> None:
    assert not [str(finding) for finding in sparql_rules.check(own.sources, own.asserted, RULES)]


def test_data_that_do_not_use_the_ontology_are_left_alone(tmp_path: Path, ontology: tuple[SourceFile, ...]) -> None:
    example = tmp_path / "foreign.ttl"
    example.write_text(FOREIGN, encoding="utf-8")
    assert findings(example, ontology) == []


def test_a_rule_without_a_sentence_is_refused(tmp_path: Path, own: Knowledge) -> None:
    rule = tmp_path / "rule.rq"
    rule.write_text("SELECT ?thing WHERE { ?thing ?p ?o }", encoding="utf-8")
    with pytest.raises(SourceError, match=r"rule.rq:1: .* comment that says the rule"):
        sparql_rules.check(own.sources, [], [rule])


def test_a_rule_that_is_no_select_query_is_refused(tmp_path: Path, own: Knowledge) -> None:
    rule = tmp_path / "rule.rq"
    rule.write_text("# Something is there.\nASK { ?thing ?p ?o }", encoding="utf-8")
    with pytest.raises(SourceError, match="a rule is a SELECT query"):
        sparql_rules.check(own.sources, [], [rule])
