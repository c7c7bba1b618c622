"""Explanations of syntax errors in SPARQL queries, in plain words: see `finding`."""
