"""The graph described in its own terms: VoID, DCAT, SPARQL service description."""
