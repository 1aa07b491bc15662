"""How the keeper is asked to look at secrets that no event told it of, and the responder to open copies now.

Source: SQS API reference, SendMessageBatch (ten entries at most, each accepted or refused by itself).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from nightlatch.adapters.aws_errors import asking
from nightlatch.domain.errors import Unavailable

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

_KEEP = "keep"
_DRILL = "drill"
_AT_ONCE = 10


class SqsKeeperQueue:
    """The port `KeeperQueue` on the keeper's queue."""

    def __init__(self, client: SQSClient, url: str) -> None:
        self._client = client
        self._url = url

    def ask(self, arns: Sequence[str]) -> None:
        """Ask the keeper to look at secrets.

        Raises:
            Unavailable: The queue did not take every message.
        """
        for start in range(0, len(arns), _AT_ONCE):
            some = enumerate(arns[start : start + _AT_ONCE])
            with asking("the keeper's queue"):
                answer = self._client.send_message_batch(
                    QueueUrl=self._url,
                    Entries=[{"Id": str(n), "MessageBody": json.dumps({_KEEP: arn})} for n, arn in some],
                )
            if answer.get("Failed"):
                raise Unavailable("the keeper's queue did not take every message; try again later")


class SqsDrills:
    """Asks the responder to open copies now; drills go one after the other, in a message group of their own."""

    def __init__(self, client: SQSClient, url: str) -> None:
        self._client = client
        self._url = url

    def ask(self, arn: str | None, now: datetime) -> None:
        """Ask for a drill of one secret's copies, or of a sample of all.

        Raises:
            Unavailable: The queue did not take the message.
        """
        with asking("the responses queue"):
            self._client.send_message(
                QueueUrl=self._url,
                MessageBody=json.dumps({_DRILL: arn}),
                MessageGroupId=_DRILL,
                MessageDeduplicationId=sha256(f"{arn}|{now.isoformat()}".encode()).hexdigest(),
            )


def asked_for(document: object) -> str | None:
    """Give the ARN that a message asks to look at; None where it is an event."""
    wanted = document.get(_KEEP) if isinstance(document, Mapping) else None
    return wanted if isinstance(wanted, str) else None
