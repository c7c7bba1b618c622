"""Full-text search over a snapshot."""
