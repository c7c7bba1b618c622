"""Comparing texts as people do: folding for search, collation for sorting."""
