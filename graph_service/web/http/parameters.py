"""Which parameters each address reads: others change no answer, and are no part of what an answer is kept under.

Links carry parameters for those who count readers (`utm_source`), clients of SPARQL send settings of their own. An address that is
not in the table reads any: a canned query, a picture and a list of things have parameters by their own names, and refuse others.
"""

from urllib.parse import unquote_plus

#: In a set of parameters: all whose names begin so, which are values for a query's variables.
BOUND = "$"

_LANGUAGE = frozenset({"lang"})
_FORMAT = frozenset({"format", "output", "results", *_LANGUAGE})
_STATED = frozenset({"infer"})

#: Path, `/*` at its end for anything below -> the parameters that are read there. A slash or a format at its end makes no difference.
_READ: dict[str, frozenset[str] | None] = {
    "/": _FORMAT,
    "/.well-known/api-catalog": _FORMAT,
    "/.well-known/void": _FORMAT,
    "/about": _LANGUAGE,
    "/admin/*": _LANGUAGE,
    "/catalog": _FORMAT,
    "/changes": _LANGUAGE,
    "/changes/*": _FORMAT,
    "/context": _LANGUAGE,
    "/context/*": _LANGUAGE,
    "/data/*": _FORMAT | _STATED | {"graphs"},
    "/docs": _LANGUAGE,
    "/documents": _FORMAT,
    "/documents/*": _FORMAT,
    "/downloads": _FORMAT,
    "/downloads/*": _FORMAT,
    "/explain": _FORMAT | {"s", "p", "o"},
    "/feed": _LANGUAGE,
    "/graph/*": _FORMAT,
    "/health": _LANGUAGE,
    "/id/*": _FORMAT,
    "/linkset": _FORMAT,
    "/linkset/*": _FORMAT,
    "/metrics": _LANGUAGE,
    "/ns": _FORMAT,
    "/ns/*": _FORMAT,
    "/openapi": _LANGUAGE,
    "/opensearch": _LANGUAGE,
    "/page/*": _LANGUAGE | _STATED,
    "/pictures": _LANGUAGE,
    "/pictures/*": None,
    "/problems": _LANGUAGE,
    "/queries": _FORMAT,
    "/queries/all.zip": _LANGUAGE,
    "/queries/*": None,
    "/rdf-graph-store": _FORMAT | _STATED | {"graph", "default"},
    "/ready": _LANGUAGE,
    "/robots": _LANGUAGE,
    "/search": _FORMAT | {"q", "kind", "page", "page_size", "suggest"},
    "/shapes": _FORMAT,
    "/sitemap": _LANGUAGE,
    "/sparql": _FORMAT | _STATED | {"query", "update", "default-graph-uri", "named-graph-uri", "timeout", BOUND},
    "/sparql/vocabulary": _LANGUAGE,
    "/static/*": _LANGUAGE,
    "/things": _LANGUAGE,
    "/things/*": None,
    "/vocab/*": _FORMAT | _STATED | {"graphs"},
}


def known_parameters(path: str) -> frozenset[str] | None:
    """The parameters that are read at a path, `BOUND` among them for all that begin so; None if any may be."""
    whole = path.rstrip("/") or "/"
    first, slash, _ = whole[1:].partition("/")
    for known in (whole, whole.rpartition(".")[0]):
        if known in _READ:
            return _READ[known]
    return _READ.get(f"/{first}/*") if slash else None


def relevant(path: str, query: str) -> str:
    """A query string, as it was sent, without the parameters that are not read at its path."""
    known = known_parameters(path)
    if known is None or not query:
        return query
    bound = BOUND in known

    def is_read(part: str) -> bool:
        name = unquote_plus(part.partition("=")[0])
        return name in known or (bound and name.startswith(BOUND))

    return "&".join(part for part in query.split("&") if is_read(part))
