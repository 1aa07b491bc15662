"""A name that somebody else freed is told when it is taken; a replacement by those who had it is not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nightlatch.adapters.history.baselines import TrailBaselines
from nightlatch.adapters.history.trails_memory import MemoryTrails, MemoryWaits
from nightlatch.detections.name_reused import DETECTION
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.answering.policy import Mode, Policy, Protection
from nightlatch.domain.event.events import Failure, SecretEvent, Tick
from nightlatch.domain.event.secrets import secret_ref
from nightlatch.domain.history.examples import (
    ACCOUNT,
    AT,
    REGION,
    WAITED,
    a_role,
    a_secret,
    a_service_event,
    a_user,
    an_event,
    sightings,
)
from nightlatch.domain.judging.baseline import LATENESS, Baseline
from nightlatch.domain.judging.deletions import ENDED
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.judging.rules import Match, Wait
from nightlatch.service.effects import NoEffects, NothingIsOwn
from nightlatch.service.pipeline import Ports, handle

DAY = 86_400.0
OLD, NEW = a_secret(suffix="OldOld"), a_secret(suffix="NewNew")
MALLORY, BEN = a_user("mallory"), a_role("ops", "ben")


def create(by=MALLORY, *, after_s: float = 0, secret=NEW, **more) -> SecretEvent:
    return an_event("CreateSecret", secret=secret, by=by, after_s=after_s, **more)


def delete(by=BEN, *, after_s: float = -DAY, secret=OLD, **more) -> SecretEvent:
    return an_event("DeleteSecret", secret=secret, by=by, after_s=after_s, **more)


def ended(days_ago: float) -> SecretEvent:
    return a_service_event(ENDED, secret=OLD, after_s=-days_ago * DAY)


def judge(event: SecretEvent, *under_name: SecretEvent, settled=WAITED) -> Match | Wait | None:
    return DETECTION.evaluate(event, Baseline(under_name=sightings([event, *under_name]), settled=settled))


def test_it_waits_for_who_freed_the_name_to_be_known():
    assert judge(create(), settled=None) == Wait(LATENESS)
    assert judge(create(), delete(), settled=None) == Wait(LATENESS)
    assert judge(create(failure=Failure("ResourceExistsException")), delete(), settled=None) is None


@pytest.mark.parametrize(("days", "fires"), [(0, True), (1, True), (30, True), (30.01, False)])
def test_the_name_was_freed_within_thirty_days(days, fires):
    assert isinstance(judge(create(), delete(after_s=-days * DAY)), Match) == fires


@pytest.mark.parametrize(("days", "fires"), [(30, True), (30.01, False)])
def test_of_a_scheduled_deletion_the_end_counts(days, fires):
    ended = a_service_event(ENDED, secret=OLD, after_s=-days * DAY)

    assert isinstance(judge(create(), delete(after_s=-60 * DAY), ended), Match) == fires


@pytest.mark.parametrize(
    ("days", "said"), [(0, "less than two days"), (1.9, "less than two days"), (2, "2 days"), (9, "9 days")]
)
def test_it_says_how_long_ago_and_who(days, said):
    found = judge(create(), delete(after_s=-days * DAY))

    assert isinstance(found, Match)
    assert found.reason == f"the secret of this name was deleted {said} before, by role/ops"


def test_the_first_of_several_deletions_counts_among_those_who_had_it():
    calls = [delete(a_user(f"u{n}"), after_s=-DAY - n) for n in range(3)]

    assert all(judge(create(a_user(f"u{n}")), *calls) is None for n in range(3))


def test_an_end_before_the_deletion_is_that_of_an_earlier_secret():
    ended = a_service_event(ENDED, secret=OLD, after_s=-10 * DAY)

    assert judge(create(), ended, delete(after_s=-40 * DAY), a_service_event(ENDED, secret=OLD, after_s=-50 * DAY))
    assert judge(create(), delete(after_s=-40 * DAY), a_service_event(ENDED, secret=OLD, after_s=-50 * DAY)) is None


@pytest.mark.parametrize(
    "history",
    [
        (delete(MALLORY),),
        (create(MALLORY, after_s=-9 * DAY, secret=OLD), delete(BEN)),
        (delete(MALLORY, after_s=-8 * DAY), delete(BEN, request={"forceDeleteWithoutRecovery": True})),
    ],
    ids=["deleted it", "made the old one", "scheduled it"],
)
def test_a_replacement_by_one_who_had_it_is_silent(history):
    assert judge(create(MALLORY), *history) is None
    assert isinstance(judge(create(a_user("carol")), *history), Match)


def test_a_deletion_that_was_taken_back_or_refused_frees_nothing():
    restored = an_event("RestoreSecret", secret=OLD, by=BEN, after_s=-3600)

    assert judge(create(), delete(), restored) is None
    assert judge(create(), delete(failure=Failure("AccessDenied"))) is None
    assert judge(create(), delete(after_s=1)) is None


def test_a_secret_that_was_made_since_and_whose_end_is_not_known_says_nothing():
    assert judge(create(), delete(), create(BEN, after_s=-3600, secret=OLD)) is None


def test_an_end_without_a_call_names_nobody_and_is_another_rules_matter():
    assert judge(create(), a_service_event(ENDED, secret=OLD, after_s=-60)) is None


@pytest.mark.parametrize(("creating", "deleting"), [(True, True), (True, False), (False, True)])
def test_of_two_calls_of_a_stack_a_note_is_kept(creating, deleting):
    by_stack = "cloudformation.amazonaws.com"
    creator = replace(MALLORY, invoked_by=by_stack if creating else None)
    deleter = replace(BEN, invoked_by=by_stack if deleting else None)

    found = judge(create(creator), delete(deleter))

    assert isinstance(found, Match)
    assert (found.severity is Severity.LOW) == (creating and deleting)
    assert "role/ops" in found.reason


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("called", ["full", "name", "partial"])
def test_over_real_history_a_force_delete_and_its_name_are_put_together_in_either_order(late, called):
    forms = {"full": OLD, "name": a_secret(suffix=None), "partial": partial()}
    events = [delete(after_s=-40, secret=forms[called]), create()]
    history = TrailBaselines(MemoryTrails(), MemoryWaits(), inventory=Inventory(), now=lambda: AT)
    ports, policy = Ports(history, NothingIsOwn(), NoEffects()), Policy(default=Protection(mode=Mode.NOTIFY))
    found = []

    for batch in ([one] for one in (events[::-1] if late else events)):
        found.extend(handle(batch, rules=(DETECTION,), policy=policy, ports=ports, now=AT).findings)
    assert found == []
    over = Tick(AT + 2 * LATENESS)
    found.extend(handle([over], rules=(DETECTION,), policy=policy, ports=ports, now=AT).findings)

    assert [(one.severity, one.secrets) for one in found] == [(Severity.MEDIUM, (NEW,))]


def partial():
    text = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:prod/db"
    return secret_ref(text, account_id=ACCOUNT, region=REGION)


def test_of_several_deletions_the_last_freed_the_name_and_is_told():
    earlier = delete(replace(MALLORY, key="u0", invoked_by="cloudformation.amazonaws.com"), after_s=-40 * DAY)
    by_stack = replace(a_user("carol"), invoked_by="cloudformation.amazonaws.com")

    found = judge(create(by_stack), earlier, delete(after_s=-3 * DAY))

    assert isinstance(found, Match)
    assert found.severity is None
    assert found.reason == "the secret of this name was deleted 3 days before, by role/ops"


def test_of_several_ends_the_last_counts_and_one_before_the_deletion_does_not():
    deleted, early, late = delete(after_s=-60 * DAY), *(ended(days) for days in (31, 3))

    assert isinstance(judge(create(), deleted, early, late), Match)
    assert judge(create(), deleted, early) is None
    assert isinstance(judge(create(), ended(31), delete(after_s=-29 * DAY)), Match)


def test_who_restored_the_old_one_once_is_not_who_had_it():
    restored = an_event("RestoreSecret", secret=OLD, by=MALLORY, after_s=-5 * DAY)

    assert isinstance(judge(create(), restored, delete()), Match)


def test_a_creation_that_names_no_secret_cannot_be_judged():
    assert judge(replace(create(), secrets=()), delete()) is None
