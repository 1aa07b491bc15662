"""A Deny that was there and is gone is told, and one that spares nobody; what only reads otherwise is not."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations

import pytest

from nightlatch.adapters.history.baselines import TrailBaselines
from nightlatch.adapters.history.trails_memory import MemoryTrails, MemoryWaits
from nightlatch.detections.deny_lost import DETECTION
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.answering.policy import Mode, Policy, Protection
from nightlatch.domain.event.events import Failure, SecretEvent, Tick
from nightlatch.domain.history.examples import AT, WAITED, a_role, a_secret, a_user, an_event, sightings
from nightlatch.domain.history.sightings import sighting_of
from nightlatch.domain.history.trail import Trail
from nightlatch.domain.judging.baseline import LATENESS, Baseline
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.judging.rules import Match, Wait
from nightlatch.service.effects import NoEffects, NothingIsOwn
from nightlatch.service.pipeline import Ports, handle

ALLOW = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/app"}, "Action": "secretsmanager:Get*"}
GUARD = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "secretsmanager:DeleteSecret",
    "Condition": {"ArnNotEquals": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/break-glass"}},
}
FENCE = {**GUARD, "Action": "secretsmanager:GetSecretValue"}
WALL = {"Effect": "Deny", "Principal": "*", "Action": "secretsmanager:*"}
LID = {"Effect": "Deny", "Principal": "*", "Action": "secretsmanager:DeleteSecret"}
DAY = 86_400


def put(*statements: object, after_s: float = 0, as_text: bool = True, **more) -> SecretEvent:
    policy = {"Version": "2012-10-17", "Statement": list(statements)}
    more.setdefault("secret", a_secret())
    request = {"resourcePolicy": json.dumps(policy) if as_text else policy}
    return an_event("PutResourcePolicy", after_s=after_s, request=request, **more)


def delete(*, after_s: float = 0, **more) -> SecretEvent:
    return an_event("DeleteResourcePolicy", after_s=after_s, **{"secret": a_secret(), **more})


def judge(event: SecretEvent, *before: SecretEvent, settled=WAITED) -> Match | Wait | None:
    return DETECTION.evaluate(event, Baseline(on_secret=sightings([*before, event]), settled=settled))


def fires(event: SecretEvent, *before: SecretEvent) -> bool:
    return isinstance(judge(event, *before), Match)


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ([GUARD], [], "of 1 Deny statement 1 no longer stands: the policy was put without it"),
        ([ALLOW, GUARD, FENCE], [FENCE], "of 2 Deny statements 1 no longer stands: the policy was put without it"),
        ([GUARD, FENCE], [ALLOW], "of 2 Deny statements 2 no longer stand: the policy was put without it"),
    ],
)
def test_a_denial_that_is_gone_is_counted(before, after, reason):
    found = judge(put(*after), put(*before, after_s=-DAY))

    assert isinstance(found, Match)
    assert (found.reason, found.severity) == (reason, None)


def test_a_denial_that_another_replaced_says_so():
    found = judge(put({**GUARD, "Action": "secretsmanager:RestoreSecret"}), put(GUARD, after_s=-DAY))

    assert isinstance(found, Match)
    assert "another Deny stands in its place" in found.reason


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([GUARD], [GUARD]),
        ([GUARD], [ALLOW, {**GUARD, "Sid": "x"}]),
        ([GUARD], [GUARD, FENCE]),
        ([ALLOW], []),
        ([], [ALLOW]),
        ([], [GUARD]),
        ([WALL], [WALL, ALLOW]),
        ([LID], [LID]),
    ],
)
def test_what_keeps_every_denial_is_silent(before, after):
    assert judge(put(*after), put(*before, after_s=-DAY)) is None


def test_a_deleted_policy_loses_all_its_denials_and_one_without_any_loses_none():
    found = judge(delete(), put(GUARD, after_s=-DAY))

    assert isinstance(found, Match)
    assert found.reason == "of 1 Deny statement 1 no longer stands: the policy was deleted"
    assert not fires(delete(), put(ALLOW, after_s=-DAY))
    assert not fires(delete())
    assert not fires(delete(), put(GUARD, after_s=-DAY), delete(after_s=-60))


def test_the_last_policy_before_counts_whatever_its_form_and_whoever_set_it():
    assert fires(delete(), put(GUARD, after_s=-DAY, as_text=False, by=a_role("other")))
    assert fires(delete(secret=a_secret(suffix=None)), put(GUARD, after_s=-DAY))
    assert not fires(delete(), put(GUARD, after_s=-DAY, secret=a_secret("prod/api")))
    assert not fires(delete(), put(GUARD, after_s=-DAY, failure=Failure("PublicPolicyException")))
    assert not fires(delete(), put(GUARD, after_s=-DAY), put(ALLOW, after_s=-60))


def test_our_own_guard_is_a_policy_before_like_any_other():
    guard = replace(sighting_of(put(GUARD, after_s=-DAY)), own=True)

    found = DETECTION.evaluate(delete(), Baseline(on_secret=Trail.of([guard]), settled=WAITED))

    assert isinstance(found, Match)


def test_what_is_not_known_loses_nothing():
    omitted = an_event("PutResourcePolicy", secret=a_secret(), request={"omitted": True}, after_s=-60)

    assert judge(replace(omitted, at=AT), put(GUARD, after_s=-DAY)) is None
    assert judge(delete(), put(GUARD, after_s=-DAY), omitted) is None
    assert judge(delete(failure=Failure("AccessDenied")), put(GUARD, after_s=-DAY)) is None
    assert DETECTION.evaluate(an_event("DeleteResourcePolicy"), Baseline()) is None


# Shutting out


def test_a_new_denial_that_spares_nobody_is_told_at_once_and_without_history():
    found = judge(put(ALLOW, WALL), settled=None)

    assert isinstance(found, Match)
    assert found.severity is None
    assert "shut everybody out" in (found.headline or "")
    assert judge(put(FENCE)) is None


def test_a_new_denial_of_deletion_alone_is_a_note_that_hides_no_loss():
    note = judge(put(LID))
    worse = judge(put(LID), put(FENCE, after_s=-DAY))

    assert isinstance(note, Match)
    assert isinstance(worse, Match)
    assert (note.severity, worse.severity) == (Severity.LOW, None)
    assert worse.headline is None


# Order


def test_it_waits_for_the_policy_before_only_where_nothing_is_wrong_yet():
    assert judge(delete(), settled=None) == Wait(LATENESS)
    assert judge(put(LID), settled=None) == Wait(LATENESS)
    assert isinstance(judge(delete(), put(GUARD, after_s=-60), settled=None), Match)


def test_in_every_order_of_arrival_the_same_is_found():
    events: Sequence[SecretEvent] = [put(GUARD, after_s=-120), put(GUARD, FENCE, after_s=-60), delete(by=a_user("m"))]

    def found_in(order: Sequence[SecretEvent]) -> set[tuple[tuple[str, ...], Severity, str]]:
        history = TrailBaselines(MemoryTrails(), MemoryWaits(), inventory=Inventory(), now=lambda: AT)
        ports, policy = Ports(history, NothingIsOwn(), NoEffects()), Policy(default=Protection(mode=Mode.NOTIFY))
        batches = [*([one] for one in order), [order[0]], [Tick(AT + 2 * LATENESS)]]
        return {
            (one.event_ids, one.severity, one.principal.key)
            for batch in batches
            for one in handle(batch, rules=(DETECTION,), policy=policy, ports=ports, now=AT).findings
        }

    outcomes = [found_in(order) for order in permutations(events)]

    assert all(outcome == outcomes[0] for outcome in outcomes)
    assert len(outcomes[0]) == 1
