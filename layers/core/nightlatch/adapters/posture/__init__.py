"""The account as AWS gives it to an audit: its secrets, functions and itself, slowly, whole, and without a value."""
