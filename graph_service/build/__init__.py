"""Turtle under version control -> one immutable snapshot."""
