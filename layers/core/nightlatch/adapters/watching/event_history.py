"""CloudTrail's event history, asked name by name, one request a second at most: half of what the account may ask.

Source: CloudTrail API reference, LookupEvents: one attribute, 50 events an answer, two requests per second for account
and Region together; `CloudTrailEvent` is the record as text.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from nightlatch.adapters.aws_codes import why_not_permitted
from nightlatch.adapters.aws_errors import code_of
from nightlatch.adapters.records.envelopes import missed_message, parse_message, tick_message
from nightlatch.domain.errors import MalformedRecord, Refused, Unavailable
from nightlatch.domain.event.events import Tick
from nightlatch.domain.watching.lookups import Span
from nightlatch.service.reconcile import Found

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef

MOST_PAGES = 20  # of one name: a thousand events in three quarters of an hour
PAUSE_S = 1.0
_AT_ONCE = 10
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
        self._gaps: list[str] = []

    def of(self, name: str, span: Span) -> Iterator[Found]:
        """Give what happened under a name, newest first.

        Raises:
            Refused: It may not be asked.
            Unavailable: It could not be asked.
        """
        token: str | None = None
        for _ in range(MOST_PAGES):
            texts, token = self._page(name, span, token)
            yield from filter(None, map(self._read, texts))
            if token is None:
                return
        self._gaps.append(f"event history: of {name} there are more events than were looked at")

    def gaps(self) -> Sequence[str]:
        """Say what could not be read since this was last asked, or was too much."""
        gaps, self._gaps = self._gaps, []
        return gaps

    def _page(self, name: str, span: Span, token: str | None) -> tuple[list[str], str | None]:
        self._sleep(self._pause_s)
        try:
            answer = self._client.lookup_events(
                LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": name}],
                StartTime=span.start,
                EndTime=span.end,
                MaxResults=50,
                **({"NextToken": token} if token else {}),
            )
        except ClientError as error:
            why = why_not_permitted(code_of(error), "", _ACTION)
            if why is not None:
                raise Refused(why) from error
            raise Unavailable(f"the event history could not be asked ({code_of(error)}); try again later") from error
        except BotoCoreError as error:
            raise Unavailable(f"the event history could not be asked ({error}); try again later") from error
        return [one["CloudTrailEvent"] for one in answer["Events"] if "CloudTrailEvent" in one], answer.get("NextToken")

    def _read(self, text: str) -> Found | None:
        try:
            event = parse_message(json.loads(text))
        except (MalformedRecord, ValueError) as error:
            self._gaps.append(f"event history: {error if isinstance(error, MalformedRecord) else 'no JSON'}")
            return None
        return None if isinstance(event, Tick) else Found(event, text)


class SqsLane:
    """The port `Lane` on the changes' queue."""

    def __init__(self, client: SQSClient, url: str) -> None:
        self._client = client
        self._url = url

    def bring(self, records: Sequence[str]) -> None:
        """Hand records over that were missed, ten at a time.

        Raises:
            Unavailable: The queue did not take them all; those that it took are handed over again.
        """
        self._send([missed_message(record) for record in records])

    def tick(self) -> None:
        """Say that time has passed, as the rule of the minutes does while it stands; raises Unavailable."""
        self._send([tick_message()])

    def _send(self, bodies: Sequence[str]) -> None:
        for start in range(0, len(bodies), _AT_ONCE):
            some = bodies[start : start + _AT_ONCE]
            entries: list[SendMessageBatchRequestEntryTypeDef] = [
                {"Id": str(number), "MessageBody": body} for number, body in enumerate(some)
            ]
            try:
                failed = self._client.send_message_batch(QueueUrl=self._url, Entries=entries).get("Failed", [])
            except (ClientError, BotoCoreError) as error:
                raise Unavailable(f"the changes' queue took no message ({type(error).__name__}); try again") from error
            if failed:
                raise Unavailable(f"the changes' queue did not take {len(failed)} of {len(some)} messages; try again")
