"""What a message says about stopping a principal: what the button would do and what else would stop, or how by hand.

The reason was written when the measure was offered, with what was known then of the principal's other work.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from nightlatch.adapters.slack.text import clip, escape
from nightlatch.domain.answering.incidents import Incident
from nightlatch.domain.answering.responses import Response, awaiting
from nightlatch.domain.answering.stopping import LIFTS

MOST_TOLD = 600  # characters of each


def stopping(incident: Incident, responses: Sequence[Response], action_mode: str) -> str:
    """Write the lines; none where no principal is to be stopped."""
    offered = [] if action_mode == "off" else [one.reason for one in awaiting(responses) if one.action.kind in LIFTS]
    return "\n".join(f"• {escape(clip(text, MOST_TOLD))}" for text in (*offered, *advice(incident)))


def advice(incident: Incident) -> Iterable[str]:
    """Give what a person may do by hand, each thing once."""
    return dict.fromkeys(finding.advice for finding in incident.findings if finding.advice)
