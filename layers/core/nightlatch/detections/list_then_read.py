"""A principal listed the secrets and then read several that it is not known to use: it looked what there is to take.

Applications know the names of their secrets. Whoever lists first and reads then has found a key, not written a program.
Both orders of arrival come to the same: a listing whose record comes late is judged by the reads behind it.

Source: ATT&CK T1526 and T1555.006; a real Stratus run (ListSecrets, then 20 GetSecretValue); design
detections ACC-07.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from nightlatch.domain.event.events import SecretEvent, secrets_manager
from nightlatch.domain.history.examples import a_secret, an_event
from nightlatch.domain.history.sightings import Sighting, sighting_of
from nightlatch.domain.history.trail import Trail
from nightlatch.domain.history.value_reads import WRITES_COME, is_own_read, is_plain, is_unknown
from nightlatch.domain.history.windows import Count, Episode, episode_at
from nightlatch.domain.judging.baseline import Baseline, Maturity
from nightlatch.domain.judging.callers import is_aws_service, is_rotating, unless_it_has_ended
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.judging.rules import Detection, Example, Match, Verdict, Wait

WITHIN = timedelta(minutes=30)  # of a listing
SECRETS, MANY_SECRETS = 5, 10


def evaluate(event: SecretEvent, baseline: Baseline) -> Verdict:
    """Give the listings and reads that this event is part of.

    Reads by version may turn out to be read-backs: they get a minute for the writes to come.
    """
    if is_aws_service(event.principal):
        return None
    if is_rotating(event, baseline):
        return unless_it_has_ended(event, baseline)
    calls = baseline.by_principal.once(_listed_then_read, _listed_then_read)
    if calls.find(event.event_id) is None:
        return None
    found = episode_at(calls, event.at, width=WITHIN, too_much=_are_many)
    if found is None or baseline.elapsed:
        return _match(found, baseline) if found else None
    certain = episode_at(calls.only(is_plain), event.at, width=WITHIN, too_much=_are_many)
    if certain is None or event.version_id is not None:
        return Wait(WRITES_COME)
    is_all = len(certain.evidence.event_ids) == len(found.evidence.event_ids)
    return _match(certain, baseline, again=None if is_all else WRITES_COME)


def _are_many(count: Count) -> bool:
    return count.unknown >= SECRETS


def _listed_then_read(trail: Trail) -> Trail:
    """Keep the listings, and the reads of unknown secrets soon after one."""
    lists = trail.named("ListSecrets").only(_is_answered)
    reads = trail.named("GetSecretValue").only(is_own_read).only(is_unknown)
    return Trail.of([*lists, *(read for read in reads if lists.between(read.at - WITHIN, read.at))])


def _is_answered(listing: Sighting) -> bool:
    return listing.succeeded and not listing.by_service


def _match(episode: Episode, baseline: Baseline, again: timedelta | None = None) -> Match:
    count = episode.peak
    habit = baseline.maturity.unknown_to("use")
    return Match(
        reason=f"listed the secrets, and within 30 minutes read {count.unknown} distinct ones {habit}",
        severity=Severity.HIGH if count.unknown >= MANY_SECRETS else Severity.MEDIUM,
        evidence=episode.evidence,
        secrets=episode.secrets,
        novelty=baseline.maturity is Maturity.LEARNING,
        again=again,
    )


def _case(
    name: str, events: Sequence[SecretEvent], severity: Severity | None = None, *, known: int = 0, own: bool = False
) -> Example:
    """Judge the last of some events, by a principal that is known for its first reads."""
    reads = [event.event_id for event in events if event.name == "GetSecretValue"]
    seen = Trail.of(
        sighting_of(event, known=event.event_id in reads[:known], read_back=own and event.event_id in reads)
        for event in events
    )
    baseline = Baseline(maturity=Maturity.MATURE, by_principal=seen)
    return Example(name=name, event=events[-1], fires=severity is not None, severity=severity, baseline=baseline)


def _reads(count: int, *, every_s: float = 2, version: str | None = None) -> list[SecretEvent]:
    secrets = (a_secret(f"prod/db-{n}") for n in range(count))
    return [an_event(secret=secret, after_s=every_s * n, version_id=version) for n, secret in enumerate(secrets)]


_LISTING = an_event("ListSecrets", after_s=-5)

DETECTION = Detection(
    id="access.list-then-read",
    catalogue="ACC-07",
    title="Secrets were listed, then read",
    headline="{who} listed secrets, then read {secrets} {span}",
    severity=Severity.MEDIUM,
    event_names=secrets_manager("ListSecrets", "GetSecretValue"),
    techniques=("T1526", "T1555.006"),
    evaluate=evaluate,
    contain=True,
    blind_spots=(
        "A thief who waits half an hour after the listing, who lists with one principal and reads with another, or who"
        " takes no more than four new secrets, is not seen here; what a role inherits is not new to it. Names can be"
        " had without ListSecrets: from code, from environment variables, from a listing of the Resource Groups Tagging"
        " API."
    ),
    playbook="""\
Ask the owner of the principal whether a person or a job of theirs looked for secrets just now.
If not: deactivate the access key or revoke the role's sessions, then look at what else it did.
Rotate the secrets named here.
If a job finds its secrets by listing: after two days its reads are known; better, give it their names.""",
    examples=(
        _case("a listing, then six secrets within seconds", [_LISTING, *_reads(6)], Severity.MEDIUM),
        _case("a listing, then twelve secrets", [_LISTING, *_reads(12)], Severity.HIGH),
        _case("the listing's record comes behind the reads", [*_reads(6), _LISTING], Severity.MEDIUM),
        _case("an engineer in the console: three known secrets and a new one", [_LISTING, *_reads(4)], known=3),
        _case("six reads without a listing", _reads(6)),
        _case("Terraform lists, and reads back what it wrote", [_LISTING, *_reads(40, version="v-1")], own=True),
        _case("an operator lists, and refreshes what it is known for", [_LISTING, *_reads(40)], known=40),
    ),
)
