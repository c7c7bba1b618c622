"""Checks of the sources: SPARQL rules, SHACL shapes, quotations, entailments, and lint of canned queries."""
