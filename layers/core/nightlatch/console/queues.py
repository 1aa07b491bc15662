"""The queues of a stack as SQS counts them: what waits, and what lies in the dead-letter queues.

Source: SQS API reference, ListQueues (prefix, 1,000 queues a page) and GetQueueAttributes (counts are approximate).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from nightlatch.adapters.aws_errors import looking

_COUNTS = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
_DEAD = re.compile("dead-?letter", re.IGNORECASE)
_SUFFIX = re.compile(r"-[A-Za-z0-9]{10,}$")  # by which CloudFormation keeps names apart
_MOST = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueState:
    """One queue."""

    name: str
    waiting: int
    in_hand: int

    @property
    def is_dead_letters(self) -> bool:
        """Whether whatever lies there could not be handled."""
        return _DEAD.search(self.name) is not None


def queues_of(sqs: Any, stack: str) -> list[QueueState]:
    """Count the messages in each queue of a stack.

    Raises:
        Refused: A permission is missing.
        Unavailable: SQS could not be asked.
    """
    with looking("sqs:ListQueues"):
        urls = sqs.list_queues(QueueNamePrefix=f"{stack}-", MaxResults=_MOST).get("QueueUrls", [])
    found = [_state(sqs, url, stack) for url in urls]
    return sorted(found, key=lambda one: (not one.is_dead_letters, one.name))


def _state(sqs: Any, url: str, stack: str) -> QueueState:
    with looking("sqs:GetQueueAttributes"):
        counts = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(_COUNTS))["Attributes"]
    waiting, in_hand = (int(counts.get(name, 0)) for name in _COUNTS)
    name = _SUFFIX.sub("", url.rsplit("/", 1)[-1].removeprefix(f"{stack}-"))
    return QueueState(name=name, waiting=waiting, in_hand=in_hand)
