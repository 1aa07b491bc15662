"""Somebody is deleting many secrets: a ransom, a revenge, or a teardown that took more than it should.

Replicas stand in the way of deleting a primary, so removing them is counted as the same act. What the
service destroys with no known call counts too, for whoever blinds the trail first is seen only there.

Source: Secrets Manager API reference, DeleteSecret and RemoveRegionsFromReplication; design facts 7.2 (A7);
ATT&CK T1485.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from nightlatch.domain.event.events import SecretEvent, secrets_manager
from nightlatch.domain.event.secrets import distinct
from nightlatch.domain.history.examples import WAITED, a_secret, a_service_event, a_user, an_event, sightings
from nightlatch.domain.history.sightings import Sighting, succeeded
from nightlatch.domain.history.trail import Trail
from nightlatch.domain.history.windows import Count, episode_at
from nightlatch.domain.judging.baseline import LATENESS, Baseline
from nightlatch.domain.judging.deletions import DELETION_CALLS, STARTED, UNEXPLAINED, is_announced
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.judging.rules import Detection, Example, Match, Verdict, Wait

DISTINCT_SECRETS = 3
WINDOW = timedelta(minutes=30)
_REMOVAL = "RemoveRegionsFromReplication"


def evaluate(event: SecretEvent, baseline: Baseline) -> Verdict:
    """Give the stretch in which one principal, or the service unasked, destroyed many secrets."""
    if not event.succeeded:
        return None
    if event.called(STARTED):
        return _by_service(event, baseline)
    calls = baseline.by_principal.once(_deleting, _deleting)
    episode = episode_at(calls, event.at, width=WINDOW, too_much=_is_mass)
    if episode is None:
        return None
    within = calls.between(episode.evidence.first_seen, episode.evidence.last_seen)
    removals = len(within.named(_REMOVAL))
    also = f", {removals} of the calls removed replicas" if removals else ""
    return Match(
        reason=f"{len(episode.secrets)} distinct secrets in {len(within)} calls{also}",
        evidence=episode.evidence,
        secrets=episode.secrets,
    )


def _by_service(event: SecretEvent, baseline: Baseline) -> Verdict:
    """Count what was destroyed unasked with all that was asked for, up to where every late call has had its time.

    The calls of others say nothing by themselves, so it is judged again when all that its window may hold is there.
    """
    if event.secret is None or is_announced(event.secret, event.at, baseline):
        return None
    if baseline.settled is None:
        return Wait(LATENESS)
    whole = WINDOW + LATENESS
    gone = baseline.by_principal.once(_gone, _gone).until(baseline.settled)
    episode = episode_at(gone, event.at, width=WINDOW, too_much=_is_mass)
    if episode is None:
        return None if baseline.is_past(event.at + whole) else Wait(whole)
    within = gone.between(episode.evidence.first_seen, episode.evidence.last_seen)
    unasked = len(distinct(secret for start in within.named(STARTED) for secret in start.secrets))
    return Match(
        reason=f"{len(episode.secrets)} distinct secrets; of {unasked} no call is known, the service alone shows it",
        headline="the account lost {secrets} {span}, not all of them by a known call",
        evidence=episode.evidence,
        secrets=episode.secrets,
        subject=UNEXPLAINED,
        again=whole,
    )


def _gone(trail: Trail) -> Trail:
    """Join what was destroyed unasked with the calls of anybody: whoever hides a part of them hides among the rest."""
    return Trail.of([*trail.named(STARTED).only(_is_unasked), *_deleting(trail)])


def _deleting(trail: Trail) -> Trail:
    """Keep the calls that AWS took; of a removal the primary counts, for its replicas are no further secrets."""
    return Trail.of(replace(call, secrets=call.secrets[:1]) for call in trail.named(*DELETION_CALLS).only(succeeded))


def _is_mass(count: Count) -> bool:
    return count.secrets >= DISTINCT_SECRETS


def _is_unasked(sighting: Sighting) -> bool:
    return bool(sighting.secrets) and not sighting.known


def _deletions(count: int, *, apart_s: float) -> list[SecretEvent]:
    names = [a_secret(f"prod/{index}", suffix=f"AbCd{index:02}") for index in range(count)]
    return [an_event("DeleteSecret", secret=s, by=a_user(), after_s=i * apart_s) for i, s in enumerate(names)]


_SWEEP = _deletions(5, apart_s=2)
_SLOW = _deletions(3, apart_s=1_000)
_TWICE = [
    an_event(name, secret=a_secret(), by=a_user(), after_s=n)
    for n, name in enumerate((*DELETION_CALLS, DELETION_CALLS[0]))
]
_GONE = [
    a_service_event(STARTED, secret=a_secret(f"prod/{n}", suffix=f"AbCd{n:02}"), after_s=n, request_id=f"r{n}:Forced")
    for n in range(3)
]


def _case(name: str, event: SecretEvent, by_principal: list[SecretEvent], severity: Severity | None = None) -> Example:
    """Judge an event, after its wait, among everything its principal did."""
    baseline = Baseline(by_principal=sightings(by_principal), on_secret=sightings([event]), settled=WAITED)
    return Example(name=name, event=event, fires=severity is not None, severity=severity, baseline=baseline)


DETECTION = Detection(
    id="deletion.mass-deletion",
    catalogue="DEL-03",
    title="Many secrets were deleted",
    headline="{who} deleted {secrets} {span}",
    severity=Severity.CRITICAL,
    event_names=secrets_manager(*DELETION_CALLS, STARTED),
    techniques=("T1485",),
    evaluate=evaluate,
    contain=True,
    blind_spots=(
        "Two principals who share the work are counted apart, and one deletion an hour stays below the window. "
        "The share of all secrets (20 %) is not weighed, for the inventory does not list them yet. A planned "
        "teardown fires once; exempt it beforehand by principal and name prefix."
    ),
    playbook="""\
Stop the principal first: deletions can run at fifty a second.
Restore every secret that was only scheduled; each has its own entry with a restore button.
Deleted without recovery? Look for replicas in other Regions, and for consumers that still hold the value.
Replicas removed? The primary usually comes next: check it, and replicate it again.
A planned teardown: note it, and exempt the principal for that name prefix next time.""",
    examples=(
        _case("five secrets in eight seconds, the first of them judged", _SWEEP[0], _SWEEP, Severity.CRITICAL),
        _case("the service destroys three, and no call is known after a wait", _GONE[2], _GONE, Severity.CRITICAL),
        _case(
            "two by known calls, a third by none that is known", _GONE[2], [*_SWEEP[:2], _GONE[2]], Severity.CRITICAL
        ),
        _case("three secrets in 33 minutes", _SLOW[1], _SLOW),
        _case("one secret: replicas removed, deleted, deleted again", _TWICE[2], _TWICE),
    ),
)
