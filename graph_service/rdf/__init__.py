"""RDF terms: namespaces, IRIs and literals from text, short names, and the IRIs that a graph has for itself."""
