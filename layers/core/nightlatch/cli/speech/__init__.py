"""How the command line speaks: forms of documents, the terminal, errors with their next step, exit codes."""
