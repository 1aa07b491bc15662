"""Finds what the keeper has missed, on the way of the inventory: one question to our own table for a page of secrets.

A secret without a snapshot, or changed since the keeper last looked, is looked at again; one that is opted into the
vault and whose current version is not there is copied. The first copy of a secret is the moment of opting in: then
the version before the current one is pinned too, as it would be after a write.

Source: ruling 17; house 5.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.answering.keeping import Kept, Listed, has_stood, is_missed, is_opting_in, lacks_copy
from nightlatch.domain.answering.orders import Respond
from nightlatch.domain.answering.policy import Mode, Policy
from nightlatch.domain.event.secrets import secret_ref
from nightlatch.service.snapshot_ports import KeeperQueue, KeptStates

STOOD_LONG = "the current version stood for a day and nobody questioned it"
MOST_STANDING = 5  # of a page of 100: label moves share their quota with the customer's own rotations
OPTED_IN = "opted into the vault; the version before the current one is kept too"


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepPorts:
    """What finding what was missed needs."""

    states: KeptStates
    keeper: KeeperQueue
    policy: Callable[[], Policy]
    has_vault: bool
    order: Callable[[Sequence[Respond], Policy, datetime], object]  # write pins to the ledger and wake the responder


def sweep(listed: Sequence[Listed], now: datetime, *, ports: SweepPorts) -> int:
    """Ask the keeper for what it has missed of a page; give how many secrets that is.

    Raises:
        Unavailable: The table or a queue could not be asked; the next inventory finds the same again.
    """
    states = ports.states.states([one.arn for one in listed])
    policy = ports.policy()
    opted_in = [one for one in listed if ports.has_vault and _days(one, policy)]
    uncopied = {one.arn for one in opted_in if lacks_copy(one, states.get(one.arn), now, days=_days(one, policy))}
    missed = [one.arn for one in listed if is_missed(one, states.get(one.arn)) or one.arn in uncopied]
    stood = islice(_standing(listed, policy, now), MOST_STANDING)
    ports.order((*_pins(opted_in, states, policy), *stood), policy, now)
    ports.keeper.ask(missed)
    return len(missed)


def _days(one: Listed, policy: Policy) -> int:
    return policy.protection_of(_name(one)).vault_days


def _pins(opted_in: Sequence[Listed], states: Mapping[str, Kept], policy: Policy) -> Iterator[Respond]:
    for one in opted_in:
        protection = policy.protection_of(_name(one))
        wants = protection.mode is Mode.PROTECT and protection.pins > 0
        if wants and one.current is not None and is_opting_in(one, states.get(one.arn)):
            secret = secret_ref(one.arn, account_id="", region="", by_aws=True)
            action = Action(kind=ActionKind.PIN_SUPERSEDED, secret=secret, to=one.current)
            yield Respond(action=action, cause=one.current, automatic=True, reason=OPTED_IN)


def _standing(listed: Sequence[Listed], policy: Policy, now: datetime) -> Iterator[Respond]:
    """Pin what is current and stood unquestioned for a day, so that it outlives two quick writes."""
    for one in listed:
        protection = policy.protection_of(_name(one))
        wants = protection.mode is Mode.PROTECT and protection.pins > 0 and one.may_be_copied
        if wants and one.current is not None and has_stood(one, now):
            secret = secret_ref(one.arn, account_id="", region="", by_aws=True)
            action = Action(kind=ActionKind.PIN_VERSION, secret=secret, to=one.current)
            yield Respond(action=action, cause=one.current, automatic=True, reason=STOOD_LONG)


def _name(one: Listed) -> str:
    return secret_ref(one.arn, account_id="", region="", by_aws=True).name
