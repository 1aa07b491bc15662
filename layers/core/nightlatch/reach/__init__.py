"""The way to a nightlatch: which one is meant, and its adapters with the caller's own credentials."""
