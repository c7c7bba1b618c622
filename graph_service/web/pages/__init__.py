"""Pages for people: a module for each kind of page, and the facts, lists and pictures on them."""
