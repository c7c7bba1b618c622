"""Each IRI of the graph answers under its own path, in every format of RDF, with what the dump says of it."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote

import pyoxigraph as ox
import pytest

from graph_service.rdf.namespaces import OWL, RDF
from graph_service.snapshot.snapshot import Snapshot
from tests.conftest import Answer, Server

pytestmark = pytest.mark.live

BASE = "https://w3id.org/labcoop/"

#: Media types -> how they are read. JSON-LD is asked for without a context, which would have to be fetched.
FORMATS = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
    'application/ld+json;profile="http://www.w3.org/ns/json-ld#expanded"': ox.RdfFormat.JSON_LD,
    "application/n-quads": ox.RdfFormat.N_QUADS,
    "application/trig": ox.RdfFormat.TRIG,
}

Said = dict[ox.NamedNode | ox.BlankNode, set[ox.Triple]]


def by_subject(triples: Iterable[ox.Triple]) -> Said:
    said: Said = defaultdict(set)
    for triple in triples:
        if not isinstance(triple.subject, ox.Triple):
            said[triple.subject].add(triple)
    return said


def about(node: ox.NamedNode, said: Said) -> set[ox.Quad]:
    """What is said of a node, and of the blank nodes that this leads to, named by its content alone (RDFC-1.0)."""
    waiting, found = [node], set()
    seen: set[object] = {node}
    while waiting:
        for triple in said.get(waiting.pop(), ()):
            found.add(ox.Quad(*triple))
            if isinstance(triple.object, ox.BlankNode) and triple.object not in seen:
                seen.add(triple.object)
                waiting.append(triple.object)  # type: ignore[arg-type]
    dataset = ox.Dataset(found)
    if len(seen) > 1:
        dataset.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    return set(dataset)


def terms(triples: Iterable[ox.Triple]) -> Iterator[object]:
    waiting: list[object] = [term for triple in triples for term in triple]
    for term in waiting:
        if isinstance(term, ox.Triple):
            waiting += list(term)
        yield term


def address(iri: str) -> str:
    """The path that is asked for an IRI: it is below the base, as an address holds it, and without its fragment."""
    return "/" + quote(iri.removeprefix(BASE).partition("#")[0], safe="/:@!$&'()*+,;=%~")


def follow(server: Server, path: str, accept: str) -> Answer:
    answer = server.ask(path, Accept=accept)
    return server.ask(answer.headers["location"], Accept=accept) if answer.status == 303 else answer


@pytest.fixture(scope="module")
def dump(snapshot: Snapshot) -> set[ox.Triple]:
    return {quad.triple for quad in snapshot.quads()}


@pytest.fixture(scope="module")
def documents(dump: set[ox.Triple]) -> dict[str, set[str]]:
    """Path -> the IRIs of the dump that it is asked for. Files are what they are: they have a format each, and nothing is said of them."""
    found: dict[str, set[str]] = defaultdict(set)
    for term in set(terms(dump)):
        if isinstance(term, ox.NamedNode) and term.value.startswith(BASE) and not is_file(term.value):
            found[address(term.value)].add(term.value)
    return found


#: A version that the ontology says was before it, and that is not kept here; and a concept that is deprecated.
GONE = re.compile(r"/ns/0\.1\.\d+|/vocab/organisation-type/government")


def is_file(iri: str) -> bool:
    return ("/downloads/" in iri and "#" not in iri and not iri.endswith("/")) or iri == BASE + "openapi.json"


def wrong(server: Server, path: str, iris: set[str], accept: str, said: Said) -> list[str]:
    """What is not as it should be in the answer for some IRIs."""
    answer = follow(server, path, accept)
    if GONE.fullmatch(path) and answer.status == 410:
        return []
    if answer.status != 200 or answer.headers["content-type"].partition(";")[0] != accept.partition(";")[0]:
        return [f"{path} as {accept}: {answer.status} {answer.headers.get('content-type')}"]
    told = by_subject(quad.triple for quad in ox.parse(answer.body, FORMATS[accept]))
    return [f"{iri} as {accept}" for iri in sorted(iris) if about(ox.NamedNode(iri), told) != about(ox.NamedNode(iri), said)]


def test_every_iri_answers_with_what_the_dump_says_of_it(server: Server, documents: dict[str, set[str]], dump: set[ox.Triple]) -> None:
    """Of the many things each is asked for in one of the formats in turn; all other documents in all of them."""
    said = by_subject(dump)
    formats = list(FORMATS)
    asked: list[tuple[str, str]] = []
    for number, path in enumerate(sorted(documents)):
        is_one_of_many = path.startswith(("/id/", "/vocab/"))
        asked += [(path, formats[number % len(formats)])] if is_one_of_many else [(path, accept) for accept in formats]
    with ThreadPoolExecutor(4) as pool:
        found = pool.map(lambda pair: wrong(server, pair[0], documents[pair[0]], pair[1], said), asked)
        faults = [fault for faults in found for fault in faults]
    assert not faults, f"{len(faults)} of {len(asked)}: {faults[:20]}"
    assert sum(map(len, documents.values())) > 7000


def test_what_a_service_says_of_itself_has_its_addresses_and_changes_no_name(server: Server, dump: set[ox.Triple]) -> None:
    said = {quad.triple for quad in ox.parse(follow(server, "/.well-known/void", "application/n-triples").body, ox.RdfFormat.N_TRIPLES)}
    names = by_subject(dump)
    own = [t for t in said if isinstance(t.subject, ox.NamedNode) and t.subject.value.startswith(server.url)]
    assert {t.subject.value.removeprefix(server.url) for t in own} >= {"/sparql", "/catalog", "/catalog#queries"}
    assert not [t for t in said.difference(own) if t not in names[t.subject]]
    assert not [t for t in dump if any(isinstance(term, ox.NamedNode) and "127.0.0.1" in term.value for term in t)]


def test_a_version_of_the_ontology_answers_after_the_next_one_is_built(start: Callable[..., Server], tmp_path: Path) -> None:
    ontology = tmp_path / "ontology.ttl"
    written = f"""@prefix owl: <http://www.w3.org/2002/07/owl#> .
        <{BASE}ns> a owl:Ontology ; owl:versionIRI <{BASE}ns/VERSION> ; owl:versionInfo "VERSION" . <{BASE}ns#OfVERSION> a owl:Class ."""
    flags = ("--base", BASE, "--data", "none", "--queries", "none", "--reasoning", "none", "--snapshots", str(tmp_path / "snapshots"))
    for version in ("3.1.0", "3.2.0"):
        ontology.write_text(written.replace("VERSION", version))
        server = start("--ontology", str(ontology), *flags)
    for version in ("3.1.0", "3.2.0"):
        for path in (f"/ns/{version}", f"/ns/{version}.ttl"):
            answer = server.ask(path, Accept="text/turtle")
            assert (answer.status, f"Of{version}" in answer.text) == (200, True), path
    for format in ("application/ld+json", "application/n-quads", "text/html,*/*;q=0.8"):
        assert server.ask("/ns/3.1.0", Accept=format).status == 200
    assert server.ask("/ns/3.0.0").status == 404


def test_each_part_of_the_ontology_answers_at_its_own_iri_as_that_part_alone(server: Server) -> None:
    for path in ("/ns", "/ns/rules", "/ns/alignments/prov", "/ns/presentation", "/ns/foreign-terms", "/shapes"):
        for accept, format in (("text/turtle", ox.RdfFormat.TURTLE), ("application/rdf+xml", ox.RdfFormat.RDF_XML)):
            answer = server.ask(path, Accept=accept)
            headers = {
                quad.subject.value
                for quad in ox.parse(answer.body, format)
                if (quad.predicate.value, getattr(quad.object, "value", "")) == (RDF + "type", OWL + "Ontology")
            }
            assert headers == {BASE + path[1:]}, (path, accept)
            assert f'<{BASE}{path[1:]}>; rel="cite-as"' in answer.headers["link"]
        assert server.ask(f"{path}.jsonld").status == 200
        shown = server.ask(path, Accept="text/html")
        assert (shown.status, "<h1" in shown.text) == (200, True), path
    assert "lc:implements owl:inverseOf" in server.ask("/ns/rules", Accept="text/html").text
    assert server.ask("/ns/alignments/none", Accept="text/turtle").status == 404
