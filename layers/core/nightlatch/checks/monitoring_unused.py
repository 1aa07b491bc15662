"""Nobody has read the secret for a long time: whoever still has its value, or may read it, needs neither.

AWS tells the day of the last read in this Region, of any reader: the keeper of nightlatch counts there, too. Where
reads were counted for as long as the limit, the count has the last word, for it knows nightlatch's own.

Source: Secrets Manager API reference, DescribeSecret (LastAccessedDate, "in the Region"); Security Hub,
SecretsManager.3; AWS Config, secretsmanager-secret-unused (90 days).
"""

from __future__ import annotations

from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.checks import Check, Example, Spared, Verdict, Violation
from nightlatch.domain.posture.examples import NOW, a_secret, a_use, ago
from nightlatch.domain.posture.practices import Practice
from nightlatch.domain.posture.secrets import ReplicaPosture, SecretPosture
from nightlatch.domain.posture.terms import Terms
from nightlatch.domain.posture.unseen import Gap
from nightlatch.domain.posture.use import ReaderUse, SecretUse


def evaluate(secret: SecretPosture, terms: Terms) -> Verdict:
    """Fire when neither AWS nor the count knows of a read within the limit; nobody should read a decoy."""
    if terms.inventory.is_bait(secret.secret, terms.now):
        return None  # as it should be: and no report tells a decoy from a secret that somebody reads
    if secret.created_at is None:
        return Spared("AWS does not say when it was made")
    limit = terms.limits.unused_days
    use = None if isinstance(secret.use, Gap) else secret.use
    if use is not None and any(one.reads > 0 for one in use.consumers):
        return None
    if (terms.now.date() - (secret.last_read or secret.created_at.date())).days > limit:
        read = "nobody has ever read it" if secret.last_read is None else f"it was last read on {secret.last_read}"
    elif use is not None and use.hours >= 24 * limit and terms.age_days(secret.created_at) > limit:
        read = f"none of its reads of the last {use.hours / 24:.0f} days was a consumer's"
    else:
        return None
    return Violation(reason=read, evidence=(f"made on {secret.created_at:%Y-%m-%d}", *_elsewhere(secret)))


def _elsewhere(secret: SecretPosture) -> tuple[str, ...]:
    if isinstance(secret.replicas, Gap):
        return ()
    return tuple(f"its replica in {one.place} may be read: look there" for one in secret.replicas)


_COUNTED = SecretUse(since=ago(days=90), until=NOW, readers=())

CHECK = Check(
    id="monitoring.unused",
    practice=Practice.MONITORING,
    about=SecretPosture,
    title="Nobody reads it",
    severity=Severity.LOW,
    evaluate=evaluate,
    remedy=(
        "Ask its owner, and see who has read it. The day of the last read is of one Region, and a yearly job may need "
        "the secret all the same, so take nothing away by it. Where its owner says that nobody does, deny reads in its "
        "policy for a while and see who is turned away: a policy is put back in a second."
    ),
    command="nightlatch who {name}",
    sources=("Security Hub user guide, SecretsManager.3", "AWS Config, secretsmanager-secret-unused"),
    well_architected=("SEC02-BP05", "SEC03-BP06"),
    covers=("SecretsManager.3", "config:secretsmanager-secret-unused", "prowler:secretsmanager_secret_unused"),
    blind_spots="What reads it once in more days than the limit, and what reads a replica in another Region.",
    examples=(
        Example(
            name="read long ago",
            posture=a_secret(last_read=ago(days=91).date(), use=a_use()),
            violates=True,
        ),
        Example(name="never read", posture=a_secret(last_read=None, use=a_use()), violates=True),
        Example(
            name="counted, and nobody but nightlatch",
            posture=a_secret(last_read=ago(days=1).date(), use=_COUNTED),
            violates=True,
        ),
        Example(
            name="a replica elsewhere",
            posture=a_secret(
                last_read=None, use=a_use(), replicas=(ReplicaPosture(region="us-east-1", status="InSync"),)
            ),
            violates=True,
        ),
        Example(name="read yesterday", posture=a_secret(use=a_use()), violates=False),
        Example(
            name="counted, though AWS does not know yet",
            posture=a_secret(last_read=None, use=a_use(ReaderUse(principal="role/app", reads=1))),
            violates=False,
        ),
        Example(
            name="new, and not read yet",
            posture=a_secret(last_read=None, created_at=ago(days=90), use=a_use()),
            violates=False,
        ),
    ),
)
