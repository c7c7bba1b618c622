"""Source files: finding them, detecting their format, parsing them, and finding the line of a statement."""
