"""Texts of the pages that are not written as `_("…")`: `make messages` finds them here. Templates show them with `|translated`."""

from collections.abc import Collection, Iterator, Mapping
from typing import IO

from graph_service.queries.openapi import COMMON
from graph_service.sparql.mistakes.sentences import SENTENCES
from graph_service.web.endpoints.openapi import PARAMETERS, ROUTES
from graph_service.web.http.responses import problem_types

#: Line, function, text, comments: what Babel takes from an extractor.
Found = Iterator[tuple[int, None, str, list[str]]]


def problems(file: IO[bytes], keywords: Mapping[str, object], tags: Collection[str], options: Mapping[str, object]) -> Found:
    """The titles and meanings of problem types, which are the names and docstrings of the errors."""
    for kind in problem_types():
        yield 1, None, str(kind["title"]), []
        yield 1, None, str(kind["meaning"]), []


def mistakes(file: IO[bytes], keywords: Mapping[str, object], tags: Collection[str], options: Mapping[str, object]) -> Found:
    """What is said of a query that is none."""
    for sentence in SENTENCES.values():
        yield 1, None, sentence, []


def operations(file: IO[bytes], keywords: Mapping[str, object], tags: Collection[str], options: Mapping[str, object]) -> Found:
    """What the routes and their parameters are about, as the OpenAPI document says it."""
    for tag, summary, *_ in ROUTES.values():
        yield 1, None, tag, []
        yield 1, None, summary, []
    for description in (*(parameter["description"] for parameter in PARAMETERS.values()), *COMMON.values()):
        yield 1, None, description, []
