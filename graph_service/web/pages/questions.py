"""Questions that canned queries answer: those about a thing, and those in a query's header."""

from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlencode

from graph_service.queries.catalogue import CannedQuery
from graph_service.queries.header import Text
from graph_service.rdf.prefixes import curie
from graph_service.service.service import Service


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
        if (parameter.of in classes if parameter.of else parameter.choices and service.choices(parameter.choices).called(iri))
    ]


def brought(query: CannedQuery) -> list[Question]:
    """The questions in a canned query's header, in order."""
    return [
        Question(asked.text, f"/queries/{query.name}" + (f"?{urlencode(asked.arguments, doseq=True, safe=':')}" if asked.arguments else ""))
        for asked in query.header.questions
    ]
