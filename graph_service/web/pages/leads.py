"""The lead of a page: a sentence on the thing, as the graph's pattern for things of its class says (`snapshot.leads`)."""

import re
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache

from babel.lists import format_list
from markupsafe import Markup, escape

from graph_service.engine.result import Query
from graph_service.rdf import terms
from graph_service.rdf.labels import closest
from graph_service.rdf.terms import AnyTerm, Literal, NamedNode
from graph_service.service.service import Service
from graph_service.snapshot.leads import KIND, Alternatives, Lead, LeadTrait, Sentence, Slot, read_leads
from graph_service.web.display import numerals
from graph_service.web.display.cells import Cell, cell
from graph_service.web.display.translations import npgettext
from graph_service.web.http.languages import language, language_of_names
from graph_service.web.pages.presentation import presentation_of

#: Of more values than `_ALL`, `_SOME` are named, and the others are counted.
_ALL, _SOME = 6, 4

#: What `and` is `e` before in Spanish, not `y`.
_SOUNDS_I = re.compile(r"(?:<[^>]*>)?h?i(?![ae])", re.IGNORECASE)

#: The first letter after tags.
_FIRST = re.compile(r"^(?:<[^>]*>)*[^<]")


def lead(service: Service, iri: str, classes: Collection[str], kinds: Iterable[Cell], infer: bool = True) -> Markup | None:
    """The lead of a thing with its classes; None if the graph has no pattern for them, or knows no more of the thing than its classes."""
    found = next((lead for lead in _leads(service) if set(lead.classes) & set(classes)), None)
    if found is None:
        return None
    values = {KIND: listed([shown(kind) for kind in kinds]), **_values(service, found, iri, infer)}
    tag = closest(found.sentences, language())
    text = _filled(found.sentences[tag], {name: value for name, value in values.items() if value})
    if text is None or not any(values.get(trait.name) for trait in found.traits):
        return None
    return _capitalised(text) if tag == language() else Markup('<span lang="{}">{}</span>').format(tag, _capitalised(text))


def called(service: Service) -> frozenset[str]:
    """The properties (IRIs) by which the description calls things within leads: they are no facts about these things."""
    return frozenset(trait.called for lead in _leads(service) for trait in lead.traits if trait.called)


def listed(values: list[Markup]) -> Markup:
    """Values as a list within a sentence: all, or the first and how many more."""
    if len(values) > _ALL:
        more = len(values) - _SOME
        values = [*values[:_SOME], escape(npgettext("of several", "one more", "%(num)s more", more, num=numerals.number(more)))]
    text = format_list(values, locale=numerals.locale())
    if language() == "es" and values and _SOUNDS_I.match(values[-1]):
        text = re.sub(rf" y (?={re.escape(values[-1])}$)", " e ", text)
    return Markup(text)  # noqa: S704 - each value is escaped


def shown(cell: Cell) -> Markup:
    """A value within a sentence, tagged with its language if that differs."""
    text = numerals.value(cell.text, cell.title) if cell.title and not cell.href else cell.text
    return escape(text) if cell.language in {None, language()} else Markup('<span lang="{}">{}</span>').format(cell.language, text)


@lru_cache(maxsize=2)
def _leads(service: Service) -> list[Lead]:
    return read_leads(presentation_of(service).description)[0]


@lru_cache(maxsize=2)
def _names(service: Service) -> Mapping[tuple[str, str, str], str]:
    """Property, IRI and language -> how the description calls a thing by that property: `au Costa Rica` for where something is."""
    properties = called(service)
    return {
        (triple.predicate.value, triple.subject.value, triple.object.language or "en"): triple.object.value
        for triple in presentation_of(service).description
        if triple.predicate.value in properties and isinstance(triple.subject, NamedNode) and isinstance(triple.object, Literal)
    }


def _values(service: Service, lead: Lead, iri: str, infer: bool) -> dict[str, Markup]:
    """Trait -> its values as a text."""
    node = terms.write(NamedNode(iri))
    # Each pattern is a subquery, so that variables of the same name have nothing to do with each other.
    patterns = (
        f'{{ SELECT DISTINCT ("{trait.name}" AS ?trait) ?value WHERE {{ VALUES ?thing {{ {node} }} {trait.pattern}\n}} }}'
        for trait in lead.traits
    )
    query = f"{lead.prologue}SELECT ?trait ?value WHERE {{ {' UNION '.join(patterns)} }}"
    found: dict[str, list[AnyTerm]] = {}
    for trait, value in service.sparql(Query(query, infer=infer)).rows() if lead.traits else ():
        if isinstance(trait, Literal) and value is not None:
            found.setdefault(trait.value, []).append(value)
    labels = service.labels([value for values in found.values() for value in values], language_of_names())
    names = _names(service)

    def named(trait: LeadTrait) -> list[Markup]:
        cells = [each for value in _best(found.get(trait.name, [])) if (each := cell(value, labels))]
        texts = [(each.text.casefold(), names.get((trait.called, each.title or "", language())), each) for each in cells]
        return [shown(each) if text is None else escape(text) for _, text, each in sorted(texts, key=lambda entry: entry[0])]

    return {trait.name: listed(named(trait)) for trait in lead.traits}


def _best(values: list[AnyTerm]) -> list[AnyTerm]:
    """The values, and of texts in several languages those in the reader's, or the closest to it."""
    tags = {value.language for value in values if isinstance(value, Literal) and value.language}
    best = closest(tags, language()) if tags else None
    return [value for value in values if not isinstance(value, Literal) or value.language in {None, best}]


def _filled(sentence: Sentence, values: Mapping[str, Markup]) -> Markup | None:
    """A sentence pattern with its values; None if one is missing."""
    texts: list[Markup] = []
    for part in sentence:
        match part:
            case Slot(name):
                if name not in values:
                    return None
                texts.append(values[name])
            case Alternatives(alternatives):
                filled = (_filled(alternative, values) for alternative in alternatives)
                texts.append(next((text for text in filled if text is not None), Markup()))
            case _:
                texts.append(escape(part))
    return Markup().join(texts)


def _capitalised(text: Markup) -> Markup:
    return Markup(_FIRST.sub(lambda found: found[0][:-1] + found[0][-1].upper(), text, count=1))  # noqa: S704 - escaped as before
