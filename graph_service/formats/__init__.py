"""What is written: media types and their negotiation, RDF, result tables, spreadsheets."""
