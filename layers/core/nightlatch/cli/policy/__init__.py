"""The policy file: check it, see what it would change, try it, put it in force."""
