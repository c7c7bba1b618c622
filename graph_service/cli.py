"""The command line `graph-service`: parses arguments and flags, and runs the command's module in `commands`.

Exit codes: 0 done, 1 the check or the work failed, 2 wrong use.
"""

import argparse
import os
import re
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from difflib import get_close_matches
from importlib import import_module
from tempfile import gettempdir

import graph_service
from graph_service.commands.output import say
from graph_service.commands.sources import with_sources
from graph_service.errors import InvalidParameter, ServiceError, SettingError, UnknownParameter
from graph_service.settings import Settings, flag_name, refuse_unreadable

_KNOWLEDGE_FLAGS = (
    *("data", "ontology", "queries", "base", "context", "lenient", "source_limit", "source_format", "default_graph"),
    *("snapshots", "keep_snapshots", "reasoning", "strict", "inconsistent", "void_classes", "ontology_deadline", "ontology_memory"),
)
_SERVER_FLAGS = (
    *("host", "port", "public_url", "hosts", "proxies", "language", "image_hosts", "reload_queries", "development"),
    *("page_size", "page_limit"),
    *("body_limit", "body_deadline", "bodies_limit", "address_limit", "header_limit", "field_limit", "header_deadline"),
    *("send_deadline", "lowest_rate", "spool_limit", "connections", "grace", "restarts"),
)
_ENGINE_FLAGS = ("workers", "queue", "query_deadline", "query_memory", "result_limit", "query_depth", "term_depth")
# The engine's password has no flag here: any user of the machine can read a command line.
_REMOTE_FLAGS = ("engine", "engine_user", "service_hosts", "service_limit", "service_groups")

#: The most allowed values that an error lists; the likeliest come first.
_LISTED = 20


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    options = _parsed(arguments)
    flags = {
        name: value
        for name, value in vars(options).items()
        if name in (*_KNOWLEDGE_FLAGS, *_ENGINE_FLAGS, *_REMOTE_FLAGS, *_SERVER_FLAGS, "engine_password") and value is not None
    }
    try:
        for argument in sys.argv[1:] if arguments is None else arguments:
            refuse_unreadable(argument, "an argument")
        settings = with_sources(options, Settings.read(os.environ, flags, say), flags)
        _find_temporary_folder()
        run: Callable[[argparse.Namespace, Settings], int] = import_module(f"graph_service.commands.{options.command}").run
        return run(options, settings)
    except (SettingError, UnknownParameter, InvalidParameter) as error:
        say(error.detail)
        allowed = error.members.get("allowed")
        if isinstance(error, InvalidParameter) and isinstance(allowed, list):
            say(f"Allowed{', among others' if len(allowed) > _LISTED else ''}: {', '.join(allowed[:_LISTED])}.")
        return 2
    except ServiceError as error:
        say(error.detail)
        return 1
    except KeyboardInterrupt:
        # The shell's exit status for Ctrl+C.
        return 128 + signal.SIGINT
    except BrokenPipeError:
        # The reader has closed the pipe (`graph-service export | head`), which is no error.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Parse the command line. Positional arguments may come before and after options, which argparse does not support for `nargs="*"`."""
    parser, commands = _parser()
    options, others = parser.parse_known_args(arguments)
    listed: list[str] | None = getattr(options, options.listed, None)
    if others and (listed is None or any(other.startswith("-") for other in others)):
        known = re.findall(r"--[\w-]+", commands[options.command].format_usage())
        near = get_close_matches(next((other for other in others if other.startswith("-")), ""), known, 1)
        hint = f". Is {near[0]} meant?" if near else ""
        commands[options.command].error(f"unrecognized arguments: {' '.join(others)}{hint}")
    if listed is not None:
        listed += others
    return options


def _find_temporary_folder() -> None:
    """Raise SettingError unless there is a folder for temporary files."""
    try:
        gettempdir()
    except FileNotFoundError as error:
        raise SettingError("No folder for temporary files can be written to; name one in the environment variable TMPDIR.") from error


