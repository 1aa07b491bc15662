"""Plants decoys, tries them, and takes them away: what is done is said in the registry first, and done after.

These are the only writes to Secrets Manager that do not go through the responder. It would show in the trail as the
maker of each decoy, and to take one away it would need the right to delete secrets, which it must never have.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from nightlatch.domain.account.decoy_wishes import checked_memo, checked_name
from nightlatch.domain.account.decoys import MOST_DECOYS, TENDED_FOR, Decoy, Deed, Kind, Planted, Tending
from nightlatch.domain.answering.decoy_notes import decoy_removed
from nightlatch.domain.answering.policy import Policy
from nightlatch.domain.errors import NotFound, Refused, WorldMoved
from nightlatch.domain.event.principals import Principal
from nightlatch.service.approve import approver_of
from nightlatch.service.canary_ports import CanaryPorts, Neighbour
from nightlatch.service.ports import Notice

SHORTEST_WINDOW, LONGEST_WINDOW = 7, 30  # days


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantWish:
    """What somebody asks for."""

    name: str
    memo: str
    kind: Kind
    like: str = ""  # the secret whose description, tags and key it takes over; none where empty


@dataclass(frozen=True, slots=True, kw_only=True)
class Planting:
    """What would be done, as shown before anybody says yes."""

    decoy: Decoy
    like: Neighbour | None = None
    is_begun: bool = False  # there is an entry already, and what happened since it was written counts
    leaving: Decoy | None = None  # as it is where it waits to be deleted, and is taken back


def plan_planting(wish: PlantWish, *, by: Principal, policy: Policy, ports: CanaryPorts, now: datetime) -> Planting:
    """Plan a decoy; nothing is written.

    Raises:
        Unauthorised: Whoever asks is no approver.
        Refused: The name is taken, or name or memo are none, or there are too many decoys.
        NotFound: There is no secret to look like.
        Unavailable: AWS could not be asked.
    """
    title = approver_of(by, policy).title
    name, memo = checked_name(wish.name), checked_memo(wish.memo)
    planted = ports.registry.all()
    known = _entry(planted, name, by)
    begun = known if known is not None and known.stands(now) else None
    _refuse_taken(name, begun, ports)
    if known is None and len(planted.decoys) >= MOST_DECOYS:
        raise Refused(f"there are {MOST_DECOYS} decoys, which is the most; remove one first")
    leaving = begun if begun is not None and begun.arn else None
    like = ports.neighbours.named(wish.like) if wish.like and leaving is None else None
    decoy = Decoy(
        name=name,
        account_id=by.account_id or "",
        region=ports.region,
        memo=memo,
        kind=begun.kind if begun else wish.kind,
        by=title,
        planted_at=begun.planted_at if begun else now,
        token=begun.token if begun else ports.mint(),
        arn=begun.arn if begun else "",
        tendings=begun.tendings if begun else (),
        revision=known.revision if known else 0,
    )
    return Planting(decoy=decoy, like=like, is_begun=begun is not None, leaving=leaving)


def _refuse_taken(name: str, begun: Decoy | None, ports: CanaryPorts) -> None:
    """Refuse a name that somebody uses; a decoy is not looked at, for that would be a touch."""
    if begun is not None:
        if begun.arn and begun.leaves_at is None:
            raise Refused(f"{name} is a decoy already; nightlatch canary remove {name} takes it away")
        return
    standing = ports.ground.look(name)
    if standing is not None:
        why = "waits to be deleted and holds the name until then" if standing.is_leaving else "is there already"
        raise Refused(f"a secret of the name {name} {why}, and is no decoy; choose another name")


def plant(planting: Planting, *, by: Principal, ports: CanaryPorts, now: datetime) -> Decoy:
    """Make the decoy, or take it back; from now on whoever touches it is told.

    Raises:
        Refused: AWS refused it, or the name was taken meanwhile; nothing is left of it.
        Unavailable: AWS could not be asked; plant it again, and what was begun is gone on with.
    """
    begun = planting.decoy if planting.is_begun else replace(planting.decoy, planted_at=now)
    decoy = ports.registry.keep(begun.with_tending(_word(begun, Deed.PLANT, by, now)))
    if planting.leaving is not None:
        return _taken_back(decoy, planting.leaving, ports)
    try:
        arn = _made(decoy, planting.like, ports)
    except Refused:
        ports.registry.forget(decoy)
        raise
    return ports.registry.keep(replace(decoy, arn=arn))


def _taken_back(decoy: Decoy, leaving: Decoy, ports: CanaryPorts) -> Decoy:
    try:
        ports.ground.restore(decoy)
    except (NotFound, Refused) as refusal:
        ports.registry.keep(replace(leaving, tendings=decoy.tendings, revision=decoy.revision))
        raise Refused(f"{refusal}; it is leaving as before") from refusal
    return decoy


def _made(decoy: Decoy, like: Neighbour | None, ports: CanaryPorts) -> str:
    """Give the ARN of what was made now, or by an attempt whose end nobody saw."""
    try:
        return ports.ground.create(decoy, like)
    except WorldMoved:
        standing = ports.ground.look(decoy.name)
        if standing is not None and decoy.token in standing.versions:
            return standing.arn
        raise Refused(f"a secret of the name {decoy.name} was made meanwhile; choose another name") from None


def find(name: str, *, by: Principal, ports: CanaryPorts, now: datetime) -> Decoy:
    """Find a decoy that stands.

    Raises:
        NotFound: There is none of this name.
        Refused: It is leaving already, or was never finished.
        Unavailable: The registry could not be asked.
    """
    found = _entry(ports.registry.all(), name, by)
    if found is None or not found.stands(now):
        raise NotFound(f"{name} is no decoy of this nightlatch; nightlatch canary list shows which there are")
    if found.leaves_at is not None:
        raise Refused(
            f"the decoy {name} is leaving: AWS deletes it after {found.leaves_at:%Y-%m-%d %H:%M} UTC; nightlatch canary"
            f" plant {name} takes it back"
        )
    if not found.arn:
        raise Refused(f"planting {name} was begun and not finished; nightlatch canary plant {name} goes on with it")
    return found


def window_of(decoy: Decoy, policy: Policy) -> int:
    """Give the days that AWS shall wait: the shortest that a guard, if the secret has one, lets through."""
    protection = policy.protection_of(decoy.name)
    least = protection.min_window_days if protection.is_guarded else SHORTEST_WINDOW
    return min(max(least, SHORTEST_WINDOW), LONGEST_WINDOW)


def remove(decoy: Decoy, *, by: Principal, policy: Policy, ports: CanaryPorts, now: datetime) -> Decoy:
    """Say that the decoy goes, tell everybody, and schedule its deletion.

    Raises:
        Unauthorised: Whoever asks is no approver.
        Refused: AWS refused it, or somebody else changed the entry; it stands as before.
        Unavailable: AWS could not be asked; it stands as before.
    """
    approver_of(by, policy)
    said = ports.registry.keep(decoy.with_tending(_word(decoy, Deed.REMOVE, by, now, policy)))
    incident, _ = ports.incidents.fold(decoy_removed(decoy, by, now), policy_digest=policy.digest)
    ports.dispatch.alert(Notice(incident.id, f"revision-{incident.revision}"))
    try:
        leaves_at = ports.ground.delete(said, window_of(decoy, policy))
    except NotFound:  # somebody else deleted it, which was told as it happened
        leaves_at = now
    return ports.registry.keep(replace(said, leaves_at=leaves_at))


def fire(decoy: Decoy, *, by: Principal, policy: Policy, ports: CanaryPorts, now: datetime) -> Decoy:
    """Say that a test comes, and touch the decoy.

    Raises:
        Unauthorised: Whoever asks is no approver.
        NotFound: It is gone.
        Refused: A permission is missing.
        Unavailable: AWS could not be asked.
    """
    approver_of(by, policy)
    said = ports.registry.keep(decoy.with_tending(_word(decoy, Deed.FIRE, by, now, policy)))
    ports.ground.touch(said)
    return said


def _entry(planted: Planted, name: str, by: Principal) -> Decoy | None:
    return next((one for one in planted.decoys if (one.name, one.account_id) == (name, by.account_id)), None)


def _word(decoy: Decoy, deed: Deed, by: Principal, now: datetime, policy: Policy | None = None) -> Tending:
    title = approver_of(by, policy).title if policy is not None else decoy.by
    return Tending(deed=deed, by=by.arn or by.key, title=title, since=now, until=now + TENDED_FOR)
