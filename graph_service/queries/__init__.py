"""Canned queries: .rq files with a header, typed parameters, safe binding."""
