"""Versions that are not current are told by label and by id, but for rotations, read-backs and fresh changes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fakes import FixedClock
from nightlatch.adapters.history.baselines import TrailBaselines
from nightlatch.adapters.history.trails_memory import MemoryTrails, MemoryWaits
from nightlatch.detections.old_version import DETECTION
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.event.events import SecretEvent
from nightlatch.domain.event.secrets import secret_ref
from nightlatch.domain.history.examples import (
    ACCOUNT,
    AT,
    REGION,
    WAITED,
    a_denial,
    a_label_event,
    a_person,
    a_role,
    a_secret,
    a_service_event,
    a_user,
    an_event,
    sightings,
    the_service,
)
from nightlatch.domain.history.sightings import sighting_of
from nightlatch.domain.history.trail import Trail
from nightlatch.domain.judging.baseline import LATENESS, Baseline, Maturity
from nightlatch.domain.judging.findings import Severity, State, fold
from nightlatch.domain.judging.rules import Match, Wait, detect

HOUR = 3600.0
SECRET = a_secret()


def put(version: str, *, hours_ago: float, secret=SECRET) -> SecretEvent:
    return an_event("PutSecretValue", secret=secret, by=a_role("deploy"), after_s=-hours_ago * HOUR, version_id=version)


PUTS = (put("v-1", hours_ago=200), put("v-2", hours_ago=50))


def read(stage: str | None = None, version: str | None = None, *, by=None, **more) -> SecretEvent:
    request = {"versionStage": stage, "versionId": version}
    asked = {name: text for name, text in request.items() if text}
    return an_event(**{"secret": SECRET, "by": by or a_user(), "request": asked, "version_id": version, **more})


def judge(event: SecretEvent, *known: SecretEvent, own: bool = False, **more) -> Match | Wait | None:
    seen = Trail.of([sighting_of(event, read_back=own)])
    return DETECTION.evaluate(
        event, Baseline(**{"settled": WAITED, **more}, on_secret=sightings(known), by_principal=seen)
    )


# By label


@pytest.mark.parametrize("stage", ["AWSPREVIOUS", "blue", "nightlatch/20260301T090000Z-1a2b3c4d"])
def test_the_previous_version_and_any_custom_label_are_told(stage):
    verdict = judge(read(stage), *PUTS)

    assert isinstance(verdict, Match)
    assert "blue" not in verdict.reason
    assert ("nightlatch" in verdict.reason) is stage.startswith("nightlatch/")


@pytest.mark.parametrize("stage", [None, "AWSCURRENT", "AWSPENDING"])
@pytest.mark.parametrize("version", [None, "v-2"])
def test_the_current_version_and_the_pending_one_are_not(stage, version):
    assert judge(read(stage, version), *PUTS) is None


def test_without_any_history_a_label_says_enough():
    assert isinstance(judge(read("AWSPREVIOUS")), Match)


# By id


def test_an_id_that_is_not_current_is_told_and_one_of_which_nothing_is_known_is_not():
    assert isinstance(judge(read(version="v-1"), *PUTS), Match)
    assert isinstance(judge(read(version="v-0"), *PUTS), Match)
    assert judge(read(version="v-1")) is None
    assert judge(read(version="v-1"), put("v-2", hours_ago=-0.5)) is None


def test_what_was_current_at_the_time_of_the_read_counts_and_not_what_is_now():
    later = put("v-3", hours_ago=-2)

    assert judge(read(version="v-2"), *PUTS, later) is None
    assert isinstance(judge(read(version="v-3"), *PUTS, later), Match)


def test_after_an_update_that_names_no_version_an_id_says_nothing():
    update = an_event("UpdateSecret", secret=SECRET, after_s=-5 * HOUR)
    label = a_label_event(SECRET, version_id="v-3", after_s=-5 * HOUR + 1)

    assert judge(read(version="v-1"), *PUTS, update) is None
    assert isinstance(judge(read(version="v-1"), *PUTS, update, label), Match)


@pytest.mark.parametrize(
    "called", [a_secret(suffix=None), secret_ref(SECRET.text[:-7], account_id=ACCOUNT, region=REGION), SECRET]
)
def test_the_secret_is_the_same_in_all_its_forms(called):
    assert isinstance(judge(read(version="v-1", secret=called), *PUTS), Match)


def test_a_refused_read_got_nothing():
    assert judge(read("AWSPREVIOUS", failure=a_denial("GetSecretValue")), *PUTS) is None


# What explains it


@pytest.mark.parametrize(("hours_ago", "fires"), [(0.01, False), (1, False), (1.001, True), (-0.01, False)])
@pytest.mark.parametrize("event", [read("AWSPREVIOUS"), read(version="v-1")], ids=["label", "id"])
def test_for_an_hour_after_a_move_of_awscurrent_clients_may_be_behind(event, hours_ago: float, *, fires: bool):
    assert isinstance(judge(event, *PUTS, put("v-3", hours_ago=hours_ago)), Match) is fires


def test_a_move_by_hand_and_a_native_event_are_moves_too():
    moved = an_event(
        "UpdateSecretVersionStage", secret=SECRET, after_s=-60, version_id="v-1", request={"versionStage": "AWSCURRENT"}
    )
    label = a_label_event(SECRET, version_id="v-1", after_s=-60)

    assert judge(read("AWSPREVIOUS"), *PUTS, moved) is None
    assert judge(read("AWSPREVIOUS"), *PUTS, label) is None


def test_a_read_back_is_silent():
    assert judge(read(version="v-1"), *PUTS, own=True) is None


def test_a_rotation_reads_every_version_while_it_runs_and_nobody_else_does():
    rotator, started = a_role("rotator", "rotate-db"), a_service_event("RotationStarted", secret=SECRET, after_s=-9)
    ended = a_service_event("RotationFailed", secret=SECRET, after_s=-3)
    functions = Inventory(rotation_functions=frozenset({"rotate-db"}))

    assert judge(read("AWSPREVIOUS", by=rotator), *PUTS, started, inventory=functions) is None
    assert isinstance(judge(read("AWSPREVIOUS", by=rotator), *PUTS, inventory=functions), Match)
    assert isinstance(judge(read("AWSPREVIOUS", by=rotator), *PUTS, started, ended, inventory=functions), Match)
    assert isinstance(judge(read("AWSPREVIOUS", by=a_role("app")), *PUTS, started, inventory=functions), Match)
    assert isinstance(judge(read("AWSPREVIOUS", by=a_person()), *PUTS, started), Match)


def test_aws_itself_is_silent_and_what_it_does_on_a_callers_way_is_not():
    through = replace(a_user(), invoked_by="cloudformation.amazonaws.com")

    assert judge(read("AWSPREVIOUS", by=the_service())) is None
    assert isinstance(judge(read("AWSPREVIOUS", by=through)), Match)


@pytest.mark.parametrize("event", [read("AWSPREVIOUS"), read(version="v-1")], ids=["label", "id"])
def test_what_late_records_may_explain_waits_for_them(event):
    assert judge(event, *PUTS, settled=None) == Wait(LATENESS)
    assert judge(read(version="v-2"), *PUTS, settled=None) is None


# What is told


@pytest.mark.parametrize(
    ("maturity", "state"),
    [(Maturity.NONE, State.OPEN), (Maturity.LEARNING, State.LEARNING), (Maturity.MATURE, State.OPEN)],
)
def test_a_readers_old_versions_are_one_finding(maturity, state):
    events = [read("AWSPREVIOUS"), read("AWSPREVIOUS", secret=a_secret("prod/mail"), after_s=60)]
    baseline = Baseline(maturity=maturity, settled=WAITED)

    (finding,) = fold(tuple(f for event in events for f in detect(event, baseline, (DETECTION,))[0]))

    assert (finding.severity, finding.state) == (Severity.MEDIUM, state)
    assert finding.title == "ci-deploy (IAM user) read an old version of 2 secrets (prod/db, prod/mail)"


@pytest.mark.parametrize("backwards", [False, True])
def test_over_real_history_a_write_explains_the_read_of_what_it_made_in_any_order(backwards):
    baselines = TrailBaselines(MemoryTrails(), MemoryWaits(), inventory=Inventory(), now=FixedClock(AT))
    new, reading, old = put("v-3", hours_ago=0.01), read(version="v-3"), read("AWSPREVIOUS", after_s=2 * HOUR)
    events = [*PUTS, new, reading, old]
    baselines.observe(events[::-1] if backwards else events)

    told = []
    for event in (reading, old):
        (known,) = baselines.observe([event])
        told.append(DETECTION.evaluate(event, replace(known, settled=WAITED)) is not None)

    assert told == [False, True]


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (read("AWSPREVIOUS"), "asked for the version before the current one, by the label AWSPREVIOUS"),
        (read("blue"), "asked for the version that bears a custom label"),
        (read(version="v-1"), "asked by id for a version that was not current"),
    ],
)
def test_the_reason_says_how_it_was_asked_for(event, reason):
    verdict = judge(event, *PUTS)

    assert isinstance(verdict, Match)
    assert verdict.reason == reason


def test_who_asks_for_the_current_version_by_label_gets_no_other():
    assert judge(read("AWSCURRENT", "v-1"), *PUTS) is None


def test_a_read_of_no_named_secret_cannot_be_judged():
    assert judge(read("AWSPREVIOUS", secret=None), *PUTS) is None
