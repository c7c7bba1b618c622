"""On Oxigraph's server and on Virtuoso, both real, every canned query and every question has the embedded engine's answer."""

import json
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from pathlib import Path

import pyoxigraph as ox
import pytest

from graph_service.engine.remote.push import push, put
from graph_service.engine.result import Query, Result, ResultKind
from graph_service.errors import BadGateway, Forbidden, MalformedQuery, OutOfTime, ResultTooLarge, Unavailable
from graph_service.service.service import Service
from graph_service.settings import Settings
from graph_service.snapshot.snapshot import Snapshot
from tests.conftest import PATIENCE, ROOT, Server
from tests.engine.others import WITHOUT_VIRTUOSO, Other, oxigraph, virtuoso
from tests.ports import free_port

pytestmark = pytest.mark.live

CASES = sorted((ROOT / "tests/queries").glob("*/*.json"))
QUESTIONS = sorted((ROOT / "tests/knowledge/questions").glob("*.rq"))

SERVERS = ["oxigraph", pytest.param("virtuoso", marks=pytest.mark.skipif(WITHOUT_VIRTUOSO is not None, reason=str(WITHOUT_VIRTUOSO)))]

Services = dict[str, Service]


@pytest.fixture(scope="module")
def others(snapshot: Snapshot, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Other]]:
    """A server by its name: started when it is first asked for, and loaded with the snapshot."""
    with ExitStack() as stack:
        started: dict[str, Other] = {}

        def get(name: str) -> Other:
            if name not in started:
                server = oxigraph() if name == "oxigraph" else virtuoso(tmp_path_factory.mktemp("virtuoso"))
                started[name] = stack.enter_context(server)
                push(snapshot, started[name].peer, lambda _: None)
            return started[name]

        yield get


@pytest.fixture(scope="module", params=SERVERS)
def other(request: pytest.FixtureRequest, others: Callable[[str], Other]) -> Other:
    """Each of the servers in turn."""
    return others(request.param)


@pytest.fixture(scope="module")
def remote(other: Other, snapshot: Snapshot, settings: Settings) -> Iterator[Service]:
    """The service over another server."""
    with Service.open(snapshot, replace(settings, engine=other.sparql)) as service:
        yield service


@pytest.fixture
def fresh(request: pytest.FixtureRequest, snapshot: Snapshot, settings: Settings, tmp_path: Path) -> Iterator[Callable[[], Service]]:
    """The service over a server of the same make as `other`, started when it is called for."""
    with ExitStack() as stack:

        def start() -> Service:
            other = stack.enter_context(oxigraph() if request.node.callspec.params["other"] == "oxigraph" else virtuoso(tmp_path))
            push(snapshot, other.peer, lambda _: None)
            return stack.enter_context(Service.open(snapshot, replace(settings, engine=other.sparql)))

        yield start


def value(term: object) -> object:
    """What a term says, without what Virtuoso changes of it: numbers by value, truths as numbers, language tags in lower case."""
    if not isinstance(term, ox.Literal):
        # A blank node's label says nothing.
        return term.value if isinstance(term, ox.NamedNode) else type(term)
    if term.language:
        return (term.value, term.language.lower())
    if term.datatype.value.endswith("#boolean"):
        return Decimal(term.value in {"true", "1"})
    if term.datatype.value == "http://www.w3.org/2001/XMLSchema#string":
        return term.value
    try:
        return Decimal(term.value).normalize()
    except InvalidOperation:
        return (term.value, term.datatype.value)


def content(result: Result) -> object:
    """All that a result says, whatever the order of its rows and columns."""
    if result.kind is ResultKind.TRUTH:
        return bool(result)
    rows = [[value(term) for term in row] for row in result.rows()]
    if result.kind is ResultKind.TABLE:
        rows = [[cell for _, cell in sorted(zip(result.columns, row, strict=True), key=lambda pair: pair[0])] for row in rows]
    return sorted(result.columns), Counter(map(tuple, rows))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}-{case.stem}")
def test_a_canned_query_has_the_same_answer(remote: Service, fresh: Callable[[], Service], service: Service, case: Path) -> None:
    query = Query(service.canned.bind(service.catalogue[case.parent.name], json.loads(case.read_text(encoding="utf-8"))))
    try:
        found = remote.sparql(query)
    except OutOfTime:
        # Virtuoso plans by samples of its data, keeps a plan, and now and then has one that comes to no end.
        found = fresh().sparql(query)
    assert content(found) == content(service.sparql(query))


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda path: path.stem)
def test_a_question_has_the_same_answer(remote: Service, service: Service, question: Path) -> None:
    query = Query(question.read_text(encoding="utf-8"))
    assert content(remote.sparql(query)) == content(service.sparql(query))


