"""The web application: HTTP requests in, responses out."""
