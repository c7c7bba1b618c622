"""Forms of canned queries: the options for a parameter."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from graph_service.errors import InvalidParameter, UnknownParameter
from graph_service.queries.catalogue import CannedQuery
from graph_service.queries.parameters import MOST_LISTED, Parameter
from graph_service.rdf.prefixes import curie
from graph_service.rdf.terms import NamedNode
from graph_service.service.service import Service


@dataclass(frozen=True)
class FormOption:
    """An option of a list: value, text, whether it is selected, and the text's language.

    `rows`: how many rows the result has with it; None if unknown.
    """

    value: str
    text: str
    chosen: bool
    language: str | None = None
    rows: int | None = None


def options(
    service: Service, query: CannedQuery, parameter: Parameter, arguments: Mapping[str, Sequence[str]], language: str
) -> list[FormOption]:
    """The options of a parameter that have results with the other arguments, sorted by text.

    Selected are the given ones, or the defaults; they are listed even without results. Empty if there is no list, or it is too long for a
    page: then the value is typed.
    """
    given = arguments.get(parameter.name, ())
    chosen = [text for text in given if text.strip()] or parameter.usual.split()
    if parameter.listed is not None:
        choices = service.canned.choices(parameter.listed)
        if len(choices) > MOST_LISTED:
            return []
        meant = {choice.iri for text in dict.fromkeys(chosen) for choice in choices.called(text)}
        labels = service.labels([NamedNode(choice.iri) for choice in choices], language)
        answered = _answered(service, query, parameter, arguments)
        entries = []
        for choice in choices:
            rows = None if answered is None else answered.get(choice.iri, 0)
            if rows == 0 and choice.iri not in meant:
                continue
            name = labels.get(choice.iri)
            text, tag = (name.value, name.language) if name else (curie(choice.iri), None)
            entries.append(FormOption(curie(choice.iri), text, choice.iri in meant, tag, rows))
        return sorted(entries, key=lambda option: option.text.casefold())
    values = parameter.enum or (("true", "false") if parameter.type == "boolean" else ())
    return [_of_enum(parameter, value, value in chosen, language) for value in values]


def _answered(
    service: Service, query: CannedQuery, parameter: Parameter, arguments: Mapping[str, Sequence[str]]
) -> Mapping[str, int] | None:
    """How many rows each choice gives; None if other arguments are invalid, which the page reports elsewhere."""
    try:
        return service.canned.answered(query, parameter, arguments)
    except (InvalidParameter, UnknownParameter):
        return None


def _of_enum(parameter: Parameter, value: str, is_chosen: bool, language: str) -> FormOption:
    called = parameter.names.get(value)
    if called is None:
        return FormOption(value, value, is_chosen)
    shown = next(tag for tag in (language, "en", *called) if tag in called)
    return FormOption(value, called[shown], is_chosen, shown)
