"""A secret was told to rotate by another function or role: whoever owns that one gets every future value.

The function makes the new password and sets it, so a swapped one steals from now on and nobody reads a thing. It is
told where the function lies in another account or Region, where the operator's list of rotation functions does not
hold it, and, without such a list, where the records or the inventory show another one before. What was set before and
is set again swaps nothing.

Source: Secrets Manager API reference, RotateSecret (RotationLambdaARN, ExternalSecretRotationRoleArn); design facts
7.3 (A10); ATT&CK T1098, T1648.
"""

from __future__ import annotations

from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.event.events import SecretEvent, secrets_manager
from nightlatch.domain.event.resources import is_same_resource, unversioned
from nightlatch.domain.event.secrets import SecretRef
from nightlatch.domain.history.examples import (
    ACCOUNT,
    REGION,
    WAITED,
    a_denial,
    a_person,
    a_secret,
    an_event,
    sightings,
)
from nightlatch.domain.history.sightings import rotates_with, succeeded
from nightlatch.domain.judging.baseline import LATENESS, Baseline
from nightlatch.domain.judging.findings import Remedy, Severity
from nightlatch.domain.judging.rules import Detection, Example, Match, Verdict, Wait


def evaluate(event: SecretEvent, baseline: Baseline) -> Verdict:
    """Fire on a function or role that is not the secret's own; wait where the call before may be late."""
    function = rotates_with(event)
    if function is None or event.secret is None or not event.succeeded:
        return None
    before = _before(event, event.secret, baseline)
    is_swap = before is not None and not is_same_resource(function, before)
    is_new = before is None or is_swap
    why = _why(function, event, event.secret, baseline.inventory, is_swap=is_swap) if is_new else None
    if why is not None:
        return Match(reason=why)
    return None if baseline.elapsed else Wait(LATENESS)


def _before(event: SecretEvent, secret: SecretRef, baseline: Baseline) -> str | None:
    """Give what rotated the secret before: by the last call that set it, else by the inventory of before."""
    calls = baseline.done_to(secret, "RotateSecret").only(succeeded).before(event.at)
    called = next((call.function for call in reversed(calls) if call.function is not None), None)
    listed = baseline.inventory.holdings.before(secret, event.at)
    return called or (listed.rotated_by if listed is not None else None)


def _why(function: str, event: SecretEvent, secret: SecretRef, inventory: Inventory, *, is_swap: bool) -> str | None:
    """Say what is wrong with a function, without its name: the caller chose it."""
    what = "function" if _is_function(event) else "role"
    place = unversioned(function, service="lambda", region=secret.region, account=event.account_id)
    _, region, account, _ = place.split("/", 3)
    if account not in {event.account_id, secret.account_id} and not inventory.trusts(account):
        return f"the {what} is one of account {account}, neither ours nor trusted"
    if what == "function" and region != secret.region:
        return "the function lies in another Region than the secret"
    if what == "function" and inventory.rotation_functions:
        return (
            None if inventory.is_rotation_function(function) else "the function is not a registered rotation function"
        )
    return f"the {what} is another one than before" if is_swap else None


def _is_function(event: SecretEvent) -> bool:
    return event.request.text("rotationLambdaARN") is not None


def _function(name: str, *, account: str = ACCOUNT, region: str = REGION) -> str:
    return f"arn:aws:lambda:{region}:{account}:function:{name}"


def _rotate(function: str | None, *, after_s: float = 0, role: str | None = None) -> SecretEvent:
    asked = {"rotationLambdaARN": function, "externalSecretRotationRoleArn": role, "rotateImmediately": True}
    request = {name: value for name, value in asked.items() if value is not None}
    return an_event("RotateSecret", secret=a_secret(), by=a_person("mallory"), after_s=after_s, request=request)


_DAY_S = 86_400.0
_OURS, _OTHER = _function("rotate-db"), _function("rotate-mail")
_REGISTERED = Inventory(rotation_functions=frozenset({"rotate-db:live"}))
_UNREGISTERED = Inventory()
_BEFORE = _rotate(_OURS, after_s=-9 * _DAY_S)
_THEIR_ROLE = "arn:aws:iam::999988887777:role/rotation"


def _case(
    name: str,
    event: SecretEvent,
    *known: SecretEvent,
    severity: Severity | None = None,
    inventory: Inventory = _UNREGISTERED,
) -> Example:
    """Judge a call, after its wait, with what was done to its secret before."""
    baseline = Baseline(on_secret=sightings([*known, event]), inventory=inventory, settled=WAITED)
    return Example(name=name, event=event, fires=severity is not None, severity=severity, baseline=baseline)


DETECTION = Detection(
    id="rotation.function-swapped",
    catalogue="ROT-03",
    title="The rotation function or role of a secret was swapped",
    headline="{who} set another rotation function or role for {secrets}",
    severity=Severity.HIGH,
    event_names=secrets_manager("RotateSecret"),
    techniques=("T1098", "T1648"),
    remedy=Remedy.PUT_ROTATION_BACK,
    evaluate=evaluate,
    blind_spots=(
        "How old a function is does not show in records of Secrets Manager, so that a new one in our own account is "
        "only told by the list of rotation functions or by the one before. With no list, a first function within our "
        "account is silent, and in a hunt without an inventory what was set more than ninety days ago is forgotten. "
        "Another version or alias of the same function is not told apart, and with a list a swap of one registered "
        "function for another is silent."
    ),
    playbook="""\
Ask who set it: a migration to a new function is known to its team.
Not meant: set the former function again without rotating at once, before the next rotation runs.
It has rotated since: take the present value for stolen, and rotate with the right function.
See what the function may do and who may change it, then stop whoever set it.
Meant: add the function to the list of rotation functions.""",
    examples=(
        _case(
            "a function of a stranger's account",
            _rotate(_function("rotate-db", account="999988887777")),
            severity=Severity.HIGH,
        ),
        _case("another function than the records showed", _rotate(_OTHER), _BEFORE, severity=Severity.HIGH),
        _case(
            "a first function that is not registered", _rotate(_OTHER), severity=Severity.HIGH, inventory=_REGISTERED
        ),
        _case("the role of a stranger's account", _rotate(None, role=_THEIR_ROLE), severity=Severity.HIGH),
        _case("a rotation that names no function", _rotate(None), _BEFORE),
        _case("the same function by its alias", _rotate(f"{_OURS}:live"), _BEFORE),
        _case("a first function of our own, and no list of them", _rotate(_OURS)),
        _case("the registered function", _rotate(_OURS), inventory=_REGISTERED),
        _case(
            "a refused call shows no function", an_event("RotateSecret", failure=a_denial("RotateSecret", "prod/db"))
        ),
    ),
)
