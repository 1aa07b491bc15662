"""What records show beside the use of secrets: the habits of principals, and the resources that secrets need.

Both are kept as pairs, like a principal's use of a secret, with the first time of each day: a facet under the habits of
its principal, a secret under the key that encrypts it or the function that rotates it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import cached_property

from nightlatch.adapters.history.staged import stages_of
from nightlatch.adapters.history.trails import MOST_PARTNERS
from nightlatch.adapters.history.uses import Kind, PairKey, Touch, Uses, keys_of, moment_of, pair_before
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.account.tiers import Tier
from nightlatch.domain.event.events import IAM, KMS, LAMBDA, SECRETS_MANAGER, Channel, SecretEvent
from nightlatch.domain.event.resources import texts_in, unversioned
from nightlatch.domain.event.secrets import SecretRef, distinct, secret_ref
from nightlatch.domain.history.habits import Facet, Habits, facets_of
from nightlatch.domain.history.habits import Kind as Side
from nightlatch.domain.history.pairs import KNOWN_AFTER, Pair
from nightlatch.domain.history.sightings import key_asked_for, rotates_with
from nightlatch.domain.judging.callers import may_be_human
from nightlatch.domain.judging.key_moves import key_made

_NAMES_OF = {IAM: ("roleName",), KMS: ("keyId", "targetKeyId"), LAMBDA: ("functionName", "functionArn")}
_NEEDS = "needs:"


def shown_by(event: SecretEvent) -> Iterator[Touch]:
    """Say what an event shows: the sides of the call, and what the secret needs from now on."""
    if has_habits(event):
        for facet in facets_of(event):
            yield Touch(facet_pair(event, facet), Kind.SHOWN, event.at)
    yield from stages_of(event)
    made = key_made(event)
    if made is not None:
        yield Touch(PairKey(_made_name(event, made), event.principal.key), Kind.SHOWN, event.at)
    if event.succeeded:
        for secret in event.secrets if not event.read_only else ():
            if secret.is_full:
                yield Touch(PairKey(regions_key(secret), secret.region), Kind.SHOWN, event.at)
        for resource in _needed(event):
            for secret in event.secrets:
                likeliest = keys_of(secret)[0]  # under all its names it would be counted twice
                yield Touch(PairKey(resource, likeliest), Kind.SHOWN, event.at)


def made_names(event: SecretEvent) -> tuple[str, ...]:
    """Name what the making of the key that a call asks for is kept under."""
    asked = key_asked_for(event)
    return () if asked is None else (_made_name(event, asked),)


def made_at(shown: Iterable[Mapping[str, Uses]], at: datetime) -> datetime | None:
    """Say when something was made, of the times before a moment the last; None where no record shows it."""
    times = [moment_of(time) for makers in shown for uses in makers.values() for time in uses.values()]
    return max((time for time in times if time <= at), default=None)


def _made_name(event: SecretEvent, key: str) -> str:
    return f"made:{unversioned(key, service='kms', region=event.region, account=event.account_id)}"


def has_habits(event: SecretEvent) -> bool:
    """Tell whether an event is somebody's own call of Secrets Manager."""
    of_somebody = event.principal.is_somebody
    return event.source == SECRETS_MANAGER and event.channel is Channel.API and of_somebody


def needs_habits(event: SecretEvent, inventory: Inventory) -> bool:
    """Tell whether a rule about a single call looks at the habits of its principal: a person's, or an instance's.

    Of other workloads only calls that are no routine are compared with what they did before.
    """
    who = event.principal
    return may_be_human(who) or who.is_instance or inventory.tier_of(event.secrets) is Tier.CROWN


def habits_key(event: SecretEvent) -> str:
    """Name what a principal's habits are kept under."""
    return f"habits:{event.principal.key}"


def facet_pair(event: SecretEvent, facet: Facet) -> PairKey:
    """Name what one side of a principal's calls is kept under."""
    return PairKey(habits_key(event), f"{facet.kind}#{facet.value}")


