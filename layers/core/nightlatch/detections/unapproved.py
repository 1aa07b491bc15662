"""A replica was made where none should be, cut loose from its primary, or taken away.

A replica in an odd Region carries the value out of what is watched, under whatever key the caller names, and one that
is promoted there is a secret of its own that no rotation reaches. The other way, replicas are the latch against a
forced deletion: a primary that has one cannot be deleted, so they are taken away first.

Source: Secrets Manager API reference, ReplicateSecretToRegions (ForceOverwriteReplicaSecret destroys a namesake),
StopReplicationToReplica (called in the replica's Region), RemoveRegionsFromReplication (answers with what is left);
design facts 5.1, 6.5 and 7.2 (A9); ATT&CK T1537, T1578.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.event.events import SecretEvent, secrets_manager
from nightlatch.domain.event.parameters import Parameters
from nightlatch.domain.event.secrets import SecretRef
from nightlatch.domain.history.evidence import Evidence
from nightlatch.domain.history.examples import ACCOUNT, a_person, a_secret, an_event, sightings
from nightlatch.domain.judging.baseline import LATENESS, Baseline
from nightlatch.domain.judging.findings import Remedy, Severity
from nightlatch.domain.judging.key_moves import Place, Standing, standing
from nightlatch.domain.judging.replicas import copies_cut_loose, places_left
from nightlatch.domain.judging.rules import Detection, Example, Match, Verdict, Wait

_STOP, _REMOVE = "StopReplicationToReplica", "RemoveRegionsFromReplication"


def evaluate(event: SecretEvent, baseline: Baseline) -> Verdict:
    """Judge where a replica is made, by which key, and what becomes of it."""
    secret = event.secret
    if secret is None or not event.succeeded:
        return None
    loose = copies_cut_loose(event, baseline)
    if loose is not None:
        made, stopped = loose
        # Of two findings with equal evidence the later text wins: where both are known, the making's.
        what = "a replica was promoted" if event.called(_STOP) else "the replica was promoted"
        return Match(
            reason=f"{what} within 24 hours after it was made: it is a copy that no rotation reaches",
            headline="{who} made a copy of {secrets} in another Region and cut it loose {span}",
            severity=Severity.CRITICAL,
            evidence=Evidence.of(made, stopped),
            secrets=made.secrets[:1],
        )
    if event.called(_STOP):
        return Match(
            reason="the replica is a secret of its own now, that no rotation reaches",
            headline="{who} cut the replica {secrets} loose from its primary",
        )
    if event.called(_REMOVE):
        return _removed(event, secret, baseline)
    said = list(dict.fromkeys(_odd(event, secret, baseline.inventory)))
    return Match(reason="; ".join(said)) if said else None


def _odd(event: SecretEvent, secret: SecretRef, inventory: Inventory) -> Iterator[str]:
    """Say what is odd about the replicas that a call makes, each thing once."""
    replicas = event.request.children("addReplicaRegions")
    if any(inventory.approves_region(replica.text("region") or "") is False for replica in replicas):
        yield "a replica is in a Region that is not approved"
    if any(_has_odd_key(replica, secret, inventory) for replica in replicas):
        yield "a replica is under a key that the caller named and nobody vouches for"
    if replicas and event.request.flag("forceOverwriteReplicaSecret"):
        yield "a secret of the same name in the other Region is overwritten"


def _has_odd_key(replica: Parameters, secret: SecretRef, inventory: Inventory) -> bool:
    """Tell whether a replica's key is a strange one; in an approved Region, which was planned, an own one is not."""
    key, region = replica.text("kmsKeyId"), replica.text("region") or secret.region
    if key is None:
        return False
    whose = standing(key, Place(region, secret.account_id), inventory)
    planned = inventory.approves_region(region) is True and whose is Standing.UNVOUCHED
    return whose is not Standing.VOUCHED and not planned


