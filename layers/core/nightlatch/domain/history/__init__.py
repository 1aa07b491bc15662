"""What was seen before: of a principal, of a secret, and what of it is habit."""
