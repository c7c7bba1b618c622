"""How fast it is, beside others: each module that has a `main` prints Markdown tables."""
