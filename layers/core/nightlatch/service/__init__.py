"""Use cases over ports: each gathers, lets the domain judge, and acts; none calls another."""
