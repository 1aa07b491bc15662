"""Puts parts of a secret's metadata back as a snapshot shows them: policy, tags, key, rotation, description.

Byte for byte where AWS keeps bytes. A policy is checked by AWS before it replaces another, and never put back where it
would make the secret public. Rotation is turned on without rotating: its function's test step runs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from nightlatch.acts.on_secret import our_secret
from nightlatch.domain.answering.acting import Act, Need, Plan, Seen, Terms
from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.errors import NothingToRestore, Refused
from nightlatch.domain.guarding.guard_texts import loses_guard
from nightlatch.domain.recovering.putting_back import CALLS, calls_back
from nightlatch.domain.secret.metadata import MetadataSnapshot, SecretMetadata, as_of, changes
from nightlatch.domain.secret.metadata_parts import Part

_TWO = 2


def _settle(action: Action, seen: Seen, terms: Terms) -> Action:
    """Choose the snapshot once: the one that is named, that held at a moment, or else the last that is otherwise."""
    del terms
    secret = our_secret(action, seen)
    if secret.deleted_at is not None:
        raise Refused(f"secret {secret.name} is scheduled for deletion; restore it first: nightlatch restore")
    return replace(action, snapshot=_chosen(action, seen).digest, parts=action.parts or tuple(Part))


def _chosen(action: Action, seen: Seen) -> MetadataSnapshot:
    same = [one for one in seen.snapshots if seen.is_its_own(one.metadata.arn)]
    if action.snapshot is not None:
        found = next((one for one in same if one.digest.startswith(action.snapshot)), None)
    elif action.at is not None:
        found = as_of(same, action.at)
    else:
        wanted = action.parts or tuple(Part)
        found = next((one for one in same if calls_back(_metadata(seen), one.metadata, _parts(wanted))), None)
    if found is None:
        raise NothingToRestore(
            f"secret {action.name}: {_what_is_missing(action)};"
            f" nightlatch snapshots list {action.name} shows what there is"
        )
    return found


def _what_is_missing(action: Action) -> str:
    if action.snapshot is not None:
        return f"there is no snapshot {action.snapshot} of its metadata"
    if action.at is not None:
        return f"no snapshot of its metadata is as old as {action.at:%Y-%m-%d %H:%M} UTC"
    parts = ", ".join(action.parts or tuple(Part))
    return f"every snapshot of its metadata shows the same as now ({parts})"


def _plan(action: Action, seen: Seen) -> Plan:
    our_secret(action, seen)
    now, then = _metadata(seen), _snapshot(action, seen)
    parts = _parts(action.parts)
    what = ", ".join(parts)
    as_it_was = f"as it was at {then.taken_at:%Y-%m-%d %H:%M} UTC"
    return Plan(
        calls=calls_back(now, then.metadata, parts),
        says=f"put {what} of secret {action.name} back {as_it_was}",
        already=f"{what} of secret {action.name} is {as_it_was} already",
        shows=tuple(_shown(now, then.metadata)),
        warnings=tuple(_warnings(now, then.metadata, parts)),
    )


def _snapshot(action: Action, seen: Seen) -> MetadataSnapshot:
    same = [one for one in seen.snapshots if one.digest == action.snapshot]
    # Once it is put back the keeper sees the same state again, later: what was wished is the earlier sight of it.
    found = (as_of(same, action.at) if action.at is not None else None) or next(iter(same), None)
    if found is None:
        raise NothingToRestore(
            f"secret {action.name}: snapshot {action.snapshot} is gone;"
            f" nightlatch snapshots list {action.name} shows what there is"
        )
    return found


def _metadata(seen: Seen) -> SecretMetadata:
    if seen.metadata is None:
        raise Refused("its metadata could not be looked at")
    return seen.metadata


def _parts(names: tuple[str, ...]) -> tuple[Part, ...]:
    return tuple(Part(name) for name in names)


def _shown(now: SecretMetadata, then: SecretMetadata) -> Iterator[str]:
    if then.arn != now.arn:
        yield f"the snapshot is of {then.arn}, which this secret was before nightlatch created it again"


def _warnings(now: SecretMetadata, then: SecretMetadata, parts: tuple[Part, ...]) -> Iterator[str]:
    if not calls_back(now, then, parts):
        return
    if Part.KEY in parts and now.key_id != then.key_id:
        yield "versions that bear only pins stay under the key they have; readers need the right to use the other key"
    if Part.ROTATION in parts and then.rotation.enabled and now.rotation != then.rotation:
        yield "AWS runs the test step of the rotation function now; nothing is rotated before its next window"
    if _takes_guard_off(now, then, parts):
        yield "the guard goes, for there was none then, or another; nightlatch guard apply puts it in again"
    if Part.POLICY in parts and now.policy_text != then.policy_text:
        yield "whoever the policy of now lets in, and that of then does not, is shut out"
    if Part.POLICY in parts and then.arn != now.arn and then.arn in (then.policy_text or ""):
        yield f"the policy of then names the old ARN {then.arn}"
    left = [what for what in changes(now, then) if what.startswith("replica")]
    if left and len(parts) == len(Part):
        yield f"replicas stay as they are ({'; '.join(left)})"


def _takes_guard_off(now: SecretMetadata, then: SecretMetadata, parts: tuple[Part, ...]) -> bool:
    try:
        return Part.POLICY in parts and loses_guard(now.policy_text, then.policy_text)
    except Refused:  # whoever wrote what cannot be read shall not keep it there
        return True


def _people(action: Action, seen: Seen) -> int:
    """Ask two where a guard would go along, as where it is removed by name."""
    goes = _takes_guard_off(_metadata(seen), _snapshot(action, seen).metadata, _parts(action.parts))
    return _TWO if goes else 1


ACT = Act(
    kind=ActionKind.PUT_BACK,
    label="Put back",
    consequence="The secret's policy, tags, key, rotation or description become what the snapshot shows.",
    needs=frozenset({Need.SECRET, Need.METADATA, Need.SNAPSHOTS}),
    calls=frozenset(f"secretsmanager:{operation}" for calls in CALLS.values() for operation in calls),
    settle=_settle,
    plan=_plan,
    people=_people,
)
