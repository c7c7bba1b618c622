"""Reasoning: inferring triples by OWL 2 RL or RDFS rules, and explaining why they hold."""
