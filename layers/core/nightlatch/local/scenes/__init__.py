"""The demonstration: a small company on the stage, its past, and four scenes that are measured while they play."""
