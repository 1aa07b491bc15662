"""CloudTrail's event history, asked name by name, one request a second at most: half of what the account may ask.

Source: CloudTrail API reference, LookupEvents: one attribute, 50 events an answer, two requests per second for account
and Region together; `CloudTrailEvent` is the record as text. SQS API reference, SendMessageBatch: ten messages, and
1 MiB for one message as for all of them; `SenderFault`.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from nightlatch.adapters.aws_codes import why_not_permitted
from nightlatch.adapters.aws_errors import code_of
from nightlatch.adapters.records.envelopes import missed_message, parse_message
from nightlatch.domain.errors import MalformedRecord, Refused, Unavailable
from nightlatch.domain.event.events import Tick
from nightlatch.domain.watching.lookups import Span
from nightlatch.service.reconcile import Found, Page

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef

PAUSE_S = 1.0
MOST_BYTES = 1_048_576
_AT_ONCE = 10
_TOO_LARGE = "too large for the changes' queue"
_ACTION = "cloudtrail:LookupEvents"


class AwsEventHistory:
    """The port `EventHistory`.

    Args:
        client: CloudTrail's.
        pause_s: Seconds between two requests.
        sleep: Waits so many seconds.
    """

    def __init__(self, client: Any, *, pause_s: float = PAUSE_S, sleep: Callable[[float], None] = time.sleep) -> None:
        self._client = client
        self._pause_s = pause_s
        self._sleep = sleep

    def page(self, name: str, span: Span, more: str | None) -> Page:
        """Give what happened under a name, newest first, or what follows a page of the same span.

        Raises:
            Refused: It may not be asked.
            Unavailable: It could not be asked.
        """
        answer = self._ask(name, span, more)
        gaps: list[str] = []
        found = [self._read(one["CloudTrailEvent"], gaps) for one in answer["Events"] if "CloudTrailEvent" in one]
        return Page(
            found=tuple(filter(None, found)),
            oldest=min((one["EventTime"] for one in answer["Events"]), default=None),
            more=answer.get("NextToken"),
            gaps=tuple(gaps),
        )

    def _ask(self, name: str, span: Span, more: str | None) -> Mapping[str, Any]:
        self._sleep(self._pause_s)
        try:
            answer: Mapping[str, Any] = self._client.lookup_events(
                LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": name}],
                StartTime=span.start,
                EndTime=span.end,
                MaxResults=50,
                **({"NextToken": more} if more else {}),
            )
        except ClientError as error:
            why = why_not_permitted(code_of(error), "", _ACTION)
            if why is not None:
                raise Refused(why) from error
            raise Unavailable(f"CloudTrail could not be asked ({code_of(error)}); try again later") from error
        except BotoCoreError as error:
            raise Unavailable(f"CloudTrail could not be asked ({error}); try again later") from error
        return answer

    def _read(self, text: str, gaps: list[str]) -> Found | None:
        try:
            event = parse_message(json.loads(text))
        except (MalformedRecord, ValueError) as error:
            gaps.append(f"event history: {error if isinstance(error, MalformedRecord) else 'no JSON'}")
            return None
        return None if isinstance(event, Tick) else Found(event, text)


class SqsLane:
    """The port `Lane` on the changes' queue."""

    def __init__(self, client: SQSClient, url: str) -> None:
        self._client = client
        self._url = url

    def bring(self, records: Sequence[str]) -> Mapping[int, str]:
        """Hand records over that were missed; give those that it never takes, by their place, and why.

        Raises:
            Unavailable: The queue did not take them all; those that it took are handed over again.
        """
        messages = [missed_message(record) for record in records]
        never = {place: _TOO_LARGE for place, text in enumerate(messages) if len(text.encode()) > MOST_BYTES}
        for batch in _batches([(place, text) for place, text in enumerate(messages) if place not in never]):
            never.update(self._send(batch))
        return never

    def _send(self, batch: Sequence[tuple[int, str]]) -> Mapping[int, str]:
        entries: list[SendMessageBatchRequestEntryTypeDef] = [
            {"Id": str(place), "MessageBody": text} for place, text in batch
        ]
        try:
            failed = self._client.send_message_batch(QueueUrl=self._url, Entries=entries).get("Failed", [])
        except (ClientError, BotoCoreError) as error:
            raise Unavailable(f"the changes' queue took no message ({type(error).__name__}); try again") from error
        if any(not one["SenderFault"] for one in failed):
            raise Unavailable(f"the changes' queue did not take {len(failed)} of {len(batch)} messages; try again")
        return {int(one["Id"]): f"the changes' queue does not take it ({one['Code']})" for one in failed}


def _batches(messages: Sequence[tuple[int, str]]) -> Iterator[list[tuple[int, str]]]:
    """Cut messages into what one request takes: by count, and by bytes."""
    batch: list[tuple[int, str]] = []
    size = 0
    for place, text in messages:
        length = len(text.encode())
        if batch and (len(batch) == _AT_ONCE or size + length > MOST_BYTES):
            yield batch
            batch, size = [], 0
        batch.append((place, text))
        size += length
    if batch:
        yield batch
