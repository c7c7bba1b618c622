"""Reading requests and making responses: languages, parameter values, pages, links, formats, problem documents."""