@pytest.mark.parametrize(
    "query",
    [
        Query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"),
        Query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", infer=False),
        Query("SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g"),
        Query("SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }", infer=False),
        Query("SELECT (COUNT(*) AS ?n) FROM <https://w3id.org/labcoop/graph/news-2022> { ?s ?p ?o }"),
        Query("PREFIX g: <https://w3id.org/labcoop/graph/> SELECT (COUNT(*) AS ?n) FROM NAMED g:news-2022 { GRAPH ?g { ?s ?p ?o } }"),
        Query("SELECT (COUNT(*) AS ?n) FROM NAMED <https://w3id.org/labcoop/graph/news-2022> { ?s ?p ?o }"),
        Query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", default_graphs=["https://w3id.org/labcoop/graph/news-2022"]),
        Query("SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }", named_graphs=["https://w3id.org/labcoop/graph/news-2022"]),
        Query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", named_graphs=["https://w3id.org/labcoop/graph/news-2022"]),
        Query("SELECT ?o { <project/triangle-in-asean> ?p ?o }", base="https://w3id.org/labcoop/id/"),
        Query("ASK { ?s a <http://example.org/nothing> }"),
        Query("ASK { ?s a <https://w3id.org/labcoop/ns#Project> }"),
        Query("CONSTRUCT WHERE { ?s a <https://w3id.org/labcoop/ns#Project> }"),
        Query('SELECT ?x { VALUES ?x { "\\u00e9 \\"q\\" \\\\ \\n" "中"@zh "😀" 1.50 true <http://e/\\u00e9> } }'),
    ],
    ids=str,
)
def test_the_dataset_is_the_same(remote: Service, service: Service, query: Query) -> None:
    assert content(remote.sparql(query)) == content(service.sparql(query))


def test_every_format_is_written(remote: Service) -> None:
    texts = {
        ResultKind.TABLE: "SELECT * { ?s ?p ?o } LIMIT 3",
        ResultKind.TRUTH: "ASK {}",
        ResultKind.GRAPH: "CONSTRUCT WHERE { ?s a ?o } LIMIT 3",
    }
    for kind, text in texts.items():
        for format in kind.formats:
            assert remote.sparql(Query(text), {kind: format}).read(), format


def test_other_data_of_the_server_is_not_seen(remote: Service, other: Other) -> None:
    secret = "http://example.org/secret"
    put(other.peer, secret, b"<http://example.org/secret> <http://example.org/p> <http://example.org/o> .\n")
    for text in (
        f"ASK {{ <{secret}> ?p ?o }}",
        f"ASK {{ GRAPH <{secret}> {{ ?s ?p ?o }} }}",
        f"ASK {{ GRAPH ?g {{ <{secret}> ?p ?o }} }}",
        f"ASK FROM <{secret}> {{ ?s ?p ?o }}",
        f"ASK FROM # <http://e/>\n <{secret}> {{ ?s ?p ?o }}",
        "PREFIX e: <http://example.org/> ASK \\u0046ROM e:secret { ?s ?p ?o }",
        "BASE <http://example.org/> ASK FROM NAMED <secret> { GRAPH ?g { ?s ?p ?o } }",
        f"ASK {{ ?s ?p ?o FILTER EXISTS {{ GRAPH <{secret}> {{ ?x ?y ?z }} }} }}",
        "ASK { GRAPH <urn:x-graph-service:state> { ?s ?p ?o } }",
        "ASK FROM <urn:x-graph-service:state> { ?s ?p ?o }",
    ):
        assert not remote.sparql(Query(text)), text
    count = Query(f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{secret}> {{ ?s ?p ?o }} }}")
    assert content(remote.sparql(count)) == (["n"], Counter({(Decimal(0),): 1}))
    assert not remote.sparql(Query("ASK { ?s ?p ?o }", default_graphs=[secret]))
    assert not remote.sparql(Query("ASK { GRAPH ?g { ?s ?p ?o } }", named_graphs=[secret]))


def test_what_is_refused_is_refused_before_the_server_hears_of_it(remote: Service) -> None:
    for text in (
        "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
        "DELETE WHERE { ?s ?p ?o }",
        "SELECT (<bif:getenv>('HOME') AS ?x) {}",
        "PREFIX b: <bif:> SELECT (b:getenv('HOME') AS ?x) {}",
        "SELECT (sql:user() AS ?x) {}",
    ):
        with pytest.raises(Forbidden):
            remote.sparql(Query(text))
    with pytest.raises(MalformedQuery):
        remote.sparql(Query("define input:default-graph-uri <http://example.org/secret> SELECT * { ?s ?p ?o }"))


