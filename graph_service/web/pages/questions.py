"""Which canned queries can be asked about a thing: those with a parameter that it may be the value of."""

from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlencode

from graph_service.catalogue.header import Text
from graph_service.service import Service
from graph_service.words.names import curie


@dataclass(frozen=True)
class Question:
    """A canned query asked about a thing: its title, by language, and the path of the page with its answer."""

    title: Text
    path: str


def questions(service: Service, iri: str, classes: Collection[str]) -> list[Question]:
    """The canned queries that take a thing of the classes given (IRIs) as a parameter, in the catalogue's order."""
    return [
        Question(query.header.summary, f"/queries/{query.name}?{urlencode({parameter.name: curie(iri)}, safe=':')}")
        for query in service.catalogue.queries.values()
        for parameter in query.parameters.values()
        if (parameter.of in classes if parameter.of else parameter.choices and service.choices(parameter.choices).called(iri))
    ]
