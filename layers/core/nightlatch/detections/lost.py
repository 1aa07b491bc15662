"""A key that encrypts secrets was disabled, scheduled for deletion or emptied: every one of them is unreadable.

It is a ransom without touching a secret: one call takes away all that the key protects, and no event of Secrets Manager
shows it. A disabled key and a scheduled deletion can be taken back, and readers fail until somebody does. Imported
material that was deleted comes back only from whoever still has a copy.

Source: KMS API reference, DisableKey, ScheduleKeyDeletion (7 to 30 days, unusable at once), DeleteImportedKeyMaterial;
design facts 5.1 and 7.2 (A6); ATT&CK T1485, T1486.
"""

from __future__ import annotations

from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.event.events import KMS, Failure, SecretEvent, calls_of
from nightlatch.domain.event.resources import arns_in
from nightlatch.domain.event.secrets import SecretRef
from nightlatch.domain.history.examples import ACCOUNT, REGION, a_person, a_secret, a_user, an_event
from nightlatch.domain.judging.baseline import LATENESS, Baseline
from nightlatch.domain.judging.findings import Remedy, Severity
from nightlatch.domain.judging.rules import Detection, Example, Match, Verdict, Wait

_DONE = {
    "DisableKey": "the key was disabled; it can be enabled again",
    "ScheduleKeyDeletion": "the key was scheduled for deletion, and is of no use from now on",
    "DeleteImportedKeyMaterial": "the material of the key was deleted; only a copy from outside can replace it",
}
_COMES_BACK = frozenset({"DisableKey", "ScheduleKeyDeletion"})


def evaluate(event: SecretEvent, baseline: Baseline) -> Verdict:
    """Fire when the key is one that the operator named, or one that records or the inventory showed with secrets.

    The record that shows it may be late, so an unknown key is looked at once more.
    """
    if not event.succeeded:
        return None
    held = baseline.held
    if not held and not baseline.inventory.is_protected_key(*arns_in(event, "keyId")):
        return None if baseline.elapsed else Wait(LATENESS)
    return Match(
        reason=f"{_DONE[event.name]}; {_needing(held)}",
        headline=None if held else "{who} took away a key that protects secrets",
        secrets=held,
        remedy=Remedy.RESCUE_KEY if event.name in _COMES_BACK else None,
        again=LATENESS,  # late records may show more secrets that need it
    )


def _needing(held: tuple[SecretRef, ...]) -> str:
    if not held:
        return "the inventory names it as protecting secrets, and no record shows which"
    one = len(held) == 1
    return f"{len(held)} secret{'' if one else 's'} {'is' if one else 'are'} known to need it"


_ID = "1234abcd-12ab-34cd-56ef-1234567890ab"
_KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{_ID}"
_PROTECTED = Inventory(protected_keys=frozenset({_KEY}))
_HELD = (a_secret(), a_secret("prod/payments"))


def _case(  # noqa: PLR0913 - a builder: everything but the first two has a default
    name: str,
    call: str,
    severity: Severity | None = None,
    *,
    inventory: Inventory = _PROTECTED,
    held: tuple[SecretRef, ...] = (),
    failure: Failure | None = None,
    **request: object,
) -> Example:
    asked = {} if failure and failure.is_denial else {"keyId": _ID, **request}
    event = an_event(call, source=KMS, by=a_user("mallory"), failure=failure, request=asked)
    baseline = Baseline(inventory=inventory, held=held)
    return Example(name=name, event=event, fires=severity is not None, severity=severity, baseline=baseline)


_NONE = Inventory()
_CRITICAL = Severity.CRITICAL
_REFUSED = Failure("AccessDenied", f"User: {a_person().arn} is not authorized to perform: kms:DisableKey")

DETECTION = Detection(
    id="key.lost",
    catalogue="KMS-02",
    title="Key protecting secrets lost",
    headline="{who} took away the key that {secrets} need",
    severity=Severity.CRITICAL,
    event_names=calls_of(KMS, *_DONE),
    techniques=("T1485", "T1486"),
    evaluate=evaluate,
    contain=True,
    blind_spots=(
        "A key is known by `protected_keys`, by the inventory that is taken each hour, or by records: live by calls "
        "that named it for a secret in the last ninety days, in a hunt also by the events of KMS that show its use. "
        "Records resolve no alias, so in a hunt a key that is only known by its alias may be missed. An external key "
        "store that is cut off leaves no such call, and revoked grants are told by KMS-03."
    ),
    playbook="""\
Put the key back: its deletion is cancelled, then it is enabled; readers fail until both are done.
A replica of the key in another Region is put back there; a custom key store that was cut off is connected again.
Imported material: import the copy from outside again, from wherever you keep it. There is no other way.
Then stop the principal, and look whether it moved secrets to this key before (KMS-01).
A key that is retired on purpose: move the secrets named here to another key first, and write a new version of each.""",
    examples=(
        _case("a protected key is disabled by its id", "DisableKey", _CRITICAL),
        _case(
            "a key that two secrets need",
            "ScheduleKeyDeletion",
            _CRITICAL,
            inventory=_NONE,
            held=_HELD,
            pendingWindowInDays=7,
        ),
        _case("imported material is deleted", "DeleteImportedKeyMaterial", _CRITICAL, held=_HELD[:1]),
        _case("a key that no secret needs", "DisableKey", inventory=_NONE),
        _case("a refused attempt", "DisableKey", failure=_REFUSED),
    ),
)
