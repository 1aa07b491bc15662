"""How nightlatch knows that it still sees: its heartbeat, the paths that events and messages take, what it missed."""
