"""What a policy may say of audits: whether one comes each day, limits, and what is found and not told, for a while."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from nightlatch.domain.posture.choices import AuditChoices
from nightlatch.domain.posture.comparing import HOUR
from nightlatch.domain.posture.findings import Mute
from nightlatch.domain.posture.remarks import BESIDE_CHECKS
from nightlatch.domain.posture.terms import Limits
from nightlatch.policy_file.parts import Part
from nightlatch.policy_file.silences import aware

_USUAL = Limits()
_Days = Annotated[int, Field(ge=1, le=3_650)]
_Hours = Annotated[int, Field(ge=1, le=8_760)]
_Glob = Annotated[str, Field(min_length=1)]


def _known_checks(globs: tuple[str, ...]) -> tuple[str, ...]:
    """Let only globs pass that mean a check: a mute for any other hides nothing, and nobody would notice."""
    known = _known()
    for glob in globs:
        if glob.startswith(BESIDE_CHECKS) or any(fnmatchcase(name, glob) for name in (*known, *BESIDE_CHECKS)):
            continue
        near = get_close_matches(glob.strip().lower(), known, n=1)
        hint = f"did you mean {near[0]!r}?" if near else "each finding of `nightlatch audit` names its check"
        raise PydanticCustomError("unknown_check", "no check has such an id; {hint}", {"hint": hint})
    return globs


def _known() -> Sequence[str]:
    from nightlatch.checks import CHECKS  # noqa: PLC0415 - a cold start pays for it only if something is muted

    return [check.id for check in CHECKS]


class MutePart(Part):
    """Findings that are not told: of which checks, about what, by whose word, why and until when."""

    checks: Annotated[tuple[_Glob, ...], Field(min_length=1), AfterValidator(_known_checks)]
    names: Annotated[tuple[_Glob, ...], Field(min_length=1)]
    owner: Annotated[str, Field(min_length=1)]
    reason: Annotated[str, Field(min_length=1)]
    expires: datetime

    def to_domain(self) -> Mute:
        """Give the value that audits read."""
        return Mute(
            checks=self.checks, names=self.names, owner=self.owner, reason=self.reason, expires=aware(self.expires)
        )


class AuditLimitsPart(Part):
    """Where a posture begins to be a finding."""

    rotation_days: _Days = _USUAL.rotation_days
    value_days: _Days = _USUAL.value_days
    unused_days: _Days = _USUAL.unused_days
    reads_per_hour: Annotated[int, Field(ge=1, le=1_000_000)] = _USUAL.reads_per_hour
    log_days: _Days = _USUAL.log_days
    settled_days: _Days = _USUAL.settled_days
    snapshot_hours: _Hours = _USUAL.snapshot_hours
    proof_days: _Days = _USUAL.proof_days
    pending_hours: _Hours = _USUAL.pending_hours
    versions: Annotated[int, Field(ge=1, le=100)] = _USUAL.versions
    labels: Annotated[int, Field(ge=1, le=20)] = _USUAL.labels

    def to_domain(self) -> Limits:
        """Give the value that checks read."""
        return Limits(**dict(self))


class AuditPart(Part):
    """All that is chosen for audits."""

    daily: bool = True
    hour: Annotated[int, Field(ge=0, le=23)] = HOUR  # UTC
    limits: AuditLimitsPart = AuditLimitsPart()
    mutes: tuple[MutePart, ...] = ()

    def to_domain(self) -> AuditChoices:
        """Give the value that audits read."""
        return AuditChoices(
            is_daily=self.daily,
            hour=self.hour,
            limits=self.limits.to_domain(),
            mutes=tuple(one.to_domain() for one in self.mutes),
        )