def _removed(event: SecretEvent, secret: SecretRef, baseline: Baseline) -> Verdict:
    """Tell of the last replicas taken away; while others are left, a deletion is still held up."""
    left = places_left(event, secret, baseline)
    if left:
        return None
    if left is None and not baseline.elapsed:
        return Wait(LATENESS)  # the record of a replica that is left may be late
    known = "no replica is left" if left is not None else "no replica is known to be left"
    return Match(
        reason=f"{known}: nothing holds up a forced deletion",
        headline="{who} took the replicas of {secrets} away",
        severity=Severity.MEDIUM,
        secrets=(secret,),
        remedy=Remedy.REPLICATE,
    )


_HOME = Inventory(approved_regions=frozenset({"eu-west-1", "eu-central-1"}))
_FAR = [{"region": "sa-east-1"}]
_NEAR = [{"region": "eu-central-1"}]
_UNKNOWN = Inventory()
_MALLORY = a_person("mallory")
_THERE = a_secret(region="sa-east-1")


def _replicate(to: object, **more: object) -> SecretEvent:
    request = {"addReplicaRegions": to, **more}
    return an_event("ReplicateSecretToRegions", secret=a_secret(), by=_MALLORY, request=request)


def _remove(left: object) -> SecretEvent:
    request, response = {"removeReplicaRegions": ["eu-central-1"]}, {"replicationStatus": left}
    return an_event(_REMOVE, secret=a_secret(), by=_MALLORY, request=request, response=response)


def _case(
    name: str,
    event: SecretEvent,
    *before: SecretEvent,
    severity: Severity | None = None,
    inventory: Inventory = _UNKNOWN,
) -> Example:
    baseline = Baseline(inventory=inventory, by_principal=sightings([*before, event]))
    return Example(name=name, event=event, fires=severity is not None, severity=severity, baseline=baseline)


_STOPPED = replace(an_event(_STOP, secret=_THERE, by=_MALLORY, after_s=600), region="sa-east-1")
_OWN_KEY = [{"region": "eu-central-1", "kmsKeyId": f"arn:aws:kms:eu-central-1:{ACCOUNT}:key/5678abcd"}]
_HIGH = Severity.HIGH

DETECTION = Detection(
    id="replica.unapproved",
    catalogue="REP-01",
    title="Replica to unapproved place, promoted or removed",
    headline="{who} replicated {secrets} to where no replica should be",
    severity=Severity.HIGH,
    event_names=secrets_manager("ReplicateSecretToRegions", "CreateSecret", _STOP, _REMOVE),
    techniques=("T1537", "T1578"),
    evaluate=evaluate,
    blind_spots=(
        "Without a list of approved Regions no Region is odd. A promotion is seen only where the replica's Region is "
        "watched, and is tied to the replica's making only when one principal did both within a day. What a replica "
        "is read for is in its own Region. Replicas older than ninety days are not known, so a removal may be told "
        "though another replica is left, where the answer does not show it."
    ),
    playbook="""\
Is a plan for disasters being rehearsed? Then its Regions and keys belong on the lists of approved ones.
Not meant: remove the replica from its primary; a copy that is cut loose must be deleted in its own Region.
Promoted: no call makes a replica of it again. Save what was written there, delete it, then replicate the primary anew.
See in the other Region who has read it, and rotate the secret once the copy is gone.
Replicas taken away: make them again (the same ARN, with the value of today), or a forced deletion has its way free.
Look for deletions by the same principal in the next minutes.""",
    examples=(
        _case("to a Region that is not approved", _replicate(_FAR), severity=_HIGH, inventory=_HOME),
        _case("under a key of the caller's", _replicate(_OWN_KEY), severity=_HIGH),
        _case("over a secret of the same name", _replicate(_NEAR, forceOverwriteReplicaSecret=True), severity=_HIGH),
        _case("promoted ten minutes later", _STOPPED, _replicate(_FAR), severity=Severity.CRITICAL),
        _case("the last replica is taken away", _remove([]), severity=Severity.MEDIUM),
        _case("to an approved Region, under a key of ours there", _replicate(_OWN_KEY), inventory=_HOME),
        _case("to some Region, and none is listed", _replicate(_FAR)),
        _case("one of several replicas is taken away", _remove(_FAR)),
    ),
)
