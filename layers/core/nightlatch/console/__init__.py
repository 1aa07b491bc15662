"""The local web console: what happened, what can be done, and one click to do it, without any public endpoint."""
