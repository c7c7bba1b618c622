"""Who runs a query, and what comes back."""
