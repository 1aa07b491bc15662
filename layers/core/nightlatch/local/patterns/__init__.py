"""Whether EventBridge would hand an event to a rule: patterns compiled once, matched as AWS's engine matches them.

The stage delivers a narrated call by the patterns of the template, so a wrong answer here would show a monitor
that sees what it would not see on AWS. An event matches when one alternative of the pattern (`alternatives.py`)
finds a leaf (`leaves.py`) for each of its fields (`filters.py`) such that all these leaves can lie in the same
elements of the arrays around them.

Source: aws/event-ruler, the engine behind EventBridge, whose recorded answers are a test. What the service adds
before the engine (quotas, its own checks at PutRule) only a real account can tell.
"""

from __future__ import annotations

from nightlatch.local.patterns.invalid import InvalidPattern
from nightlatch.local.patterns.pattern import Pattern, compile_pattern

__all__ = ["InvalidPattern", "Pattern", "compile_pattern"]
