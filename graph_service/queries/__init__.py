"""Canned queries: plain .rq files, typed and safely bound."""
