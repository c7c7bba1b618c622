"""Babel extractors for texts of the pages that are not written as `_("…")`, used by `make messages`. Templates show them with
`|translated`.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import IO

from graph_service.queries.openapi import COMMON
from graph_service.sparql.mistakes.sentences import SENTENCES
from graph_service.web.endpoints.openapi import PARAMETERS, ROUTES
from graph_service.web.http.responses import problem_types

#: Line, function, text, comments: what Babel expects of an extractor.
Found = Iterator[tuple[int, None, str, list[str]]]


def problems(file: IO[bytes], keywords: Mapping[str, object], tags: Collection[str], options: Mapping[str, object]) -> Found:
    """The titles and meanings of problem types: names and docstrings of the errors."""
    for kind in problem_types():
        yield 1, None, str(kind["title"]), []
        yield 1, None, str(kind["meaning"]), []


def mistakes(file: IO[bytes], keywords: Mapping[str, object], tags: Collection[str], options: Mapping[str, object]) -> Found:
    """The sentences about mistakes in queries."""
    for sentence in SENTENCES.values():
        yield 1, None, sentence, []


def operations(file: IO[bytes], keywords: Mapping[str, object], tags: Collection[str], options: Mapping[str, object]) -> Found:
    """The summaries of routes and parameters in the OpenAPI document."""
    for route in ROUTES.values():
        yield 1, None, route["tag"], []
        yield 1, None, route["summary"], []
    for description in (*(parameter["description"] for parameter in PARAMETERS.values()), *COMMON.values()):
        yield 1, None, description, []
