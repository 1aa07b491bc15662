"""What an event means: how rules judge, and what they share."""
