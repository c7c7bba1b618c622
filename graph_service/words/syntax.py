"""Whether a text is a SPARQL query, without running it on anything."""

import pyoxigraph as ox

from graph_service.errors import MalformedQuery

_NOTHING = ox.Store()


def check(text: str) -> None:
    """Raises MalformedQuery, with line and column where the parser tells them, for a text that is not a SPARQL query."""
    try:
        _NOTHING.query(text)
    except SyntaxError as error:
        raise MalformedQuery.from_parser(str(error.msg), text) from error
