"""A secret is tied to one of an account that nobody vouches for: its values go there, or come from there.

A copy in another account follows every rotation, and whoever reads it there leaves no record here. A secret that is
such a copy has the value that the other account writes: whoever holds the primary decides what your programs connect
with.

Source: Secrets Manager user guide, replicate secrets across accounts; API reference, DescribeSecret
(CrossAccountReplicas, CrossAccountPrimary).
"""

from __future__ import annotations

from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.aws_policies.policy_conditions import account_of
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.checks import Check, Example, Verdict, Violation
from nightlatch.domain.posture.examples import NOW, a_secret
from nightlatch.domain.posture.practices import Practice
from nightlatch.domain.posture.secrets import ReplicaPosture, SecretPosture
from nightlatch.domain.posture.terms import Terms
from nightlatch.domain.posture.unseen import seen


def evaluate(secret: SecretPosture, terms: Terms) -> Verdict:
    """Fire on a copy in, or a primary of, an account that is neither this one nor trusted."""
    abroad = [one for one in seen(secret.replicas) if one.arn is not None]
    going = [one for one in abroad if _is_strange(one.account_id, secret, terms)]
    if going:
        which = ", ".join(sorted({one.place for one in going}))
        return Violation(
            reason=f"it is copied to {which}, neither this one nor trusted",
            evidence=tuple(f"{one.arn or 'without an ARN'}: {one.status}" for one in going),
            values=(("replica", going[0].arn or "REPLICA_ARN"),),
        )
    primary = seen(secret.foreign_primary)
    if primary is not None and _is_strange(account_of(primary), secret, terms):
        whose = account_of(primary) or "that cannot be read off its ARN"
        return Violation(
            reason=f"its values come from account {whose}, neither this one nor trusted",
            evidence=(primary,),
            command=_STOP,
        )
    return None


def _is_strange(account: str | None, secret: SecretPosture, terms: Terms) -> bool:
    """Tell whether an account is a stranger's; one that cannot be read off is."""
    return account is None or not (account == secret.account_id or terms.inventory.trusts(account))


_STOP = "aws secretsmanager stop-replication-to-replica --region {region} --secret-id {arn}"
_STRANGER = "999988887777"
_ELSEWHERE = f"arn:aws:secretsmanager:eu-west-1:{_STRANGER}:secret:copy-AbCdEf"
_TO_A_STRANGER = a_secret(replicas=(ReplicaPosture(region="eu-west-1", status="InSync", arn=_ELSEWHERE),))
_TRUSTING = Terms(now=NOW, inventory=Inventory(trusted_accounts=frozenset({_STRANGER})))

CHECK = Check(
    id="replicas.foreign-account",
    practice=Practice.PILLAR,
    about=SecretPosture,
    title="It is tied to a secret of an account that nobody vouches for",
    severity=Severity.HIGH,
    evaluate=evaluate,
    remedy=(
        "Ask whose account that is: yours or a partner's belongs into the trusted accounts of the policy. Else untie "
        "it; what was copied stays there, so change the credential afterwards. A copy that no longer follows its "
        "primary keeps the last value and needs a rotation of its own."
    ),
    command=(
        "aws secretsmanager disassociate-cross-account-replica --region {region} --secret-id {arn} "
        "--cross-account-replica-arn {replica}"
    ),
    sources=("Secrets Manager user guide, cross-account-replicate-secrets", "Secrets Manager API, DescribeSecret"),
    well_architected=("SEC03-BP07", "SEC03-BP09"),
    of_managed=True,
    blind_spots=(
        "A copy that was untied from here is no longer listed, and what it holds is not known. Whether the accounts "
        "are of one organisation is not looked at."
    ),
    examples=(
        Example(name="copied to a stranger", posture=_TO_A_STRANGER, violates=True, severity=Severity.HIGH),
        Example(name="written by a stranger", posture=a_secret(foreign_primary=_ELSEWHERE), violates=True),
        Example(name="copied to a trusted account", posture=_TO_A_STRANGER, violates=False, terms=_TRUSTING),
        Example(
            name="written by a trusted account",
            posture=a_secret(foreign_primary=_ELSEWHERE),
            violates=False,
            terms=_TRUSTING,
        ),
        Example(
            name="copied to another Region",
            posture=a_secret(replicas=(ReplicaPosture(region="eu-central-1", status="InSync"),)),
            violates=False,
        ),
        Example(name="no copy", posture=a_secret(), violates=False),
    ),
)
