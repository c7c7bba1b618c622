"""The graph's description of itself: VoID, DCAT, SPARQL service description."""