def regions_key(secret: SecretRef) -> str:
    """Name what the Regions of a secret are kept under: a replica has its primary's name and suffix."""
    return f"regions:{secret.account_id}/{secret.tail}"


def habits_before(shown: Mapping[str, Uses], at: datetime) -> Habits:
    """Give a principal's habits at a moment: what it showed a day ago or earlier, for a thief looks around first.

    They are read off when a rule asks, for most events are of workloads that no rule asks about.
    """
    return Habits(_SeenBefore(shown, at - KNOWN_AFTER))


class _SeenBefore(Mapping[Facet, Pair]):
    """The facets that were shown before a moment, read off once somebody looks."""

    def __init__(self, shown: Mapping[str, Uses], moment: datetime) -> None:
        self._shown = shown
        self._moment = moment

    @cached_property
    def _seen(self) -> dict[Facet, Pair]:
        seen = {}
        for name, uses in self._shown.items():
            pair = pair_before([uses], Kind.SHOWN, self._moment)
            if pair is not None:
                kind, _, value = name.partition("#")
                seen[Facet(Side(kind), value)] = pair
        return seen

    def __getitem__(self, facet: Facet) -> Pair:
        return self._seen[facet]

    def __iter__(self) -> Iterator[Facet]:
        return iter(self._seen)

    def __len__(self) -> int:
        return len(self._seen)


def touched_resources(event: SecretEvent) -> tuple[str, ...]:
    """Name the keys, functions and roles that a call of their service touches, as `shown_by` names them."""
    names = _NAMES_OF.get(event.source)
    service = event.source.split(".", 1)[0]
    texts = texts_in(event, *names) if names else ()
    return tuple(dict.fromkeys(_resource(event, text, service=service) for text in texts))


def held_by(event: SecretEvent, shown: Mapping[str, Mapping[str, Uses]], inventory: Inventory) -> tuple[SecretRef, ...]:
    """Give the secrets that need what an event touches, as the inventory says or records showed before."""
    resources = touched_resources(event)
    listed = [secret for one in resources for secret in inventory.holdings.needing(one.removeprefix(_NEEDS))]
    seen = [secret for one in resources for secret in _needing(shown.get(one, {}), event.at)]
    return distinct((*listed, *seen))[:MOST_PARTNERS]


def elsewhere(event: SecretEvent, shown: Mapping[str, Mapping[str, Uses]], inventory: Inventory) -> frozenset[str]:
    """Give the other Regions in which a secret was seen, or has its primary, that a native event is about."""
    regions = {region for secret in event.secrets for region in shown.get(regions_key(secret), {})}
    if event.channel is Channel.NATIVE:
        primaries = (inventory.primary_of(secret, event.at) for secret in event.secrets)
        regions.update(primary.region for primary in primaries if primary is not None)
    return frozenset(regions) - {event.region}


def _needing(shown: Mapping[str, Uses], at: datetime) -> Iterator[SecretRef]:
    """Give the secrets that were shown with a resource before a moment."""
    for key, uses in shown.items():
        account, region, name = key.split("/", 2)
        if pair_before([uses], Kind.SHOWN, at) is not None:
            yield secret_ref(name, account_id=account, region=region)


def _needed(event: SecretEvent) -> Iterator[str]:
    """Name the resources that a secret needs, as far as this event shows."""
    key_id = key_asked_for(event)
    if key_id is not None:
        yield _resource(event, key_id, service="kms")
    function = rotates_with(event)
    if function is not None:
        yield _resource(event, function, service="lambda")
    if event.source == KMS:  # a value encrypted or decrypted: the context names the secret
        yield from touched_resources(event)


def _resource(event: SecretEvent, text: str, *, service: str) -> str:
    account, region = event.account_id, event.region
    return f"{_NEEDS}{unversioned(text, service=service, region=region, account=account)}"
