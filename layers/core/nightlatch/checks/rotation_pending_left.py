"""A rotation left a version labelled AWSPENDING behind: the next one may not begin, and two values may be half good.

After a rotation that succeeded the label is on the current version, or on none. On another it is the trace of one that
stopped, or was cancelled, halfway; then the database may know the pending value already, and the secret the old one.

Source: Secrets Manager API reference, RotateSecret and CancelRotateSecret (a rotation under way may leave AWSPENDING
in a state that must be cleared); user guide, troubleshoot_rotation; design facts 2.7.
"""

from __future__ import annotations

from datetime import timedelta

from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.checks import Check, Example, Verdict, Violation
from nightlatch.domain.posture.examples import a_secret, ago
from nightlatch.domain.posture.practices import Practice
from nightlatch.domain.posture.secrets import SecretPosture, VersionPosture
from nightlatch.domain.posture.terms import Terms
from nightlatch.domain.posture.unseen import seen
from nightlatch.domain.secret.versions import CURRENT, PENDING


def evaluate(secret: SecretPosture, terms: Terms) -> Verdict:
    """Fire on a pending version that is not the current one and is older than the limit of hours."""
    pending = next((one for one in seen(secret.versions) if PENDING in one.labels and CURRENT not in one.labels), None)
    if pending is None:
        return None
    since = pending.created_at or secret.last_changed
    if since is None or terms.now - since <= timedelta(hours=terms.limits.pending_hours):
        return None
    return Violation(
        reason=f"a version has been pending for {terms.age_days(since)} days",
        evidence=(f"version {pending.id}",),
        values=(("version", pending.id),),
    )


_NOW_CURRENT = VersionPosture(id="v-2", labels=(CURRENT,), created_at=ago(days=40))


def _with_pending(**age: float) -> SecretPosture:
    pending = VersionPosture(id="v-3", labels=(PENDING,), created_at=ago(**age))
    return a_secret(versions=(_NOW_CURRENT, pending))


_DONE = VersionPosture(id="v-2", labels=(CURRENT, PENDING), created_at=ago(days=40))

CHECK = Check(
    id="rotation.pending-left",
    practice=Practice.ROTATION,
    about=SecretPosture,
    title="A rotation stopped halfway and left a version pending",
    severity=Severity.MEDIUM,
    evaluate=evaluate,
    remedy=(
        "Try both values where the secret is used, before anything else: where only the pending one works, let the "
        "rotation finish, for it is the only copy. Where the current one works, take the label away; AWS then removes "
        "the pending version when it likes."
    ),
    command=(
        "aws secretsmanager update-secret-version-stage --region {region} --secret-id {arn} "
        "--version-stage AWSPENDING --remove-from-version-id {version}"
    ),
    sources=(
        "Secrets Manager API reference, RotateSecret and CancelRotateSecret",
        "Secrets Manager user guide, troubleshoot_rotation",
    ),
    well_architected=("SEC02-BP05",),
    covers=("SecretsManager.2",),
    blind_spots="A rotation that a person finishes by hand over more than the limit looks like one that stopped.",
    examples=(
        Example(name="for two days", posture=_with_pending(days=2), violates=True),
        Example(name="a rotation is under way", posture=_with_pending(minutes=2), violates=False),
        Example(name="for a day at most", posture=_with_pending(hours=24), violates=False),
        Example(name="the label is on the current version", posture=a_secret(versions=(_DONE,)), violates=False),
    ),
)
