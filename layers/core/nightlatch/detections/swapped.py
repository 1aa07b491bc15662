"""A secret was put under another key: the first half of a ransom that deletes nothing.

The move alone locks nobody out. The next version is written under the new key only, by the same hand or by an ordinary
rotation, and then the key's holder decides who reads. So a move to a key that nobody vouches for is told, and is
critical once a new version follows. Versions that bear only labels of their own, our pins among them, are not encrypted
again: they die with the old key.

Source: Secrets Manager user guide, manage_update-encryption-key; design facts 5.1 and 7.2 (A6); ATT&CK T1486.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.event.events import SecretEvent, secrets_manager
from nightlatch.domain.event.secrets import SecretRef
from nightlatch.domain.history.evidence import Evidence
from nightlatch.domain.history.examples import ACCOUNT, REGION, a_role, a_secret, a_user, an_event, sightings
from nightlatch.domain.history.sightings import Sighting, sighting_of
from nightlatch.domain.history.windows import Count, episode_at
from nightlatch.domain.judging.baseline import LATENESS, Baseline
from nightlatch.domain.judging.findings import Remedy, Severity
from nightlatch.domain.judging.key_moves import (
    LOCKED_WITHIN,
    Place,
    Standing,
    goes_back,
    is_young,
    keys_asked,
    lock_after,
    may_have_moved,
    moves_of,
    standing,
)
from nightlatch.domain.judging.rules import Detection, Example, Match, Verdict
from nightlatch.domain.judging.value_writes import wrote_value

DISTINCT_SECRETS, WINDOW = 3, timedelta(hours=1)

_WHOSE = {
    Standing.FOREIGN: "a key of an account that is neither ours nor trusted",
    Standing.UNAPPROVED: "a key that is not on the list of approved ones",
    Standing.YOUNG: "a key that was made less than a day before",
    Standing.UNVOUCHED: "a key that no list vouches for",
    Standing.VOUCHED: "a key that is known as ours",
}
_STRANGE = (Standing.FOREIGN, Standing.UNAPPROVED, Standing.YOUNG)


def evaluate(event: SecretEvent, baseline: Baseline) -> Verdict:
    """Fire on a move to another key, on the version that locks it, and on secrets made under a strange key."""
    secret = event.secret
    if secret is None or not event.succeeded:
        return None
    if not event.called("UpdateSecret", "PutSecretValue"):
        return _made_under(event, secret, baseline)
    looked_at = moves_of(secret, baseline, event) if may_have_moved(secret, baseline, event) else ()
    moves = [move for move in looked_at if move.at <= event.at]
    own = next((move for move in moves if move.event_id == event.event_id), None)
    if own is not None:
        return _moved(own, secret, event, baseline)
    if not moves or event.at > moves[-1].at + LOCKED_WITHIN or not wrote_value(event, baseline):
        return None
    whose = _whose(moves[-1], secret, event, baseline)
    lock = lock_after(moves[-1], secret, baseline, event) or sighting_of(event)
    if whose is Standing.VOUCHED:
        return None
    return _lock(moves[-1], lock, f"a new version was written within 24 hours after a move to {_WHOSE[whose]}")


def _whose(move: Sighting, secret: SecretRef, event: SecretEvent, baseline: Baseline) -> Standing:
    """Say who vouches for the key of a move; the secret's own history does, where no list speaks."""
    whose = standing(move.key_id or "", Place.of(secret), baseline.inventory)
    if whose is Standing.UNVOUCHED and goes_back(move, secret, baseline, event):
        return Standing.VOUCHED
    return Standing.YOUNG if whose is Standing.UNVOUCHED and is_young(event, baseline) else whose


def _moved(move: Sighting, secret: SecretRef, event: SecretEvent, baseline: Baseline) -> Match:
    whose = _whose(move, secret, event, baseline)
    if whose is Standing.VOUCHED:
        return Match(reason=f"moved to {_WHOSE[whose]}", severity=Severity.MEDIUM)
    lock = lock_after(move, secret, baseline, event) or (move if wrote_value(event, baseline) else None)
    if lock is not None:
        # Of two findings with equal evidence the later text wins: where both are known, the mover's.
        return _lock(move, lock, f"moved to {_WHOSE[whose]}, and within 24 hours a new version was written")
    if whose in _STRANGE:
        return Match(reason=f"moved to {_WHOSE[whose]}; the present values stay readable until a new one is written")
    unvouched = _Unvouched(baseline.inventory)
    sweep = episode_at(baseline.by_principal.only(unvouched), event.at, width=WINDOW, too_much=_is_sweep)
    if sweep is None:
        # The record of the key's making may come behind.
        return Match(reason=f"moved to {_WHOSE[whose]}", severity=Severity.MEDIUM, again=LATENESS)
    return Match(
        reason=f"{sweep.peak.secrets} secrets were moved to other keys within an hour",
        evidence=sweep.evidence,
        secrets=sweep.secrets,
    )


