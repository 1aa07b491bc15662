"""moto made to answer as AWS does wherever our path depends on it: Secrets Manager, and DynamoDB's transactions.

`install()` replaces a few functions inside moto 5.2.5, `uninstall()` puts moto's own back. Every difference
is a value in `CORRECTIONS` with what AWS does, what moto does, the source and the date; a test fails as soon
as moto no longer needs one.

Not corrected, because nothing of ours depends on it: the checks of names and sizes, the keys of KMS (a
disabled key still reads), the wording of moto's other errors, and permissions beyond a secret's own Deny
statements and the functions' roles (`local/permissions`).
"""

from __future__ import annotations

from importlib.metadata import version
from threading import Lock

from nightlatch.local.fidelity import (
    clock,
    deletion,
    gate,
    policies,
    reading,
    replicas,
    rotation,
    stages,
    transactions,
    versions,
)
from nightlatch.local.fidelity.clock import Clock, wall_clock
from nightlatch.local.fidelity.correction import MOTO_VERSION, Correction, Evidence, Patch
from nightlatch.local.fidelity.deletion import expire_deletions

_ROOMS = (versions, stages, deletion, gate, reading, policies, replicas, rotation, transactions)

CORRECTIONS: tuple[Correction, ...] = tuple(correction for room in _ROOMS for correction in room.CORRECTIONS)

_PATCHES: tuple[Patch, ...] = (*clock.PATCHES, *(patch for room in _ROOMS for patch in room.PATCHES))
_MISSING = object()

_turn = Lock()
_replaced: list[tuple[Patch, object]] = []


class WrongMoto(RuntimeError):
    """The installed moto is not the one that was measured: install the pinned version, or measure again."""


def install(now: Clock = wall_clock) -> None:
    """Correct moto's Secrets Manager, by the clock of the stage; a second call only sets the clock.

    Raises:
        WrongMoto: Another version of moto is installed than the corrections were measured against.
    """
    found = version("moto")
    if found != MOTO_VERSION:
        raise WrongMoto(f"moto {found} is installed, the corrections were measured on {MOTO_VERSION}; install that one")
    with _turn:
        clock.stage_time.now = now
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
    "install",
    "is_installed",
    "uninstall",
]
