"""Displaying terms, numbers, texts and links in the reader's language."""
