"""The secret waits to be deleted: until then a restore brings it back, and who needs it is turned away already.

AWS's pages differ on what DeletedDate is: the day of the deletion to come (DescribeSecret), or that of the call
(ListSecrets). A moment to come is taken for the end; one that has passed for the call, and then the window, 7 to 30
days, is not known. What it is in a real account, only one can tell.

Source: Secrets Manager API reference, DescribeSecret, SecretListEntry and DeleteSecret; Secrets Manager user guide,
manage_delete-secret and monitoring_cloudwatch_deleted-secrets; design facts 2.8 and 5.1.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from nightlatch.domain.event.principals import short_name
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.checks import Check, Example, Verdict, Violation
from nightlatch.domain.posture.examples import NOW, a_secret, a_use, ago
from nightlatch.domain.posture.listing import counted, first_of
from nightlatch.domain.posture.practices import Practice
from nightlatch.domain.posture.secrets import SecretPosture
from nightlatch.domain.posture.terms import Terms
from nightlatch.domain.posture.unseen import NOT_COUNTED, Gap
from nightlatch.domain.posture.use import ReaderUse

SHORTEST, LONGEST = timedelta(days=7), timedelta(days=30)
_DAY = timedelta(days=1)


def evaluate(secret: SecretPosture, terms: Terms) -> Verdict:
    """Fire for every such secret, higher where somebody was turned away."""
    if secret.deleted_at is None:
        return None
    left = _left(secret.deleted_at, terms.now)
    if isinstance(secret.use, Gap):
        return Violation(reason=f"{left}; who reads it is not counted")
    missing = sorted((one for one in secret.use.consumers if one.refused_deleted > 0), key=_misses)
    if missing:
        names = ", ".join(first_of([short_name(one.principal) for one in missing], most=3))
        return Violation(
            reason=f"{left}; {counted(len(missing), 'caller asks', 'callers ask')} for it in vain: {names}",
            severity=Severity.HIGH,
            evidence=first_of([f"{one.principal}: turned away {one.refused_deleted:,} times" for one in missing]),
        )
    readers = sorted(
        (one for one in secret.use.consumers if one.reads > 0), key=lambda one: (-one.reads, one.principal)
    )
    if readers:
        return Violation(
            reason=f"{left}; {counted(len(readers), 'caller')} read it before",
            evidence=first_of([f"{one.principal}: {counted(one.reads, 'read')}" for one in readers]),
        )
    return Violation(reason=f"{left}; nobody has asked for it in the counted time")


def _misses(reader: ReaderUse) -> tuple[int, str]:
    return (-reader.refused_deleted, reader.principal)


def _left(moment: datetime, now: datetime) -> str:
    if moment > now:
        days = counted((moment - now) // _DAY, "day is", "days are")
        return f"{days} left to restore it, until {moment:%Y-%m-%d %H:%M} UTC"
    least, most = max((moment + SHORTEST - now) // _DAY, 0), (moment + LONGEST - now) // _DAY
    if most < 0:
        return f"it may be gone any moment: its deletion was scheduled on {moment:%Y-%m-%d}"
    return f"{least} to {counted(most, 'day is', 'days are')} left to restore it: scheduled on {moment:%Y-%m-%d}"


CHECK = Check(
    id="monitoring.deletion-pending",
    practice=Practice.MONITORING,
    about=SecretPosture,
    title="It waits to be deleted",
    severity=Severity.MEDIUM,
    evaluate=evaluate,
    remedy=(
        "Make sure that its owner wants this, and that who is turned away has another secret. Else restore it: it "
        "works again at once, with its versions; its rotation may begin soon after."
    ),
    command="aws secretsmanager restore-secret --region {region} --secret-id {arn}",
    sources=(
        "Secrets Manager user guide, manage_delete-secret",
        "Secrets Manager user guide, monitoring_cloudwatch_deleted-secrets",
    ),
    well_architected=("SEC04-BP04",),
    of_deleted=True,
    examples=(
        Example(
            name="nobody counts reads",
            posture=a_secret(deleted_at=ago(days=1), use=NOT_COUNTED),
            violates=True,
            severity=Severity.MEDIUM,
        ),
        Example(
            name="a consumer is turned away",
            posture=a_secret(
                deleted_at=NOW + timedelta(days=6), use=a_use(ReaderUse(principal="role/app", refused_deleted=12))
            ),
            violates=True,
            severity=Severity.HIGH,
        ),
        Example(
            name="nobody asks",
            posture=a_secret(deleted_at=ago(days=8), use=a_use()),
            violates=True,
            severity=Severity.MEDIUM,
        ),
        Example(name="it stays", posture=a_secret(), violates=False),
    ),
)
