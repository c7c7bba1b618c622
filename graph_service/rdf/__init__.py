"""RDF words: names of things, terms from client text, SPARQL tokens, formats and their negotiation."""
