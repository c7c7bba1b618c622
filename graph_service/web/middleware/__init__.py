"""Around the application: addresses, limits, cache, conditions, compression, log, metrics."""
