"""Makes an earlier version current again by moving one label, if the version that was seen as current still is.

No value is read and none is written, unless the version is gone and the vault holds it: then its value comes back as a
new version, whose id follows from the copy, so that trying again makes no second one. Whether the older value still
opens the door behind it, only its owner knows: the warnings say what speaks against it.

Source: Secrets Manager user guide, roll-back-secret; API reference, UpdateSecretVersionStage (a move names the version
that bears the label now, which makes it a compare-and-set) and PutSecretValue (idempotent by ClientRequestToken, which
becomes the version's id).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from nightlatch.acts.on_secret import move_label, our_secret
from nightlatch.domain.answering.acting import Act, Call, Need, Plan, Seen, Terms
from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.errors import WorldMoved
from nightlatch.domain.event.principals import short_name
from nightlatch.domain.recovering.rollbacks import (
    current_of,
    is_back_already,
    plan_rollback,
    refuse_to_bring_back,
    refuse_unfit,
    warnings_of,
    went_back,
)
from nightlatch.domain.recovering.vaulted_versions import vaulted_copy, vaulted_version_at, was_before
from nightlatch.domain.secret.copies import Copy, client_token
from nightlatch.domain.secret.version_names import version_meant
from nightlatch.domain.secret.versions import CURRENT, SecretState, Version

_TWO = 2
MOST_NAMED = 5


def _settle(action: Action, seen: Seen, terms: Terms) -> Action:
    """Choose the version to go back to, once, and hold on to the one that is left.

    Nobody is led to a version that another offer goes back from. Who names it gets it, and is warned.
    """
    secret = our_secret(action, seen)
    if action.copy is not None:  # the command line settled it, to show it: `to` is what the copy becomes
        return _settle_on_copy(action, secret, _copy(action, seen) or vaulted_copy(action.to or "", secret, seen))
    doubted = tuple(sorted(terms.suspects - {action.away_from, *action.avoid}))
    to = _named(action.to, secret, seen)
    if to is None and action.at is not None:
        to = vaulted_version_at(action.at, secret, seen)
    if to is not None and (secret.version(to) is None or was_before(to, seen)):
        return _settle_on_copy(action, secret, vaulted_copy(to, secret, seen))
    if to is None and is_back_already(secret, action.away_from, action.avoid):
        return replace(action, to=current_of(secret).id)
    if to is None:
        refuse_to_bring_back(secret, doubted)
    avoid = (*action.avoid, *doubted)
    plan = plan_rollback(secret, away_from=action.away_from, to=to, avoid=avoid)
    return replace(action, away_from=plan.away_from, to=plan.to, avoid=avoid)


def _named(name: str | None, secret: SecretState, seen: Seen) -> str | None:
    """Write the id out where a person gave a label or the beginning of it, as messages show it."""
    if name is None:
        return None
    return version_meant(name, secret, (one.version_id for one in seen.copies)) or name


def _settle_on_copy(action: Action, secret: SecretState, copy: Copy) -> Action:
    refuse_unfit(secret)
    current = current_of(secret)
    if action.away_from is not None and action.away_from != current.id:
        raise WorldMoved(f"secret {secret.name}: version {action.away_from} is no longer current; plan again")
    return replace(action, away_from=current.id, to=client_token(copy), copy=copy.id)


def _plan(action: Action, seen: Seen) -> Plan:
    secret = our_secret(action, seen)
    current = secret.current
    if action.to is None or current is None or current.id not in {action.to, action.away_from}:
        now_current = current.id if current else "none"
        raise WorldMoved(
            f"secret {secret.name}: version {now_current} is current, neither {action.away_from} nor {action.to};"
            " somebody writes it now, plan the rollback again"
        )
    is_done = current.id == action.to
    return Plan(
        calls=() if is_done else (_call(action, secret, action.to),),
        says=(
            f"rolled secret {secret.name} back from version {action.away_from} to {_target(action, seen)};"
            f" to redo: nightlatch rollback {secret.name} --to {action.away_from}"
        ),
        already=f"secret {secret.name} was rolled back already; version {action.to} is current",
        shows=(_shown(action, secret, seen), *_read_by(seen)),
        warnings=_warnings(action, secret, seen),
    )


def _shown(action: Action, secret: SecretState, seen: Seen) -> str:
    """Say which version would take the place of which: when they were made tells people more than their ids."""
    left, target, copy = secret.version(action.away_from or ""), secret.version(action.to or ""), _copy(action, seen)
    after = f"the vault's copy of version {copy.version_id}, taken {copy.taken_at:%d %b %H:%M} UTC" if copy else None
    if after and copy and copy.secret_arn in seen.earlier:
        after += f", of {copy.secret_arn}, which this secret was before nightlatch created it again,"
    return f"{after or _made(target)} becomes current instead of {_made(left)}"


def _read_by(seen: Seen) -> tuple[str, ...]:
    """Say who has the newer value already: they may work with it, and are the ones that going back concerns."""
    if not seen.readers:
        return ("nobody is known to have read the newer value",) if seen.readers == () else ()
    names = [short_name(one) for one in seen.readers]
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return (f"the newer value was read by {', '.join(names[:MOST_NAMED])}{more}",)


def _made(version: Version | None) -> str:
    if version is None:
        return "a version that is gone"
    made = f" of {version.created_at:%d %b %H:%M} UTC" if version.created_at else ""
    return f"the version{made} ({version.id[:8]})"


def _call(action: Action, secret: SecretState, to: str) -> Call:
    if action.copy is None or secret.version(to) is not None:
        return move_label(secret, CURRENT, to=to, away_from=action.away_from)
    return Call(
        service="secretsmanager",
        operation="PutSecretValue",
        parameters={"SecretId": secret.arn, "ClientRequestToken": to},
        version_id=to,
        value_from=action.copy,
    )


def _target(action: Action, seen: Seen) -> str:
    copy = _copy(action, seen)
    return f"{action.to}, which has the value of version {copy.version_id} from the vault" if copy else str(action.to)


def _copy(action: Action, seen: Seen) -> Copy | None:
    return next((one for one in seen.copies if one.id == action.copy), None)


def _warnings(action: Action, secret: SecretState, seen: Seen) -> tuple[str, ...]:
    target = secret.version(action.to or "")
    warnings = warnings_of(secret, target)
    if action.to in action.avoid:
        warnings = (*warnings, f"it is offered to go back from version {action.to}, too: look who wrote it")
    if action.at is not None and went_back(secret):
        warnings = (*warnings, _unseen(action.at, secret))
    copy = _copy(action, seen)
    if copy is not None and not seen.is_its_own(copy.secret_arn):
        return (*warnings, f"the copy is of {copy.secret_arn}, which was deleted; this secret only bears its name")
    return warnings


def _unseen(at: datetime, secret: SecretState) -> str:
    return (
        f"this is the version that was made last before {at:%Y-%m-%d %H:%M} UTC; AWSCURRENT was moved back to an older"
        " one, and if that was before then, this is not what readers got: see when by nightlatch timeline"
        f" {secret.name}"
    )


def _people(action: Action, seen: Seen) -> int:
    """Ask two where a rotation manages the value, for the database may no longer know the older password.

    And where the value comes from a secret that was deleted into another one that bears its name (product.md 2.2).
    """
    secret, copy = our_secret(action, seen), _copy(action, seen)
    is_of_another = copy is not None and not seen.is_its_own(copy.secret_arn)
    return _TWO if secret.rotation_enabled or is_of_another else 1


ACT = Act(
    kind=ActionKind.ROLL_BACK,
    label="Roll back",
    consequence=(
        "Readers will get the version from before this change. The database or service that it opens does not follow."
    ),
    needs=frozenset({Need.SECRET, Need.COPIES, Need.READERS}),
    calls=frozenset({"secretsmanager:UpdateSecretVersionStage", "secretsmanager:PutSecretValue"}),
    settle=_settle,
    plan=_plan,
    people=_people,
)
