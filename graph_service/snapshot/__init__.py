"""Snapshots: immutable folders with the graph, its inferences, its search index and its files."""
