"""Self-describing tables: metadata of a table and its formats."""
