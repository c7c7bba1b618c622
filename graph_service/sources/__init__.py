"""Files in: which there are, what they are written in, reading them, and where in them something is said."""
