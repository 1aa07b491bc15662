"""How nightlatch looks at itself in AWS: the heartbeat, the paths of events and messages, and what was missed."""
