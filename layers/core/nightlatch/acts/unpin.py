"""Takes pins of ours away: the oldest beyond a number (prune), or all made since a moment (purge).

Pins keep old values readable for whoever may read the secret. After a leak that is unwanted: a purge lets Secrets
Manager collect what the pins held, once 24 hours have passed and other versions need the room. A version that is
current or bears another label stays in any case.

Source: Secrets Manager user guide, whats-in-a-secret (what is collected, and when); product.md 2.2 (a purge needs two).
"""

from __future__ import annotations

from dataclasses import replace

from nightlatch.acts.on_secret import our_secret
from nightlatch.acts.pinning import drops
from nightlatch.domain.answering.acting import Act, Need, Plan, Seen, Terms
from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.errors import NothingToRestore
from nightlatch.domain.recovering.pins import pins_of, pins_since
from nightlatch.domain.secret.versions import SecretState

_TWO = 2
_CALLS = frozenset({"secretsmanager:UpdateSecretVersionStage"})


def _prune(action: Action, seen: Seen, terms: Terms) -> Action:
    secret = our_secret(action, seen)
    keep = terms.protection.pins if action.keep is None else action.keep
    ours = pins_of(secret)
    return _settled(action, secret, ours[: max(0, len(ours) - keep)], f"has no more than {keep} pins")


def _purge(action: Action, seen: Seen, terms: Terms) -> Action:
    secret = our_secret(action, seen)
    since = action.at or terms.now
    return _settled(action, secret, pins_since(secret, since), f"has no pins made since {since:%Y-%m-%d %H:%M} UTC")


def _settled(action: Action, secret: SecretState, gone: tuple[tuple[str, str], ...], none: str) -> Action:
    if not gone:
        raise NothingToRestore(f"secret {secret.name} {none}")
    return replace(action, drop=gone)


def _plan(action: Action, seen: Seen) -> Plan:
    secret = our_secret(action, seen)
    count = len(action.drop)
    copies = [copy for copy in seen.copies if copy.version_id in {version_id for version_id, _ in action.drop}]
    left = f"the vault holds {len(copies)} of these values still; who may break glass removes them from its bucket"
    return Plan(
        calls=drops(action, secret),
        says=f"took {count} pin{'s' * (count > 1)} of secret {secret.name} away",
        shows=tuple(f"version {version_id[:8]} loses {label}" for version_id, label in action.drop),
        warnings=("Secrets Manager may remove these versions for good", *((left,) if copies else ())),
    )


def _two(action: Action, seen: Seen) -> int:
    del action, seen
    return _TWO


PRUNE = Act(
    kind=ActionKind.PRUNE_PINS,
    label="Prune pins",
    consequence="The oldest pins go; what they kept may be collected.",
    needs=frozenset({Need.SECRET, Need.COPIES}),
    calls=_CALLS,
    settle=_prune,
    plan=_plan,
)
PURGE = Act(
    kind=ActionKind.PURGE_PINS,
    label="Purge pins",
    consequence="What these pins kept may be collected, and then nobody can go back to it.",
    needs=frozenset({Need.SECRET, Need.COPIES}),
    calls=_CALLS,
    settle=_purge,
    plan=_plan,
    people=_two,
)
