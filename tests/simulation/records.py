"""Writes CloudTrail records in the exact shape of real ones, as a trail or EventBridge would deliver them.

Nothing is left to chance: what looks random is drawn from a digest of what it is for, and an event's id says which
actor wrote it on which day, so that the same life comes out on every machine and a new actor changes no other's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any, TypeVar

from simulation.callers import Caller

ACCOUNT, REGION = "111122223333", "eu-west-1"
STRANGER = "999988887777"
BEGIN = datetime(2026, 3, 2, tzinfo=UTC)  # a Monday
SECRETS_MANAGER = "secretsmanager.amazonaws.com"
IAM = "iam.amazonaws.com"
READS = ("Get", "List", "Describe", "BatchGet")

Record = dict[str, Any]
_One = TypeVar("_One")


def draw(*what: object) -> float:
    """Give a number from 0 up to 1 that depends on nothing but what it is for."""
    digest = blake2b("/".join(map(str, what)).encode(), digest_size=7).digest()
    return int.from_bytes(digest, "big") / 2**56


def pick(some: Sequence[_One], *what: object) -> _One:
    """Choose one of some."""
    return some[int(draw(*what) * len(some))]


def day_at(day: int, hour: float = 0) -> datetime:
    """Give a moment of a simulated day, counted from 0."""
    return BEGIN + timedelta(days=day, hours=hour)


def is_working_day(day: int) -> bool:
    """Tell Monday to Friday."""
    return day % 7 < 5


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret as its owner knows it."""

    name: str

    @property
    def arn(self) -> str:
        """The full ARN, whose suffix AWS chose."""
        suffix = blake2b(self.name.encode(), digest_size=3).hexdigest()
        return f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{self.name}-{suffix}"


def version(secret: Secret, number: object) -> str:
    """Give the id of a version of a secret."""
    digest = blake2b(f"{secret.name}#{number}".encode(), digest_size=6).hexdigest()
    return f"00000000-0000-4000-8000-{digest}"


class Pen:
    """Writes what one actor does on one day."""

    def __init__(self, actor: int, day: int) -> None:
        self._prefix = f"{actor:08x}-{day & 0xFFFF:04x}-4000-8000"
        self._count = 0
        self.records: list[Record] = []

    def call(
        self,
        name: str,
        by: Caller,
        at: datetime,
        request: Mapping[str, object] | None = None,
        *,
        response: Mapping[str, object] | None = None,
        refused: tuple[str, str] | None = None,
        source: str = SECRETS_MANAGER,
        region: str = REGION,
    ) -> str:
        """Write an API call; a refused one shows no request. Give its event id."""
        record = {
            "eventVersion": "1.11",
            "userIdentity": by.identity(at),
            **self._head(name, at, source, region),
            "sourceIPAddress": by.address,
            "userAgent": by.agent,
            "requestParameters": None if refused else (request or None),
            "responseElements": None if refused else response,
            "readOnly": name.startswith(READS),
            "eventType": "AwsApiCall",
            "managementEvent": True,
            "recipientAccountId": ACCOUNT,
            "eventCategory": "Management",
        }
        if by.endpoint is not None:
            record["vpcEndpointId"] = by.endpoint
        if by.in_console:
            record["sessionCredentialFromConsole"] = "true"
        if refused is not None:
            record["errorCode"], record["errorMessage"] = refused
        self.records.append(record)
        return str(record["eventID"])

    def service(self, name: str, secret: Secret, at: datetime, *, run: str) -> str:
        """Write what Secrets Manager tells of itself; `run` begins the request id, as in real records."""
        rotation = name.startswith(("Rotation", "TestRotation"))
        about = {"SecretId": secret.arn} if rotation else {"ARN": secret.arn, "Name": secret.name}
        record = {
            "eventVersion": "1.11",
            "userIdentity": {"accountId": ACCOUNT, "invokedBy": SECRETS_MANAGER},
            **self._head(name, at, SECRETS_MANAGER, REGION),
            "sourceIPAddress": SECRETS_MANAGER,
            "userAgent": SECRETS_MANAGER,
            "requestParameters": None,
            "responseElements": None,
            "requestID": run,
            "readOnly": False,
            "eventType": "AwsServiceEvent",
            "managementEvent": True,
            "recipientAccountId": ACCOUNT,
            "eventCategory": "Management",
            "additionalEventData": about,
        }
        self.records.append(record)
        return str(record["eventID"])

    def label(self, secret: Secret, version_id: str, at: datetime, label: str = "AWSCURRENT") -> str:
        """Write the native event of a staging label that moved."""
        envelope = {
            "version": "0",
            "id": self._id(),
            "detail-type": "Secret Label Updated",
            "source": "aws.secretsmanager",
            "account": ACCOUNT,
            "time": _time(at),
            "region": REGION,
            "resources": [secret.arn],
            "detail": {"name": secret.name, "labelUpdated": label, "versionId": version_id},
        }
        self.records.append(envelope)
        return str(envelope["id"])

    def deletion(self, secret: Secret, at: datetime) -> list[str]:
        """Write how the service carries a forced deletion out, 5 to 27 seconds after the call."""
        start = at + timedelta(seconds=5 + int(22 * draw("destroyed", secret.name, at)))
        run = f"SecretDeleteMessage:{secret.arn}:{_time(at)}:Forced"
        names = ("StartSecretVersionDelete", "EndSecretVersionDelete")
        return [self.service(name, secret, start + timedelta(seconds=n), run=run) for n, name in enumerate(names)]

    def _head(self, name: str, at: datetime, source: str, region: str) -> Record:
        event_id = self._id()
        return {
            "eventTime": _time(at),
            "eventSource": source,
            "eventName": name,
            "awsRegion": region,
            "requestID": f"{event_id[:-12]}{self._count + 0x100000000000:012x}",
            "eventID": event_id,
        }

    def _id(self) -> str:
        self._count += 1
        return f"{self._prefix}-{self._count:012x}"


def answer(secret: Secret, key: str = "arn", **more: object) -> dict[str, object]:
    """Give what AWS answers to a call about a secret."""
    return {key: secret.arn, "name": secret.name, **more}


def _time(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
