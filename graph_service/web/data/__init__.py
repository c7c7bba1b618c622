"""The graph for programs that follow links: things as data, files, descriptions, headers."""
