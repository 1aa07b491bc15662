"""How a pattern is refused: one error, whose message says where, what is wrong there and what to write."""

from __future__ import annotations


class InvalidPattern(ValueError):
    """The pattern is none that EventBridge takes; correct the place that the message names."""
