"""Tables as files that explain themselves: what is told of a table beside its rows, and how."""
