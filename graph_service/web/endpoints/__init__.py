"""The addresses that ask something: SPARQL, canned queries, search, explanations, things."""
