"""A stand-in for Slack on loopback: it takes our messages as Slack does, shows them, and signs the presses."""
