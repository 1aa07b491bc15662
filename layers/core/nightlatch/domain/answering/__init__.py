"""What is done about findings, by whose word, and what keeps it within bounds."""
