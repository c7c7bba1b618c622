"""`graph-service query`."""

import argparse

from graph_service.catalogue.catalogue import read_named
from graph_service.commands.answering import choose_formats, opened, print_result
from graph_service.config import Settings
from graph_service.errors import UnknownParameter


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Run a canned query and print its answer. Raises UnknownParameter for an argument without a name, and what running raises."""
    arguments: dict[str, list[str]] = {}
    for pair in options.arguments:
        name, equals, value = pair.partition("=")
        if not equals:
            raise UnknownParameter(f"{pair!r} is not of the form key=value", parameter=pair)
        arguments.setdefault(name, []).append(value)
    with opened(settings, read_named(settings.queries, options.name)) as service:
        formats = choose_formats(options.format, canned=True)
        return print_result(service.canned(options.name, arguments, not options.asserted, formats))
