"""The statements in a secret's policy that deny its destruction."""
