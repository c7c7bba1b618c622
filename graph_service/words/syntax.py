"""Whether a text is a SPARQL query, without running it on anything."""

import pyoxigraph as ox

from graph_service.errors import MalformedQuery

_NOTHING = ox.Store()


def check(text: str, base: str | None = None) -> None:
    """Raises MalformedQuery, with line and column where the parser tells them, for a text that is not a SPARQL query; `base`
    resolves its relative IRIs.
    """
    try:
        _NOTHING.query(text, base_iri=base)
    except SyntaxError as error:
        raise MalformedQuery.from_parser(str(error.msg), text) from error
    except RuntimeError:
        # A function that is not known: the text is a query, and one that runs here.
        return
