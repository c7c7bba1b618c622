"""The commands of `graph-service`, a module each, imported only when it is run."""
