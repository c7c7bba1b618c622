"""How terms, numbers, texts and links are shown to people, in their language."""
