"""`graph-service query`."""

import argparse
from difflib import get_close_matches

from graph_service.commands.answering import choose_formats, opened, print_result
from graph_service.errors import SettingError, UnknownParameter
from graph_service.queries.catalogue import Catalogue, query_files, read_named
from graph_service.rdf.labels import in_language
from graph_service.settings import Settings
from graph_service.sources.imports import sources_of


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Run a canned query and print its result, or list all.

    Raises SettingError for an unknown name, UnknownParameter for an argument without a name, and what running raises.
    """
    # Examples in headers use the graph's prefixes.
    sources_of(settings).adopt_prefixes()
    if options.name is None:
        for query in Catalogue.read(settings.queries).queries.values():
            print(f"{query.name}  {in_language(query.header.summary)}")
        return 0
    arguments: dict[str, list[str]] = {}
    for pair in options.arguments:
        name, equals, value = pair.partition("=")
        if not equals:
            raise UnknownParameter(f"{pair!r} is not of the form key=value", parameter=pair)
        arguments.setdefault(name, []).append(value)
    catalogue = read_named(settings.queries, options.name)
    if not catalogue.queries:
        now = Catalogue.read(settings.queries).successors.get(options.name)
        if now is not None:
            raise SettingError(f"{options.name} is answered by another query now: graph-service query {now.written}")
        near = get_close_matches(options.name, (file.stem for file in query_files(settings.queries)), 3)
        meant = f" Is {' or '.join(near)} meant?" if near else ""
        raise SettingError(f"There is no canned query named {options.name!r}.{meant} `graph-service query` lists them.")
    with opened(settings, catalogue) as service:
        formats = choose_formats(options.format, canned=True)
        return print_result(service.canned.run(options.name, arguments, not options.asserted, formats))
