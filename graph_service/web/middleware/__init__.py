"""Middleware around the application: addresses, limits, cache, conditional requests, compression, log, metrics."""
