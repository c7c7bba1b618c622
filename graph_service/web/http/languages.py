"""Content language: chosen by Accept-Language or `lang=`, and links that keep `lang=`.

A page has an address without `lang=`, where Accept-Language decides, and one for each language, which can be linked to and cached. There
are no cookies: on a page requested with `lang=`, links keep it. `lang=` is read only here, once for each request; others get a `Language`,
whose tags are never a client's text. docs/languages.md says what clients may rely on.
"""

import re
from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from html import escape, unescape
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from flask import Blueprint, Response, current_app, g, request
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header
from werkzeug.wrappers import Request

from graph_service.errors import MalformedRequest
from graph_service.settings import LANGUAGES
from graph_service.text.memo import remembered
from graph_service.web.http.values import check

#: Each language's name for itself.
OWN_NAMES = {"en": "English", "fr": "Français", "es": "Español"}

#: The most languages of an Accept-Language that are read.
_LANGUAGES = 32

#: The syntax of a language tag (RFC 5646, section 2.1), which is also a basic language range; so is `*` (RFC 4647, section 2.1).
_TAG = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")

#: Links to other pages, and forms (whose fields replace the parameters of their address).
_LINK = re.compile(r'(<a\b[^>]*?\shref=")(/(?!/)[^"]*)(")')
_FORM = re.compile(r'(<form\b[^>]*?\saction="/(?!/)[^>]*?>)')

#: Paths of files and data, which are the same in all languages.
_DATA = re.compile(r"^/(static|data|graph|context|admin)(/|$)|\.\w+$")


@dataclass(frozen=True)
class Language:
    """The language of a response; each tag is one of the pages' or the graph's, never a client's text."""

    #: The page's language, one of LANGUAGES.
    shown: str
    #: The language chosen by `lang=`, of the pages or the graph's labels; None if it is missing or unavailable.
    chosen: str | None = None

    @property
    def of_names(self) -> str:
        """The language of labels on a page."""
        return self.chosen or self.shown

    @property
    def of_data(self) -> str:
        """The language of labels in data: independent of Accept-Language, so that one address has one content."""
        return self.chosen or "en"


@dataclass(frozen=True)
class Version:
    """A page in one language: tag, the language's own name, address, and whether it is the current one."""

    language: str
    name: str
    href: str
    shown: bool


@remembered(512)
def preferred(accept: str, default: str) -> str:
    """The page language for an Accept-Language header (RFC 9110, section 12.5.4), or the default."""
    accepted = parse_accept_header(",".join(accept.split(",", _LANGUAGES)[:_LANGUAGES]), LanguageAccept)
    liked = sorted(((quality, tag) for tag, quality in accepted if quality > 0), key=lambda pair: -pair[0])
    found = (_found(tag.replace("_", "-"), LANGUAGES) for _, tag in liked)
    return next((tag for tag in found if tag is not None), default)


def chosen(asked: Request, there: Collection[str] = LANGUAGES) -> str | None:
    """The available language that a request's `lang=` chooses; None if it is missing or unavailable.

    Raises MalformedRequest for an invalid language range, and for several.
    """
    given = [text for text in dict.fromkeys(asked.values.getlist("lang")) if text]
    if len(given) > 1:
        raise MalformedRequest("lang is given several times; an answer is in one language.", parameter="lang", allowed=list(LANGUAGES))
    if not given:
        return None
    if given[0] != "*" and not is_tag(given[0]):
        detail = f"lang must be a language tag, such as {', '.join(LANGUAGES)}; {given[0][:40]!r} was given."
        raise MalformedRequest(detail, parameter="lang", allowed=list(LANGUAGES))
    return _found(given[0], there)


def is_tag(text: str) -> bool:
    """Whether a text has the syntax of a language tag."""
    return _TAG.fullmatch(text) is not None


def current() -> Language:
    """The language of the current request."""
    found: Language = g.language
    return found


