"""Which keys a secret was moved to, who vouches for them, and whether a move has locked a value in.

A move alone locks nobody out: the versions with AWSCURRENT, AWSPENDING and AWSPREVIOUS stay readable by the old key and
by the new one. The next version is written under the new key alone: then whoever holds that key holds the value.

Source: Secrets Manager user guide, manage_update-encryption-key; API reference, UpdateSecret, KmsKeyId (an ARN, id or
alias; a key of another account only by its ARN).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from itertools import pairwise

from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.aws_policies.policy_conditions import account_of
from nightlatch.domain.event.events import KMS, EventName, SecretEvent, calls_of
from nightlatch.domain.event.resources import is_same_resource, written_out
from nightlatch.domain.event.secrets import SecretRef
from nightlatch.domain.history.sightings import Sighting, sighting_of, succeeded
from nightlatch.domain.judging.baseline import Baseline

LOCKED_WITHIN = timedelta(hours=24)
SETTLED_AFTER = timedelta(hours=24)  # a key that the secret had for so long was its own
YOUNG_FOR = timedelta(hours=24)  # a key made for a ransom is used soon; one of an operator has its day
MAKES_KEYS: frozenset[EventName] = calls_of(KMS, "CreateKey")
_AWS_KEY = "alias/aws/secretsmanager"


class Standing(StrEnum):
    """Who vouches for a key."""

    FOREIGN = "foreign"  # of an account that is neither ours nor trusted
    UNAPPROVED = "unapproved"  # there is a list of approved keys, and it is not on it
    YOUNG = "young"  # made less than a day before, and nobody says more
    UNVOUCHED = "unvouched"  # ours or trusted, as far as the record shows, and nobody says more
    VOUCHED = "vouched"  # on the list, or AWS's own, that nobody can take away


@dataclass(frozen=True, slots=True)
class Place:
    """Where a key is asked for: what a bare id or alias means there."""

    region: str
    account: str

    @classmethod
    def of(cls, secret: SecretRef) -> Place:
        """Give where a secret is."""
        return cls(secret.region, secret.account_id)

    def key(self, text: str) -> str:
        """Write a key's id or alias out."""
        return written_out(text, service="kms", region=self.region, account=self.account)


def standing(text: str, place: Place, inventory: Inventory) -> Standing:
    """Say who vouches for a key, as a caller wrote it."""
    account = account_of(text)
    if account is not None and account != place.account and not inventory.trusts(account):
        return Standing.FOREIGN
    if text == _AWS_KEY or text.endswith(f":{_AWS_KEY}"):
        return Standing.VOUCHED
    match inventory.approves_key(place.key(text)):
        case True:
            return Standing.VOUCHED
        case False:
            return Standing.UNAPPROVED
        case None:
            return Standing.UNVOUCHED


def key_made(event: SecretEvent) -> str | None:
    """Give the ARN of the key that a call made, in AWS's own words; None for any other event."""
    if not event.succeeded or not any(name.covers(event) for name in MAKES_KEYS):
        return None
    return event.response.child("keyMetadata").text("arn")


def is_young(event: SecretEvent, baseline: Baseline) -> bool:
    """Tell whether the key that a call asks for was made less than a day before, as records show."""
    return baseline.key_made is not None and event.at - baseline.key_made < YOUNG_FOR


def keys_asked(event: SecretEvent, secret: SecretRef) -> Iterator[tuple[str, Place]]:
    """Give the keys that a call asks for, for the secret and for each of its replicas, with where each is."""
    key = event.request.text("kmsKeyId")
    if key is not None:
        yield key, Place.of(secret)
    for replica in event.request.children("addReplicaRegions"):
        key = replica.text("kmsKeyId")
        if key is not None:
            yield key, Place(replica.text("region") or secret.region, secret.account_id)


def may_have_moved(secret: SecretRef, baseline: Baseline, event: SecretEvent) -> bool:
    """Tell whether a key was named for a secret within the last day: so cheap that every write may ask."""
    named = baseline.done_to(secret, "UpdateSecret").only(_names_key)
    return event.request.has("kmsKeyId") or bool(named.between(event.at - LOCKED_WITHIN, event.at))


def moves_of(secret: SecretRef, baseline: Baseline, event: SecretEvent) -> tuple[Sighting, ...]:
    """Give the calls that moved a secret to another key than it had, the judged event among them, by time.

    Infrastructure code names the same key with every change of a description; that moves nothing.
    """
    place = Place.of(secret)
    setting = [call for call in _calls(secret, baseline, event) if _key_of(call) is not None]
    before = [_listed_key(secret, baseline, setting[0]), *map(_key_of, setting)] if setting else []
    return tuple(
        call
        for earlier, call in zip(before, setting, strict=False)
        if call.name == "UpdateSecret" and (earlier is None or not _is_same_key(earlier, _key_of(call), place))
    )


def goes_back(move: Sighting, secret: SecretRef, baseline: Baseline, event: SecretEvent) -> bool:
    """Tell whether a move goes back to a key that the secret had for a day or more."""
    place = Place.of(secret)
    setting = [call for call in _calls(secret, baseline, event) if _key_of(call) is not None and call.at < move.at]
    return any(
        _is_same_key(_key_of(one), _key_of(move), place) and following.at - one.at >= SETTLED_AFTER
        for one, following in pairwise(setting)
    )


def lock_after(move: Sighting, secret: SecretRef, baseline: Baseline, event: SecretEvent) -> Sighting | None:
    """Give the first new version under the key of a move, within a day and before the next move."""
    calls = _calls(secret, baseline, event)
    later = [one.at for one in moves_of(secret, baseline, event) if one.at > move.at]
    end = min([move.at + LOCKED_WITHIN, *later])
    return next((call for call in calls if move.at <= call.at <= end and _writes(call)), None)


def _names_key(call: Sighting) -> bool:
    return call.succeeded and call.key_id is not None


def _writes(call: Sighting) -> bool:
    return call.name == "PutSecretValue" or (call.name == "UpdateSecret" and call.version_id is not None)


def _calls(secret: SecretRef, baseline: Baseline, event: SecretEvent) -> Sequence[Sighting]:
    """Give what set the key of a secret or wrote a version of it, each once, by time."""
    about = baseline.done_to(secret, "CreateSecret", "UpdateSecret", "PutSecretValue").only(succeeded)
    created: Iterable[Sighting] = baseline.creations.about(secret).only(succeeded)
    own = [sighting_of(event)] if event.succeeded else []
    found = {call.event_id: call for call in (*own, *created, *about)}
    return sorted(found.values(), key=lambda call: (call.at, call.event_id))


def _key_of(call: Sighting) -> str | None:
    """Give the key that a call set; a secret that names none at its creation is under AWS's own."""
    return call.key_id or (_AWS_KEY if call.name == "CreateSecret" else None)


def _listed_key(secret: SecretRef, baseline: Baseline, call: Sighting) -> str | None:
    """Give the key that the inventory showed before a call, None where none was taken by then."""
    listed = baseline.inventory.holdings.before(secret, call.at)
    return None if listed is None else listed.key or _AWS_KEY


def _is_same_key(one: str | None, other: str | None, place: Place) -> bool:
    return is_same_resource(place.key(one or ""), place.key(other or ""))
