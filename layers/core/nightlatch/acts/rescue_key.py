"""Puts a key back that protects secrets: its deletion is cancelled, then it is enabled, and they can be read again.

Only a key that is known to protect secrets, of this account and Region. A key that is put back is as it
was: its policy, grants and aliases were never gone.

Source: KMS API reference, CancelKeyDeletion (leaves the key Disabled), EnableKey; KMS developer guide, key states.
"""

from __future__ import annotations

from nightlatch.domain.answering.acting import Act, Call, Need, Plan, Seen, Terms
from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.errors import NotFound, Refused
from nightlatch.domain.judging.findings import name_secrets
from nightlatch.domain.secret.key_states import DELETION_PENDS, NO_WAY_BACK, KeyState, KeyStatus


def _key(action: Action, seen: Seen) -> KeyState:
    if seen.key is None:
        raise NotFound(f"key {action.target} does not exist (any more); what it encrypted cannot be read again")
    return seen.key


def _settle(action: Action, seen: Seen, terms: Terms) -> Action:
    """Refuse whatever is not ours to put back.

    Raises:
        NotFound: There is no such key.
        Refused: AWS manages it, or no secret is known to need it.
    """
    key = _key(action, seen)
    if key.is_aws_managed:
        raise Refused(
            f"key {key.arn} is managed by AWS, which lets nobody disable it; look at its state in the console"
        )
    if not action.held and not terms.policy.inventory.is_protected_key(key.arn):
        raise Refused(f"no secret is known to need key {key.arn}; name it in protected_keys, or enable it by hand")
    return action


def _plan(action: Action, seen: Seen) -> Plan:
    key = _key(action, seen)
    if key.status in NO_WAY_BACK:
        raise Refused(f"key {key.arn} is {key.status}: {NO_WAY_BACK[key.status]}")
    pending = key.status in DELETION_PENDS
    cancel = (_call("CancelKeyDeletion", key),) if pending else ()
    enable = () if key.status is KeyStatus.ENABLED else (_call("EnableKey", key),)
    return Plan(calls=(*cancel, *enable), says=_says(action, key), warnings=tuple(_warnings(key, pending=pending)))


def _says(action: Action, key: KeyState) -> str:
    held = f"; {name_secrets(action.held)} can be read again" if action.held else ""
    return f"key {key.arn} is enabled{held}"


def _warnings(key: KeyState, *, pending: bool) -> list[str]:
    said = []
    if pending and key.has_replicas:
        said.append("its replicas in other Regions are put back each in its own Region")
    if key.is_imported and pending:
        said.append("its material came from outside: if that has expired meanwhile, import it again")
    if key.has_custom_store:
        said.append("its material lies in a custom key store: KMS cannot tell whether the store still has it")
    return said


def _call(operation: str, key: KeyState) -> Call:
    return Call(service="kms", operation=operation, parameters={"KeyId": key.id})


ACT = Act(
    kind=ActionKind.RESCUE_KEY,
    label="Put key back",
    consequence="The key's deletion is cancelled and the key enabled, so that whoever may use it can again.",
    needs=frozenset({Need.KEY}),
    calls=frozenset({"kms:CancelKeyDeletion", "kms:EnableKey"}),
    settle=_settle,
    plan=_plan,
)
