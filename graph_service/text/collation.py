"""The order in which people expect texts: by their letters without regard to case and accents, and by these only between equals.

It is near the first levels of the Unicode Collation Algorithm (UTS #10) without a table of weights: enough for the names that a
table is sorted by, and nothing that each process would have to load.
"""

from graph_service.text.folding import fold

#: The function of XPath that gives a key of a text, by which texts are compared (XPath and XQuery Functions 3.1, section 5.3.9). Here the
#: key is a text, since SPARQL puts no order on binary values.
COLLATION_KEY = "http://www.w3.org/2005/xpath-functions#collation-key"


def collation_key(text: str) -> str:
    """A text such that the order of these, character by character, is the order of the texts they are made of."""
    return f"{fold(text)}\0{text}"
