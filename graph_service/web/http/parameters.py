"""The parameters that each path reads: all others are ignored, and left out of the cache key.

Links carry tracking parameters (`utm_source`), SPARQL clients send settings of their own. A path that is not listed reads any: canned
queries, pictures and lists have parameters of their own, and refuse others.
"""

from urllib.parse import unquote_plus

#: Stands for all parameters with this prefix, which are values of a query's variables.
BOUND = "$"

_LANGUAGE = frozenset({"lang"})
_FORMAT = frozenset({"format", "output", "results", *_LANGUAGE})
_STATED = frozenset({"infer"})

#: Path, with `/*` for anything below -> its parameters. A final slash or a format suffix makes no difference.
_READ: dict[str, frozenset[str] | None] = {
    "/": _FORMAT,
    "/.well-known/api-catalog": _FORMAT,
    "/.well-known/void": _FORMAT,
    "/about": _LANGUAGE,
    "/admin/*": _LANGUAGE,
    "/catalog": _FORMAT,
    "/changes": _LANGUAGE,
    "/changes/*": _FORMAT,
    "/compare": _LANGUAGE | {"thing"},
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
    "/page/*": _LANGUAGE | _STATED | {"view"},
    "/pictures": _LANGUAGE,
    "/pictures/*": None,
    "/problems": _LANGUAGE,
    "/queries": _FORMAT | {"q"},
    "/queries/all.zip": _LANGUAGE,
    "/queries/*": None,
    "/rdf-graph-store": _FORMAT | _STATED | {"graph", "default"},
    "/ready": _LANGUAGE,
    "/robots": _LANGUAGE,
    "/search": _FORMAT | {"q", "kind", "page", "page_size", "suggest"},
    "/shapes": _FORMAT,
    "/sitemap": _LANGUAGE,
    "/sparql": _FORMAT | _STATED | {"query", "update", "default-graph-uri", "named-graph-uri", "timeout", BOUND},
    "/sparql/hints": _LANGUAGE | {"query"},
    "/sparql/why-empty": _LANGUAGE | _STATED | {"query"},
    "/sparql/vocabulary": _LANGUAGE,
    "/static/*": _LANGUAGE,
    "/things": _LANGUAGE,
    "/things/*": None,
    "/vocab/*": _FORMAT | _STATED | {"graphs", "view"},
}


def known_parameters(path: str) -> frozenset[str] | None:
    """The parameters of a path, including `BOUND` for those with that prefix; None if it reads any."""
    whole = path.rstrip("/") or "/"
    first, slash, _ = whole[1:].partition("/")
    for known in (whole, whole.rpartition(".")[0]):
        if known in _READ:
            return _READ[known]
    return _READ.get(f"/{first}/*") if slash else None


def relevant(path: str, query: str) -> str:
    """The query string, as it was sent, without parameters that its path does not read."""
    known = known_parameters(path)
    if known is None or not query:
        return query
    bound = BOUND in known

    def is_read(part: str) -> bool:
        name = unquote_plus(part.partition("=")[0])
        return name in known or (bound and name.startswith(BOUND))

    return "&".join(part for part in query.split("&") if is_read(part))
