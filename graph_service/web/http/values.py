"""Limits on parameters: how many values, and how long; and this request's parameters without duplicates.

Values are looked up, written into pages and repeated in links, so they are limited before anything reads them.
"""

from collections.abc import Collection, Iterable, Mapping

from flask import request
from werkzeug.wrappers import Request

from graph_service.errors import InvalidParameter

#: A request has at most so many times as many fields, repetitions counted, as one name may have values.
_FIELDS = 10

#: The longest query string in links of pages and responses, in bytes: few servers accept longer addresses.
LONGEST_FOLLOWED = 8000

#: Where parameters are query texts, which only the body limit applies to.
_SPARQL = "/sparql"
_QUERIES = frozenset({"query", "update"})


def check(asked: Request, limits: Mapping[str, int]) -> None:
    """Check a request's parameters: at most VALUES_LIMIT values for a name, of at most VALUE_LENGTH characters.

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
    """The request's parameters without duplicates, and without some names; empty values only if `empty`."""
    given: Iterable[tuple[str, str]] = request.values.items(multi=True)  # type: ignore[assignment]
    return [pair for pair in dict.fromkeys(given) if (pair[1] or empty) and pair[0] not in without]


def _cut(name: str) -> str:
    return name if len(name) <= 100 else name[:100] + "…"
