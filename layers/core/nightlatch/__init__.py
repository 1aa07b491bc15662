"""nightlatch."""
