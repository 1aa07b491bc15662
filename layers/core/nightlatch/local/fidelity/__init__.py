"""moto made to answer as AWS does wherever our path needs it: Secrets Manager, KMS, some of S3, DynamoDB, Security Hub.

`install()` replaces a few functions inside moto 5.2.5, `uninstall()` puts moto's own back. Every difference
is a value in `CORRECTIONS` with what AWS does, what moto does, the source and the date; a test fails as soon
as moto no longer needs one.

Not corrected, because nothing of ours depends on it: most checks of names and sizes, and the wording of moto's
other errors. Who may do what is judged before moto is asked (`local/permissions`), save a secret's own Deny.
"""

from __future__ import annotations

from datetime import timedelta
from importlib.metadata import version
from threading import Lock

from nightlatch.local.fidelity import (
    buckets,
    clock,
    deletion,
    findings,
    gate,
    held_names,
    keys,
    policies,
    reading,
    replicas,
    rotation,
    secret_keys,
    speed,
    stages,
    tags,
    transactions,
    updating,
    versions,
)
from nightlatch.local.fidelity.clock import Clock, wall_clock
from nightlatch.local.fidelity.correction import MOTO_VERSION, Correction, Evidence, Patch
from nightlatch.local.fidelity.deletion import expire_deletions
from nightlatch.local.fidelity.held_names import hold_names

_ROOMS = (
    versions,
    stages,
    updating,
    tags,
    deletion,
    held_names,
    gate,
    reading,
    policies,
    replicas,
    rotation,
    transactions,
    keys,
    secret_keys,
    buckets,
    findings,
)

CORRECTIONS: tuple[Correction, ...] = tuple(correction for room in _ROOMS for correction in room.CORRECTIONS)

_PATCHES: tuple[Patch, ...] = (*clock.PATCHES, *speed.PATCHES, *(patch for room in _ROOMS for patch in room.PATCHES))
_MISSING = object()

_turn = Lock()
_replaced: list[tuple[Patch, object]] = []


class WrongMoto(RuntimeError):
    """The installed moto is not the one that was measured: install the pinned version, or measure again."""


def install(now: Clock = wall_clock) -> None:
    """Correct moto by the clock of the stage, with no name held; a second call sets these two alone.

    Raises:
        WrongMoto: Another version of moto is installed than the corrections were measured against.
    """
    found = version("moto")
    if found != MOTO_VERSION:
        raise WrongMoto(f"moto {found} is installed, the corrections were measured on {MOTO_VERSION}; install that one")
    with _turn:
        clock.stage_time.now = now
        hold_names(timedelta())
        if _replaced:
            return
        for patch in _PATCHES:
            _replaced.append((patch, vars(patch.owner).get(patch.name, _MISSING)))
            setattr(patch.owner, patch.name, patch.replacement)


def uninstall() -> None:
    """Give moto its own behaviour back; a second call changes nothing."""
    with _turn:
        while _replaced:
            patch, original = _replaced.pop()
            if original is _MISSING:
                delattr(patch.owner, patch.name)
            else:
                setattr(patch.owner, patch.name, original)
        clock.stage_time.now = wall_clock


def is_installed() -> bool:
    """Tell whether moto is corrected at the moment."""
    return bool(_replaced)


__all__ = [
    "CORRECTIONS",
    "MOTO_VERSION",
    "Clock",
    "Correction",
    "Evidence",
    "WrongMoto",
    "expire_deletions",
    "hold_names",
    "install",
    "is_installed",
    "uninstall",
]
