"""Forms of canned queries: what there is to choose from for a parameter."""

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
    """An entry of a list to choose from: what is sent, what is shown, whether it is chosen, and the language of what is shown.

    `rows`: how many rows the answer has with it; None where that is not known.
    """

    value: str
    text: str
    chosen: bool
    language: str | None = None
    rows: int | None = None


def options(
    service: Service, query: CannedQuery, parameter: Parameter, arguments: Mapping[str, Sequence[str]], language: str
) -> list[FormOption]:
    """The entries of a parameter's list that have an answer with the other arguments, in the order of their texts.

    Those given, or else the default ones, are chosen, and are there without an answer, too. None without a list, and where the list
    is too long for a page: then what is wanted is typed.
    """
    given = arguments.get(parameter.name, ())
    chosen = [text for text in given if text.strip()] or parameter.usual.split()
    if parameter.listed is not None:
        choices = service.choices(parameter.listed)
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
            told = (name.value, name.language) if name else (curie(choice.iri), None)
            entries.append(FormOption(curie(choice.iri), told[0], choice.iri in meant, told[1], rows))
        return sorted(entries, key=lambda option: option.text.casefold())
    values = parameter.enum or (("true", "false") if parameter.type == "boolean" else ())
    return [_of_enum(parameter, value, value in chosen, language) for value in values]


def _answered(
    service: Service, query: CannedQuery, parameter: Parameter, arguments: Mapping[str, Sequence[str]]
) -> Mapping[str, int] | None:
    """How many rows each choice gives; of values that are none, of which the page tells elsewhere, nothing is known."""
    try:
        return service.answered(query, parameter, arguments)
    except (InvalidParameter, UnknownParameter):
        return None


def _of_enum(parameter: Parameter, value: str, is_chosen: bool, language: str) -> FormOption:
    called = parameter.names.get(value)
    if called is None:
        return FormOption(value, value, is_chosen)
    shown = next(tag for tag in (language, "en", *called) if tag in called)
    return FormOption(value, called[shown], is_chosen, shown)
