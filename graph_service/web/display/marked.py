"""Renders terms as HTML in Python rather than in a template, since a page may have thousands."""

from markupsafe import Markup, escape

from graph_service.text.memo import remembered
from graph_service.web.display.cells import Cell
from graph_service.web.display.destinations import destination
from graph_service.web.display.numerals import language_name, value
from graph_service.web.display.translations import gettext
from graph_service.web.http.languages import language, language_of_names

_EMPTY = Markup()


def term(cell: Cell | None) -> Markup:
    """A link if the term has one; numbers and dates formatted for the reader, with the original value."""
    if cell is None:
        return _EMPTY
    foreign = cell.language if cell.language and cell.language != language() else None
    lang = f' lang="{escape(foreign)}"' if foreign else ""
    lang += f' dir="{cell.direction}"' if cell.direction else ""
    note = other(foreign) if foreign else ""
    text = escape(cell.text)
    if cell.href:
        title = f' title="{escape(cell.title)}"' if cell.title else ""
        rel = "" if cell.href.startswith("/") else ' rel="external"'
        written = f'<a href="{escape(cell.href)}"{title}{lang}{rel}>{text}</a>{note}'
    elif cell.language:
        written = f"<span{lang}>{text}</span>{note}"
    elif cell.title and cell.title.startswith("<<("):
        written = f'<span class="statement" title="{escape(cell.title)}">{text}</span>'
    elif cell.title:
        written = f'<data value="{text}" title="{escape(cell.title)}">{escape(value(cell.text, cell.title))}</data>'
    else:
        written = str(text)
    return Markup(written)  # noqa: S704 - each part is escaped


def link(iri: str, text: str, rel: str = "", tag: str | None = None) -> Markup:
    """A text, with its language tag, linked to an IRI's destination if there is one."""
    href = destination(iri)
    lang = Markup(' lang="{}"').format(tag) if tag and tag != language() else _EMPTY
    if href is None:
        return Markup("<span{}>{}</span>").format(lang, text) if lang else escape(text)
    return Markup('<a href="{}"{}{}>{}</a>').format(href, Markup(' rel="{}"').format(rel) if rel else _EMPTY, lang, text)


def other(tag: str | None) -> Markup:
    """The note on a text in another language than the page's and the requested one; else empty."""
    return _note(tag, language()) if tag and tag not in {language(), language_of_names()} else _EMPTY


@remembered(256)
def _note(tag: str, _reader: str) -> Markup:
    note = gettext("in %(language)s", language=language_name(tag))
    return Markup(
        ' <span class="tag other" title="{note}"><span aria-hidden="true">{tag}</span><span class="unseen">({note})</span></span>'
    ).format(note=note, tag=tag)
