"""One principal read many secrets it is not known to use: a sweep, fast (ten minutes) or slow (a day).

A stolen key is used to take everything it reaches. Infrastructure as code looks alike, but reads the very version
it wrote itself: in a real run all 40 Terraform reads did, and none of the 20 reads of the attacker. Such read-backs
do not count, and nothing the caller chooses (user agent, address) is believed.

Source: ATT&CK T1555.006; design detections ACC-01 and facts 7.1, with the real records named there.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from nightlatch.domain.event.events import SecretEvent, secrets_manager
from nightlatch.domain.history.examples import a_secret, an_event
from nightlatch.domain.history.sightings import Sighting, sighting_of, succeeded
from nightlatch.domain.history.trail import Trail
from nightlatch.domain.history.value_reads import WRITES_COME, is_own_read, is_plain, is_unknown
from nightlatch.domain.history.windows import Count, Episode, episode_at
from nightlatch.domain.judging.baseline import Baseline, Maturity
from nightlatch.domain.judging.callers import is_aws_service, is_rotating, may_be_rotation_function, unless_it_has_ended
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.judging.rotations import STEPS_SPAN
from nightlatch.domain.judging.rules import Detection, Example, Match, Verdict, Wait

BURST, BURST_SECRETS, BURST_UNKNOWN = timedelta(minutes=10), 10, 5
LEARNING_UNKNOWN = 25  # so many at once alarm even while the baseline is young
SWEEP, SWEEP_UNKNOWN = timedelta(hours=24), 20


def evaluate(event: SecretEvent, baseline: Baseline) -> Verdict:
    """Give the burst that this read is part of, else the slow sweep.

    Reads by version may turn out to be read-backs: where only they make it too many, the writes get a minute to come.
    """
    if is_aws_service(event.principal) or event.principal.is_through_aws:
        return None
    read = baseline.by_principal.find(event.event_id)
    if read is not None and not read.known and is_rotating(event, baseline):
        return unless_it_has_ended(event, baseline)
    counted = _without_steps if may_be_rotation_function(event.principal, baseline) else _counted
    reads = baseline.by_principal.once(counted, counted)
    if reads.find(event.event_id) is None:
        return None  # a read-back, a step of a rotation, or a read that failed
    match = _too_many(reads, event, baseline)
    if match is not None and not baseline.elapsed and _too_many(reads.only(is_plain), event, baseline) is None:
        return Wait(WRITES_COME)
    return match


def _too_many(reads: Trail, event: SecretEvent, baseline: Baseline) -> Match | None:
    burst = episode_at(reads, event.at, width=BURST, too_much=_is_burst)
    if burst is not None:
        return _match(burst, baseline, "10 minutes")
    sweep = episode_at(reads.only(is_unknown), event.at, width=SWEEP, too_much=_is_sweep)
    return _match(sweep, baseline, "24 hours") if sweep is not None else None


def _is_burst(count: Count) -> bool:
    return count.secrets >= BURST_SECRETS and count.unknown >= BURST_UNKNOWN


def _is_sweep(count: Count) -> bool:
    return count.unknown >= SWEEP_UNKNOWN


def _counted(trail: Trail) -> Trail:
    """Keep the reads that AWS answered to the principal itself and that are no read-backs."""
    return trail.named("GetSecretValue").only(is_own_read)


def _without_steps(trail: Trail) -> Trail:
    """Leave out the reads around which the same role staged AWSPENDING on the secret, as a rotation's function does."""
    staged: dict[str, list[datetime]] = {}
    for write in trail.named("PutSecretValue").only(succeeded):
        if "AWSPENDING" in write.labels:
            for key in {key for secret in write.secrets for key in secret.keys}:
                staged.setdefault(key, []).append(write.at)
    return Trail.of(read for read in _counted(trail) if not _is_step(read, staged))


def _is_step(read: Sighting, staged: dict[str, list[datetime]]) -> bool:
    """Tell whether a version of this very secret was staged around the read."""
    for key in {key for secret in read.secrets for key in secret.keys}:
        writes = staged.get(key, [])
        place = bisect_left(writes, read.at - STEPS_SPAN)
        if place < len(writes) and writes[place] <= read.at + STEPS_SPAN:
            return True
    return False


def _match(episode: Episode, baseline: Baseline, span: str) -> Match:
    count = episode.peak
    habit = baseline.maturity.unknown_to("use")
    return Match(
        reason=f"read {count.secrets} distinct secrets within {span}, {count.unknown} of them {habit}",
        evidence=episode.evidence,
        secrets=episode.secrets,
        novelty=baseline.maturity is Maturity.LEARNING and count.unknown < LEARNING_UNKNOWN,
    )


def _case(  # noqa: PLR0913 - what may be known of reads, one by one
    name: str,
    reads: Sequence[SecretEvent],
    *,
    fires: bool,
    known: bool = False,
    own: bool = False,
    inherited: bool = False,
) -> Example:
    """Judge the last of some reads, by a principal with a history."""
    seen = Trail.of(replace(sighting_of(event, known=known, read_back=own), inherited=inherited) for event in reads)
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
    contain=True,
    blind_spots=(
        "Fewer than 20 new secrets a day stay below both windows. A thief who uses only pairs that its victim is known"
        " to use, or who spreads the reads over many principals, is not seen here. What a role inherits counts as known"
        " to it: whoever controls a declared deployer can make one that may read what another was known to read. Reads"
        " that AWS makes on a caller's way (CloudFormation references) do not count, nor does a secret on which the"
        " reader itself stages a rotation."
    ),
    playbook=(
        "Ask the owner of the principal whether they ran this, over a channel that the principal cannot reach.\n"
        "If not: deactivate the access key or revoke the role's sessions, then look at what else it did.\n"
        "Rotate every secret named here, those that reach production first.\n"
        "If it is a new consumer: nothing to do, its pairs are known after two days.\n"
        "If a deployment made a new role for an old consumer: declare who deploys in `deployers`."
    ),
    examples=(
        _case("a stolen key reads twelve secrets in three seconds", _reads(12, every_s=0.25), fires=True),
        _case("one new secret an hour for most of a day", _reads(20, every_s=3600), fires=True),
        _case("nine new secrets at a deployment", _reads(9, every_s=1), fires=False),
        _case("a cluster refreshes what it is known to read", _reads(40, every_s=1), known=True, fires=False),
        _case("a new role reads what the role before it did", _reads(12, every_s=1), inherited=True, fires=False),
        _case("Terraform reads back what it wrote", _reads(40, every_s=1, version="v-1"), own=True, fires=False),
    ),
)