def _parser() -> tuple[argparse.ArgumentParser, Mapping[str, argparse.ArgumentParser]]:
    """The parser, and the commands' parsers by name."""
    settings = {setting.name: setting for setting in fields(Settings)}

    def command(name: str, help: str, *flags: str) -> argparse.ArgumentParser:
        parser = commands.add_parser(name, help=help, description=help[0].upper() + help[1:] + ".")
        parser.set_defaults(command=name, listed="")
        for flag in flags:
            about = settings[flag].metadata
            parser.add_argument(flag_name(flag), dest=flag, metavar="VALUE", help=f"{about['help']} [{about['shown']}]")
        return parser

    parser = argparse.ArgumentParser(prog="graph-service", description=graph_service.__doc__)
    parser.add_argument("--version", action="version", version=f"%(prog)s {graph_service.__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    serve_flags = (*_SERVER_FLAGS, *_ENGINE_FLAGS, *_REMOTE_FLAGS, *_KNOWLEDGE_FLAGS)
    serve = command("serve", "serve over HTTP; builds first if the sources changed", *serve_flags)

    build = sub = command("build", "build a snapshot from the sources and print its folder", *_KNOWLEDGE_FLAGS)
    sub.add_argument("--out", metavar="DIR", help="folder to put the snapshot in; the same as --snapshots")
    sub.add_argument("--json", action="store_true", help="print the snapshot's figures as JSON")

    sub = command("check", "check the knowledge and the canned queries; nothing is written", *_KNOWLEDGE_FLAGS)
    about = (
        "files and folders of RDF, in place of what came with this; or only these: canned queries by name or file, sources, folders of them"
    )
    sub.add_argument("words", metavar="RDF|WHAT", nargs="*", help=f"{about} [all of what came with this]")
    sub.set_defaults(listed="words")
    sub.add_argument("--fast", action="store_true", help="leave out the mutants: whether some case fails without each axiom")
    sub.add_argument("--answers", metavar="DIR", help="folder of the canned queries' expected answers [tests/queries beside the queries]")
    sub.add_argument("--json", action="store_true", help="print the report as JSON")

    sub = command("init", "write a project of your own: data, ontology, a canned query with its answer, and how they are checked")
    sub.add_argument("folder", metavar="FOLDER", help="folder to write it to, which is not there yet or empty")

    sub = command("locate", "write into a document's passages where they stand in its text")
    sub.add_argument("folder", metavar="FOLDER", help="folder with the document and its passages")
    sub.add_argument("text", metavar="TEXT", help="file with the document's text, UTF-8")

    query = command("query", "run a canned query, or list them", *_REMOTE_FLAGS, *_KNOWLEDGE_FLAGS)
    about = "files and folders of RDF, in place of what came with this; the query's name, without which all are listed; its parameters"
    query.add_argument("words", metavar="RDF|NAME|key=value", nargs="*", help=f"{about}, of which each may have several values")
    query.set_defaults(listed="words")

    sparql = command("sparql", "run a SPARQL query", *_REMOTE_FLAGS, *_KNOWLEDGE_FLAGS)
    sparql.add_argument("file", metavar="FILE", help="file with the query, or - for standard input")

    for sub in (query, sparql):
        sub.add_argument("--format", metavar="NAME", help="csv, tsv, json, xml for tables; ttl, nt, rdf, jsonld, … for graphs [json, ttl]")
        sub.add_argument("--asserted", action="store_true", help="leave out what is inferred")

    export = sub = command("export", "write the graph as RDF", *_KNOWLEDGE_FLAGS)
    formats = "ttl, nt, rdf, with all graphs in one; jsonld, nq, trig, which keep them apart"
    sub.add_argument("--format", metavar="NAME", help=f"{formats} [by the ending of the output's name, else trig]")
    sub.add_argument("--graph", metavar="IRI", help="one named graph only, without its name: its IRI, or a name such as graph:inferred")
    sub.add_argument("--asserted", action="store_true", help="leave out what is inferred")
    sub.add_argument("-o", "--output", metavar="FILE", help="file to write to, or - for standard output [-]")

    push = sub = command("push", "load the snapshot into another SPARQL server, for serve --engine", *_KNOWLEDGE_FLAGS)
    sub.add_argument("url", metavar="URL", help="the server's graph store, such as http://host:7878/store")
    sub.add_argument("--user", dest="engine_user", metavar="NAME", help="user name, for Basic or Digest [GRAPH_SERVICE_ENGINE_USER]")
    sub.add_argument("--password", dest="engine_password", metavar="TEXT", help="password [GRAPH_SERVICE_ENGINE_PASSWORD]")

    why = "why the graph says a triple: the passages, or the rules and premises"
    explain = sub = command("explain", why, *_REMOTE_FLAGS, *_KNOWLEDGE_FLAGS)
    sub.add_argument("subject", metavar="S", help="an IRI or a name with a prefix of the graph or a usual one, such as skos:Concept")
    sub.add_argument("predicate", metavar="P", help="an IRI or a name such as rdf:type")
    sub.add_argument("object", metavar="O", help="an IRI, a name likewise, or a literal such as '\"Tunisie\"@fr'")
    sub.add_argument("--json", action="store_true", help="print the derivation as JSON")
    for sub in (serve, build, sparql, export, push, explain):
        about = "file or folder of RDF, in place of what came with this: data, ontology and canned queries, unless a flag names them"
        sub.add_argument("sources", metavar="RDF", nargs="*", help=about)
        sub.set_defaults(listed="sources")
    return parser, commands.choices
