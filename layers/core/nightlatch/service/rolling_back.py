"""What somebody wants back of a secret becomes acts: the value first, then the parts of its metadata."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.event.secrets import SecretRef
from nightlatch.domain.secret.metadata_parts import Part

VALUE = "value"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollback:
    """What is wanted back: a version, or how things were at a moment; all of it or some parts."""

    to: str | None = None
    at: datetime | None = None
    only: tuple[str, ...] = ()  # `value` and the parts of the metadata

    def actions(self, secret: SecretRef) -> tuple[Action, ...]:
        """Give the acts that do it: the value first."""
        parts = tuple(part for part in Part if part in self.only) if self.only else self._all_parts()
        value = Action(kind=ActionKind.ROLL_BACK, secret=secret, to=self.to, at=self.at)
        rest = Action(kind=ActionKind.PUT_BACK, secret=secret, at=self.at, parts=parts)
        wants_value = not self.only or VALUE in self.only
        return ((value,) if wants_value else ()) + ((rest,) if parts else ())

    def _all_parts(self) -> tuple[str, ...]:
        """Take a moment for all of the secret as it was then, a version for the version alone."""
        return tuple(Part) if self.at is not None else ()


def way_back(done: Action, secret: str, *, before: datetime) -> str:
    """Write the command that takes a settled rollback back.

    Args:
        done: What was done.
        secret: How the person called the secret.
        before: A moment before it was done.
    """
    if done.kind is ActionKind.ROLL_BACK:
        return f"rollback {secret} --to {done.away_from}"
    return f"rollback {secret} --at {before:%Y-%m-%dT%H:%M:%SZ} --only {','.join(done.parts)}"
