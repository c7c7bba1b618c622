"""What is wrong with a text that is no query, told as a person would: see `finding`."""
