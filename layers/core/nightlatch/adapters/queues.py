"""How one function wakes another through SQS: a notice names an incident, a response message names a response.

Messages carry ids only, so that whoever reads one acts on what the tables say now. Responses of one secret share a
message group and are carried out one after the other; a message sent twice within five minutes is delivered once.

Source: SQS developer guide, FIFO queues; SQS API reference, SendMessage (MessageGroupId: 128 letters, digits and
punctuation at most; deduplication interval of five minutes).
"""

from __future__ import annotations

import json
import re
from hashlib import sha256
from typing import TYPE_CHECKING

from nightlatch.adapters.aws_errors import asking
from nightlatch.domain.answering.responses import Response
from nightlatch.service.ports import Notice

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

_GROUP = re.compile(r"^[A-Za-z0-9!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~]{1,128}$")


class SqsDispatch:
    """The port `Dispatch` on the alerts queue and the responses queue; either may be absent where it is not used."""

    def __init__(self, client: SQSClient, *, alerts_url: str = "", responses_url: str = "") -> None:
        self._client = client
        self._alerts_url = alerts_url
        self._responses_url = responses_url

    def alert(self, notice: Notice) -> None:
        """Ask the notifier to show an incident as it stands now.

        Raises:
            Unavailable: The queue did not take the message.
        """
        with asking("the alerts queue"):
            self._client.send_message(QueueUrl=self._alerts_url, MessageBody=notice_message(notice))

    def respond(self, response: Response) -> None:
        """Hand an approved response to the responder, in order per secret.

        Raises:
            Unavailable: The queue did not take the message.
        """
        with asking("the responses queue"):
            self._client.send_message(
                QueueUrl=self._responses_url,
                MessageBody=json.dumps({"response_id": response.id}),
                MessageGroupId=group_of(response),
                MessageDeduplicationId=f"{response.id}-{len(response.steps)}",  # approved again after a hold is new
            )


def notice_message(notice: Notice) -> str:
    """Write a notice as the body of a message."""
    return json.dumps({"incident_id": notice.incident_id, "mark": notice.mark})


def group_of(response: Response) -> str:
    """Name the message group: the secret (or key, or principal), or a digest where SQS does not allow its name."""
    subject = response.action.keys[0]
    return subject if _GROUP.match(subject) else sha256(subject.encode()).hexdigest()
