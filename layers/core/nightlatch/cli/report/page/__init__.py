"""One file for a person's browser: it holds all it needs, asks nobody, and shows names as the text they are."""
