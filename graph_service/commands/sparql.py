"""`graph-service sparql`."""

import argparse
import sys
from pathlib import Path

from graph_service.commands.answering import choose_formats, opened, print_result
from graph_service.engine.result import Query
from graph_service.errors import MalformedRequest
from graph_service.queries.catalogue import Catalogue
from graph_service.settings import Settings


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Run a query from a file and print its result. Raises MalformedRequest for a file that cannot be read, and what running raises."""
    try:
        text = sys.stdin.read().removeprefix("\ufeff") if options.file == "-" else Path(options.file).read_text(encoding="utf-8-sig")
    except IsADirectoryError as error:
        detail = f"{options.file}: is a folder. The query comes first, as a file or - for standard input, and behind it what is asked."
        raise MalformedRequest(detail) from error
    except (OSError, UnicodeDecodeError) as error:
        raise MalformedRequest(f"{options.file}: {getattr(error, 'strerror', None) or error}") from error
    with opened(settings, Catalogue()) as service:
        return print_result(service.sparql(Query(text, infer=not options.asserted), choose_formats(options.format)))
