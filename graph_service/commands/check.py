"""`graph-service check`."""

import argparse
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from tempfile import TemporaryDirectory

from graph_service.build.build import build
from graph_service.build.drafts import graph_of
from graph_service.checks import gates
from graph_service.checks.query_lint import lint
from graph_service.checks.query_trial import examine
from graph_service.commands.output import print_json, say
from graph_service.errors import SettingError
from graph_service.queries.catalogue import Catalogue, query_files
from graph_service.rdf.terms import NamedNode, Quad
from graph_service.reasoning.knowledge import read
from graph_service.service.service import Service
from graph_service.settings import Settings
from graph_service.sources.imports import sources_of

#: Figures that are printed even if they are 0; of others, 0 means that there was nothing to check.
_ALWAYS = frozenset({"files", "stated triples", "inferred", "canned queries", "expected answers", "warnings", "findings"})
_NOTHING = (0, "no statements")


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Print a figure for every check, and the findings; returns 1 if there are any.

    Raises SourceError for an invalid rule or shape, SettingError for a name that is neither a canned query nor a source.
    """
    if options.what:
        report = _check_alone(options.what, settings, options.answers)
    else:
        report = gates.check(read(sources_of(settings), say), settings, say, fast=options.fast)
        if not report.findings:
            catalogue = Catalogue.read(settings.queries)
            _try_queries(report, catalogue, settings, options.answers)
            report.warnings.extend(_answers_of_nothing(catalogue, settings, options.answers))
    findings, warnings = report.findings, report.warnings
    figures = {**report.figures, **({"notes": report.notes} if options.what else {}), "warnings": warnings, "findings": findings}
    if options.json:
        print_json(figures)
    else:
        for name, value in figures.items():
            shown = len(value) if isinstance(value, list) else value
            if shown not in _NOTHING or name in _ALWAYS:
                print(f"{name}: {shown}")
        for line in (*(f"Note: {note}" for note in report.notes), *(f"Warning: {warning}" for warning in warnings), *findings):
            print(line)
    return 1 if findings else 0


def _check_alone(what: Sequence[str], settings: Settings, answers: str | None) -> gates.Report:
    """Check only the named canned queries, source files and folders."""
    report = gates.Report()
    files = {path.resolve(): path for path in query_files(settings.queries)}
    named = {path.stem: path for path in files.values()}
    chosen = [file for name in what if (file := named.get(name) or files.get(Path(name).resolve())) is not None]
    places = [Path(name) for name in what if name not in named and Path(name).resolve() not in files]
    sources = sources_of(settings)
    for place in places:
        if not any(file.path.resolve().is_relative_to(place.resolve()) for file in (*sources.files, *sources.about)):
            raise SettingError(f"{place}: neither a canned query nor one of the sources, nor a folder of them")
    if places:
        # A file is checked together with all others.
        knowledge = read(sources, say)
        found, reading = gates.guard(knowledge, settings), gates.second_reading(knowledge, settings)
        report.add([finding for finding in found.findings if _is_within(finding, places)], {**found.figures, **reading.figures})
        report.warnings.extend(warning for warning in (*found.warnings, *reading.warnings) if _is_within(warning, places))
        report.notes.extend(note for note in reading.notes if _is_within(note, places))
    if chosen:
        catalogue = Catalogue.read(chosen)
        report.add([fault.detail for fault in catalogue.faults], {"canned queries": len(catalogue.queries)})
        if catalogue.queries:
            _try_queries(report, catalogue, settings, answers)
    return report


def _is_within(finding: str, places: Sequence[Path]) -> bool:
    """Whether a finding, which begins with file and line, is about a file in one of the places."""
    file = Path(finding.partition(":")[0]).resolve()
    return any(file.is_relative_to(place.resolve()) for place in places)


def _try_queries(report: gates.Report, catalogue: Catalogue, settings: Settings, answers: str | None) -> None:
    """Lint and run canned queries. Findings name the authors' files."""
    folder = _answers(settings, answers)
    with _opened(catalogue, settings) as service:
        known = {term.value for quad in service.snapshot.quads() for term in _named(quad)}
        for query in catalogue.queries.values():
            say(f"Trying {query.name}.")
            report.add([*lint(query, known), *examine(query, service.sparql, service.canned.choices, folder)], {})
    cases = len([case for query in catalogue.queries for case in (folder / query).glob("*.json")]) if folder else 0
    report.add((), {"expected answers": cases})


def _answers(settings: Settings, given: str | None) -> Path | None:
    """The folder with expected answers: the given one, else the one beside the folder of the queries."""
    return Path(given) if given else next((p for q in settings.queries if (p := q.parent / "tests" / "queries").is_dir()), None)


def _answers_of_nothing(catalogue: Catalogue, settings: Settings, given: str | None) -> Iterator[str]:
    """Folders of expected answers without a canned query of that name."""
    folder = _answers(settings, given)
    for place in sorted(folder.iterdir()) if folder else ():
        if place.name not in catalogue.queries and any(place.glob("*.json")):
            near = get_close_matches(place.name, catalogue.queries, n=1)
            yield f"{place}: there are expected answers, and no canned query of that name.{f' Is {near[0]} meant?' if near else ''}"


@contextmanager
def _opened(catalogue: Catalogue, settings: Settings) -> Iterator[Service]:
    """A service over the graph of the current sources: an existing snapshot, or a temporary one."""
    with TemporaryDirectory() as place:
        graph = graph_of(settings) or build(replace(settings, snapshots=Path(place), queries=()), say)
        with Service(graph, catalogue, settings) as service:
            yield service


def _named(quad: Quad) -> list[NamedNode]:
    terms = (quad.subject, quad.predicate, quad.object, quad.graph_name)
    return [term for term in terms if isinstance(term, NamedNode)]
