"""Somebody is deleting many secrets: a ransom, a revenge, or a teardown that took more than it should.

Replicas stand in the way of deleting a primary, so removing them is counted as the same act. What the
service destroys with no known call counts too, for whoever blinds the trail first is seen only there.

Source: Secrets Manager API reference, DeleteSecret and RemoveRegionsFromReplication; design facts 7.2 (A7);
ATT&CK T1485.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from nightlatch.domain.baseline import LATENESS, Baseline
from nightlatch.domain.deletions import STARTED, UNEXPLAINED, is_announced
from nightlatch.domain.events import SecretEvent, secrets_manager
from nightlatch.domain.examples import a_secret, a_service_event, a_user, an_event, sightings
from nightlatch.domain.findings import Severity
from nightlatch.domain.rules import Detection, Example, Match, Verdict, Wait
from nightlatch.domain.secrets import SecretRef, distinct
from nightlatch.domain.sightings import Sighting, busiest

DISTINCT_SECRETS = 3
WINDOW = timedelta(minutes=30)
_CALLS = ("DeleteSecret", "RemoveRegionsFromReplication")


def evaluate(event: SecretEvent, baseline: Baseline) -> Verdict:
    """Count the distinct secrets that one principal, or the service unasked, destroys within the window."""
    if not event.succeeded:
        return None
    by_service = event.called(STARTED)
    if by_service:
        if event.secret is None or is_announced(event.secret, event.at, baseline):
            return None
        if not baseline.elapsed:
            return Wait(LATENESS)
    counted = [s for s in baseline.by_principal if s.succeeded and _counts(s, event)]
    window = busiest(counted, of=event.at, width=WINDOW, weigh=lambda some: len(_targets(some)))
    secrets = _targets(window)
    if len(secrets) < DISTINCT_SECRETS:
        return None
    if by_service:
        return Match(
            reason=f"the service destroyed {len(secrets)} secrets, and no call that asked for it is known",
            headline="{secrets} were destroyed {span}, and no deletion call is known",
            evidence=window,
            secrets=secrets,
            subject=UNEXPLAINED,
        )
    removals = sum(s.name != "DeleteSecret" for s in window)
    also = f", {removals} of the calls removed replicas" if removals else ""
    return Match(
        reason=f"{len(secrets)} distinct secrets in {len(window)} calls{also}", evidence=window, secrets=secrets
    )


def _counts(sighting: Sighting, event: SecretEvent) -> bool:
    """Keep a caller's calls, and of the service the deletions not `known` to have been asked for.

    Those up to now only: a later one has not yet had its time for a late call, and looks back itself.
    """
    if event.called(STARTED):
        return sighting.name == STARTED and not sighting.known and sighting.at <= event.at
    return sighting.name in _CALLS


def _targets(window: Sequence[Sighting]) -> tuple[SecretRef, ...]:
    return distinct(sighting.secret for sighting in window if sighting.secret is not None)


def _deletions(count: int, *, apart_s: float) -> list[SecretEvent]:
    names = [a_secret(f"prod/{index}", suffix=f"AbCd{index:02}") for index in range(count)]
    return [an_event("DeleteSecret", secret=s, by=a_user(), after_s=i * apart_s) for i, s in enumerate(names)]


_SWEEP = _deletions(5, apart_s=2)
_SLOW = _deletions(3, apart_s=1_000)
_TWICE = [an_event(name, secret=a_secret(), by=a_user(), after_s=n) for n, name in enumerate((*_CALLS, _CALLS[0]))]
_GONE = [
    a_service_event(STARTED, secret=a_secret(f"prod/{n}", suffix=f"AbCd{n:02}"), after_s=n, request_id=f"r{n}:Forced")
    for n in range(3)
]


def _case(name: str, event: SecretEvent, by_principal: list[SecretEvent], severity: Severity | None = None) -> Example:
    """Judge an event, after its wait, among everything its principal did."""
    baseline = Baseline(by_principal=sightings(by_principal), on_secret=sightings([event]), elapsed=True)
    return Example(name=name, event=event, fires=severity is not None, severity=severity, baseline=baseline)


DETECTION = Detection(
    id="deletion.mass-deletion",
    catalogue="DEL-03",
    title="Many secrets were deleted",
    headline="{who} deleted {secrets} {span}",
    severity=Severity.CRITICAL,
    event_names=secrets_manager(*_CALLS, STARTED),
    techniques=("T1485",),
    evaluate=evaluate,
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
        _case("three secrets in 33 minutes", _SLOW[1], _SLOW),
        _case("one secret: replicas removed, deleted, deleted again", _TWICE[2], _TWICE),
    ),
)
