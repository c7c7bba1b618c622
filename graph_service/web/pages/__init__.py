"""Pages for people: a noun a file, its addresses at the top; facts, lists and pictures that they are made of."""
