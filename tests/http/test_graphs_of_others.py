"""Vocabularies and data sets that nobody here wrote: each is served, asked and given out again, and every kind of its pages is there."""

import bz2
import csv
import gzip
import io
import json
import lzma
import re
import subprocess
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import islice, pairwise
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, urlencode

import html5rdf
import pyoxigraph as ox
import pytest
import rdflib

from tests.conftest import ROOT, Answer, Server
from tests.graphs import GRAPHS, Graph
from tests.http.test_crawl import crawled

pytestmark = pytest.mark.live

#: How rdflib calls what is in a file, by the ending of its name.
SYNTAXES = {
    **{".ttl": "turtle", ".nt": "nt", ".trig": "trig", ".nq": "nquads", ".jsonld": "json-ld"},
    **{".rdf": "xml", ".owl": "xml", ".xml": "xml"},
}

PACKERS: dict[str, Callable[[bytes], bytes]] = {".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress}

#: A graph with more triples than that has long tables: less of it is visited.
LARGE = 10_000

#: A graph with fewer is exported by the command line as well.
SMALL = 1_200

#: How many addresses of one kind are visited at most, and how many lists, of each of which two things: of others, and of a large graph.
MOST, MOST_OF_A_LARGE_ONE = (2, 12), (1, 6)

PREFIXES = """PREFIX dcterms: <http://purl.org/dc/terms/> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX sh: <http://www.w3.org/ns/shacl#> PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
"""

LABELS = "rdfs:label|skos:prefLabel|dcterms:title|sh:name|sh:description"

#: Five questions that can be asked of any graph. `CLASS` stands for the class that has most things.
QUESTIONS = {
    "counts": "SELECT ?class (COUNT(DISTINCT ?thing) AS ?things) { ?thing a ?class FILTER(isIRI(?class)) } GROUP BY ?class",
    "labels": f"SELECT DISTINCT ?thing ?label {{ ?thing {LABELS} ?label FILTER(isIRI(?thing)) }}",
    "a class": "SELECT ?thing (COUNT(?value) AS ?values) { ?thing a CLASS ; ?property ?value FILTER(isIRI(?thing) && isIRI(?value)) } "
    "GROUP BY ?thing",
    "a path": "SELECT DISTINCT ?above { ?thing a CLASS ; (rdfs:subClassOf|rdfs:subPropertyOf|skos:broader|^skos:narrower|rdfs:range)+ "
    "?above FILTER(isIRI(?above)) }",
    "a graph": "CONSTRUCT { ?thing rdfs:label ?value } WHERE { ?thing a CLASS ; ?property ?value }",
}


class Served(NamedTuple):
    """A graph of others, its files, the service over it, and what rdflib reads in them: all together, and by the graphs that they name."""

    graph: Graph
    paths: list[Path]
    server: Server
    read: rdflib.Graph
    named: dict[str, rdflib.Graph]


@pytest.fixture(scope="module", autouse=True)
def as_written() -> Iterator[None]:
    """rdflib keeps numbers and dates as they are written."""
    usual, rdflib.NORMALIZE_LITERALS = rdflib.NORMALIZE_LITERALS, False
    yield
    rdflib.NORMALIZE_LITERALS = usual


@pytest.fixture(scope="module", params=[graph for graph in GRAPHS if not graph.large], ids=lambda graph: graph.name)
def served(
    request: pytest.FixtureRequest, start: Callable[..., Server], of_others: tuple[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    graph: Graph = request.param
    try:
        paths = graph.paths
    except FileNotFoundError as error:
        pytest.skip(str(error))
    read, named = rdflib.Graph(), dict[str, rdflib.Graph]()
    for file in files_of(paths):
        syntax = SYNTAXES[file.suffix]
        if syntax not in {"nquads", "trig"}:
            read.parse(file, format=syntax, publicID=file.as_uri())
            continue
        dataset = rdflib.Dataset()
        dataset.parse(file, format=syntax, publicID=file.as_uri())
        for s, p, o, name in dataset.quads():
            read.add((s, p, o))
            if name not in {None, dataset.default_graph.identifier}:
                named.setdefault(str(name), rdflib.Graph()).add((s, p, o))
    if graph.packed:
        folder = tmp_path_factory.mktemp("packed")
        paths = [packed(path, folder, graph.packed) for path in paths]
    server = start(*map(str, paths), *graph.flags, *of_others)
    yield Served(graph, paths, server, read, named)
    server.process.terminate()
    server.process.wait(timeout=20)


def files_of(paths: Iterable[Path]) -> Iterator[Path]:
    """The files that are read of some files and folders."""
    for path in paths:
        yield from [path] if path.is_file() else sorted(file for file in path.rglob("*") if file.suffix in SYNTAXES)


def packed(path: Path, folder: Path, suffix: str) -> Path:
    made = folder / (path.name + suffix)
    made.write_bytes(PACKERS[suffix](path.read_bytes()))
    return made


def canonical(quads: Iterable[ox.Quad]) -> ox.Dataset:
    """Triples, whatever graphs they stand in, with canonical blank nodes."""
    dataset = ox.Dataset(ox.Quad(quad.subject, quad.predicate, quad.object) for quad in quads)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    return dataset


def of_rdflib(graph: rdflib.Graph) -> ox.Dataset:
    return canonical(ox.parse(graph.serialize(format="nt", encoding="utf-8"), ox.RdfFormat.N_TRIPLES))


def as_kept(graph: rdflib.Graph) -> ox.Dataset:
    """What rdflib found, with numbers and days in the form of their values, as the engine keeps them (docs/deviations.md)."""
    store = ox.Store()
    store.extend(of_rdflib(graph))
    return canonical(store)


def test_what_was_read_is_given_out_whole(
    served: Served, command: Callable[..., subprocess.CompletedProcess[str]], of_others: tuple[str, str], tmp_path: Path
) -> None:
    # Where nothing follows, there is one file of all.
    answer = served.server.ask("/downloads/asserted.nq")
    if answer.status == 404:
        answer = served.server.ask("/downloads/dataset.nq")
    assert answer.status == 200
    given = list(ox.parse(answer.body, ox.RdfFormat.N_QUADS))
    assert canonical(given) == of_rdflib(served.read)
    for name, graph in served.named.items():
        assert canonical(quad for quad in given if quad.graph_name == ox.NamedNode(name)) == of_rdflib(graph)
    if len(served.read) < SMALL:
        file = tmp_path / "asserted.trig"
        done = command("export", *map(str, served.paths), *served.graph.flags, *of_others, "--asserted", "--output", str(file))
        assert done.returncode == 0, done.stderr
        assert canonical(ox.parse(path=str(file))) == of_rdflib(served.read)


@pytest.mark.parametrize("question", QUESTIONS)
def test_answers_are_those_of_rdflib(served: Served, question: str) -> None:
    text = PREFIXES + QUESTIONS[question].replace("CLASS", largest(served.read).n3())
    path = f"/sparql?infer=false&query={quote(text)}"
    expected = served.read.query(text)
    if expected.graph is not None:
        answer = served.server.ask(path, Accept="application/n-triples")
        assert answer.status == 200, answer.text
        assert canonical(ox.parse(answer.body, ox.RdfFormat.N_TRIPLES)) == as_kept(expected.graph)
        assert expected.graph
        return
    answer = served.server.ask(path, Accept="text/csv")
    assert answer.status == 200, answer.text
    rows = list(csv.reader(io.StringIO(answer.text, newline="")))[1:]
    assert Counter(map(tuple, rows)) == Counter(tuple(str(row[name]) for name in expected.vars or ()) for row in expected.bindings)
    assert rows or question in {"labels", "a path"}


def largest(graph: rdflib.Graph) -> rdflib.URIRef:
    """The class that has most things with names, the first of them by its name."""
    counts = Counter(kind for thing, kind in graph.subject_objects(rdflib.RDF.type) if isinstance(thing, rdflib.URIRef))
    return min((kind for kind in counts if isinstance(kind, rdflib.URIRef)), key=lambda kind: (-counts[kind], kind))


def test_every_kind_of_page_is_there(served: Served) -> None:
    faults: list[str] = []

    def look(path: str, answer: Answer) -> None:
        if answer.headers["content-type"].startswith("text/html"):
            faults.extend(f"{path}: {fault}" for fault in faults_of(answer.text))

    most, lists = MOST if len(served.read) < LARGE else MOST_OF_A_LARGE_ONE
    dead, dumb, seen = crawled(served.server, most, look)
    for path in things(served.server, lists):
        answer = served.server.ask(path, Accept="text/html")
        look(path, answer)
        assert (path, answer.status) in {(path, 200), (path, 410)}
    assert (dead, dumb, faults) == ([], [], [])
    assert len(seen) > 20


def things(server: Server, lists: int) -> Iterator[str]:
    """The pages of the first and the last thing on the first page of each of the longest lists."""
    for kind in islice(json.loads(server.ask("/things").body)["kinds"], lists):
        rows = list(csv.DictReader(io.StringIO(server.ask(f"/things/{kind['kind']}.csv?page=1").text)))
        for row in rows[:1] + rows[-1:]:
            yield f"/page?{urlencode({'iri': row['thing']})}"


def faults_of(page: str) -> Iterator[str]:
    """What a parser of HTML has to mend in a page, and what each of our pages has to have."""
    try:
        html5rdf.HTMLParser(strict=True).parse(page)
    except html5rdf.html5parser.ParseError as error:
        yield f"no valid HTML: {error}"
    if len(re.findall(r"<h1\b", page)) != 1:
        yield "not one h1"
    ranks = [int(rank) for rank in re.findall(r"<h([1-6])\b", page)]
    if not all(later <= earlier + 1 for earlier, later in pairwise(ranks)):
        yield f"headings of ranks {ranks}"
    yield from (f"the id {id} {count} times" for id, count in Counter(re.findall(r'\sid="([^"]+)"', page)).items() if count > 1)
    yield from (f"an address that runs: {found}" for found in re.findall(r'(?:href|src|action)="\s*(?:javascript|data):[^"]*', page))


def test_what_follows_is_explained(served: Served) -> None:
    pattern = "GRAPH ?g { ?s ?p ?o } FILTER(STRENDS(STR(?g), 'graph/inferred') && isIRI(?s) && isIRI(?o))"
    answer = served.server.ask(f"/sparql?query={quote(f'SELECT ?s ?p ?o {{ {pattern} }} ORDER BY ?s ?p ?o LIMIT 1')}", Accept="text/csv")
    assert answer.status == 200
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    for row in rows:
        why = served.server.ask("/explain?" + urlencode({key: f"<{value}>" for key, value in row.items()}), Accept="application/json")
        assert (why.status, '"rule"' in why.text) == (200, True), why.text
    assert bool(rows) == served.graph.infers


def test_the_table_of_the_documentation_has_them_all() -> None:
    text = (ROOT / "docs" / "graphs-of-others.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \| [\d,]+ \| ([\d,]+) \|", text, re.MULTILINE)
    told = [(name, kind, package, licence, inferred != "0") for name, kind, package, licence, inferred in rows]
    assert told == [(graph.name, graph.kind, graph.package, graph.licence, graph.infers) for graph in GRAPHS]
