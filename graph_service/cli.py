"""The command `graph-service`: one function a command, each thin over `service` and `knowledge`.

Exit codes: 0 done, 1 the check or the work failed, 2 wrong use.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

import graph_service
from graph_service.config import Settings, flag_name, refuse_unreadable, web_address
from graph_service.engine.peer import Peer
from graph_service.engine.push import push
from graph_service.engine.result import Formats, Kind, Query, Result
from graph_service.errors import MalformedRequest, ServiceError, SettingError, UnknownParameter
from graph_service.knowledge import gates
from graph_service.knowledge.build import build, source_set
from graph_service.knowledge.knowledge import read
from graph_service.knowledge.lint import lint
from graph_service.knowledge.locating import locate
from graph_service.knowledge.provenance import as_data, as_lines
from graph_service.knowledge.snapshot import Snapshot, last_good
from graph_service.knowledge.sources import Sources
from graph_service.knowledge.trial import examine
from graph_service.service import Service
from graph_service.web.listening import take_address
from graph_service.web.server import serve_forever
from graph_service.words import terms
from graph_service.words.formats import DUMP_FORMATS, Format, named
from graph_service.words.terms import NamedNode, Quad

_KNOWLEDGE_FLAGS = ("data", "ontology", "queries", "reasoning", "default_graph", "snapshots", "keep_snapshots")
_SERVER_FLAGS = (
    *("host", "port", "public_url", "hosts", "proxies", "language", "reload_queries", "page_size", "page_limit"),
    *("body_limit", "body_deadline", "bodies_limit", "address_limit", "header_limit", "field_limit", "header_deadline"),
    *("send_deadline", "lowest_rate", "spool_limit", "connections", "restarts"),
)
_ENGINE_FLAGS = ("workers", "queue", "query_deadline", "query_memory", "result_limit", "query_depth", "term_depth")
# The password has no flag where the engine is set: a command line can be read by anyone on the machine.
_REMOTE_FLAGS = ("engine", "engine_user", "service_hosts", "service_limit", "service_groups")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    options = _parser().parse_args(arguments)
    flags = {
        name: value
        for name, value in vars(options).items()
        if name in (*_KNOWLEDGE_FLAGS, *_ENGINE_FLAGS, *_REMOTE_FLAGS, *_SERVER_FLAGS, "engine_password") and value is not None
    }
    try:
        for argument in sys.argv[1:] if arguments is None else arguments:
            refuse_unreadable(argument, "an argument")
        settings = Settings.read(os.environ, flags, _say)
        _find_temporary_folder()
        run: Callable[[argparse.Namespace, Settings], int] = options.run
        return run(options, settings)
    except (SettingError, UnknownParameter) as error:
        _say(error.detail)
        return 2
    except ServiceError as error:
        _say(error.detail)
        return 1
    except BrokenPipeError:
        # The reader has seen enough (`graph-service export | head`): no more can be written, and nothing is wrong.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _serve(options: argparse.Namespace, settings: Settings) -> int:
    with take_address(settings) as address:
        serve_forever(address, _snapshot_to_serve(settings), settings)
    return 0


def _build(options: argparse.Namespace, settings: Settings) -> int:
    if options.out:
        settings = replace(settings, snapshots=Path(options.out))
    snapshot = build(settings, _say)
    if options.json:
        _print_json({"id": snapshot.id, "folder": str(snapshot.folder), "triples": snapshot.triples, "graphs": snapshot.graphs})
    else:
        print(snapshot.folder)
    return 0


def _check(options: argparse.Namespace, settings: Settings) -> int:
    found = gates.check(read(Sources.find(settings.ontology, settings.data), _say), settings, _say, fast=options.fast)
    if not found.findings:
        _try_queries(found, settings, options.answers)
    findings = found.findings
    report = {**found.figures, "findings": findings}
    if options.json:
        _print_json(report)
    else:
        for name, value in report.items():
            print(f"{name}: {len(findings) if name == 'findings' else value}")
        print(*findings, sep="\n", end="\n" if findings else "")
    return 1 if findings else 0


def _try_queries(report: gates.Report, settings: Settings, answers: str | None) -> None:
    """Read and run every canned query, on a snapshot that is gone afterwards."""
    folder = Path(answers) if answers else next((p for q in settings.queries if (p := q.parent / "tests" / "queries").is_dir()), None)
    with TemporaryDirectory() as place, _service(replace(settings, snapshots=Path(place))) as service:
        known = {term.value for quad in service.snapshot.quads() for term in _named(quad)}
        for query in service.catalogue.queries.values():
            _say(f"Trying {query.name}.")
            report.add([*lint(query, known), *examine(query, service.sparql, service.choices, folder)], {})
    cases = len([case for query in service.catalogue.queries for case in (folder / query).glob("*.json")]) if folder else 0
    report.add((), {"expected answers": cases})


def _named(quad: Quad) -> list[NamedNode]:
    terms = (quad.subject, quad.predicate, quad.object, quad.graph_name)
    return [term for term in terms if isinstance(term, NamedNode)]


def _locate(options: argparse.Namespace, settings: Settings) -> int:
    changed = locate(Path(options.folder), Path(options.text))
    print(*changed, sep="\n", end="\n" if changed else "")
    _say(f"{len(changed)} files changed.")
    return 0


def _query(options: argparse.Namespace, settings: Settings) -> int:
    arguments: dict[str, list[str]] = {}
    for pair in options.arguments:
        name, equals, value = pair.partition("=")
        if not equals:
            raise UnknownParameter(f"{pair!r} is not of the form key=value", parameter=pair)
        arguments.setdefault(name, []).append(value)
    with _service(settings) as service:
        formats = _formats(options.format, canned=True)
        return _print_result(service.canned(options.name, arguments, not options.asserted, formats))


def _sparql(options: argparse.Namespace, settings: Settings) -> int:
    try:
        text = sys.stdin.read() if options.file == "-" else Path(options.file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise MalformedRequest(f"{options.file}: {error}") from error
    with _service(settings) as service:
        return _print_result(service.sparql(Query(text, infer=not options.asserted), _formats(options.format)))


def _export(options: argparse.Namespace, settings: Settings) -> int:
    format = _format(options.format, DUMP_FORMATS)
    content = build(settings, _say).export(format, graph=options.graph, infer=not options.asserted)
    if options.output is None:
        _write_out(content)
    else:
        try:
            Path(options.output).write_bytes(content)
        except OSError as error:
            raise SettingError(f"--output {options.output}: {error.strerror}.") from error
    return 0


def _push(options: argparse.Namespace, settings: Settings) -> int:
    try:
        store = Peer(web_address(options.url), settings.engine_user, settings.engine_password)
    except ValueError as error:
        raise SettingError(f"URL must be {error}") from error
    snapshot = build(settings, lambda _: None)
    push(snapshot, store, _say)
    _say(f"{store.name} holds the snapshot {snapshot.id}.")
    return 0


def _explain(options: argparse.Namespace, settings: Settings) -> int:
    try:
        triple = terms.triple(options.subject, options.predicate, options.object)
    except ValueError as error:
        raise SettingError(f"{options.subject} {options.predicate} {options.object}: a part must be {error}") from error
    with _service(settings) as service:
        explanation = service.explain(triple)
    if options.json:
        _print_json(as_data(explanation))
    else:
        print(*as_lines(explanation), sep="\n")
    return 0


def _snapshot_to_serve(settings: Settings) -> Snapshot:
    """The snapshot of the sources as they are, or the last good one, said loudly, when they cannot be built."""
    try:
        return build(settings, _say)
    except ServiceError as error:
        last = last_good(settings.snapshots, source_set(settings))
        if last is None:
            raise
        last.verify()
        _say(f"The build failed; serving the last good snapshot {last.id}.\n{error.detail}")
        return last


def _find_temporary_folder() -> None:
    """Raise SettingError unless there is a folder for the files that builds and queries write to and forget."""
    try:
        gettempdir()
    except FileNotFoundError as error:
        raise SettingError("No folder for temporary files can be written to; name one in the environment variable TMPDIR.") from error


def _service(settings: Settings) -> Service:
    return Service.open(build(settings, lambda _: None), settings)


def _format(name: str, formats: Sequence[Format]) -> Format:
    format = named(name, formats)
    if format is None:
        raise SettingError(f"--format {name}: must be one of {', '.join(f.name for f in formats)}")
    return format


def _formats(name: str | None, canned: bool = False) -> Formats:
    """For each kind of result the format of that name; the first of each kind without a name."""
    offered = {kind: kind.canned_formats if canned else kind.formats for kind in Kind}
    if name is None:
        return {kind: formats[0] for kind, formats in offered.items()}
    found = {kind: format for kind, formats in offered.items() if (format := named(name, formats)) is not None}
    if not found:
        names = dict.fromkeys(format.name for formats in offered.values() for format in formats)
        raise SettingError(f"--format {name}: must be one of {', '.join(names)}")
    return found


def _print_result(result: Result) -> int:
    for chunk in result.chunks():
        _write_out(chunk)
    return 0


def _write_out(content: bytes) -> None:
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def _print_json(value: object) -> None:
    print(json.dumps(value, indent=2, ensure_ascii=False))


def _say(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


def _parser() -> argparse.ArgumentParser:
    settings = {setting.name: setting for setting in fields(Settings)}

    def command(name: str, run: Callable[..., int], help: str, *flags: str) -> argparse.ArgumentParser:
        parser = commands.add_parser(name, help=help, description=help[0].upper() + help[1:] + ".")
        parser.set_defaults(run=run)
        for flag in flags:
            about = settings[flag].metadata
            parser.add_argument(flag_name(flag), dest=flag, metavar="VALUE", help=f"{about['help']} [{about['shown']}]")
        return parser

    parser = argparse.ArgumentParser(prog="graph-service", description=graph_service.__doc__)
    parser.add_argument("--version", action="version", version=f"%(prog)s {graph_service.__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    serve_flags = (*_SERVER_FLAGS, *_ENGINE_FLAGS, *_REMOTE_FLAGS, *_KNOWLEDGE_FLAGS)
    command("serve", _serve, "serve over HTTP; builds first if the sources changed", *serve_flags)

    sub = command("build", _build, "build a snapshot from the sources and print its folder", *_KNOWLEDGE_FLAGS)
    sub.add_argument("--out", metavar="DIR", help="folder to put the snapshot in; the same as --snapshots")
    sub.add_argument("--json", action="store_true", help="print the snapshot's figures as JSON")

    sub = command("check", _check, "check the knowledge and the canned queries; nothing is written", *_KNOWLEDGE_FLAGS)
    sub.add_argument("--fast", action="store_true", help="leave out the mutants: whether some case fails without each axiom")
    sub.add_argument("--answers", metavar="DIR", help="folder of the canned queries' expected answers [tests/queries beside the queries]")
    sub.add_argument("--json", action="store_true", help="print the report as JSON")

    sub = command("locate", _locate, "write into a document's passages where they stand in its text")
    sub.add_argument("folder", metavar="FOLDER", help="folder with the document and its passages")
    sub.add_argument("text", metavar="TEXT", help="file with the document's text, UTF-8")

    query = command("query", _query, "run a canned query", *_REMOTE_FLAGS, *_KNOWLEDGE_FLAGS)
    query.add_argument("name", metavar="NAME", help="name of the query")
    query.add_argument("arguments", metavar="key=value", nargs="*", help="its parameters; a key may be given several times")

    sparql = command("sparql", _sparql, "run a SPARQL query", *_REMOTE_FLAGS, *_KNOWLEDGE_FLAGS)
    sparql.add_argument("file", metavar="FILE", help="file with the query, or - for standard input")

    for sub in (query, sparql):
        sub.add_argument("--format", metavar="NAME", help="csv, tsv, json, xml for tables; ttl, nt, rdf, jsonld, … for graphs")
        sub.add_argument("--asserted", action="store_true", help="leave out what is inferred")

    sub = command("export", _export, "write the graph as RDF", *_KNOWLEDGE_FLAGS)
    sub.add_argument("--format", metavar="NAME", default="trig", help="ttl, nt, rdf, jsonld, nq, trig [trig]")
    sub.add_argument("--graph", metavar="IRI", help="one named graph only")
    sub.add_argument("--asserted", action="store_true", help="leave out what is inferred")
    sub.add_argument("-o", "--output", metavar="FILE", help="file to write to [standard output]")

    sub = command("push", _push, "load the snapshot into another SPARQL server, for serve --engine", *_KNOWLEDGE_FLAGS)
    sub.add_argument("url", metavar="URL", help="the server's graph store, such as http://host:7878/store")
    sub.add_argument("--user", dest="engine_user", metavar="NAME", help="user name, for Basic or Digest [GRAPH_SERVICE_ENGINE_USER]")
    sub.add_argument("--password", dest="engine_password", metavar="TEXT", help="password [GRAPH_SERVICE_ENGINE_PASSWORD]")

    why = "why the graph says a triple: the passages, or the rules and premises"
    sub = command("explain", _explain, why, *_REMOTE_FLAGS, *_KNOWLEDGE_FLAGS)
    sub.add_argument("subject", metavar="S", help="an IRI or a name such as project:triangle-in-asean")
    sub.add_argument("predicate", metavar="P", help="an IRI or a name such as lc:hasDonorCountry")
    sub.add_argument("object", metavar="O", help="an IRI, a name such as place:CAN, or a literal such as '\"Tunisie\"@fr'")
    sub.add_argument("--json", action="store_true", help="print the derivation as JSON")
    return parser
