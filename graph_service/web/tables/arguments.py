"""The arguments of a request for a canned query: parsing, language of labels, and their representation in names and texts."""

from collections.abc import Mapping, Sequence
from urllib.parse import unquote_plus, urlencode

from flask import Response, redirect, request

from graph_service.queries.catalogue import RESERVED, CannedQuery, Successor
from graph_service.queries.parameters import Parameter
from graph_service.rdf.labels import in_language
from graph_service.rdf.prefixes import curie
from graph_service.rdf.terms import NamedNode, Term
from graph_service.service.service import Service
from graph_service.sparql.paging import Page
from graph_service.web.display.translations import gettext as _
from graph_service.web.http.languages import current, is_tag, language, language_of_names, of_pages, speaking
from graph_service.web.http.links import ascii_address
from graph_service.web.http.responses import flag
from graph_service.web.http.values import pairs
from graph_service.web.tables.attachments import short

#: Parameters that choose a format.
_OF_FORMATS = frozenset({"format", "output", "results"})


def arguments(query: CannedQuery) -> dict[str, list[str]]:
    """The request's arguments by parameter, without duplicates; `lang` is normalised."""
    own = {key for key in request.values if key not in RESERVED or key in query.parameters}
    given = {key: list(dict.fromkeys(request.values.getlist(key))) for key in sorted(own)}
    tag = current().chosen or ""
    names = _names(query, tag) if "lang" in query.parameters else tag
    if given.pop("lang", None) and names:
        given["lang"] = [names]
    return given


def values(service: Service, query: CannedQuery, given: Mapping[str, Sequence[str]]) -> dict[str, list[Term]]:
    """The arguments parsed to terms, by parameter, without `lang`. Raises InvalidParameter."""
    meant = {name: [text for text in texts if text.strip()] for name, texts in given.items() if name != "lang"}
    return {name: [query.parameters[name].term(text, service.canned.choices) for text in texts] for name, texts in meant.items() if texts}


def in_short(meant: Mapping[str, Sequence[Term]], page: Page | None) -> list[tuple[str, list[str]]]:
    """The request's choices for a file name."""
    chosen = [(name, [short(term) for term in terms]) for name, terms in meant.items()]
    infer = [] if flag("infer", True) else [("infer", ["false"])]
    return [*chosen, *infer, *([] if page is None else [("page", [f"{page.number}"])])]


def in_words(
    service: Service, query: CannedQuery, meant: Mapping[str, Sequence[Term]], page: Page | None, language: str
) -> list[tuple[str, str]]:
    """The request's choices for people, as labels and values in a language."""
    things = [term for terms in meant.values() for term in terms if isinstance(term, NamedNode)]
    names = {iri: label.value for iri, label in service.labels(things, language).items()}
    parameters = [parameter for parameter in query.parameters.values() if parameter.name != "lang"]
    with speaking(language):
        return [
            *((in_language(own.label, language), _chosen(own, meant.get(own.name, ()), names)) for own in parameters),
            (_("What is inferred"), "" if flag("infer", True) else _("left out")),
            (_("Page"), "" if page is None else _("%(number)s, of %(size)s rows", number=page.number, size=page.size)),
        ]


def spoken(query: CannedQuery) -> str:
    """The language of labels and texts in the response to this request."""
    return _names(query, current().chosen or "") or own_language(query)


def shown_in(query: CannedQuery) -> str:
    """The language of labels in a result on a page: the reader's."""
    return _names(query, language_of_names()) or language()


def own_language(query: CannedQuery) -> str:
    """The language of labels if the request chooses none: the default of the query's `lang`."""
    parameter = query.parameters.get("lang")
    stated = parameter.usual if parameter is not None else ""
    return stated if is_tag(stated) else "en"


def _names(query: CannedQuery, tag: str) -> str | None:
    """The language of a query's labels for a requested tag: the query's own, or that of the pages; None for any other."""
    return tag if tag == own_language(query) else of_pages(tag)


def asked() -> str:
    """The query string of this request without format parameters, with its question mark.

    Parameters from a form are encoded as in an address.
    """
    if request.method == "POST":
        sent = urlencode(pairs(without=_OF_FORMATS))
        return f"?{sent}" if sent else ""
    given = request.query_string.decode("latin-1").split("&")
    kept = "&".join(part for part in given if part and unquote_plus(part.partition("=")[0]) not in _OF_FORMATS)
    return f"?{ascii_address(kept)}" if kept else ""


def moved(to: Successor, suffix: str | None) -> Response:
    """Redirect to the query that replaces another one, with this request's parameters and the replacement's own."""
    own = [(name, value) for name, values in to.arguments.items() if not request.values.get(name) for value in values]
    kept = dict.fromkeys(pair for pair in request.args.items(multi=True) if pair[1])
    path = f"{request.script_root}/queries/{to.name}" + (f".{suffix}" if suffix else "")
    # 308 keeps the method, and so the parameters of a form (RFC 9110, section 15.4.9).
    return redirect(f"{path}?{urlencode([*own, *kept], safe=':')}".rstrip("?"), 308)  # type: ignore[return-value]


def _chosen(parameter: Parameter, values: Sequence[Term], names: Mapping[str, str]) -> str:
    """The value of a parameter: what was given, else the query's default."""
    if values:
        return ", ".join(told_value(value, names) for value in values)
    return _("any") if parameter.optional else parameter.default


def told_value(value: Term, names: Mapping[str, str]) -> str:
    """A value for people: a thing's label, if any, with its CURIE."""
    if not isinstance(value, NamedNode):
        return value.value
    return f"{names[value.value]} ({curie(value.value)})" if value.value in names else curie(value.value)
