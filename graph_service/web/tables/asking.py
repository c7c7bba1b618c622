"""What a request asks a canned query for: its arguments, the language of names, and how both are told again."""

from collections.abc import Mapping, Sequence
from urllib.parse import unquote_plus, urlencode

from flask import Response, redirect, request

from graph_service.queries.catalogue import RESERVED, CannedQuery, Successor
from graph_service.queries.parameters import Parameter
from graph_service.rdf.prefixes import curie
from graph_service.rdf.terms import NamedNode, Term
from graph_service.service.service import Service
from graph_service.sparql.paging import Page
from graph_service.web.display.translations import gettext as _
from graph_service.web.http.languages import current, is_tag, language, language_of_names, of_pages, speaking
from graph_service.web.http.links import ascii_address
from graph_service.web.http.responses import flag
from graph_service.web.http.values import pairs
from graph_service.web.tables.taking import short
from graph_service.web.tables.telling import in_language

#: Parameters that choose a format, which is told otherwise.
_OF_FORMATS = frozenset({"format", "output", "results"})


def arguments(query: CannedQuery) -> dict[str, list[str]]:
    """The arguments of this request by the names of parameters, each value once; of `lang` what it chooses."""
    own = {key for key in request.values if key not in RESERVED or key in query.parameters}
    given = {key: list(dict.fromkeys(request.values.getlist(key))) for key in sorted(own)}
    tag = current().chosen or ""
    names = _names(query, tag) if "lang" in query.parameters else tag
    if given.pop("lang", None) and names:
        given["lang"] = [names]
    return given


def values(service: Service, query: CannedQuery, given: Mapping[str, Sequence[str]]) -> dict[str, list[Term]]:
    """What arguments that the query takes mean, by the names of parameters; the language is told apart. Raises InvalidParameter."""
    meant = {name: [text for text in texts if text.strip()] for name, texts in given.items() if name != "lang"}
    return {name: [query.parameters[name].term(text, service.choices) for text in texts] for name, texts in meant.items() if texts}


def in_short(meant: Mapping[str, Sequence[Term]], page: Page | None) -> list[tuple[str, list[str]]]:
    """What a request chooses, as the name of a file tells it."""
    chosen = [(name, [short(term) for term in terms]) for name, terms in meant.items()]
    infer = [] if flag("infer", True) else [("infer", ["false"])]
    return [*chosen, *infer, *([] if page is None else [("page", [f"{page.number}"])])]


def in_words(
    service: Service, query: CannedQuery, meant: Mapping[str, Sequence[Term]], page: Page | None, language: str
) -> list[tuple[str, str]]:
    """What a request chooses, as people read it in a language: labels and values."""
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
    """The language of the names in the answer for this request, and of the words around it."""
    return _names(query, current().chosen or "") or own_language(query)


def shown_in(query: CannedQuery) -> str:
    """The language of the names in the answer on a page: the reader's."""
    return _names(query, language_of_names()) or language()


def own_language(query: CannedQuery) -> str:
    """The language of the names in a query's answer where the request chooses none: what stands in its row for it."""
    parameter = query.parameters.get("lang")
    stated = parameter.usual if parameter is not None else ""
    return stated if is_tag(stated) else "en"


def _names(query: CannedQuery, tag: str) -> str | None:
    """The language of a query's names for one that is asked for: its own, or that of pages that it is a kind of; None for any other."""
    return tag if tag == own_language(query) else of_pages(tag)


def asked() -> str:
    """The parameters of this request as they stand in its address, those that choose a format left out; with the question mark.

    Those that came in a form are written as an address has them.
    """
    if request.method == "POST":
        sent = urlencode(pairs(without=_OF_FORMATS))
        return f"?{sent}" if sent else ""
    given = request.query_string.decode("latin-1").split("&")
    kept = "&".join(part for part in given if part and unquote_plus(part.partition("=")[0]) not in _OF_FORMATS)
    return f"?{ascii_address(kept)}" if kept else ""


def moved(to: Successor, suffix: str | None) -> Response:
    """The answer for a query that another one has taken the place of: its address, with the parameters of this request and its own."""
    own = [(name, value) for name, values in to.arguments.items() if not request.values.get(name) for value in values]
    kept = dict.fromkeys(pair for pair in request.args.items(multi=True) if pair[1])
    path = f"{request.script_root}/queries/{to.name}" + (f".{suffix}" if suffix else "")
    # 308 keeps the method, and with it the parameters of a form (RFC 9110, section 15.4.9).
    return redirect(f"{path}?{urlencode([*own, *kept], safe=':')}".rstrip("?"), 308)  # type: ignore[return-value]


def _chosen(parameter: Parameter, values: Sequence[Term], names: Mapping[str, str]) -> str:
    """What a parameter has for a value: what was given, else what the query has without."""
    if values:
        return ", ".join(told_value(value, names) for value in values)
    return _("any") if parameter.optional else parameter.default


def told_value(value: Term, names: Mapping[str, str]) -> str:
    """A value as people read it: a thing by its name, of those given by IRI, and its short name."""
    if not isinstance(value, NamedNode):
        return value.value
    return f"{names[value.value]} ({curie(value.value)})" if value.value in names else curie(value.value)
