"""What a request asks for and what a response is made of: languages, values, pages, links, status."""
