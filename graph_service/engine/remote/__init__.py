"""Other SPARQL servers: as the engine, as the target of SERVICE, and as the store that `push` writes to."""
