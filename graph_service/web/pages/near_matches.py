"""Things whose names are near to the last part of an address that leads nowhere."""

import re

from flask import Flask

from graph_service.errors import ServiceError
from graph_service.search.search import Wanted
from graph_service.service.service import Service
from graph_service.web.display.cells import Cell
from graph_service.web.display.destinations import destination
from graph_service.web.http.languages import language_of_names

#: The most matches that are shown, and the longest part of an address that is looked up.
_MOST, _LONGEST = 5, 100


def near_matches(service: Service, part: str) -> list[Cell]:
    """The best results of a search for the words of a part of an address; none if the search fails."""
    words = " ".join(re.findall(r"\w+", part)[:10])
    if not words or len(part) > _LONGEST:
        return []
    try:
        found = service.search.find(Wanted(words, language_of_names(), None, 0, _MOST, False))
    except ServiceError:
        return []
    things = (hit.thing for hit in found.hits)
    return [Cell(thing.text, destination(thing.iri), thing.iri, thing.language or None) for thing in things]


def write(app: Flask, service: Service) -> None:
    """Register `near_matches` with the templates."""
    app.jinja_env.globals["near_matches"] = lambda part: near_matches(service, part)
