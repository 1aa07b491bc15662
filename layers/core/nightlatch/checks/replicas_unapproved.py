"""A replica lies in a Region that you did not approve: other people, other laws, and maybe nobody who watches.

Source: Secrets Manager user guide, replicate secrets; API reference, DescribeSecret (ReplicationStatus).
"""

from __future__ import annotations

from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.checks import Check, Example, Spared, Verdict, Violation
from nightlatch.domain.posture.examples import NOW, a_secret
from nightlatch.domain.posture.practices import Practice
from nightlatch.domain.posture.secrets import ReplicaPosture, SecretPosture
from nightlatch.domain.posture.terms import Terms
from nightlatch.domain.posture.unseen import seen


def evaluate(secret: SecretPosture, terms: Terms) -> Verdict:
    """Fire where Regions were approved and a replica is in none of them."""
    if not terms.inventory.approved_regions:
        return Spared("no Regions were approved in the policy")
    outside = sorted(
        one.region
        for one in seen(secret.replicas)
        if one.arn is None and terms.inventory.approves_region(one.region) is False
    )
    if not outside:
        return None
    return Violation(
        reason=f"it has a replica in {', '.join(outside)}, which the policy does not approve",
        values=(("replica", outside[0]),),
    )


_AWAY = a_secret(replicas=(ReplicaPosture(region="sa-east-1", status="InSync"),))


def _approving(*regions: str) -> Terms:
    return Terms(now=NOW, inventory=Inventory(approved_regions=frozenset(regions)))


CHECK = Check(
    id="replicas.unapproved",
    practice=Practice.PILLAR,
    about=SecretPosture,
    title="A replica is in a Region that nobody approved",
    severity=Severity.HIGH,
    evaluate=evaluate,
    remedy=(
        "Ask who made it, and why. Take it away where nobody needs it: whoever reads the secret there fails at "
        "once. Or approve the Region in the policy."
    ),
    command=(
        "aws secretsmanager remove-regions-from-replication --region {region} --secret-id {arn} "
        "--remove-replica-regions {replica}"
    ),
    sources=("Secrets Manager user guide, replicate-secrets",),
    well_architected=("SEC07-BP02", "SEC03-BP05"),
    blind_spots=(
        "A replica that was promoted is a secret of its own, and is audited in its own Region. A copy "
        "in another account is replicas.foreign-account's. The command names the first Region."
    ),
    examples=(
        Example(name="outside", posture=_AWAY, violates=True, terms=_approving("eu-west-1", "eu-central-1")),
        Example(name="inside", posture=_AWAY, violates=False, terms=_approving("eu-west-1", "sa-east-1")),
        Example(name="none is approved", posture=_AWAY, violates=False),
        Example(name="no replica", posture=a_secret(), violates=False, terms=_approving("eu-west-1")),
    ),
)
