"""Forms of canned queries: what there is to choose from for a parameter."""

from collections.abc import Sequence
from dataclasses import dataclass

from graph_service.catalogue.parameters import Parameter
from graph_service.service import Service
from graph_service.words.names import curie
from graph_service.words.terms import NamedNode


@dataclass(frozen=True)
class Option:
    """An entry of a list to choose from: what is sent, what is shown, and whether it is chosen."""

    value: str
    text: str
    chosen: bool


def options(service: Service, parameter: Parameter, given: Sequence[str], language: str) -> list[Option]:
    """The entries of a parameter's list in the order of their texts, the given or else the default ones chosen; none without a list."""
    chosen = [text for text in given if text.strip()] or parameter.default.replace('"', "").split()
    if parameter.of is not None:
        choices = service.choices(parameter.of)
        labels = service.labels([NamedNode(choice.iri) for choice in choices], language)
        entries = [
            (curie(c.iri), labels[c.iri].value if c.iri in labels else c.key, any(c.is_called(text) for text in chosen)) for c in choices
        ]
        return sorted((Option(*entry) for entry in entries), key=lambda option: option.text.casefold())
    values = parameter.enum or (("true", "false") if parameter.type == "boolean" else ())
    return [Option(value, value, value in chosen) for value in values]
