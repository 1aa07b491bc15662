"""How a secret is used, counted from its records: who reads it how often, from where, and who is turned away.

Source: CloudTrail records of Secrets Manager; design facts 2.2 (caching), 2.3 (retries), 2.5 (command line), 2.6 (VPC).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

HOURS_OF_DAY = 24
OTHERS = "others"  # under this name the readers of a secret are added up, but for those that read most
READS_WITH_5MIN_CACHE = 12  # of an hour, by one client whose cache keeps a value for five minutes


class ReaderKind(StrEnum):
    """What a reader is, as AWS says."""

    PERSON = "person"
    USER = "IAM user"  # a person or a machine: only a second factor tells
    WORKLOAD = "workload"
    OUTSIDE = "another account"
    SERVICE = "AWS service"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderUse:
    """One principal's use of one secret over the counted time."""

    principal: str  # its key, as findings name it
    kind: ReaderKind = ReaderKind.WORKLOAD
    reads: int = 0  # GetSecretValue that gave the value; a batch call has one such record for each of its secrets
    busiest_hour: int = 0  # reads in the hour of most reads
    hours: int = 1  # in which it read
    with_5min_cache: int = 0  # reads that were left if it were one client with a cache of five minutes
    through_endpoint: int = 0  # of the reads, those that came by a VPC endpoint
    from_public: int = 0  # those from a public address, and by no endpoint and no service of AWS
    is_caching: bool = False  # its client says that it caches
    throttled: int = 0  # calls refused for their rate
    hasty: int = 0  # of the calls after such a refusal, those within 50 ms of it, as far as whole seconds prove it
    refused_deleted: int = 0  # reads refused because the secret waits to be deleted
    last_read: datetime | None = None
    place: str | None = None  # where the last read came from: a VPC endpoint, a network, or AWS
    client: str | None = None  # the family of its user agent, which is the caller's word

    @property
    def with_hour_cache(self) -> int:
        """Give the reads that were left if it were one client with a cache of an hour: one in each of its hours."""
        return min(self.reads, self.hours)


def most_first(readers: Iterable[ReaderUse], *figures: Callable[[ReaderUse], float]) -> list[ReaderUse]:
    """Order readers by figures, the greatest first and each behind the one before, and at last by name."""
    return sorted(readers, key=lambda one: (*(-figure(one) for figure in figures), one.principal))


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedWrite:
    """A value that a person wrote from a command line."""

    principal: str
    tool: str  # such as `aws-cli`
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretUse:
    """What is known of the use of one secret."""

    since: datetime  # when counting began
    until: datetime
    readers: tuple[ReaderUse, ...] = ()
    typed: tuple[TypedWrite, ...] = ()

    @property
    def hours(self) -> float:
        """How long was counted, an hour at least."""
        return max((self.until - self.since).total_seconds() / 3_600, 1.0)

    @property
    def consumers(self) -> tuple[ReaderUse, ...]:
        """Who uses it for what it is for: AWS, for itself, does not, and nightlatch's own calls are not counted."""
        return tuple(one for one in self.readers if one.kind is not ReaderKind.SERVICE)

    @property
    def callers(self) -> tuple[ReaderUse, ...]:
        """The consumers that are one each: what many make together in an hour is nobody's rate."""
        return tuple(one for one in self.consumers if one.principal != OTHERS)
