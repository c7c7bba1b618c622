"""What draws pictures: rows of a query's result in, marks on a canvas out. Nothing here knows of requests."""
