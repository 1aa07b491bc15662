"""Creates a destroyed secret again from the vault: same name, value, description, tags, key, policy and replicas.

It comes back under the key that its value was copied from, whatever key it was moved to afterwards: that may be a
thief's. Two people may choose another. Its ARN gets a new ending, its versions before the last stay in the vault, and
its rotation stays off until a person turns it on (ruling 11). Where somebody has created the name again, only two
people may put the old value into theirs (ruling 9). What of a deletion is not final yet is cancelled instead, once.

Source: Secrets Manager API reference, CreateSecret (ClientRequestToken makes it idempotent and becomes the version's
id), PutResourcePolicy, ReplicateSecretToRegions; aws.md 5.1: a name stays held for 5 to 27 seconds after a deletion by
force. Only a real account can tell what DescribeSecret says in these seconds, and whether a secret and its first
version bear the same CreatedDate.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from nightlatch.acts.remaking import SERVICE, Lost, cancelled, completed, created, put, warnings_of
from nightlatch.domain.answering.acting import Act, Moved, Need, Plan, Seen, Sequel, Terms
from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.errors import NothingToRestore, Refused
from nightlatch.domain.event.secrets import SecretRef, secret_ref
from nightlatch.domain.recovering.resurrection import (
    by_digest,
    last_metadata,
    last_replicas,
    last_value,
)
from nightlatch.domain.secret.copies import Copy, client_token
from nightlatch.domain.secret.metadata import SecretMetadata
from nightlatch.domain.secret.versions import SecretState, why_not_ours

_TWO = 2
_AT_ONCE = timedelta(seconds=10)  # a secret and its first version are made by one call; AWS writes both times


def _settle(action: Action, seen: Seen, terms: Terms) -> Action:
    """Choose copy and snapshot, once, and note the namesake that two people are asked about."""
    secret = _secret(action)
    reason = why_not_ours(seen.secret) if seen.secret is not None else None
    if terms.by_policy and not terms.protection.resurrects:
        reason = reason or f"secret {secret.name}: the policy resurrects nothing by itself (protect.resurrect, a vault)"
    if reason is not None:
        raise Refused(reason)
    copy = last_value(seen.copies, secret, seen.last_current)
    if copy is None:
        raise NothingToRestore(_no_copy(secret))
    kept = last_metadata(seen.snapshots, copy.secret_arn, action.at)
    if kept is None:
        raise NothingToRestore(f"secret {secret.name}: no snapshot of its metadata is kept; its value is in {copy.id}")
    reason = _why_not_ours(kept.metadata, copy.secret)
    if reason is not None:
        raise Refused(reason)
    doubted = tuple(terms.suspects & {copy.version_id})
    settled = replace(action, secret=copy.secret, copy=copy.id, snapshot=kept.digest, avoid=doubted)
    if seen.secret is None or _is_ours(seen.secret, copy) or seen.secret.arn == copy.secret_arn:
        return settled
    if terms.by_policy:
        raise Refused(_created_again(seen.secret, copy.secret_arn))
    return replace(settled, target=seen.secret.arn)


def _no_copy(secret: SecretRef) -> str:
    earlier = f"; an earlier one of its name: nightlatch restore {secret.name}" if secret.is_full else ""
    return (
        f"the vault holds no copy of {secret.text}, and without one nobody can bring a deleted secret back; check the"
        f" name; the policy opts secrets in beforehand (snapshots.vault){earlier}"
    )


def _why_not_ours(metadata: SecretMetadata, secret: SecretRef) -> str | None:
    if metadata.owning_service:
        return f"secret {metadata.name} was managed by {metadata.owning_service}; use that service to create it again"
    if metadata.primary_region not in {None, secret.region}:
        return f"secret {metadata.name} was a replica; replicate it again from {metadata.primary_region}"
    return None


def _created_again(there: SecretState, old: str) -> str:
    return (
        f"secret {there.name} was created again by somebody, as {there.arn}; no resurrection (ruling 9). Two people may"
        f" put the vault's value into it: nightlatch restore {old}"
    )


def _plan(action: Action, seen: Seen) -> Plan:
    lost = _lost(action, seen)
    there = seen.secret
    if there is None or (there.arn == lost.arn and there.deleted_at is not None):
        calls = (*cancelled(there), created(lost), *completed(lost, None, None))
        return Plan(
            calls=calls, says=f"resurrected secret {lost.metadata.name}", warnings=warnings_of(lost, action.avoid)
        )
    if there.arn == lost.arn:
        says = f"secret {there.name} is there, under the ARN that it had; nothing had to be resurrected"
        return Plan(calls=(), says=says)
    if there.arn == action.target:
        calls = () if there.version(lost.token) is not None else (put(lost, there),)
        return Plan(calls=calls, says=f"put the vault's last value of {lost.arn} into {there.arn}; nothing else")
    if not _is_ours(there, lost.copy):
        raise Refused(_created_again(there, lost.arn))
    return Plan(
        calls=tuple(completed(lost, there, seen.metadata)),
        says=_said(lost, there),
        warnings=warnings_of(lost, action.avoid),
    )


def _lost(action: Action, seen: Seen) -> Lost:
    """Find again what was settled.

    Raises:
        NothingToRestore: Copy or snapshot have expired meanwhile.
    """
    arn = _secret(action).text
    copy = next((one for one in seen.copies if one.id == action.copy), None)
    kept = by_digest(seen.snapshots, arn, action.snapshot)
    if copy is None or kept is None:
        raise NothingToRestore(f"secret {action.name}: its copy or its snapshot is no longer kept")
    replicas = {one.region: one.key_id for one in last_replicas(seen.snapshots, kept)}
    then = by_digest(seen.snapshots, copy.secret_arn, copy.metadata_digest)
    return Lost(
        arn=arn,
        copy=copy,
        metadata=kept.metadata,
        replicas=replicas,
        at=action.at,
        copied_as=then.metadata if then is not None else None,
        chosen_key=action.key_id,
    )


def _said(lost: Lost, there: SecretState) -> str:
    """Tell the new ARN first: it is what others need."""
    made = there.version(lost.token)
    took = (made.created_at - lost.at).total_seconds() if made and made.created_at and lost.at else None
    when = f" {max(took, 0):.0f} s after it was destroyed" if took is not None else ""
    value = f"with the value of version {lost.copy.version_id}"
    if lost.metadata.rotation.enabled:
        value += "; its rotation is off until you turn it on"
    return f"resurrected secret {there.name}{when} as {there.arn}, {value}"


def _sequel(action: Action, seen: Seen) -> Sequel:
    """Offer its rotation, and have told who still points to the old ARN."""
    lost, there = _lost(action, seen), seen.secret
    if there is None or there.arn in {lost.arn, action.target}:
        return Sequel()
    secret = secret_ref(there.arn, account_id="", region="", by_aws=True)
    turn_on = Action(kind=ActionKind.TURN_ON_ROTATION, secret=secret, snapshot=action.snapshot, was=lost.arn)
    return Sequel(offers=(turn_on,) if lost.metadata.rotation.enabled else (), moved=Moved(old=lost.arn, new=there.arn))


def _people(action: Action, seen: Seen) -> int:
    """Ask two where the value goes into a secret that somebody else created (ruling 9), or under a key new to it."""
    return 1 if not action.target and _lost(action, seen).keeps_its_key else _TWO


def _is_ours(there: SecretState, copy: Copy) -> bool:
    """Tell whether it was created with the version that our token makes.

    Two people may have put that version into what somebody else created: that secret stays somebody else's.
    """
    made = there.version(client_token(copy))
    if made is None or made.created_at is None or there.created_at is None:
        return False
    return made.created_at - there.created_at < _AT_ONCE


def _secret(action: Action) -> SecretRef:
    if action.secret is None:
        raise Refused("a resurrection names the secret that is gone")
    return action.secret


ACT = Act(
    kind=ActionKind.RESURRECT,
    label="Resurrect",
    consequence=(
        "The secret is created again from the vault, under a new ARN, with its last value, tags, key, policy and "
        "replicas. Its rotation stays off."
    ),
    needs=frozenset({Need.NAMESAKE, Need.METADATA, Need.SNAPSHOTS, Need.COPIES}),
    calls=frozenset(
        f"{SERVICE}:{operation}"
        for operation in (
            "RestoreSecret",
            "CreateSecret",
            "PutSecretValue",
            "ValidateResourcePolicy",
            "PutResourcePolicy",
            "ReplicateSecretToRegions",
        )
    ),
    settle=_settle,
    plan=_plan,
    people=_people,
    sequel=_sequel,
)
