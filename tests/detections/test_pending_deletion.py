"""Each consumer of a secret that awaits its deletion is told once a day, and several are worse than one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from fakes import FixedClock
from nightlatch.adapters.history.baselines import TrailBaselines
from nightlatch.adapters.history.trails_memory import MemoryTrails, MemoryWaits
from nightlatch.detections.pending_deletion import DETECTION
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.event.events import Failure, SecretEvent
from nightlatch.domain.event.secrets import SecretRef, secret_ref
from nightlatch.domain.history.examples import (
    ACCOUNT,
    AT,
    REGION,
    WAITED,
    a_denial,
    a_person,
    a_role,
    a_secret,
    a_user,
    an_event,
    sightings,
)
from nightlatch.domain.history.sightings import sighting_of
from nightlatch.domain.history.trail import Trail
from nightlatch.domain.judging.baseline import LATENESS, Baseline, Maturity
from nightlatch.domain.judging.findings import Finding, Severity, State, Undone, fold
from nightlatch.domain.judging.rules import Match, detect

HOUR = 3600.0
MARKED = Failure(
    "InvalidRequestException", "You can't perform this operation on the secret because it was marked for deletion."
)
SECRET = a_secret()
APP, JOB = a_role("app"), a_role("job")


def refused(by=APP, *, after_h: float = 0, secret: SecretRef | None = SECRET, failure=MARKED) -> SecretEvent:
    return an_event(secret=secret, by=by, after_s=after_h * HOUR, failure=failure)


def judge(event: SecretEvent, *others: SecretEvent) -> Match | None:
    seen = sightings({e.event_id: e for e in (*others, event)}.values())
    verdict = DETECTION.evaluate(event, Baseline(on_secret=seen))
    assert verdict is None or isinstance(verdict, Match)
    return verdict


def judge_all(events: list[SecretEvent], maturity: Maturity = Maturity.NONE) -> tuple[Finding, ...]:
    baseline = Baseline(maturity=maturity, on_secret=sightings({e.event_id: e for e in events}.values()))
    return fold(tuple(f for event in events for f in detect(event, baseline, (DETECTION,))[0]))


@pytest.mark.parametrize("maturity", list(Maturity))
def test_one_refusal_is_told_at_once_with_the_consumer(maturity):
    (finding,) = judge_all([refused()], maturity)

    assert (finding.severity, finding.state) == (Severity.MEDIUM, State.OPEN)
    assert finding.title == "app (role, session i-0123456789abcdef0) still needs secret prod/db, which awaits deletion"
    assert "role/app" in finding.reason


@pytest.mark.parametrize(
    "failure",
    [
        None,
        a_denial("GetSecretValue"),
        Failure("ResourceNotFoundException", "Secrets Manager can't find the specified secret."),
        Failure("InvalidRequestException", "You can't read this."),
    ],
)
def test_any_other_outcome_is_silent(failure):
    assert judge(refused(failure=failure)) is None


def test_other_calls_that_are_refused_for_the_same_reason_are_no_reads():
    policy = an_event("GetResourcePolicy", secret=SECRET, failure=MARKED)

    assert detect(policy, Baseline(), (DETECTION,)) == ((), ())


# Once a day for each consumer


def test_a_consumer_that_retries_is_told_once_in_24_hours():
    tries = [refused(after_h=0.5 * n) for n in range(98)]

    told = [event.at for event in tries if judge(event, *tries)]

    assert told == [AT, AT + timedelta(hours=24), AT + timedelta(hours=48)]


def test_other_consumers_are_told_beside_it():
    tries = [refused(after_h=n) for n in range(5)]

    assert judge(refused(JOB, after_h=3.5), *tries)


# Several consumers


@pytest.mark.parametrize(("apart_h", "severity"), [(0.1, Severity.HIGH), (24, Severity.HIGH), (24.1, None)])
def test_two_consumers_within_a_day_are_worse(apart_h: float, severity):
    verdict = judge(refused(JOB, after_h=apart_h), refused())

    assert verdict is not None
    assert verdict.severity is severity


def test_sessions_of_one_role_are_one_consumer():
    other_session = replace(a_role("app", "i-other"))

    assert judge(refused(other_session), refused(after_h=-1)) is None


def test_several_consumers_are_one_finding_in_any_order_however_they_call_the_secret():
    by_name = a_secret(suffix=None)
    partial = secret_ref(SECRET.text.removesuffix("-AbCdEf"), account_id=ACCOUNT, region=REGION)
    events = [
        refused(),
        refused(after_h=0.01),
        refused(JOB, after_h=0.2, secret=by_name),
        refused(a_user("cron"), after_h=3, secret=partial),
        refused(a_person("ana"), after_h=3.1),
    ]

    for order in (events, events[::-1], [*events[2:], *events]):
        (finding,) = judge_all(order)
        assert finding.severity is Severity.HIGH
        assert finding.title == "4 consumers still need secret prod/db, which awaits deletion"
        assert finding.reason.endswith("and 1 more")
        assert finding.count == 4


@pytest.mark.parametrize(("others", "said"), [(2, "user/c0, user/c1"), (3, "user/c0, user/c1 and 1 more")])
def test_three_consumers_are_named_and_more_are_counted(others, said):
    users = [refused(a_user(f"c{n}"), after_h=-0.1) for n in range(others)]

    verdict = judge(refused(), *users)

    assert verdict is not None
    assert verdict.reason.endswith(f"it is missed by role/app, {said}")


def test_consumers_of_two_secrets_are_two_findings():
    findings = judge_all([refused(), refused(JOB, secret=a_secret("prod/mail"))])

    assert {finding.severity for finding in findings} == {Severity.MEDIUM}
    assert len(findings) == 2


def test_who_is_refused_at_an_unnamed_secret_is_told_once_a_day():
    tries = [refused(after_h=n, secret=None) for n in range(3)]
    baseline = Baseline(by_principal=sightings(tries))

    assert [DETECTION.evaluate(event, baseline) is not None for event in tries] == [True, False, False]


def test_nightlatch_itself_is_no_consumer():
    own = replace(sighting_of(refused(JOB, after_h=-1)), own=True)
    verdict = DETECTION.evaluate(refused(), Baseline(on_secret=Trail.of([own, sighting_of(refused())])))

    assert isinstance(verdict, Match)
    assert verdict.severity is None


# Over real history


@pytest.mark.parametrize("backwards", [False, True])
def test_what_history_keeps_is_enough(backwards):
    baselines = TrailBaselines(MemoryTrails(), MemoryWaits(), inventory=Inventory(), now=FixedClock(AT))
    events = [refused(), refused(after_h=0.1), refused(JOB, after_h=0.2)]
    found: list[Finding] = []
    for event in events[::-1] if backwards else events:
        (baseline,) = baselines.observe([event])
        found.extend(detect(event, baseline, (DETECTION,))[0])

    (finding,) = fold(tuple(found))
    assert finding.severity is Severity.HIGH


def test_a_refusal_that_history_does_not_hold_yet_is_told():
    found = DETECTION.evaluate(refused(), Baseline())

    assert isinstance(found, Match)
    assert (found.severity, found.headline) == (None, None)
    assert found.reason.endswith("it is missed by role/app")


def test_who_got_the_value_or_was_refused_for_another_reason_does_not_miss_it():
    found = judge(refused(), refused(JOB, failure=None), refused(a_user("x"), failure=a_denial("GetSecretValue")))

    assert found is not None
    assert found.severity is None
    assert found.reason.endswith("it is missed by role/app")


# The way back


def deleted(*, after_h: float = -72, name: str = "DeleteSecret", by: str = "mallory", **more) -> SecretEvent:
    return an_event(name, secret=SECRET, by=a_user(by), after_s=after_h * HOUR, **more)


def undone(*known: SecretEvent, waited: bool = True) -> tuple[Undone | None, timedelta | None]:
    event = refused()
    baseline = Baseline(on_secret=sightings([*known, event]), settled=WAITED if waited else None)
    verdict = DETECTION.evaluate(event, baseline)
    assert isinstance(verdict, Match)
    return verdict.undoes, verdict.again


def test_a_restore_takes_back_the_last_deletion_before_the_refusal():
    deletion = deleted()
    earlier = [deleted(after_h=-200, by="ana"), deleted(after_h=-100, name="RestoreSecret", by="ben")]
    failed = deleted(after_h=-1, failure=a_denial("DeleteSecret"))

    assert undone(*earlier, deletion, failed, waited=False) == (Undone(deletion.event_id, deletion.principal.key), None)


@pytest.mark.parametrize(("after_s", "is_it"), [(-1, True), (0, True), (1, False)])
def test_a_deletion_that_is_dated_after_the_refusal_is_not_the_one_that_refused(after_s, *, is_it: bool):
    deletion = deleted(after_h=after_s / HOUR)
    by_it = Undone(deletion.event_id, deletion.principal.key)

    assert undone(deletion, waited=False) == ((by_it, None) if is_it else (None, LATENESS))


def test_a_deletion_that_no_record_shows_gets_its_time_and_then_stands_for_the_day():
    assert undone(waited=False) == (None, LATENESS)
    assert undone() == (Undone("marked-for-deletion-2026-03-02"), None)
    assert undone(deleted(after_h=-9), deleted(after_h=-8, name="RestoreSecret"))[0] == undone()[0]


def test_what_was_restored_since_needs_no_way_back():
    assert undone(deleted(), deleted(after_h=0.1, name="RestoreSecret")) == (None, None)


def test_a_secret_that_is_not_named_cannot_be_restored():
    event = refused(secret=None)

    verdict = DETECTION.evaluate(event, Baseline(by_principal=sightings([event]), settled=WAITED))

    assert isinstance(verdict, Match)
    assert (verdict.undoes, verdict.again) == (None, None)
