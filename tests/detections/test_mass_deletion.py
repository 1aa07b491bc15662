"""Distinct secrets count, not calls; a window of thirty minutes, in whatever order it arrives."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import permutations

from nightlatch.detections.mass_deletion import DETECTION
from nightlatch.domain.event.events import Failure, SecretEvent
from nightlatch.domain.history.examples import (
    WAITED,
    a_denial,
    a_secret,
    a_service_event,
    an_event,
    sightings,
    the_service,
)
from nightlatch.domain.history.trail import Trail
from nightlatch.domain.judging.baseline import LATENESS, Baseline
from nightlatch.domain.judging.findings import Finding, Severity, fold
from nightlatch.domain.judging.rules import Match, Wait, detect

MINUTE = 60


def delete(name: str, *, after_s: float = 0, **more) -> SecretEvent:
    return an_event("DeleteSecret", **{"secret": a_secret(name), "after_s": after_s, **more})


def judge(event: SecretEvent, *others: SecretEvent) -> Match | None:
    verdict = DETECTION.evaluate(event, Baseline(by_principal=sightings([event, *others])))
    assert verdict is None or isinstance(verdict, Match)
    return verdict


def judge_all(arrived: list[SecretEvent]) -> tuple[Finding, ...]:
    """Judge each event with what had arrived by then, as a stream does."""
    found: list[Finding] = []
    for count, event in enumerate(arrived, start=1):
        baseline = Baseline(by_principal=sightings(arrived[:count]))
        found.extend(detect(event, baseline, (DETECTION,))[0])
    return fold(tuple(found))


def test_three_distinct_secrets_fire_and_two_do_not():
    events = [delete(f"prod/{n}", after_s=n) for n in range(3)]

    assert judge_all(events[:2]) == ()
    assert [finding.severity for finding in judge_all(events)] == [Severity.CRITICAL]


def test_the_finding_is_the_same_in_every_order():
    events = [delete(f"prod/{n}", after_s=n * 10 * MINUTE) for n in range(4)]

    outcomes = {judge_all(list(order)) for order in permutations(events)}

    assert len({(f.id, f.event_ids, f.severity) for (f,) in outcomes}) == 1


def test_thirty_minutes_are_inside_the_window_and_a_second_more_is_not():
    inside = [delete("a"), delete("b", after_s=MINUTE), delete("c", after_s=30 * MINUTE)]
    outside = [*inside[:2], delete("c", after_s=30 * MINUTE + 1)]

    assert len(judge_all(inside)) == 1
    assert judge_all(outside) == ()


def test_one_secret_in_every_form_is_one():
    forms = [a_secret(), a_secret(suffix=None), a_secret(suffix="AbCdEf")]
    events = [delete("x", secret=secret, after_s=n) for n, secret in enumerate(forms)]
    removal = an_event("RemoveRegionsFromReplication", secret=a_secret(suffix=None), after_s=9)

    assert judge_all([*events, removal, removal]) == ()


def test_removing_replicas_counts_as_deleting():
    events = [
        an_event("RemoveRegionsFromReplication", secret=a_secret("prod/0")),
        delete("prod/1", after_s=1),
        delete("prod/2", after_s=2),
    ]

    (finding,) = judge_all(events)

    assert "1 of the calls removed replicas" in finding.reason
    assert len(finding.secrets) == 3


def test_refused_deletions_do_not_count():
    events = [
        delete("prod/0"),
        delete("prod/1", after_s=1),
        delete("prod/2", after_s=2, failure=a_denial("DeleteSecret", "prod/2")),
        delete("prod/3", after_s=3, failure=Failure("InvalidRequestException")),
    ]

    assert judge_all(events) == ()


# What the service destroys


def started(name: str, *, after_s: float = 0) -> SecretEvent:
    return a_service_event("StartSecretVersionDelete", secret=a_secret(name), after_s=after_s)


GONE = [started(f"prod/{n}", after_s=n) for n in range(3)]


def judge_gone(
    *, settled: datetime | None = WAITED, known: int = 0, on_secret: tuple[SecretEvent, ...] = ()
) -> Match | Wait | None:
    seen = [replace(s, known=n < known) for n, s in enumerate(sightings(GONE))]
    return DETECTION.evaluate(
        GONE[-1],
        Baseline(by_principal=Trail.of(seen), on_secret=sightings([*on_secret, GONE[-1]]), settled=settled),
    )


def test_unexplained_destruction_waits_for_late_calls_and_then_fires_for_the_account():
    waited = judge_gone()

    assert judge_gone(settled=None) == Wait(LATENESS)
    assert isinstance(waited, Match)
    assert waited.subject == "deletions-without-call"
    assert waited.again == timedelta(minutes=45)  # the calls of others do not ask for it


def test_the_end_of_a_known_deletion_counts_nowhere():
    assert judge_gone(on_secret=(delete("prod/2", after_s=-MINUTE),)) is None
    assert judge_gone(settled=None, on_secret=(delete("prod/2", after_s=-MINUTE),)) is None
    assert judge_gone(known=1) is None


def test_several_versions_of_one_secret_are_one():
    versions = [started("prod/0", after_s=n) for n in range(5)]
    baseline = Baseline(by_principal=sightings(versions), on_secret=sightings(versions), settled=WAITED)

    assert DETECTION.evaluate(versions[-1], baseline) is None


def test_a_service_event_without_a_secret_is_no_deletion():
    nameless = replace(GONE[0], secrets=())

    assert DETECTION.evaluate(nameless, Baseline(by_principal=sightings(GONE))) is None


# What is told


def test_of_a_removal_of_replicas_the_primary_counts_alone():
    three = (a_secret("prod/0"), *(a_secret("prod/0", region=region) for region in ("us-east-1", "eu-north-1")))
    removal = replace(an_event("RemoveRegionsFromReplication", after_s=9), secrets=three)
    others = [delete(f"prod/{n}", after_s=n) for n in (1, 2)]

    assert judge_all([removal]) == ()
    found = judge(removal, *others)
    assert found is not None
    assert found.reason == "3 distinct secrets in 3 calls, 1 of the calls removed replicas"


def test_only_the_calls_of_the_stretch_are_counted_and_named():
    swept = [delete(f"prod/{n}", after_s=n) for n in range(3)]
    earlier, refused = delete("old", after_s=-3 * 3600), delete("no", after_s=1, failure=Failure("AccessDenied"))

    found = judge(swept[0], earlier, refused, *swept[1:])

    assert found is not None
    assert found.reason == "3 distinct secrets in 3 calls"
    assert found.evidence is not None
    assert found.evidence.event_ids == tuple(event.event_id for event in swept)
    assert found.secrets == tuple(event.secret for event in swept)
    assert judge(refused, *swept) is None


def test_of_what_the_service_destroyed_only_the_stretch_up_to_the_wait_is_counted_and_named():
    gone = [started(f"prod/{n}", after_s=n) for n in range(3)]
    nameless = replace(started("prod/8", after_s=2), secrets=(), event_id="nameless")
    asked = delete("prod/3", after_s=3, by=the_service())
    other = an_event("PutSecretValue", secret=a_secret("prod/4"), by=the_service(), after_s=3)
    far = [started("prod/5", after_s=-2 * 3600), started("prod/6", after_s=2 * 3600)]
    seen = [*gone, nameless, asked, other, *far]
    baseline = Baseline(by_principal=sightings(seen), settled=WAITED)

    found = DETECTION.evaluate(gone[0], baseline)

    assert isinstance(found, Match)
    assert found.reason.startswith("4 distinct secrets; of 3 no call is known")
    assert found.subject == "deletions-without-call"
    assert found.evidence is not None
    assert set(found.evidence.event_ids) == {event.event_id for event in (*gone, asked)}
    assert set(found.secrets or ()) == {event.secret for event in (*gone, asked)}


def test_what_comes_after_the_wait_makes_nothing_a_sweep():
    gone = [started("prod/0"), started("prod/1", after_s=1), started("prod/2", after_s=60)]
    seen = sightings(gone)

    judged = [
        DETECTION.evaluate(gone[0], Baseline(by_principal=seen, settled=gone[0].at + timedelta(seconds=late_s)))
        for late_s in (59, 60)
    ]

    assert judged[0] == Wait(timedelta(minutes=45))
    assert isinstance(judged[1], Match)
