"""Questions that canned queries answer: those about a thing, and those in a query's header."""

import math
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlencode

from graph_service.queries.catalogue import CannedQuery
from graph_service.queries.header import Text
from graph_service.rdf.prefixes import curie
from graph_service.service.service import Service
from graph_service.text.folding import fold
from graph_service.web.pages.presentation import presentation_of


@dataclass(frozen=True)
class Question:
    """A question by language, and the path of the page with its answer."""

    title: Text
    path: str


def questions(service: Service, iri: str, classes: Collection[str]) -> list[Question]:
    """The canned queries that take a thing of these classes (IRIs) as a parameter, in the catalogue's order."""
    return [
        Question(query.header.summary, f"/queries/{query.name}?{urlencode({parameter.name: curie(iri)}, safe=':')}")
        for query in service.catalogue.queries.values()
        for parameter in query.parameters.values()
        if (parameter.of in classes if parameter.of else parameter.choices and service.canned.choices(parameter.choices).called(iri))
    ]


def by_subject(service: Service, words: str = "") -> list[tuple[str, list[CannedQuery]]]:
    """The canned queries by their first tag: subjects in the graph's order, others after them by name; those that answer a question first.

    Of given words, all must occur in a query's name, texts or questions, in any language.
    """
    orders = presentation_of(service).subject_orders
    wanted = fold(words).split()
    found: dict[str, list[CannedQuery]] = {}
    for query in service.catalogue.queries.values():
        told = _told(query) if wanted else ""
        if all(word in told for word in wanted):
            found.setdefault(query.header.tags[0] if query.header.tags else "other", []).append(query)
    subjects = sorted(found, key=lambda tag: (orders.get(tag, math.inf), tag))
    return [(tag, sorted(found[tag], key=lambda query: not query.header.questions)) for tag in subjects]


def _told(query: CannedQuery) -> str:
    """What is searched of a query."""
    texts = (query.header.summary, query.header.description, *(asked.text for asked in query.header.questions))
    return fold(" ".join((query.name, *query.header.tags, *(text for texts_ in texts for text in texts_.values()))))


def brought(query: CannedQuery) -> list[Question]:
    """The questions in a canned query's header, in order."""
    return [
        Question(asked.text, f"/queries/{query.name}" + (f"?{urlencode(asked.arguments, doseq=True, safe=':')}" if asked.arguments else ""))
        for asked in query.header.questions
    ]
