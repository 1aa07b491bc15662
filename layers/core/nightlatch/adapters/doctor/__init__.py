"""What the doctor looks at in an account, one module for each group of questions; nothing here changes anything."""
