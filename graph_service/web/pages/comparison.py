"""`/compare`: two to four things side by side, property by property."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, render_template, request

from graph_service.errors import InvalidParameter, MalformedRequest
from graph_service.rdf import terms
from graph_service.service.service import Service
from graph_service.web.display.cells import Cell
from graph_service.web.http.languages import language_of_names
from graph_service.web.pages.facts import Value
from graph_service.web.pages.presentation import presentation_of
from graph_service.web.pages.things import Thing, thing

#: The most things that fit beside each other.
MOST = 4


@dataclass(frozen=True)
class ComparedLine:
    """A property, and for each thing its values; whether all things have the same."""

    term: Cell
    values: Sequence[Sequence[Value]]

    @property
    def same(self) -> bool:
        """Whether all things have the same values."""
        first, *others = ({value.cell for value in values} for values in self.values)
        return all(other == first for other in others)


@dataclass(frozen=True)
class ComparedGroup:
    """The lines of a group of facts (its IRI)."""

    group: str
    lines: Sequence[ComparedLine]


def blueprint(service: Service) -> Blueprint:
    """The route `/compare`."""
    routes = Blueprint("comparison", __name__)
    presentation = presentation_of(service)

    @routes.get("/compare")
    def compare() -> Response:
        asked = [_iri(text) for text in dict.fromkeys(request.args.getlist("thing")) if text.strip()]
        if len(asked) > MOST:
            raise InvalidParameter(f"At most {MOST} things can be compared; there are {len(asked)}.", parameter="thing")
        things = [thing(service, presentation, iri, language_of_names()) for iri in asked]
        notations = {section.group: presentation.within(section.group, 0).notation for each in things for section in each.sections}
        groups = compared(things, notations) if len(things) > 1 else []
        headings = {iri: label for each in things for iri, label in each.headings.items()}
        return Response(render_template("compare.html", things=things, groups=groups, headings=headings, most=MOST, asked=asked))

    return routes


def compared(things: Sequence[Thing], notations: Mapping[str, str]) -> list[ComparedGroup]:
    """What is asserted of things as lines by group, in the order of the notations of groups; names and sources are left out."""
    found: dict[str, dict[Cell, list[Sequence[Value]]]] = {}
    for place, each in enumerate(things):
        for section in each.sections:
            for fact in section.facts if section.drawn else ():
                if fact.stated:
                    line = found.setdefault(section.group, {}).setdefault(fact.term, [()] * len(things))
                    line[place] = fact.stated
    ordered = sorted(found, key=lambda group: notations[group])
    return [ComparedGroup(group, [ComparedLine(term, values) for term, values in found[group].items()]) for group in ordered]


def _iri(text: str) -> str:
    """An IRI or a CURIE. Raises MalformedRequest."""
    try:
        return terms.iri(text.strip()).value
    except ValueError as error:
        raise MalformedRequest(f"thing must be {error}; {text[:80]!r} was given.", parameter="thing") from error
