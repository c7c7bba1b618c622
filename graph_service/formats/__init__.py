"""Output formats: media types and content negotiation, RDF, result tables, spreadsheets."""
