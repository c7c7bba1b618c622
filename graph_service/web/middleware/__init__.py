"""Before Flask: what is answered, kept, bounded and written down without the application."""
