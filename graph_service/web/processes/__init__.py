"""The processes of the server: the main one, which listens, and the serving one, a generation for each snapshot."""
