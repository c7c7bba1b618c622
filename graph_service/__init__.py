"""The service that opens a graph: builds it from RDF, reasons over it, and serves it to people and programs."""

__version__ = "0.2.0"
