"""Endpoints that answer questions: SPARQL, canned queries, search, explanations, things."""
