"""The dead-letter queues of a stack: how many letters wait in each, and the way back to the lane that they fell from.

A letter is sent to its lane and then deleted, so a crash between the two sends it twice; whoever reads a lane knows an
event, a notice or a response that it has seen. StartMessageMoveTask would do the same inside SQS, but takes no letters
that EventBridge put there itself, as our rules do.

Source: SQS API reference, StartMessageMoveTask (sources that are no SQS queue are not supported), ReceiveMessage,
SendMessage (MessageDeduplicationId: five minutes); CloudFormation, AWS::SQS::Queue (Ref gives the URL).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nightlatch.adapters.aws_errors import looking

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

_QUEUE, _DEAD = "AWS::SQS::Queue", "DeadLetterQueue"
_HIDDEN_S = 60  # from others, while a letter is on its way


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """A lane and the letters that fell from it; AWS counts about."""

    name: str
    url: str
    dead_url: str
    waiting: int
    hidden: int = 0  # somebody looks at them now

    @property
    def is_fifo(self) -> bool:
        """Whether what is sent keeps its order."""
        return self.url.endswith(".fifo")


class DeadLetters:
    """The lanes of one stack."""

    def __init__(self, sqs: SQSClient, stacks: Any, stack: str) -> None:
        self._sqs = sqs
        self._stacks = stacks
        self._stack = stack

    def lanes(self) -> tuple[Lane, ...]:
        """Give every lane with its letters.

        Raises:
            NotFound: There is no such stack.
            Refused: A permission is missing.
            Unavailable: AWS could not be asked.
        """
        queues = dict(self._queues())
        return tuple(
            self._lane(name, queues[f"{name}Queue"], dead)
            for name, dead in ((one.removesuffix(_DEAD), url) for one, url in queues.items() if one.endswith(_DEAD))
            if f"{name}Queue" in queues
        )

    def move(self, lane: Lane) -> Iterator[int]:
        """Send what waits now back to the lane; give how many went, after each handful.

        Raises:
            Refused: A permission is missing.
            Unavailable: AWS could not be asked; what went is gone from the letters.
        """
        moved = 0
        while moved < lane.waiting:
            with looking("sqs:ReceiveMessage"):
                letters: Any = self._sqs.receive_message(
                    QueueUrl=lane.dead_url,
                    MaxNumberOfMessages=min(10, lane.waiting - moved),
                    VisibilityTimeout=_HIDDEN_S,
                    AttributeNames=["MessageGroupId"],
                    MessageAttributeNames=["All"],
                    WaitTimeSeconds=1,
                ).get("Messages", [])
            if not letters:
                return
            for letter in letters:
                self._send(lane, letter)
            moved += len(letters)
            yield moved

    def _send(self, lane: Lane, letter: dict[str, Any]) -> None:
        in_order = {
            "MessageGroupId": letter.get("Attributes", {}).get("MessageGroupId", lane.name),
            "MessageDeduplicationId": f"again-{letter['MessageId']}",
        }
        with looking("sqs:SendMessage"):
            self._sqs.send_message(
                QueueUrl=lane.url,
                MessageBody=letter["Body"],
                MessageAttributes=letter.get("MessageAttributes", {}),
                **(in_order if lane.is_fifo else {}),
            )
        with looking("sqs:DeleteMessage"):
            self._sqs.delete_message(QueueUrl=lane.dead_url, ReceiptHandle=letter["ReceiptHandle"])

    def _lane(self, name: str, url: str, dead_url: str) -> Lane:
        with looking("sqs:GetQueueAttributes"):
            found = self._sqs.get_queue_attributes(
                QueueUrl=dead_url,
                AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
            )["Attributes"]
        return Lane(
            name=name.lower(),
            url=url,
            dead_url=dead_url,
            waiting=int(found["ApproximateNumberOfMessages"]),
            hidden=int(found.get("ApproximateNumberOfMessagesNotVisible", 0)),
        )

    def _queues(self) -> Iterator[tuple[str, str]]:
        more: dict[str, str] = {}
        while True:
            with looking("cloudformation:ListStackResources"):
                page = self._stacks.list_stack_resources(StackName=self._stack, **more)
            for one in page.get("StackResourceSummaries", ()):
                if one["ResourceType"] == _QUEUE and one.get("PhysicalResourceId"):
                    yield one["LogicalResourceId"], one["PhysicalResourceId"]
            if not page.get("NextToken"):
                return
            more = {"NextToken": page["NextToken"]}
