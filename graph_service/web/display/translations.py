"""Translations of the pages' texts: gettext with the catalogues in `locale/`.

The English text is in templates and code, as `_("…")`; `make messages` extracts it into .po files. A wheel has compiled .mo files; a
checkout reads the .po files.
"""

import io
from functools import cache
from gettext import NullTranslations
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import LazyProxy, Translations
from flask import Flask

from graph_service.web.http.languages import language

LOCALE = Path(__file__).parent.parent / "locale"


def gettext(text: str, **values: object) -> str:
    """Translate a text and fill in its `%(name)s` values; without values nothing is filled in."""
    found = _translations(language()).gettext(text)
    return found % values if values else found


def ngettext(one: str, many: str, number: int, **values: object) -> str:
    """Translate a text with plural forms: `ngettext("%(num)s row", "%(num)s rows", n, num=n)`."""
    found = _translations(language()).ngettext(one, many, number)
    return found % values if values else found


def pgettext(context: str, text: str, **values: object) -> str:
    """Translate an ambiguous text; `context` tells its meaning to translators and is not shown."""
    found: str = _translations(language()).pgettext(context, text)
    return found % values if values else found


def npgettext(context: str, one: str, many: str, number: int, **values: object) -> str:
    """`ngettext` with a context."""
    found: str = _translations(language()).npgettext(context, one, many, number)
    return found % values if values else found


def lazy_gettext(text: str) -> LazyProxy:
    """A text of a module, translated when it is shown."""
    return LazyProxy(gettext, text, enable_cache=False)


def speak(app: Flask) -> None:
    """Register `_`, `ngettext`, `pgettext`, `{% trans %}` and the filter `translated` with the templates."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    install = app.jinja_env.install_gettext_callables  # type: ignore[attr-defined]
    install(gettext, ngettext, newstyle=True, pgettext=pgettext, npgettext=npgettext)
    app.jinja_env.filters["translated"] = gettext


@cache
def _translations(language: str) -> Translations | NullTranslations:
    path = LOCALE / language / "LC_MESSAGES" / "messages.mo"
    if path.exists():
        with path.open("rb") as file:
            return Translations(file)
    source = path.with_suffix(".po")
    if not source.exists():
        return NullTranslations()
    compiled = io.BytesIO()
    with source.open("rb") as file:
        write_mo(compiled, read_po(file, language))
    compiled.seek(0)
    return Translations(compiled)
