"""RDF terms: namespaces, parsing and serialising IRIs and literals, prefixes, labels, and the IRIs that a graph reserves for itself."""
