"""What depends on the snapshot alone is made before a client asks for it (see `kept`): each address that is written out in the routes, each
document, each graph that has a JSON-LD of its own, in every language.

Pages, files and data come from the same addresses, so they are asked for here as clients ask for them.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress

from flask import Flask

from graph_service.errors import ServiceError
from graph_service.formats.media_types import HTML
from graph_service.service.service import Service
from graph_service.settings import LANGUAGES
from graph_service.web.middleware.request import IncomingRequest
from graph_service.web.middleware.response import Reply
from graph_service.web.pages.documents import keys
from graph_service.web.tables import archive

#: What is asked for: pages, data that are no file of the snapshot, and what is given to who does not say.
_FORMATS = (HTML.media, "application/ld+json", "*/*")

#: Documents whose pages are made: of very many, what is kept has not the room.
_DOCUMENTS = 20


def warm(flask: Flask, service: Service, answer: Callable[[IncomingRequest], Reply]) -> None:
    """Ask for every content that is kept, one after the other; each takes its turn like a client's, and may fail like one."""
    # What could not be made, since no turn came or an engine was away, is made when it is asked for.
    with suppress(ServiceError):
        for path in _paths(flask, service):
            for language in LANGUAGES:
                for format in _FORMATS:
                    headers = [("host", "localhost"), ("accept", format), ("accept-language", language)]
                    with suppress(ServiceError):
                        answer(IncomingRequest("HEAD", path, headers=headers))


def _paths(flask: Flask, service: Service) -> Iterator[str]:
    for rule in flask.url_map.iter_rules():
        # All tables are many queries: they are asked when somebody wants them.
        if rule.methods and "GET" in rule.methods and not rule.arguments and rule.rule != archive.PATH:
            yield rule.rule
    yield from (f"/documents/{key}" for key in keys(service)[:_DOCUMENTS])
    yield from (
        f"/graph/{iri.removeprefix(service.space.graphs)}" for iri in service.snapshot.graphs if iri.startswith(service.space.graphs)
    )
