"""What the account holds and trusts, as far as somebody looked."""
