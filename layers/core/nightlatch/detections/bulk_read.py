"""One principal read many secrets it is not known to use: a sweep, fast (ten minutes) or slow (a day).

A stolen key is used to take everything it reaches. Infrastructure as code looks alike, but reads the very version
it wrote itself: in a real run all 40 Terraform reads did, and none of the 20 reads of the attacker. Such read-backs
do not count, and nothing the caller chooses (user agent, address) is believed.

Source: ATT&CK T1555.006; design detections ACC-01 and facts 7.1, with the real records named there.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from nightlatch.domain.baseline import Baseline, Maturity, named
from nightlatch.domain.callers import is_aws_service, is_rotating
from nightlatch.domain.events import SecretEvent, secrets_manager
from nightlatch.domain.examples import a_secret, an_event
from nightlatch.domain.findings import Severity
from nightlatch.domain.principals import PrincipalKind
from nightlatch.domain.rules import Detection, Example, Match, Verdict
from nightlatch.domain.sightings import Sighting, sighting_of
from nightlatch.domain.windows import Count, Window, fullest, nearest

BURST, BURST_SECRETS, BURST_UNKNOWN = timedelta(minutes=10), 10, 5
LEARNING_UNKNOWN = 25  # so many at once alarm even while the baseline is young
ROTATION = timedelta(minutes=15)  # the steps of one rotation lie no further apart
SWEEP, SWEEP_UNKNOWN = timedelta(hours=24), 20


def evaluate(event: SecretEvent, baseline: Baseline) -> Verdict:
    """Count the secrets read around this read, in the window that tells most."""
    if is_aws_service(event.principal) or is_rotating(event, baseline):
        return None
    reads = _counted(event, baseline)
    if all(read.event_id != event.event_id for read in reads):
        return None  # a read-back, or a read that failed
    if sum(not read.known for read in reads) < BURST_UNKNOWN:
        return None  # the daily bread of a cluster's operator: thousands of known reads need no window
    reads = nearest(reads, of=event.at)
    burst = fullest(reads, of=event.at, width=BURST, rank=lambda c: (_is_burst(c), c.unknown, c.secrets))
    if _is_burst(burst.count):
        return _match(burst, baseline, "10 minutes")
    unknown = [read for read in reads if not read.known]
    sweep = fullest(unknown, of=event.at, width=SWEEP, rank=lambda c: (c.unknown,))
    return _match(sweep, baseline, "24 hours") if sweep.count.unknown >= SWEEP_UNKNOWN else None


def _is_burst(count: Count) -> bool:
    return count.secrets >= BURST_SECRETS and count.unknown >= BURST_UNKNOWN


def _counted(event: SecretEvent, baseline: Baseline) -> tuple[Sighting, ...]:
    """Keep the reads that count: answered by AWS to the principal itself, no read-back, no step of a rotation."""
    staged = _staged(event, baseline)
    return tuple(
        read
        for read in named(baseline.by_principal, "GetSecretValue")
        if read.succeeded and read.secret and not read.read_back and not read.by_service
        if not (staged and _is_step(read, staged))
    )


def _staged(event: SecretEvent, baseline: Baseline) -> dict[str, list[datetime]]:
    """Give when a role staged AWSPENDING on which secret, as a rotation's function does; nobody else is believed."""
    staged: dict[str, list[datetime]] = {}
    if event.principal.kind is PrincipalKind.ROLE and not event.principal.is_person:
        for write in named(baseline.by_principal, "PutSecretValue"):
            if write.succeeded and "AWSPENDING" in write.labels:
                for key in {key for secret in write.secrets for key in secret.keys}:
                    staged.setdefault(key, []).append(write.at)
    return staged


def _is_step(read: Sighting, staged: dict[str, list[datetime]]) -> bool:
    """Tell whether the same role staged a version of this very secret around the read."""
    writes = (at for secret in read.secrets for key in secret.keys for at in staged.get(key, ()))
    return any(abs(at - read.at) <= ROTATION for at in writes)


def _match(window: Window, baseline: Baseline, span: str) -> Match:
    count = window.count
    habit = "with no history to compare" if baseline.maturity is Maturity.NONE else "that it is not known to use"
    return Match(
        reason=f"read {count.secrets} distinct secrets within {span}, {count.unknown} of them {habit}",
        evidence=window.sightings,
        secrets=window.secrets,
        novelty=baseline.maturity is Maturity.LEARNING and count.unknown < LEARNING_UNKNOWN,
    )


def _case(name: str, reads: Sequence[SecretEvent], *, fires: bool, known: bool = False, own: bool = False) -> Example:
    """Judge the last of some reads, by a principal with a history."""
    seen = tuple(sighting_of(event, known=known, read_back=own) for event in reads)
    baseline = Baseline(maturity=Maturity.MATURE, by_principal=seen)
    return Example(
        name=name, event=reads[-1], fires=fires, baseline=baseline, severity=Severity.HIGH if fires else None
    )


def _reads(count: int, *, every_s: float, version: str | None = None) -> Sequence[SecretEvent]:
    secrets = (a_secret(f"prod/db-{n}") for n in range(count))
    return [an_event(secret=secret, after_s=every_s * n, version_id=version) for n, secret in enumerate(secrets)]


DETECTION = Detection(
    id="access.bulk-read",
    catalogue="ACC-01",
    title="Many distinct secrets read by one principal",
    headline="{who} read {secrets} {span}",
    severity=Severity.HIGH,
    event_names=secrets_manager("GetSecretValue"),
    techniques=("T1555.006",),
    evaluate=evaluate,
    blind_spots=(
        "Fewer than 20 new secrets a day stay below both windows. A thief who uses only pairs that its victim is known"
        " to use, or who spreads the reads over many principals, is not seen here. Reads that AWS makes on a caller's"
        " way (CloudFormation references) do not count, nor does a secret on which the reader itself stages a rotation."
    ),
    playbook=(
        "Ask the owner of the principal whether they ran this, over a channel that the principal cannot reach.\n"
        "If not: deactivate the access key or revoke the role's sessions, then look at what else it did.\n"
        "Rotate every secret named here, those that reach production first.\n"
        "If it is a new consumer: nothing to do, its pairs are known after two days."
    ),
    examples=(
        _case("a stolen key reads twelve secrets in three seconds", _reads(12, every_s=0.25), fires=True),
        _case("one new secret an hour for most of a day", _reads(20, every_s=3600), fires=True),
        _case("nine new secrets at a deployment", _reads(9, every_s=1), fires=False),
        _case("a cluster refreshes what it is known to read", _reads(40, every_s=1), known=True, fires=False),
        _case("Terraform reads back what it wrote", _reads(40, every_s=1, version="v-1"), own=True, fires=False),
    ),
)
