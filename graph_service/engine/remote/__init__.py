"""Other SPARQL servers: as the engine, as the target of SERVICE, and as the place that `push` writes to."""
