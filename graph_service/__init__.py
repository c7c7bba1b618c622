"""A knowledge graph of Canada's cooperation with the ILO, and the service that opens it."""

__version__ = "0.1.0"
