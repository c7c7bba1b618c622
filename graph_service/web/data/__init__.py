"""The graph for programs that follow links: files, descriptions, link sets."""
