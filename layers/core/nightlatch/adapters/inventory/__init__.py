"""What the account holds: looked up at AWS, kept, and held for judging."""
