"""From a file or a message to events: wrappings taken off, JSON read piece by piece, one CloudTrail record parsed."""