def language() -> str:
    """The page language of the current request: by `lang=`, else Accept-Language, else the setting.

    Calling it marks the response as varying by language (see `keep`).
    """
    g.differs_by_language = True
    return current().shown


def language_of_names() -> str:
    """The language of labels in this response: the page language, or another of the graph's chosen by `lang=`."""
    g.differs_by_language = True
    return current().of_names


def of_pages(tag: str) -> str | None:
    """The page language for a tag: `fr` for `fr-CA`; None if there is none."""
    return _found(tag, LANGUAGES)


def languages_here() -> tuple[str, ...]:
    """The languages of the pages, and those of the graph's labels."""
    here: tuple[str, ...] = current_app.config["LANGUAGES"]
    return here


def naming(otherwise: str = "en") -> str | None:
    """The `lang=` that gives data the labels of this page; None if they have them anyway, in the language `otherwise`."""
    return None if language_of_names() == otherwise else language_of_names()


def speaking(tag: str) -> AbstractContextManager[None]:
    """Render the body in a data language, independent of Accept-Language."""
    return writing_in(Language(of_pages(tag) or "en", current().chosen))


@contextmanager
def writing_in(within: Language) -> Iterator[None]:
    """Render the body in that language. Afterwards restores the request's language, and whether the response varies by it."""
    before, differs = g.language, g.get("differs_by_language", False)
    g.language = within
    try:
        yield
    finally:
        g.language, g.differs_by_language = before, differs


def versions() -> list[Version]:
    """The current page in every language, with the request's parameters."""
    return [Version(tag, OWN_NAMES[tag], _with(_here(), tag), tag == language()) for tag in LANGUAGES]


def neutral() -> str:
    """The address of the current page without a language."""
    return _with(_here(), None)


def keeping(address: str) -> str:
    """A local address with this request's `lang=`, if it has one."""
    kept = current().chosen
    if kept is None or _DATA.search(urlsplit(address).path) or "lang" in dict(parse_qsl(urlsplit(address).query)):
        return address
    return _with(address, kept)


def blueprint(default: str) -> Blueprint:
    """Hooks for every request and response; no routes. `default`: the language if none of the accepted ones is available."""
    routes = Blueprint("languages", __name__)

    @routes.before_app_request
    def choose() -> None:
        # Set before anything can fail: the error page needs a language, too.
        liked = g.language = Language(preferred(request.headers.get("Accept-Language", ""), default))
        check(request, current_app.config)
        tag = chosen(request, languages_here())
        g.language = Language(of_pages(tag or "") or liked.shown, tag)

    @routes.after_app_request
    def keep(response: Response) -> Response:
        if response.mimetype == "text/html" or g.get("differs_by_language", False):
            response.content_language.add(language())
            response.vary.add("Accept-Language")
        if response.mimetype == "text/html" and current().chosen is not None and not response.is_streamed:
            response.set_data(_kept(response.get_data(as_text=True), current().of_names))
        if response.location is not None and response.location.startswith("/"):
            response.location = keeping(response.location)
        return response

    return routes


def _found(range: str, there: Collection[str]) -> str | None:
    """The available language for a language range, by lookup (RFC 4647, section 3.4): `es` for `es-CR`."""
    tag = range.lower()
    while tag and tag not in there:
        tag = tag.rpartition("-")[0]
    return tag or None


def _here() -> str:
    return request.full_path if request.query_string else request.path


def _with(address: str, language: str | None) -> str:
    """The address with this `lang=` instead of any other."""
    parts = urlsplit(address)
    kept = [(name, value) for name, value in dict.fromkeys(parse_qsl(parts.query, keep_blank_values=True)) if name != "lang"]
    query = urlencode([*kept, *([("lang", language)] if language else [])])
    return urlunsplit(parts._replace(query=query))


def _kept(page: str, language: str) -> str:
    def link(found: re.Match[str]) -> str:
        return found[1] + escape(keeping(unescape(found[2]))) + found[3]

    return _FORM.sub(rf'\1<input type="hidden" name="lang" value="{language}">', _LINK.sub(link, page))
