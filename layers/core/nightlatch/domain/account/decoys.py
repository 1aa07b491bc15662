"""Decoys that somebody planted: secrets that nothing uses, each with a memo for whoever hears that one was touched.

nightlatch's registry alone says which secrets these are. On the secret itself nothing does, no tag and no word of its
description, for a thief who may describe secrets reads those first. Who plants, removes or tries a decoy says so in the
registry before doing it: then, and only for these calls of theirs and a few minutes, a touch is what was said.

    planted ──(fire: a test)──> planted ──(remove)──> leaving until AWS deletes it ──> forgotten
                                   ▲                      │
                                   └──────(plant again)───┘

Source: ATT&CK T1555.006; Secrets Manager API reference, CreateSecret (the ClientRequestToken becomes the id of the
first version), DeleteSecret, RestoreSecret, DescribeSecret.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property
from hashlib import sha256

from nightlatch.domain.event.events import SecretEvent
from nightlatch.domain.event.secrets import SecretRef, may_be_same, secret_ref

MOST_MEMO = 200  # characters: every channel has room for so much
MOST_DECOYS = 500  # of one stack; the detectors hold all of them
TENDED_FOR = timedelta(minutes=3)  # from when somebody says what they do until it must be done
_MOST_TENDINGS = 12  # of one decoy: an event of the earliest is long past when it falls out
_EARLY = timedelta(seconds=5)  # CloudTrail cuts times to the second, and two clocks are never quite one


class Kind(StrEnum):
    """What a decoy's value looks like; it opens nothing."""

    DATABASE = "database"  # JSON: engine, host, port, user and password of a database that is none
    LOGIN = "login"  # JSON: address, user and password
    TOKEN = "token"  # noqa: S105 - JSON: a token of no known service


class Deed(StrEnum):
    """What somebody does to a decoy, having said so."""

    PLANT = "plant"
    REMOVE = "remove"
    FIRE = "fire"  # a test: told like any touch


_CALLS = {
    Deed.PLANT: frozenset({"CreateSecret", "RestoreSecret", "DescribeSecret"}),
    Deed.REMOVE: frozenset({"DeleteSecret"}),
    Deed.FIRE: frozenset({"DescribeSecret"}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tending:
    """Somebody's word, given beforehand, of what they are about to do to a decoy."""

    deed: Deed
    by: str  # the ARN of the principal's session: who calls does not learn the path of their role, so no key
    title: str  # the approver behind it
    since: datetime
    until: datetime

    def covers(self, event: SecretEvent) -> bool:
        """Tell whether an event is what was said: this call, by them, now, and by nobody on their way."""
        return (
            event.called(*_CALLS[self.deed])
            and self.by in {event.principal.arn, event.principal.key}
            and not event.principal.is_through_aws
            and self.since - _EARLY <= event.at < self.until
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoy:
    """One decoy, as the registry holds it; never its value."""

    name: str
    account_id: str
    region: str
    memo: str
    kind: Kind
    by: str  # the approver who planted it
    planted_at: datetime
    token: str  # the id of its first version, by which what stands there is known for ours
    arn: str = ""  # empty until AWS has made it
    tendings: tuple[Tending, ...] = ()
    leaves_at: datetime | None = None  # when AWS deletes it, where somebody removed it
    revision: int = 0  # how often it was written down

    @property
    def id(self) -> str:
        """One for each name: what is planted again under it is the same entry."""
        return f"decoy-{sha256(f'{self.account_id}|{self.region}|{self.name}'.encode()).hexdigest()[:16]}"

    @property
    def touched(self) -> str:
        """What the finding of a touch is about: two decoys are two findings."""
        return f"touched:{self.id}"

    @property
    def tested(self) -> str:
        """What the finding of a test is about: a theft that follows is another."""
        return f"test-of:{self.id}"

    @property
    def secret(self) -> SecretRef:
        """Refer to it: by the ARN that AWS wrote, or by its name until there is one."""
        return secret_ref(self.arn or self.name, account_id=self.account_id, region=self.region, by_aws=bool(self.arn))

    @property
    def said(self) -> str:
        """The memo as one printable line, whatever stands in the registry, and who wrote it."""
        line = "".join(char if char.isprintable() else " " for char in self.memo[:MOST_MEMO])
        return f"memo by {self.by}: {line}"

    def stands(self, at: datetime) -> bool:
        """Tell whether a touch counts at a moment: while it waits to be deleted, too; not before it was planted.

        Whoever plants looks first whether the name is free, and then there is no decoy yet.
        """
        return self.planted_at <= at and (self.leaves_at is None or at < self.leaves_at)

    def tended(self, event: SecretEvent, *deeds: Deed) -> Tending | None:
        """Give the word that covers an event, if somebody gave one."""
        return next((one for one in self.tendings if one.deed in deeds and one.covers(event)), None)

    def with_tending(self, tending: Tending) -> Decoy:
        """Give it as it is once somebody has said what they are about to do."""
        return replace(self, tendings=(*self.tendings, tending)[-_MOST_TENDINGS:])


@dataclass(frozen=True, kw_only=True)
class Planted:
    """Every decoy of a stack, found by any form of its name."""

    decoys: tuple[Decoy, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.decoys)

    def __hash__(self) -> int:
        """Hash by what each change of an entry raises."""
        return hash(tuple((one.id, one.revision) for one in self.decoys))

    def among(self, secrets: Iterable[SecretRef], at: datetime) -> tuple[tuple[SecretRef, Decoy], ...]:
        """Give the references that may mean a decoy which stands at a moment, each with its decoy."""
        if not self.decoys:
            return ()
        return tuple(
            (secret, found)
            for secret in secrets
            for found in dict.fromkeys(one for key in secret.keys for one in self._by_key.get(key, ()))
            if found.stands(at) and may_be_same(secret, found.secret)
        )

    def tended_by(self, event: SecretEvent) -> str:
        """Give who said they would plant or remove every decoy that an event touches; empty where nobody did of one.

        What is a test is a touch, however short a time ago the decoy was planted.
        """
        found = [one for _, one in self.among(event.secrets, event.at)]
        if any(one.tended(event, Deed.FIRE) is not None for one in found):
            return ""
        words = [one.tended(event, Deed.PLANT, Deed.REMOVE) for one in found]
        return ", ".join(sorted({word.title for word in words if word is not None})) if all(words) else ""

    @cached_property
    def _by_key(self) -> Mapping[str, tuple[Decoy, ...]]:
        found: dict[str, list[Decoy]] = {}
        for one in self.decoys:
            for key in one.secret.keys:
                found.setdefault(key, []).append(one)
        return {key: tuple(some) for key, some in found.items()}


NONE_PLANTED = Planted()
