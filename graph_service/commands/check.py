"""`graph-service check`."""

import argparse
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from graph_service.catalogue.catalogue import Catalogue
from graph_service.commands.output import print_json, say
from graph_service.config import Settings
from graph_service.knowledge import gates
from graph_service.knowledge.build import build
from graph_service.knowledge.knowledge import read
from graph_service.knowledge.lint import lint
from graph_service.knowledge.sources import Sources
from graph_service.knowledge.trial import examine
from graph_service.service import Service
from graph_service.words.terms import NamedNode, Quad


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Print a figure for every gate and what does not pass; 1 if there is any. Raises SourceError for a gate out of order."""
    found = gates.check(read(Sources.find(settings.ontology, settings.data), say), settings, say, fast=options.fast)
    if not found.findings:
        _try_queries(found, settings, options.answers)
    findings = found.findings
    report = {**found.figures, "findings": findings}
    if options.json:
        print_json(report)
    else:
        for name, value in report.items():
            print(f"{name}: {len(findings) if name == 'findings' else value}")
        print(*findings, sep="\n", end="\n" if findings else "")
    return 1 if findings else 0


def _try_queries(report: gates.Report, settings: Settings, answers: str | None) -> None:
    """Read and run every canned query, on a snapshot that is gone afterwards."""
    folder = Path(answers) if answers else next((p for q in settings.queries if (p := q.parent / "tests" / "queries").is_dir()), None)
    with TemporaryDirectory() as place, _opened(replace(settings, snapshots=Path(place))) as service:
        known = {term.value for quad in service.snapshot.quads() for term in _named(quad)}
        for query in service.catalogue.queries.values():
            say(f"Trying {query.name}.")
            report.add([*lint(query, known), *examine(query, service.sparql, service.choices, folder)], {})
    cases = len([case for query in service.catalogue.queries for case in (folder / query).glob("*.json")]) if folder else 0
    report.add((), {"expected answers": cases})


def _opened(settings: Settings) -> Service:
    """A service whose queries lie where their authors have them, so that findings name those files."""
    return Service(build(settings, lambda _: None), Catalogue.read(settings.queries), settings)


def _named(quad: Quad) -> list[NamedNode]:
    terms = (quad.subject, quad.predicate, quad.object, quad.graph_name)
    return [term for term in terms if isinstance(term, NamedNode)]
