"""The graphs of a snapshot on another server, which `push` writes and the remote engine queries.

Servers differ in what their default graph is, and some (Virtuoso) count a triple twice that is in two graphs of the default graph. So the
embedded engine's copies are stored there as named graphs, too: a query's default graph is one of them, its named graphs are the snapshot's,
and nothing else on the server is seen.
"""

_PREFIX = "urn:x-graph-service:"

#: All triples, each once; the same without inferred ones; those that the sources put into no named graph.
UNION = _PREFIX + "union"
ASSERTED = _PREFIX + "asserted"
UNNAMED = _PREFIX + "unnamed"

#: The graph that says which snapshot the server holds: `STATE IDENTIFIER "id"`. Written last, so that an incomplete push is never used.
STATE = _PREFIX + "state"
IDENTIFIER = "http://purl.org/dc/terms/identifier"

#: A graph that does not exist: given where a part of the dataset is empty, since naming no graph would mean all.
NOTHING = _PREFIX + "nothing"
