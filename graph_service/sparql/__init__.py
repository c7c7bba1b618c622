"""SPARQL as text: a tokenizer, the outline of a query, rewriting, and explanations of syntax errors."""
