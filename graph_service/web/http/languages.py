"""In which language a request is answered: what the client likes, a `lang=` that says so for good, and links that keep it.

A page has an address without `lang=`, which Accept-Language decides, and one for each language, which can be linked to and cached.
There is no cookie: links on a page that was asked for with `lang=` lead to pages with the same `lang=`.

`lang=` is read here and nowhere else, once for each request; what others are given is a `Language`, whose tags are our own.
docs/languages.md says what clients may rely on.
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

#: What each language calls itself.
OWN_NAMES = {"en": "English", "fr": "Français", "es": "Español"}

#: Languages in one Accept-Language that are looked at.
_LANGUAGES = 32

#: A language tag, as far as its form goes (RFC 5646, section 2.1); each is a basic language range, and so is `*` (RFC 4647, section 2.1).
_TAG = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")

#: What leads to another page: a link, or a form that asks (its fields take the place of the parameters of its address).
_LINK = re.compile(r'(<a\b[^>]*?\shref=")(/(?!/)[^"]*)(")')
_FORM = re.compile(r'(<form\b[^>]*?\saction="/(?!/)[^>]*?>)')

#: Addresses of files and data, which are the same in all languages.
_DATA = re.compile(r"^/(static|data|graph|context|admin)(/|$)|\.\w+$")


@dataclass(frozen=True)
class Language:
    """In which language a request is answered; each tag is one of ours or of the graph's, and never a text of the client's."""

    #: That of the page, one of LANGUAGES.
    shown: str
    #: The one that `lang=` chooses, of LANGUAGES or of the graph's names; None where it is not given, or nothing here is in it.
    chosen: str | None = None

    @property
    def of_names(self) -> str:
        """That of the names on a page."""
        return self.chosen or self.shown

    @property
    def of_data(self) -> str:
        """That of the names in data, which look the same to everybody who asks for one address: Accept-Language has no say."""
        return self.chosen or "en"


@dataclass(frozen=True)
class Version:
    """The page in one language: which, what the language calls itself, where, and whether it is the one that is shown."""

    language: str
    name: str
    href: str
    shown: bool


@remembered(512)
def preferred(accept: str, default: str) -> str:
    """The language to answer in for an Accept-Language header (RFC 9110, section 12.5.4); the default if none of ours is in it."""
    accepted = parse_accept_header(",".join(accept.split(",", _LANGUAGES)[:_LANGUAGES]), LanguageAccept)
    liked = sorted(((quality, tag) for tag, quality in accepted if quality > 0), key=lambda pair: -pair[0])
    found = (_found(tag.replace("_", "-"), LANGUAGES) for _, tag in liked)
    return next((tag for tag in found if tag is not None), default)


def chosen(asked: Request, there: Collection[str] = LANGUAGES) -> str | None:
    """The language that `lang=` of a request chooses among those that are there; None where it is not given, or is another one.

    Raises MalformedRequest for what is no language range, and for several.
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
    """Whether a text has the form of a language tag."""
    return _TAG.fullmatch(text) is not None


def current() -> Language:
    """The language of this request."""
    spoken: Language = g.language
    return spoken


def language() -> str:
    """The language in which this request is answered: that of `lang=`, else of Accept-Language, else the setting's.

    Who asks makes an answer that differs by language, and so says `keep` of it.
    """
    g.differs_by_language = True
    return current().shown


def language_of_names() -> str:
    """The language in which this request's answer names things: that of `language`, or another of the graph's that `lang=` chooses."""
    g.differs_by_language = True
    return current().of_names


def of_pages(tag: str) -> str | None:
    """The language of pages that a language is, or is a kind of: `fr` for `fr-CA`; None for another."""
    return _found(tag, LANGUAGES)


def languages_here() -> tuple[str, ...]:
    """Those of the pages, and those in which the graph names things."""
    here: tuple[str, ...] = current_app.config["LANGUAGES"]
    return here


def naming(otherwise: str = "en") -> str | None:
    """The `lang=` by which data have the names that this page shows; None where they have them without it, in the language `otherwise`."""
    return None if language_of_names() == otherwise else language_of_names()


def speaking(tag: str) -> AbstractContextManager[None]:
    """What is written within is in a language of data: Accept-Language has no say in it."""
    return writing_in(Language(of_pages(tag) or "en", current().chosen))


@contextmanager
def writing_in(within: Language) -> Iterator[None]:
    """What is written within is in that language. Afterwards this request has its own again, and differs by language only as before."""
    before, differs = g.language, g.get("differs_by_language", False)
    g.language = within
    try:
        yield
    finally:
        g.language, g.differs_by_language = before, differs


def versions() -> list[Version]:
    """The page of this request in every language, at the address and with the parameters of this request."""
    return [Version(tag, OWN_NAMES[tag], _with(_here(), tag), tag == language()) for tag in LANGUAGES]


def neutral() -> str:
    """The address of this page without a language."""
    return _with(_here(), None)


def keeping(address: str) -> str:
    """A local address with the `lang=` of this request, if it has one."""
    kept = current().chosen
    if kept is None or _DATA.search(urlsplit(address).path) or "lang" in dict(parse_qsl(urlsplit(address).query)):
        return address
    return _with(address, kept)


def blueprint(default: str) -> Blueprint:
    """What holds for every answer; there are no routes of its own. `default`: the language of who likes none of ours."""
    routes = Blueprint("languages", __name__)

    @routes.before_app_request
    def choose() -> None:
        # There must be one for the page that says what is wrong with a value, also with that of `lang=`.
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
    """The one of some languages that a language range leads to by lookup (RFC 4647, section 3.4): `es` for `es-CR`."""
    tag = range.lower()
    while tag and tag not in there:
        tag = tag.rpartition("-")[0]
    return tag or None


def _here() -> str:
    return request.full_path if request.query_string else request.path


def _with(address: str, language: str | None) -> str:
    """An address with that `lang=` in place of any other."""
    parts = urlsplit(address)
    kept = [(name, value) for name, value in dict.fromkeys(parse_qsl(parts.query, keep_blank_values=True)) if name != "lang"]
    query = urlencode([*kept, *([("lang", language)] if language else [])])
    return urlunsplit(parts._replace(query=query))


def _kept(page: str, language: str) -> str:
    def link(found: re.Match[str]) -> str:
        return found[1] + escape(keeping(unescape(found[2]))) + found[3]

    return _FORM.sub(rf'\1<input type="hidden" name="lang" value="{language}">', _LINK.sub(link, page))
