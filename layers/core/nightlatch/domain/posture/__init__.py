"""How the account stands, whoever did it: postures of secrets, functions and the account, and who judges them."""
