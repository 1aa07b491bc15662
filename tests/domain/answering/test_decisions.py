"""Telling opens in doubt, acting closes in doubt; observe acts on nothing at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import a_finding
from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.answering.decisions import Alert, Decision, Record, decide
from nightlatch.domain.answering.orders import Respond
from nightlatch.domain.answering.policy import Exemption, Mode, Policy, Protection, Selector
from nightlatch.domain.answering.upkeep import moves_current
from nightlatch.domain.event.events import Failure, SecretEvent
from nightlatch.domain.history.examples import AT, a_label_event, a_secret, a_user, an_event
from nightlatch.domain.judging.findings import Finding, Remedy, Severity, State

MALLORY = a_user("mallory")
NOW = AT + timedelta(seconds=40)
STAGED_HERE = frozenset({a_finding().rule})

events = st.builds(
    an_event,
    st.sampled_from(["DeleteSecret", "PutSecretValue", "UpdateSecretVersionStage", "GetSecretValue", "UpdateSecret"]),
    secret=st.sampled_from([a_secret(), a_secret(suffix=None), a_secret("dev/db")]),
    version_id=st.sampled_from([None, "v1"]),
    request=st.sampled_from([{}, {"versionStage": "AWSCURRENT"}]),
    failure=st.sampled_from([None, Failure("AccessDenied")]),
)
findings = st.builds(
    a_finding, state=st.sampled_from(list(State)), remedy=st.sampled_from([None, *Remedy]), by=st.just(MALLORY)
)
protections = st.builds(
    Protection, mode=st.sampled_from(list(Mode)), undo=st.booleans(), pins=st.integers(min_value=0, max_value=15)
)


def a_policy(mode: Mode = Mode.PROTECT, **changes) -> Policy:
    return replace(Policy(default=Protection(mode=mode)), **changes)


def a_deletion(**changes) -> SecretEvent:
    return replace(an_event("DeleteSecret", secret=a_secret(), by=MALLORY), **changes)


def deletion_found(**changes) -> Finding:
    return replace(a_finding(by=MALLORY, remedy=Remedy.RESTORE), **changes)


def responds(decisions: tuple[Decision, ...]) -> list[Respond]:
    return [decision for decision in decisions if isinstance(decision, Respond)]


@given(event=events, found=st.lists(findings, max_size=3))
def test_observe_tells_nobody_and_does_nothing(event, found):
    decisions = decide(event, found, a_policy(Mode.OBSERVE), NOW)

    assert all(isinstance(decision, Record) for decision in decisions)
    assert len(set(decisions)) == len(set(found))


@given(event=events, found=st.lists(findings, max_size=3))
def test_notify_does_nothing_without_a_person(event, found):
    decisions = decide(event, found, a_policy(Mode.NOTIFY), NOW)

    assert not any(decision.automatic for decision in responds(decisions))


@given(event=events, found=st.lists(findings, max_size=3), protection=protections, late=st.booleans())
def test_replayed_and_old_events_are_told_and_never_acted_on(event, found, protection, late):
    policy = Policy(default=protection)
    event, now = (event, event.at + policy.limits.act_within + timedelta(seconds=1)) if late else (
        replace(event, replayed=True), NOW
    )  # fmt: skip

    assert responds(decide(event, found, policy, now)) == []


@given(event=events, found=st.lists(findings, max_size=3), protection=protections)
def test_a_call_that_aws_refused_is_never_answered_with_an_act(event, found, protection):
    refused = replace(event, failure=Failure("AccessDenied"))

    assert responds(decide(refused, found, Policy(default=protection), NOW)) == []


@given(event=events, found=st.lists(findings, max_size=3), protection=protections)
def test_no_finding_is_dropped(event, found, protection):
    decisions = decide(event, found, Policy(default=protection), NOW)

    assert {d.finding for d in decisions if isinstance(d, (Alert, Record))} == set(found)


def test_protect_restores_a_deletion_without_asking():
    alert, response = decide(a_deletion(), [deletion_found()], a_policy(), NOW)

    assert alert == Alert(deletion_found())
    assert isinstance(response, Respond)
    assert response.automatic
    assert response.action.kind is ActionKind.RESTORE_DELETED
    assert response.cause == a_deletion().event_id


@pytest.mark.parametrize(
    "policy",
    [a_policy(Mode.NOTIFY), Policy(default=Protection(mode=Mode.PROTECT, undo=False))],
    ids=["notify", "no undo"],
)
def test_elsewhere_a_restore_waits_for_a_person(policy):
    (response,) = responds(decide(a_deletion(), [deletion_found()], policy, NOW))

    assert not response.automatic


def test_a_rollback_always_waits_for_a_person_and_knows_the_version_it_leaves():
    written = an_event("TagResource", secret=a_secret(), by=MALLORY, version_id="v2")

    (response,) = responds(decide(written, [a_finding(by=MALLORY, remedy=Remedy.ROLL_BACK)], a_policy(), NOW))

    assert not response.automatic
    assert (response.action.kind, response.action.away_from) == (ActionKind.ROLL_BACK, "v2")


def test_a_name_that_may_be_two_secrets_is_told_by_the_stricter_and_answered_by_its_likeliest_reading():
    policy = Policy(selectors=(Selector(names=("prod",), protection=Protection(mode=Mode.PROTECT)),))
    ambiguous = a_secret("prod", suffix="backup")
    event = a_deletion(secrets=(ambiguous,))

    alert, response = decide(event, [deletion_found(secrets=(ambiguous,))], policy, NOW)

    assert isinstance(alert, Alert)
    assert isinstance(response, Respond)
    assert response.automatic  # the responder asks the policy again, by the name that AWS gives


@pytest.mark.parametrize("state", [State.DIGEST, State.LEARNING])
def test_what_is_not_open_is_recorded_and_not_answered(state):
    (decision,) = decide(a_deletion(), [deletion_found(state=state)], a_policy(), NOW)

    assert decision == Record(deletion_found(state=state), f"goes to the {state}")


@pytest.mark.parametrize("judged_after", [timedelta(0), timedelta(days=30)])
def test_an_exemption_silences_what_happened_before_its_end_and_says_whose_it_is(judged_after):
    ended = AT + timedelta(seconds=1)
    exemption = Exemption(
        rule="DEL-01", principal="*mallory", secrets="prod/", owner="ana", reason="teardown", expires=ended
    )
    policy = a_policy(exemptions=(exemption,))

    (silent,) = decide(a_deletion(), [deletion_found()], policy, NOW + judged_after)
    told = decide(a_deletion(), [deletion_found(last_seen=ended)], policy, NOW + judged_after)

    assert isinstance(silent, Record)
    assert silent.why == "exempted by ana until 2026-03-02: teardown; else HIGH"
    assert silent.finding.severity is Severity.LOW
    assert isinstance(told[0], Alert)


@pytest.mark.parametrize("mode", list(Mode))
def test_what_a_staged_rule_finds_is_only_recorded_and_never_answered(mode):
    (decision,) = decide(a_deletion(), [deletion_found()], a_policy(mode, staged=STAGED_HERE), NOW)

    assert decision == Record(deletion_found(), "staged until promoted")


def test_a_staged_rule_keeps_no_other_quiet():
    other = deletion_found(rule="deletion.mass-deletion")

    decisions = decide(a_deletion(), [deletion_found(), other], a_policy(staged=STAGED_HERE), NOW)

    assert [d.finding for d in decisions if isinstance(d, Alert)] == [other]


@pytest.mark.parametrize("state", [State.DIGEST, State.LEARNING])
def test_a_staged_rule_opens_nothing_that_was_not_open(state):
    (decision,) = decide(a_deletion(), [deletion_found(state=state)], a_policy(staged=STAGED_HERE), NOW)

    assert decision == Record(deletion_found(state=state), f"goes to the {state}")


def test_what_is_exempted_of_a_staged_rule_says_so_for_it_would_stay_quiet_once_promoted():
    exemption = Exemption(
        rule="DEL-01", principal="*mallory", secrets="prod/", owner="ana", reason="teardown", expires=NOW
    )

    (decision,) = decide(a_deletion(), [deletion_found()], a_policy(exemptions=(exemption,), staged=STAGED_HERE), NOW)

    assert isinstance(decision, Record)
    assert decision.why.startswith("exempted by ana")


@pytest.mark.parametrize(
    ("event", "pins"),
    [
        (an_event("PutSecretValue", secret=a_secret(), version_id="v2"), True),
        (an_event("UpdateSecret", secret=a_secret(), version_id="v2"), True),
        (a_label_event(a_secret(), version_id="v2"), True),
        (
            an_event(
                "UpdateSecretVersionStage", secret=a_secret(), version_id="v2", request={"versionStage": "AWSCURRENT"}
            ),
            True,
        ),
        (a_label_event(a_secret(), version_id="v2", label="nightlatch/x"), False),
        (
            an_event("PutSecretValue", secret=a_secret(), version_id="v2", request={"versionStages": ["AWSPENDING"]}),
            False,
        ),
        (an_event("UpdateSecret", secret=a_secret()), False),
        (an_event("GetSecretValue", secret=a_secret(), version_id="v2"), False),
    ],
)
def test_a_change_of_the_current_version_is_pinned(event, pins):
    decided = responds(decide(event, [], a_policy(), NOW))

    assert moves_current(event) is pins
    assert [(d.action.kind, d.cause, d.automatic) for d in decided] == [(ActionKind.PIN_SUPERSEDED, "v2", True)] * pins


def test_no_pins_are_made_where_the_policy_wants_none():
    event = an_event("PutSecretValue", secret=a_secret(), version_id="v2")

    assert decide(event, [], Policy(default=Protection(mode=Mode.PROTECT, pins=0)), NOW) == ()


@pytest.mark.parametrize(
    ("remedy", "parts"),
    [
        (Remedy.PUT_POLICY_BACK, ("policy",)),
        (Remedy.PUT_TAGS_BACK, ("tags", "description")),
        (Remedy.PUT_KEY_BACK, ("key",)),
        (Remedy.PUT_ROTATION_BACK, ("rotation",)),
    ],
)
def test_metadata_are_offered_back_as_they_were_before_it_began_and_never_put_back_unasked(remedy, parts):
    changed = an_event("UpdateSecret", secret=a_secret(), by=MALLORY)
    found = a_finding(by=MALLORY, remedy=remedy)

    (response,) = responds(decide(changed, [found], a_policy(), NOW))

    assert not response.automatic
    assert (response.action.kind, response.action.parts) == (ActionKind.PUT_BACK, parts)
    assert response.action.at == found.first_seen


def test_of_a_secret_that_was_just_made_nothing_is_put_back():
    made = an_event("CreateSecret", secret=a_secret(), by=MALLORY)

    assert not responds(decide(made, [a_finding(by=MALLORY, remedy=Remedy.PUT_KEY_BACK)], a_policy(), NOW))


def test_after_a_change_of_the_key_the_version_under_the_new_one_is_pinned():
    moved = an_event("UpdateSecret", secret=a_secret(), by=MALLORY, request={"kmsKeyId": "alias/new"})

    (response,) = responds(decide(moved, [], a_policy(), NOW))

    assert response.action == Action(kind=ActionKind.PIN_VERSION, secret=a_secret())
    assert response.automatic
    assert not responds(decide(moved, [], a_policy(mode=Mode.NOTIFY), NOW))
    assert not responds(decide(an_event("UpdateSecret", secret=a_secret(), by=MALLORY), [], a_policy(), NOW))


# -- a secret that is gone

VAULTED = Protection(mode=Mode.PROTECT, vault_days=90)


def destruction_found(**changes) -> Finding:
    return replace(a_finding(by=MALLORY, remedy=Remedy.RESURRECT), **changes)


def test_a_destroyed_secret_is_created_again_at_once_where_the_policy_protects_and_vaults_it():
    (response,) = responds(decide(a_deletion(), [destruction_found()], Policy(default=VAULTED), NOW))

    assert (response.action.kind, response.automatic) == (ActionKind.RESURRECT, True)
    assert response.action.at == AT


@pytest.mark.parametrize(
    "protection", [replace(VAULTED, resurrect=False), replace(VAULTED, mode=Mode.NOTIFY), replace(VAULTED, undo=False)]
)
def test_elsewhere_it_is_offered_and_undo_alone_changes_nothing_about_it(protection):
    (response,) = responds(decide(a_deletion(), [destruction_found()], Policy(default=protection), NOW))

    assert response.automatic is (protection.mode is Mode.PROTECT and protection.resurrect)


def test_no_button_promises_what_no_vault_can_keep():
    decisions = decide(a_deletion(), [destruction_found()], a_policy(Mode.PROTECT), NOW)

    assert responds(decisions) == []
    assert any(isinstance(decision, Alert) for decision in decisions)


def test_what_is_gone_without_a_known_call_is_for_a_person_to_decide():
    end = an_event("EndSecretVersionDelete", secret=a_secret())

    (response,) = responds(decide(end, [destruction_found()], Policy(default=VAULTED), NOW))

    assert (response.action.kind, response.automatic) == (ActionKind.RESURRECT, False)
