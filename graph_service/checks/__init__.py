"""What the sources are held against: rules, shapes, quotations, entailments, lint of canned queries."""
