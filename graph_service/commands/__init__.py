"""The commands of `graph-service`, a module for each: a command loads what it needs, and nothing of the others."""