def test_a_query_that_cannot_be_read_is_the_clients_fault(remote: Service) -> None:
    for text in ("SELECT nonsense", "SELECT * { ?s ?p }", "SELECT * { ?s ?p ?o", "", "nonsense"):
        with pytest.raises(MalformedQuery):
            remote.sparql(Query(text))


def test_a_push_may_be_repeated_and_another_snapshot_is_not_answered_from(remote: Service, other: Other, snapshot: Snapshot) -> None:
    count = Query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
    before = content(remote.sparql(count))
    push(snapshot, other.peer, lambda _: None)
    assert content(remote.sparql(count)) == before
    newer = replace(snapshot, id="another")
    with Service(newer, remote.catalogue, replace(Settings(), engine=other.sparql)) as service, pytest.raises(Unavailable, match="another"):
        service.sparql(count)


def test_the_command_pushes_says_what_and_names_what_fails(
    command: Callable[..., subprocess.CompletedProcess[str]], other: Other, snapshot: Snapshot
) -> None:
    environment = {"GRAPH_SERVICE_ENGINE_PASSWORD": other.password} if other.user else {}
    done = command("push", other.store, *(("--user", other.user) if other.user else ()), **environment)
    assert done.returncode == 0, done.stderr
    assert all(graph in done.stderr for graph in snapshot.graphs)
    for url, said in (
        (f"http://127.0.0.1:{free_port()}/store", "cannot be reached"),
        (other.store.rpartition("/")[0] + "/nowhere", "nowhere"),
    ):
        failed = command("push", url, "--user", "ann", "--password", "hunter2")
        assert (failed.returncode, said in failed.stderr) == (1, True), failed.stderr
        assert "hunter2" not in failed.stderr
    assert command("push", "http://ann:hunter2@127.0.0.1/").returncode == 2
    if other.user:
        wrong = command("push", other.store, "--user", other.user, "--password", "hunter2")
        assert (wrong.returncode, "does not let us in" in wrong.stderr, "hunter2" in wrong.stderr) == (1, True, False)


def test_a_service_on_another_engine_answers_over_http(
    start: Callable[..., Server], server: Server, other: Other, settings: Settings
) -> None:
    on_other = start("--engine", other.sparql)
    for path in ("/queries/projects.csv", "/id/organisation/ilo", "/", "/ready", "/sparql?query=ASK%7B%7D", "/explain"):
        assert on_other.ask(path).status == server.ask(path).status, path
    # Each engine has an order of its own for names.
    rows, others = (one.ask("/queries/projects.csv").text.splitlines() for one in (server, on_other))
    assert (others[0], sorted(others)) == (rows[0], sorted(rows))


def test_a_new_snapshot_takes_over_when_the_other_server_holds_it(
    start: Callable[..., Server], command: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    data = tmp_path / "data.ttl"
    flags = ("--data", str(data), "--ontology", "none", "--queries", "none", "--reasoning", "none")

    def write(value: int) -> None:
        data.write_text(f"<http://e/a> <http://e/p> {value} .")
        assert command("build", *flags).returncode == 0

    def ask(server: Server) -> tuple[int, str]:
        answer = server.ask(f"/sparql?query=SELECT%20%3Fo%20%7B%3Fs%20%3Fp%20%3Fo%7D%20%23{time.monotonic()}", Accept="text/csv")
        return answer.status, answer.text.split()[-1] if answer.status == 200 else ""

    with oxigraph() as other:
        write(1)
        assert command("push", other.store, *flags).returncode == 0
        server = start("--engine", other.sparql, *flags)
        write(2)
        until = time.monotonic() + 2
        while time.monotonic() < until:
            assert ask(server) == (200, "1")
        assert "new snapshot waits" in server.log.read_text()
        assert command("push", other.store, *flags).returncode == 0
        until = time.monotonic() + PATIENCE
        while (seen := ask(server)) != (200, "2"):
            assert seen[0] == 503
            assert time.monotonic() < until
        assert server.ask("/ready").status == 200


@pytest.mark.skipif(WITHOUT_VIRTUOSO is not None, reason=str(WITHOUT_VIRTUOSO))
def test_virtuosos_limit_of_rows_is_never_taken_for_the_end(snapshot: Snapshot, tmp_path: Path) -> None:
    with virtuoso(tmp_path, rows=20) as other:
        push(snapshot, other.peer, lambda _: None)
        with Service.open(snapshot, replace(Settings(), engine=other.sparql)) as service:
            assert len(list(service.sparql(Query("SELECT * { ?s ?p ?o } LIMIT 19")).rows())) == 19
            with pytest.raises(ResultTooLarge, match="20 rows"):
                service.sparql(Query("SELECT * { ?s ?p ?o }"))
            with pytest.raises(BadGateway, match="ResultSetMaxRows"):
                service.sparql(Query("CONSTRUCT WHERE { ?s ?p ?o }"))
