"""The eyes and the hand of acts, on AWS."""
