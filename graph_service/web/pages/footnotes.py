"""Footnotes of a printed page: the passages behind its facts, each once, numbered in the order in which the facts stand."""

from collections.abc import Iterable, Sequence

from graph_service.web.pages.facts import FactPassage, Section

#: The most values of a fact on one sheet.
MOST_IN_BRIEF = 5


def footnotes(sections: Iterable[Section], most: int | None = None) -> dict[str, tuple[int, FactPassage]]:
    """IRI of a passage -> its number, and the passage; of facts with more than `most` values, those of the first ones."""
    found: dict[str, tuple[int, FactPassage]] = {}
    for section in sections:
        for fact in section.facts:
            for value in fact.stated[:most]:
                for passage in value.passages:
                    found.setdefault(passage.passage.title or "", (len(found) + 1, passage))
    return found


def brief(sections: Iterable[Section], groups: frozenset[str]) -> Sequence[Section]:
    """The sections of a page that fits on a sheet: those of the marked groups, else all that are drawn."""
    return [section for section in sections if (section.group in groups if groups else section.drawn)]
