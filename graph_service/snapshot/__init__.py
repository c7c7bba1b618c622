"""A snapshot: an immutable folder with the graph, its inferences, its index and its files."""
