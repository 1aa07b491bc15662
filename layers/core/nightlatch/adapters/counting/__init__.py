"""How reads are counted: in a process, packed into pages, gathered into days, and read off again."""
