"""A planned deletion goes through without a fight, nothing else does, and a lost guard comes back by itself."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from builders import a_finding
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.answering.actions import ActionKind
from nightlatch.domain.answering.allowances import Allowance
from nightlatch.domain.answering.decisions import Alert, Record, asks_what_is_allowed, decide
from nightlatch.domain.answering.orders import Respond
from nightlatch.domain.answering.policy import Exemption, Mode, Policy, Protection
from nightlatch.domain.history.examples import ACCOUNT, AT, a_role, a_secret, an_event
from nightlatch.domain.judging.findings import Remedy, Severity, State

ESO = a_role("external-secrets")
NOW = AT + timedelta(minutes=2)
POLICY = Policy(
    default=Protection(mode=Mode.PROTECT, prevent=True),
    inventory=Inventory(break_glass=frozenset({f"arn:aws:iam::{ACCOUNT}:role/break-glass"})),
    acting_role=f"arn:aws:iam::{ACCOUNT}:role/nightlatch-ResponderRole-A1B2C3",
)
ALLOWED = Allowance(
    secret=a_secret(),
    force=False,
    starts=AT - timedelta(hours=1),
    until=AT + timedelta(hours=1),
    by="ana (U0ANA)",
    reason="moved to another account",
)
SCHEDULED = a_finding(rule="deletion.deletion-scheduled", by=ESO, remedy=Remedy.RESTORE)
DELETION = an_event("DeleteSecret", secret=a_secret(), by=ESO)
GUARD_LOST = an_event("DeleteResourcePolicy", secret=a_secret(), by=ESO)


def test_an_allowed_deletion_is_recorded_as_low_and_nothing_is_undone():
    (decision,) = decide(DELETION, [SCHEDULED], POLICY, NOW, allowances=[ALLOWED])

    assert isinstance(decision, Record)
    assert decision.finding == replace(SCHEDULED, severity=Severity.LOW)
    assert decision.why == "allowed by ana (U0ANA) until 2026-03-02 10:00 UTC: moved to another account; else HIGH"


def test_what_else_was_done_with_the_deletion_is_told_and_only_offered_to_be_undone():
    stolen = replace(SCHEDULED, rule="deletion.read-then-deleted", severity=Severity.CRITICAL)

    alert, offer = decide(DELETION, [stolen], POLICY, NOW, allowances=[ALLOWED])

    assert alert == Alert(stolen)
    assert isinstance(offer, Respond)
    assert not offer.automatic


@pytest.mark.parametrize(
    "allowance",
    [
        replace(ALLOWED, secret=a_secret("prod/api")),
        replace(ALLOWED, until=AT),
        replace(ALLOWED, starts=AT + timedelta(seconds=6)),
    ],
    ids=["another secret", "over", "not begun"],
)
def test_a_deletion_that_was_not_allowed_is_undone(allowance):
    alert, restored = decide(DELETION, [SCHEDULED], POLICY, NOW, allowances=[allowance])

    assert alert == Alert(SCHEDULED)
    assert isinstance(restored, Respond)
    assert restored.automatic


def test_an_allowed_deletion_allows_none_by_force():
    forced = an_event("DeleteSecret", secret=a_secret(), by=ESO, request={"forceDeleteWithoutRecovery": True})
    found = a_finding(rule="deletion.force-delete", by=ESO, severity=Severity.CRITICAL)

    assert decide(forced, [found], POLICY, NOW, allowances=[ALLOWED]) == (Alert(found),)
    assert isinstance(decide(forced, [found], POLICY, NOW, allowances=[replace(ALLOWED, force=True)])[0], Record)


def test_what_goes_to_the_digest_or_is_exempted_keeps_its_own_reason():
    digest = replace(SCHEDULED, state=State.DIGEST)

    (decision,) = decide(DELETION, [digest], POLICY, NOW, allowances=[ALLOWED])

    assert decision == Record(digest, "goes to the digest")


def test_a_declared_actor_is_asked_about_before_its_deletion_is_undone():
    declared = Exemption(
        rule="deletion.*",
        principal=ESO.key,
        secrets="prod/",
        owner="ana",
        reason="applies the catalogue",
        expires=AT + timedelta(days=90),
    )

    alert, offer = decide(DELETION, [SCHEDULED], replace(POLICY, ask_first=(declared,)), NOW)

    assert alert == Alert(SCHEDULED)
    assert isinstance(offer, Respond)
    assert not offer.automatic
    other = replace(declared, principal="arn:aws:iam::*:role/somebody-else")
    assert decide(DELETION, [SCHEDULED], replace(POLICY, ask_first=(other,)), NOW)[1].automatic


# Guards that were taken out


def test_a_guard_that_was_taken_out_is_put_back_without_asking():
    (heal,) = decide(GUARD_LOST, [], POLICY, NOW)

    assert isinstance(heal, Respond)
    assert heal.automatic
    assert (heal.action.kind, heal.action.secret) == (ActionKind.APPLY_GUARD, a_secret())
    assert heal.caused_by == ESO
    assert "left out or altered the guard in the resource policy of prod/db" in heal.reason


def test_a_secret_that_is_replicated_gets_the_guard_of_its_replicas_and_the_reason_says_so():
    replicated = an_event("ReplicateSecretToRegions", secret=a_secret(), by=ESO)

    (heal,) = decide(replicated, [], POLICY, NOW)

    assert isinstance(heal, Respond)
    assert heal.reason.endswith("replicated prod/db; its guard shall keep the replicas")


def test_what_the_brakes_stop_is_shown_with_the_conflict_that_it_is_about():
    conflict = a_finding(rule="monitor.contested", by=ESO, severity=Severity.CRITICAL)
    lost = a_finding(rule="policy.deny-lost", by=ESO)

    *alerts, heal = decide(GUARD_LOST, [lost, conflict], POLICY, NOW)

    assert alerts == [Alert(lost), Alert(conflict)]
    assert isinstance(heal, Respond)
    assert heal.finding == conflict
    assert heal.caused_by == ESO


def test_a_guard_that_is_off_for_a_planned_deletion_stays_off():
    assert decide(GUARD_LOST, [], POLICY, NOW, allowances=[replace(ALLOWED, force=True)]) == ()
    assert len(decide(GUARD_LOST, [], POLICY, NOW, allowances=[ALLOWED])) == 1


@pytest.mark.parametrize("event", [replace(GUARD_LOST, replayed=True), replace(GUARD_LOST, at=AT - timedelta(hours=2))])
def test_what_is_replayed_or_old_puts_no_guard_back(event):
    assert decide(event, [], POLICY, NOW) == ()


def test_the_ledger_is_asked_only_where_an_answer_matters():
    kept = an_event("PutSecretValue", secret=a_secret())
    unguarded = replace(POLICY, default=Protection(mode=Mode.PROTECT))
    same = json.dumps({"Statement": []})

    assert asks_what_is_allowed(DELETION, [SCHEDULED], POLICY)
    assert asks_what_is_allowed(GUARD_LOST, [], POLICY)
    assert asks_what_is_allowed(
        an_event("PutResourcePolicy", secret=a_secret(), request={"resourcePolicy": same}), [], POLICY
    )
    assert not asks_what_is_allowed(DELETION, [], POLICY)
    assert not asks_what_is_allowed(kept, [SCHEDULED], POLICY)
    assert not asks_what_is_allowed(GUARD_LOST, [], unguarded)
