"""`graph-service explain`."""

import argparse

from graph_service.commands.answering import opened
from graph_service.commands.output import print_json
from graph_service.errors import SettingError
from graph_service.queries.catalogue import Catalogue
from graph_service.rdf import terms
from graph_service.reasoning.provenance import as_data, as_lines
from graph_service.settings import Settings
from graph_service.sources.imports import sources_of


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Print the explanation of a triple. Raises SettingError for an invalid term, and what `Service.explain` raises."""
    sources_of(settings).adopt_prefixes()
    try:
        triple = terms.triple(options.subject, options.predicate, options.object)
    except ValueError as error:
        raise SettingError(f"{options.subject} {options.predicate} {options.object}: a part must be {error}") from error
    with opened(settings, Catalogue()) as service:
        explanation = service.explain(triple)
    if options.json:
        print_json(as_data(explanation))
    else:
        print(*as_lines(explanation), sep="\n")
    return 0
