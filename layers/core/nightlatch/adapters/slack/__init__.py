"""Incidents in Slack: the message, its buttons, how it is posted, and how a press is read."""
