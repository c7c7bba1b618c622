"""Query engines: they run SPARQL queries over a snapshot, here in worker processes or on another server."""
