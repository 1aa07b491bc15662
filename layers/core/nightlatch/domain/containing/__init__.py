"""What stops a principal, and what else would stop with it."""
