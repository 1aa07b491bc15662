"""Only a new version by somebody whom history, creation and rotation do not account for is told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest

from nightlatch.detections.unexpected_writer import DETECTION
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.event.events import Failure, SecretEvent
from nightlatch.domain.history.examples import (
    AT,
    WAITED,
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
from nightlatch.domain.history.pairs import Pair
from nightlatch.domain.judging.baseline import LATENESS, Baseline, Maturity, Reader
from nightlatch.domain.judging.findings import Remedy, Severity, State
from nightlatch.domain.judging.rules import Match, Wait, detect

SECRET = a_secret()
READERS = (Reader(a_role("app").key, AT - timedelta(days=1)),)
FUNCTIONS = Inventory(rotation_functions=frozenset({"rotate-db"}))
STARTED = a_service_event("RotationStarted", secret=SECRET, after_s=-5)


def put(**more) -> SecretEvent:
    return an_event("PutSecretValue", **{"secret": SECRET, "version_id": "v-2", **more})


def step(session: str = "rotate-db", **more) -> SecretEvent:
    return put(by=a_role("rotator", session), request={"versionStages": ["AWSPENDING"]}, **more)


def around(events: Iterable[SecretEvent], **more) -> Baseline:
    seen = sightings(events)
    return Baseline(**{"on_secret": seen, "creations": seen.named("CreateSecret"), "readers": READERS, **more})


def judge(event: SecretEvent, *before: SecretEvent, **more) -> Match | Wait | None:
    return DETECTION.evaluate(event, around([*before, event], **more))


@pytest.mark.parametrize(
    ("maturity", "state"),
    [(Maturity.NONE, State.DIGEST), (Maturity.LEARNING, State.LEARNING), (Maturity.MATURE, State.OPEN)],
)
def test_novelty_means_something_only_against_history(maturity, state):
    (finding,), _ = detect(put(), around([put()], maturity=maturity), (DETECTION,))

    assert finding.state is state
    assert finding.severity is Severity.MEDIUM
    assert finding.remedy is Remedy.ROLL_BACK


@pytest.mark.parametrize(
    ("first", "last", "days", "silent"),
    [(20, 1, 2, True), (20, 1, 1, False), (0.9, 0.1, 2, False), (200, 91, 9, False), (200, 89, 9, True)],
)
def test_a_writer_is_known_after_two_days_of_use_and_forgotten_after_ninety(first, last, days, silent):
    pair = Pair(first_seen=AT - timedelta(days=first), last_seen=AT - timedelta(days=last), days=days)

    assert (judge(put(), writer=pair) is None) == silent


def test_who_created_the_secret_may_write_it_whatever_form_the_name_has():
    made = an_event("CreateSecret", secret=a_secret(suffix=None), after_s=-60)

    assert judge(put(), made) is None


def test_who_created_another_secret_of_that_name_or_failed_to_may_not():
    another = an_event("CreateSecret", secret=a_secret(suffix="ZzZzZz"), after_s=-60)
    failed = an_event("CreateSecret", secret=a_secret(suffix=None), failure=Failure("ResourceExistsException"))
    by_ben = an_event("CreateSecret", secret=SECRET, by=a_user("ben"), after_s=-3601)

    assert isinstance(judge(put(), another, failed, by_ben), Match)


@pytest.mark.parametrize("after_s", [0, -60, -3600])
def test_anybody_may_fill_a_secret_in_its_first_hour(after_s):
    by_ben = an_event("CreateSecret", secret=SECRET, by=a_user("ben"), after_s=after_s)

    assert judge(put(), by_ben, settled=WAITED) is None
    assert judge(put(), by_ben) == Wait(LATENESS)


def test_a_young_secret_that_has_a_value_is_overwritten_and_not_filled():
    by_ben = an_event("CreateSecret", secret=SECRET, by=a_user("ben"), after_s=-60, version_id="v-1")
    valued = a_label_event(SECRET, version_id="v-1", after_s=-59)
    own = a_label_event(SECRET, version_id="v-2", after_s=-1)

    assert isinstance(judge(put(), by_ben, valued), Match)
    assert judge(put(), by_ben, own, settled=WAITED) is None


def test_a_secret_that_nobody_has_heard_of_waits_a_minute_for_its_creation():
    made = an_event("CreateSecret", secret=SECRET, by=a_user("ben"), after_s=-1)
    changed = an_event("TagResource", secret=SECRET, after_s=-60)

    assert judge(put(), readers=()) == Wait(timedelta(minutes=1))
    assert judge(put(), made, readers=(), settled=WAITED) is None
    assert isinstance(judge(put(), readers=(), settled=WAITED), Match)
    assert isinstance(judge(put(), changed, readers=()), Match)


def test_a_secret_whose_creation_is_known_is_overwritten_and_nothing_is_waited_for():
    by_ben = an_event("CreateSecret", secret=SECRET, by=a_user("ben"), after_s=-30, version_id="v-1")
    valued = a_label_event(SECRET, version_id="v-1", after_s=-30)

    assert isinstance(judge(put(), by_ben, valued, readers=()), Match)


# UpdateSecret


def update(*, version: str | None = "v-2", **more) -> SecretEvent:
    request = {"clientRequestToken": version} if version else {"description": "orders"}
    return an_event("UpdateSecret", secret=SECRET, request=request, **more)


def test_an_update_whose_answer_names_a_version_wrote_a_value():
    assert isinstance(judge(update(version_id="v-2")), Match)


@pytest.mark.parametrize("version", ["v-2", None])
@pytest.mark.parametrize("after_s", [-30, 0, 2, 900])
def test_an_update_whose_version_only_the_native_event_shows_wrote_a_value(after_s, version):
    label = a_label_event(SECRET, version_id="v-2", after_s=after_s)

    assert isinstance(judge(update(version=version), label), Match)


@pytest.mark.parametrize(
    "label",
    [
        a_label_event(SECRET, version_id="v-3", after_s=1),
        a_label_event(SECRET, version_id="v-2", after_s=901),
        a_label_event(SECRET, version_id="v-2", label="AWSPENDING", after_s=1),
        a_label_event(a_secret("prod/other"), version_id="v-2", after_s=1),
    ],
)
def test_an_update_that_no_native_event_follows_wrote_none(label):
    assert judge(update(), label) == Wait(LATENESS)
    assert judge(update(), label, settled=WAITED) is None


def test_a_native_event_that_another_call_accounts_for_proves_nothing():
    by_app = put(by=a_role("app"), after_s=-5)
    label = a_label_event(SECRET, version_id="v-2", after_s=1)

    assert judge(update(version=None), by_app, label, settled=WAITED) is None


def test_who_updates_a_secret_for_days_is_known_though_no_version_is_shown():
    before = [update(event_id=f"u{n}", after_s=-n * 86_400) for n in (1, 2, 3)]
    shown = [a_label_event(SECRET, version_id=f"w{n}", after_s=-n * 86_400 + 1) for n in (1, 2, 3)]
    label = a_label_event(SECRET, version_id="v-2", after_s=1)

    assert judge(update(), *before, *shown, label) is None
    assert isinstance(judge(update(), before[0], *shown, label), Match)


def test_who_changes_descriptions_for_days_is_no_writer():
    before = [update(version=None, event_id=f"u{n}", after_s=-n * 86_400) for n in (1, 2, 3)]
    label = a_label_event(SECRET, version_id="v-2", after_s=1)

    assert isinstance(judge(update(), *before, label), Match)
    assert isinstance(judge(update(version_id="v-2"), *before), Match)


def test_a_refused_write_changed_nothing():
    assert judge(put(failure=Failure("LimitExceededException"))) is None


def test_a_service_that_owns_the_secret_may_write_it():
    assert judge(put(by=the_service())) is None


# Rotation


def test_the_registered_function_may_write_a_pending_version_in_a_rotation():
    assert judge(step(), STARTED, inventory=FUNCTIONS) == Wait(LATENESS)
    assert judge(step(), STARTED, inventory=FUNCTIONS, settled=WAITED) is None


def test_the_verdict_on_a_rotation_does_not_depend_on_which_record_comes_first():
    succeeded = a_service_event("RotationSucceeded", secret=SECRET, after_s=30)

    for order in permutations([STARTED, step(), succeeded]):
        verdicts = [
            DETECTION.evaluate(step(), around(order[:n], inventory=FUNCTIONS, settled=WAITED if n == 3 else None))
            for n in range(1, 4)
            if step() in order[:n]
        ]
        assert not any(isinstance(verdict, Match) for verdict in verdicts)
        assert verdicts[-1] is None


def test_a_role_that_is_no_registered_functions_is_told_in_a_rotation_too():
    found = judge(step("rotate-other"), STARTED, inventory=FUNCTIONS)

    assert isinstance(found, Match)
    assert found.severity is None


def test_where_no_function_is_registered_any_role_in_a_rotation_may_be_one():
    assert judge(step("rotate-other"), STARTED, settled=WAITED) is None


def test_a_person_is_no_rotation_function():
    by_hand = put(by=a_person("rotate-db"), request={"versionStages": ["AWSPENDING"]})

    found = judge(by_hand, STARTED, inventory=FUNCTIONS)

    assert isinstance(found, Match)
    assert found.severity is None


def test_a_pending_version_outside_a_rotation_waits_for_late_records_and_is_told():
    ended = a_service_event("RotationSucceeded", secret=SECRET, after_s=-2)

    assert judge(step(), inventory=FUNCTIONS) == Wait(LATENESS)
    assert isinstance(judge(step(), inventory=FUNCTIONS, settled=WAITED), Match)
    assert isinstance(judge(step(), STARTED, ended, inventory=FUNCTIONS, settled=WAITED), Match)


@pytest.mark.parametrize(
    "event",
    [
        put(by=a_role("rotator", "rotate-db")),
        put(by=a_role("rotator", "rotate-db"), request={"versionStages": ["AWSPENDING", "AWSCURRENT"]}),
        put(by=a_user("rotate-db"), request={"versionStages": ["AWSPENDING"]}),
        an_event("UpdateSecret", secret=SECRET, by=a_role("rotator", "rotate-db"), version_id="v-2"),
    ],
)
def test_a_rotation_excuses_nothing_but_the_pending_version_of_a_role(event):
    found = judge(event, STARTED, inventory=FUNCTIONS)

    assert isinstance(found, Match)
    assert found.severity is None


def test_a_person_is_named_first():
    (finding,), _ = detect(put(by=a_person("mallory")), around([], maturity=Maturity.MATURE), (DETECTION,))

    assert finding.title.startswith("mallory (Admin, Identity Center) wrote a new value to secret prod/db")


# Each condition


@pytest.mark.parametrize("event", [put(), update(version_id="v-2"), step()])
def test_a_write_of_no_named_secret_is_told_or_waits_for_its_rotation(event):
    nameless = replace(event, secrets=())

    assert isinstance(judge(nameless, readers=(), settled=WAITED), Match)
    assert isinstance(judge(nameless, readers=()), Wait if event == step() else Match)


def test_updates_of_days_make_a_writer_by_update_alone_and_by_its_own_alone():
    before = [update(event_id=f"u{n}", version_id=f"w{n}", after_s=-n * 86_400) for n in (1, 2, 3)]

    assert judge(update(version_id="v-2"), *before) is None
    assert isinstance(judge(put(), *before), Match)
    assert isinstance(judge(update(version_id="v-2", by=a_user("mallory")), *before), Match)


def test_of_updates_the_last_says_whether_they_are_forgotten():
    before = [update(event_id=f"u{n}", version_id=f"w{n}", after_s=-n * 86_400) for n in (1, 100)]

    assert judge(update(version_id="v-2"), *before) is None


def test_updates_that_failed_make_no_writer():
    failed = Failure("InvalidRequestException")
    before = [update(event_id=f"u{n}", after_s=-n * 86_400, failure=failed) for n in (1, 2, 3)]
    shown = [a_label_event(SECRET, version_id=f"w{n}", after_s=-n * 86_400 + 1) for n in (1, 2, 3)]

    assert isinstance(judge(update(version_id="v-2"), *before, *shown), Match)


@pytest.mark.parametrize(("apart_s", "known"), [(60, True), (-60, True), (61, False), (-61, False)])
def test_a_native_event_shows_what_an_update_of_the_same_minute_wrote(apart_s, known):
    before = [update(event_id=f"u{n}", after_s=-n * 86_400) for n in (1, 2, 3)]
    shown = [a_label_event(SECRET, version_id=f"w{n}", after_s=-n * 86_400 + apart_s) for n in (1, 2, 3)]

    assert (judge(update(version_id="v-2"), *before, *shown) is None) is known


@pytest.mark.parametrize(
    ("label", "fills"),
    [
        (a_label_event(SECRET, version_id="v-1", label="AWSPENDING", after_s=-30), True),
        (a_label_event(SECRET, version_id="v-1", after_s=30), True),
        (a_label_event(SECRET, version_id="v-1"), False),
    ],
    ids=["only pending", "later", "in the same second"],
)
def test_a_young_secret_has_a_value_once_another_version_was_current(label, fills):
    by_ben = an_event("CreateSecret", secret=SECRET, by=a_user("ben"), after_s=-60)

    assert (judge(put(), by_ben, label, settled=WAITED) is None) is fills


@pytest.mark.parametrize(
    ("other", "waits"),
    [
        (a_label_event(SECRET, version_id="v-2", after_s=-1), True),
        (a_label_event(SECRET, version_id="v-1", after_s=-1), True),
        (put(event_id="again", after_s=-1), True),
        (an_event("PutResourcePolicy", secret=SECRET), True),
        (an_event("TagResource", secret=SECRET, after_s=-59), True),
        (an_event("TagResource", secret=SECRET, after_s=-60), False),
        (an_event("TagResource", secret=SECRET, after_s=1), True),
        (an_event("TagResource", secret=a_secret("prod/other"), after_s=-90), True),
        (an_event("CreateSecret", secret=a_secret("prod/other"), by=a_user("ben"), after_s=-30), True),
        (an_event("CreateSecret", secret=SECRET, by=a_user("ben"), failure=Failure("X"), after_s=-30), True),
    ],
    ids=[
        "its own label",
        "another label",
        "a write before",
        "its policy in the same second",
        "its tags within the minute",
        "a minute before",
        "later",
        "another secret",
        "another secret was made",
        "it was not made",
    ],
)
def test_a_secret_is_unheard_of_until_anything_was_done_to_it_a_minute_ago(other, waits):
    assert isinstance(judge(put(), other, readers=()), Wait if waits else Match)


@pytest.mark.parametrize(
    ("reader", "waits"),
    [
        (Reader(put().principal.key, AT), True),
        (Reader(put().principal.key, AT - timedelta(seconds=60)), False),
        (Reader(a_role("app").key, AT), False),
    ],
    ids=["who wrote it reads it back", "who wrote it reads it for longer", "somebody else reads it"],
)
def test_a_secret_is_heard_of_when_it_is_read(reader, waits):
    assert isinstance(judge(put(), readers=(reader,)), Wait if waits else Match)


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (
            step("rotate-other"),
            "a pending version, written by a role that is not a registered rotation function's in the middle of",
        ),
        (
            put(by=a_person("rotate-db"), request={"versionStages": ["AWSPENDING"]}),
            "a pending version, written by a person in the middle of",
        ),
        (
            put(by=a_user("rotate-db"), request={"versionStages": ["AWSPENDING"]}),
            "a new version of a secret with no history to compare",
        ),
    ],
    ids=["a role", "a person", "a user"],
)
def test_in_a_rotation_it_says_who_wrote(event, reason):
    found = judge(event, STARTED, inventory=FUNCTIONS)

    assert isinstance(found, Match)
    assert found.reason.startswith(reason)


def test_no_way_back_may_end_at_what_the_same_hand_wrote_before():
    mine = sightings([put(version_id="v-1", after_s=-60), put()])

    found = judge(put(), by_principal=mine)

    assert isinstance(found, Match)
    assert found.avoid == ("v-1",)


@pytest.mark.parametrize(
    ("maturity", "said"),
    [
        (Maturity.LEARNING, "that it is not yet known to write, for nightlatch is still learning (14 days)"),
        (Maturity.MATURE, "that it is not known to write"),
    ],
)
def test_it_says_how_much_history_stands_behind_it(maturity, said):
    found = DETECTION.evaluate(put(), Baseline(maturity=maturity, settled=WAITED))

    assert isinstance(found, Match)
    assert found.reason == f"a new version of a secret {said}"
