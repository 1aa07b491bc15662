"""What a secret is: its versions, its metadata, what the vault has of it; never its value."""
