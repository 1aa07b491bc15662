"""What an audit came to, written: for people as a table or one page, for programs in the forms that they read."""
