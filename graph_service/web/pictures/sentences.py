"""Text helpers shared by pictures."""

from collections.abc import Iterable

from babel.lists import format_list

from graph_service.web.display.numerals import locale


def listed(words: Iterable[str]) -> str:
    """A list in the reader's language: `a, b and c`."""
    return format_list(list(words), locale=locale())
