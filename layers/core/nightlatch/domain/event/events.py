"""What happened: one CloudTrail record or native event, read once at the rim and never guessed at again."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from nightlatch.domain.event.parameters import Parameters
from nightlatch.domain.event.principals import Principal
from nightlatch.domain.event.secrets import SecretRef

SECRETS_MANAGER = "secretsmanager.amazonaws.com"
NATIVE_SECRETS_MANAGER = "aws.secretsmanager"  # the source of `Secret Label Updated`, which is no CloudTrail record
CLOUDTRAIL = "cloudtrail.amazonaws.com"
KMS = "kms.amazonaws.com"
LAMBDA = "lambda.amazonaws.com"
EVENTBRIDGE = "events.amazonaws.com"
SNS = "sns.amazonaws.com"
SQS = "sqs.amazonaws.com"
DYNAMODB = "dynamodb.amazonaws.com"
S3 = "s3.amazonaws.com"
LOGS = "logs.amazonaws.com"
IAM = "iam.amazonaws.com"
CLOUDFORMATION = "cloudformation.amazonaws.com"
CLOUDWATCH = "monitoring.amazonaws.com"
NIGHTLATCH = "nightlatch"  # what it saw by itself, where no record tells
LABEL_UPDATED = "Secret Label Updated"

# Source: design facts 3.4 (real denied records), CloudTrail record contents (VpceAccessDenied).
_AT_THE_ENDPOINT = "VpceAccessDenied"
_DENIED = ("AccessDenied", "Unauthorized", _AT_THE_ENDPOINT, "Client.Unauthorized", "Client.AccessDenied")


class Channel(StrEnum):
    """How the event reached us."""

    API = "api"
    SERVICE = "service"  # written by the service itself, without a caller
    NATIVE = "native"  # EventBridge event of Secrets Manager, needs no trail, names no actor
    NETWORK = "network"  # seen at a VPC endpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class EventName:
    """A name at its source: names collide across services (WAF has a DeleteRule too)."""

    source: str
    name: str
    is_prefix: bool = False  # Lambda's names carry a date: UpdateFunctionCode20150331v2

    def covers(self, event: SecretEvent) -> bool:
        """Tell whether an event bears this name."""
        if event.source != self.source:
            return False
        return event.name.startswith(self.name) if self.is_prefix else event.name == self.name


@dataclass(frozen=True, slots=True)
class Failure:
    """AWS refused the call; attempts matter, so a failure is information."""

    code: str
    message: str = ""

    @property
    def is_denial(self) -> bool:
        """Whether permissions were the reason."""
        return self.code.startswith(_DENIED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where the call came from; every field is the caller's word except the address."""

    address: str | None = None
    user_agent: str | None = None
    vpc_endpoint_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretEvent:
    """One call or service event, as every room of the house reads it."""

    event_id: str
    at: datetime  # eventTime, aware, UTC
    source: str
    name: str
    account_id: str  # recipientAccountId: whose trail wrote it
    region: str
    principal: Principal
    channel: Channel = Channel.API
    secrets: tuple[SecretRef, ...] = ()
    version_id: str | None = None  # the version read, written or labelled, where the record shows it
    failure: Failure | None = None
    read_only: bool = False
    request: Parameters = field(default_factory=Parameters)
    response: Parameters = field(default_factory=Parameters)
    details: Parameters = field(default_factory=Parameters)  # additionalEventData and serviceEventDetails
    resources: tuple[str, ...] = ()  # ARNs of resources[]
    origin: Origin = field(default_factory=Origin)
    request_id: str | None = None
    shared_event_id: str | None = None  # the same in both accounts' records of a call across accounts
    corrects: str | None = None  # the event id of the record that CloudTrail wrote again here, with more or other data
    replayed: bool = False  # came out of an EventBridge archive: judge it, never act on it
    reconciled: bool = False  # EventBridge did not bring it; it was found in CloudTrail's event history

    @property
    def succeeded(self) -> bool:
        """Whether AWS did what was asked."""
        return self.failure is None

    @property
    def denied(self) -> bool:
        """Whether AWS refused for lack of permission."""
        return self.failure is not None and self.failure.is_denial

    @property
    def is_twin(self) -> bool:
        """Whether the same call has a record of its own: a VPC endpoint writes down what passes through it too.

        What the endpoint itself refused never reached the service, so that its record is the only one.
        """
        return self.channel is Channel.NETWORK and not (self.failure and self.failure.code.startswith(_AT_THE_ENDPOINT))

    @property
    def secret(self) -> SecretRef | None:
        """The secret, where the event is about one."""
        return self.secrets[0] if self.secrets else None

    def called(self, *names: str) -> bool:
        """Tell whether this is one of these Secrets Manager calls or service events."""
        return self.source == SECRETS_MANAGER and self.name in names


@dataclass(frozen=True, slots=True)
class Tick:
    """A minute has passed: judge what waited for something that should have come."""

    now: datetime


def calls_of(source: str, *names: str, with_date: bool = False) -> frozenset[EventName]:
    """Name calls of any service; Lambda writes the date of its API behind them."""
    return frozenset(EventName(source=source, name=name, is_prefix=with_date) for name in names)


def secrets_manager(*names: str) -> frozenset[EventName]:
    """Name Secrets Manager calls and service events."""
    return calls_of(SECRETS_MANAGER, *names)
