"""How a snapshot stands in another server: the graphs that `push` writes there and that the remote engine asks for.

Other servers differ in what their default graph is, and some (Virtuoso) count a triple twice that two graphs of the default graph
say. So the copies that the embedded engine keeps are kept there too, each a named graph: a query's default graph is one of them,
its named graphs are the snapshot's, and nothing else that the server holds is seen.
"""

_PREFIX = "urn:x-graph-service:"

#: All triples, each once; the same without the inferred ones; those that the sources put into no named graph.
UNION = _PREFIX + "union"
ASSERTED = _PREFIX + "asserted"
UNNAMED = _PREFIX + "unnamed"

#: Says which snapshot the server holds: `STATE IDENTIFIER "id"`. Written last, so that half a snapshot is never taken for a whole.
STATE = _PREFIX + "state"
IDENTIFIER = "http://purl.org/dc/terms/identifier"

#: A graph that is never there: asked for where a part of the dataset is empty, since giving none would mean all.
NOTHING = _PREFIX + "nothing"