def _lock(move: Sighting, lock: Sighting, reason: str) -> Match:
    """Say the same from either of the two calls; it turns on whoever moved the secret."""
    return Match(
        reason=f"{reason}: only that key opens it",
        headline="{secrets} came under another key, and a new version is locked by it",
        evidence=Evidence.of(move, lock),
        subject=f"principal:{move.principal}",
    )


def _made_under(event: SecretEvent, secret: SecretRef, baseline: Baseline) -> Match | None:
    """Look at the keys of a new secret or replica; a young one says nothing, for both are made together."""
    inventory = baseline.inventory
    found = [
        whose for key, place in keys_asked(event, secret) if (whose := standing(key, place, inventory)) in _STRANGE
    ]
    if not found:
        return None
    made = "created" if event.called("CreateSecret") else "replicated"
    return Match(reason=f"{made} under {_WHOSE[found[0]]}", headline=f"{{who}} {made} {{secrets}} under a strange key")


@dataclass(frozen=True, slots=True)
class _Unvouched:
    """Picks the moves to keys that nobody vouches for; equal for an equal inventory, as a trail remembers by it."""

    inventory: Inventory

    def __call__(self, call: Sighting) -> bool:
        if call.name != "UpdateSecret" or not call.succeeded or call.key_id is None or call.secret is None:
            return False
        return standing(call.key_id, Place.of(call.secret), self.inventory) is not Standing.VOUCHED


def _is_sweep(count: Count) -> bool:
    return count.secrets >= DISTINCT_SECRETS


_KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
_THEIRS = _KEY.replace(ACCOUNT, "999988887777")
_APPROVED, _NO_LIST = Inventory(approved_keys=frozenset({_KEY})), Inventory()
_MALLORY = a_user("mallory")


def _move(key: str = _KEY, name: str = "prod/db", *, after_s: float = 0) -> SecretEvent:
    return an_event("UpdateSecret", secret=a_secret(name), by=_MALLORY, after_s=after_s, request={"kmsKeyId": key})


def _write(after_s: float) -> SecretEvent:
    return an_event("PutSecretValue", secret=a_secret(), by=a_role("app"), after_s=after_s, version_id="v-2")


def _create(key: str) -> SecretEvent:
    return an_event("CreateSecret", secret=a_secret(), by=_MALLORY, request={"name": "prod/db", "kmsKeyId": key})


def _case(
    name: str,
    event: SecretEvent,
    *others: SecretEvent,
    severity: Severity | None = None,
    inventory: Inventory = _NO_LIST,
) -> Example:
    """Judge an event with what else is known of its secret and its principal."""
    about = sightings(e for e in (*others, event) if e.secrets == event.secrets)
    mine = sightings(e for e in (*others, event) if e.principal == event.principal)
    baseline = Baseline(on_secret=about, by_principal=mine, inventory=inventory)
    return Example(name=name, event=event, fires=severity is not None, severity=severity, baseline=baseline)


_CRITICAL = Severity.CRITICAL

DETECTION = Detection(
    id="key.swapped",
    catalogue="KMS-01",
    title="Secret moved to another key",
    headline="{who} moved {secrets} to another key",
    severity=Severity.CRITICAL,
    event_names=secrets_manager("UpdateSecret", "CreateSecret", "ReplicateSecretToRegions", "PutSecretValue"),
    techniques=("T1486",),
    remedy=Remedy.PUT_KEY_BACK,
    evaluate=evaluate,
    contain=True,
    blind_spots=(
        "How old a key is shows for ninety days, by the record of its making, where it is asked for by id or ARN. An "
        "alias is compared as an alias: list it beside the key. "
        "Without a list of approved keys a planned move to a key of our own is told as MEDIUM, and as CRITICAL once a "
        "version follows. Infrastructure code repeats the key with every new description, which looks like a move "
        "where the key before is not known. An alias that was pointed at another key moves secrets without such "
        "a call."
    ),
    playbook="""\
Set the former key back at once, while the present values can still be read by both, and write each value anew.
A version has followed: read it while you can, write it again under a key of ours, and stop the principal.
Pin again whatever is to be kept: versions with labels of their own were not encrypted again.
A planned migration: put the new key on the list of approved keys before it begins.""",
    examples=(
        _case("to a key of a stranger's account", _move(_THEIRS), severity=_CRITICAL),
        _case("to a key that is not on the list", _move("alias/mine"), severity=_CRITICAL, inventory=_APPROVED),
        _case("to a key of our own, and no list", _move(), severity=Severity.MEDIUM),
        _case("a version is written an hour later", _write(3600), _move(), severity=_CRITICAL),
        _case("three secrets in an hour", _move(after_s=60), _move(name="a"), _move(name="b"), severity=_CRITICAL),
        _case("made under a stranger's key", _create(_THEIRS), severity=_CRITICAL),
        _case("made under a key of our own", _create(_KEY)),
        _case("the same key with a new description", _move(after_s=60), _create(_KEY)),
        _case("a version two days after a move", _write(2 * 86_400), _move()),
    ),
)
