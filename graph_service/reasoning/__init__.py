"""What follows from what is said, by OWL 2 RL rules, and why."""
