"""The page that says why terms stand tells of each that is rarely used, and of each that was merged."""

import re
from collections import Counter
from pathlib import Path

import pyoxigraph as ox

from graph_service.rdf.namespaces import OWL, RDF
from graph_service.settings import bundled
from graph_service.sources.sources import Sources
from tests.conftest import NS

PAGE = (Path(__file__).parent.parent.parent / "docs" / "terms.md").read_text(encoding="utf-8")
RARE, MERGED = PAGE.partition("## Merged")[::2]

SOURCES = Sources.find([bundled("ontology")], [bundled("data")])
SAID = {quad.triple for file in SOURCES.ontology for quad in file.quads}


def named(pattern: str, text: str) -> set[str]:
    return {name for cell in re.findall(pattern, text, re.MULTILINE) for name in re.findall(r"`(\w+)`", cell)}


def of(property: str, value: ox.NamedNode | ox.Literal) -> set[str]:
    subjects = (t.subject for t in SAID if t.predicate == ox.NamedNode(property) and t.object == value)
    return {s.value.removeprefix(NS) for s in subjects if isinstance(s, ox.NamedNode) and s.value.startswith(NS)}


DEPRECATED = of(OWL + "deprecated", ox.Literal("true", datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#boolean")))


def test_every_property_that_is_rarely_stated_says_why_it_stands() -> None:
    kinds = ("ObjectProperty", "DatatypeProperty", "AnnotationProperty")
    properties = set().union(*(of(RDF + "type", ox.NamedNode(OWL + kind)) for kind in kinds)) - DEPRECATED
    used = Counter(triple.predicate.value.removeprefix(NS) for triple in {quad.triple for file in SOURCES.data for quad in file.quads})
    assert named(r"^\| (`\w+`) \|", RARE) == {name for name in properties if 1 <= used[name] <= 2}


def test_every_deprecated_term_is_in_the_table_with_what_replaces_it() -> None:
    rows = re.findall(r"^\| (`[^|]*) \| ([^|]*) \|", MERGED, re.MULTILINE)
    assert set().union(*(re.findall(r"`(\w+)`", old) for old, _ in rows)) == DEPRECATED
    for old, new in rows:
        for name in re.findall(r"`(\w+)`", old):
            (replaced,) = [t.object for t in SAID if t.subject == ox.NamedNode(NS + name) and t.predicate.value.endswith("isReplacedBy")]
            assert isinstance(replaced, ox.NamedNode)
            assert re.split("[#/]", replaced.value)[-1] in re.findall(r"`(\w+)`", new)


def test_the_page_on_data_lists_every_degree_of_verification() -> None:
    page = (Path(__file__).parent.parent.parent / "data" / "README.md").read_text(encoding="utf-8")
    table = page[page.index("`lc:verification` is one of") :].partition("\n\nA thing without it")[0]
    scheme = ox.NamedNode("https://w3id.org/labcoop/vocab/verification")
    concepts = {t.subject.value.rpartition("/")[2] for t in SAID if t.object == scheme and t.predicate.value.endswith("inScheme")}  # type: ignore[union-attr]
    assert set(re.findall(r"^\| `([\w-]+)` \|", table, re.MULTILINE)) == concepts
