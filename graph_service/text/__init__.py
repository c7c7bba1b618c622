"""Texts as people compare them: folded for searches, collated for order."""
