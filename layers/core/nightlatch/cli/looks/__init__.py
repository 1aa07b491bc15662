"""What the verbs do that only look: hunt, tell, list, propose, and draw what was found."""
