"""Makes the replicas again that were taken away: the primary still has the value, so nothing is lost but time.

A replica bears the name and suffix of its primary, so readers in its Region find it under the same ARN. Until it is
whole they find nothing; labels of ours may be lacking there. A secret of the same name that stands alone is never
overwritten: that is what becomes of a replica which was promoted, and AWS has no way back from that.

Source: Secrets Manager API reference, RemoveRegionsFromReplication, ReplicateSecretToRegions
(ForceOverwriteReplicaSecret), StopReplicationToReplica; design facts 5.1 and 6.5. That a replica which is made again
has the old suffix follows from the primary's, and only a real account can tell how soon the name is free again.
"""

from __future__ import annotations

from dataclasses import replace

from nightlatch.acts.on_secret import our_secret
from nightlatch.domain.answering.acting import Act, Call, Need, Plan, Seen, Terms
from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.errors import NothingToRestore, Refused
from nightlatch.domain.secret.metadata import ReplicaSettings


def _settle(action: Action, seen: Seen, terms: Terms) -> Action:
    """Choose the Regions once: those that the call took away, else those that the last snapshot with any shows.

    Raises:
        NotFound: The secret is not there.
        Refused: It is a replica itself, another service owns it, or it waits to be deleted.
        NothingToRestore: Nobody knows of any replica.
    """
    del terms
    secret = our_secret(action, seen)
    if secret.deleted_at is not None:
        raise Refused(f"secret {secret.name} is scheduled for deletion; restore it first")
    newest = sorted(seen.snapshots, key=lambda one: one.taken_at, reverse=True)
    shown = next((one.metadata.replicas for one in newest if one.metadata.replicas), ())
    regions = action.regions or tuple(one.region for one in shown)
    if not regions:
        raise NothingToRestore(f"secret {secret.name}: no snapshot shows a replica of it, and no call took one away")
    return replace(action, regions=tuple(sorted(regions)))


def _plan(action: Action, seen: Seen) -> Plan:
    secret = our_secret(action, seen)
    says = f"secret {secret.name} is replicated again to {', '.join(action.regions)}; AWS copies it in the background"
    missing = [region for region in action.regions if region not in secret.replica_regions]
    if not missing:
        return Plan(calls=(), says=says)
    keys = {region: _key_of(region, seen) for region in missing}
    wanted = [{"Region": region, **({"KmsKeyId": key} if key else {})} for region, key in keys.items()]
    call = Call(
        service="secretsmanager",
        operation="ReplicateSecretToRegions",
        parameters={"SecretId": secret.arn, "AddReplicaRegions": wanted, "ForceOverwriteReplicaSecret": False},
    )
    unknown = [region for region in missing if _settings(region, seen) is None]
    return Plan(calls=(call,), says=says, warnings=tuple(map(_under_the_key_of_aws, unknown)))


def _settings(region: str, seen: Seen) -> ReplicaSettings | None:
    """Give what the newest snapshot that shows a replica in a Region says of it."""
    newest = sorted(seen.snapshots, key=lambda one: one.taken_at, reverse=True)
    shown = (one for snapshot in newest for one in snapshot.metadata.replicas if one.region == region)
    return next(shown, None)


def _key_of(region: str, seen: Seen) -> str | None:
    found = _settings(region, seen)
    return found.key_id if found is not None else None


def _under_the_key_of_aws(region: str) -> str:
    return f"no snapshot shows which key the replica in {region} had, so it gets aws/secretsmanager"


ACT = Act(
    kind=ActionKind.REPLICATE_AGAIN,
    label="Replicate again",
    consequence="The value is copied to the Regions where it was; a secret of the same name there is left alone.",
    needs=frozenset({Need.SECRET, Need.SNAPSHOTS}),
    calls=frozenset({"secretsmanager:ReplicateSecretToRegions"}),
    settle=_settle,
    plan=_plan,
)
