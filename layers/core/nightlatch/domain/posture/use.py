"""How a secret is used, counted from its records: who reads it how often, from where, and who is turned away.

Source: CloudTrail records of Secrets Manager; design facts 2.2 (caching), 2.3 (retries), 2.5 (command line), 2.6 (VPC).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderUse:
    """One principal's use of one secret over the counted time."""

    principal: str  # its key, as findings name it
    reads: int = 0  # GetSecretValue and BatchGetSecretValue that gave the value
    busiest_hour: int = 0  # reads in the hour of most reads
    hours: int = 1  # in which it read
    through_endpoint: int = 0  # of the reads, those that came by a VPC endpoint
    from_public: int = 0  # those from a public address, and by no endpoint and no service of AWS
    is_caching: bool = False  # its client says that it caches
    throttled: int = 0  # calls refused for their rate
    hasty: int = 0  # of the calls after such a refusal, those within 50 ms of it
    refused_deleted: int = 0  # reads refused because the secret waits to be deleted
    is_consumer: bool = True  # neither nightlatch nor AWS for itself, whose reads are nobody's polling


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
        """Who uses it for what it is for, in the order of their names."""
        return tuple(sorted((one for one in self.readers if one.is_consumer), key=lambda one: one.principal))
