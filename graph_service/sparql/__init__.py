"""SPARQL as text: tokens, the parts of a query, rewriting, and what is wrong with one."""
