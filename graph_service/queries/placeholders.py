"""The places of parameters in the text of a query, and filling them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Placeholder:
    """One place of a parameter: between the braces of its row, or its variable itself."""

    start: int
    end: int
    name: str


def filled(text: str, places: Iterable[Placeholder], values: Mapping[str, str]) -> str:
    """The text with printed terms in the places of parameters, put there in one pass, so that none is ever read as SPARQL."""
    pieces, end = [], 0
    for place in sorted(places, key=lambda place: place.start):
        pieces += [text[end : place.start], " ", values[place.name], " "]
        end = place.end
    return "".join([*pieces, text[end:]])
