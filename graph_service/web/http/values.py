"""Values of parameters: how many a request may have, and how long each may be; and those of this request, each once.

What a client sends is looked up, written into pages and repeated in links, so all of that is bounded here, before anything reads it.
"""

from collections.abc import Collection, Iterable, Mapping

from flask import request
from werkzeug.wrappers import Request

from graph_service.errors import InvalidParameter

#: A request has at most so many times as many fields, names and repetitions counted, as one name may have values.
_FIELDS = 10

#: The longest query string that is written into a page or an answer for others to follow, in bytes: few servers take longer addresses.
LONGEST_FOLLOWED = 8000

#: Where parameters are texts of queries, which only the body has a limit for.
_SPARQL = "/sparql"
_QUERIES = frozenset({"query", "update"})


def check(asked: Request, limits: Mapping[str, int]) -> None:
    """Look at the parameters of a request: at most VALUES_LIMIT values of one name, of at most VALUE_LENGTH characters.

    Raises InvalidParameter, naming the parameter.
    """
    most, longest = limits["VALUES_LIMIT"], limits["VALUE_LENGTH"]
    fields = asked.query_string.count(b"&") + 1
    if asked.mimetype == "application/x-www-form-urlencoded":
        fields += asked.get_data(cache=True, parse_form_data=False).count(b"&") + 1
    if fields > _FIELDS * most:
        raise InvalidParameter(f"A request may have {_FIELDS * most} parameters, repetitions counted; this has {fields}.")
    apart = _QUERIES if asked.path.rstrip("/") == _SPARQL else frozenset()
    for name, given in asked.values.lists():
        values = dict.fromkeys(given)
        if len(values) > most:
            raise InvalidParameter(f"{_cut(name)} may have {most} values; it has {len(values)}.", parameter=_cut(name), maximum=most)
        size = max(len(name), *map(len, values)) if name not in apart else 0
        if size > longest:
            raise InvalidParameter(f"{_cut(name)} may have {longest} characters; it has {size}.", parameter=_cut(name), maximum=longest)


def pairs(without: Collection[str] = (), empty: bool = False) -> list[tuple[str, str]]:
    """The parameters of this request, each pair of name and value once; without those of some names, and of no value if not `empty`."""
    given: Iterable[tuple[str, str]] = request.values.items(multi=True)  # type: ignore[assignment]
    return [pair for pair in dict.fromkeys(given) if (pair[1] or empty) and pair[0] not in without]


def _cut(name: str) -> str:
    return name if len(name) <= 100 else name[:100] + "…"
