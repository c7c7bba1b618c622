"""Collation: sorts texts by letters, ignoring case and accents, which decide only between equals.

It approximates the first levels of the Unicode Collation Algorithm (UTS #10) without its table of weights, which each process would have to
load: enough for sorting names.
"""

from graph_service.text.folding import fold

#: XPath's function for collation keys (XPath and XQuery Functions 3.1, section 5.3.9). Here the key is a string, since SPARQL does not
#: order binary values.
COLLATION_KEY = "http://www.w3.org/2005/xpath-functions#collation-key"


def collation_key(text: str) -> str:
    """A sort key: comparing keys by character orders the texts."""
    return f"{fold(text)}\0{text}"
