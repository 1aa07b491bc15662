"""Whether the end of a window was allowed is judged as of the call, and a person alone decides what follows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from builders import a_finding
from nightlatch.domain.answering.actions import ActionKind
from nightlatch.domain.answering.allowances import Allowance
from nightlatch.domain.answering.decisions import Alert, Decision, Record, asks_what_is_allowed, decide
from nightlatch.domain.answering.ended_windows import why_allowed
from nightlatch.domain.answering.orders import Respond
from nightlatch.domain.answering.policy import Exemption, Mode, Policy, Protection
from nightlatch.domain.history.examples import AT, a_person, a_role, a_secret, a_service_event, the_service
from nightlatch.domain.judging.deletions import ENDED, WINDOW_ENDED
from nightlatch.domain.judging.findings import Finding, Remedy, Severity, Undone

PIPELINE, ANA = a_role("pipeline"), a_person("ana")
CALLED = AT - timedelta(days=7)
NOW = AT + timedelta(minutes=16)
END = a_service_event(ENDED, secret=a_secret())
VAULTED = Policy(default=Protection(mode=Mode.PROTECT, vault_days=90))
REASON = "scheduled by role/pipeline"
ALLOWED = Allowance(
    secret=a_secret(suffix=None),
    force=False,
    starts=CALLED - timedelta(hours=1),
    until=CALLED + timedelta(hours=1),
    by="ana (U0ANA)",
    reason="moved away",
)
EXEMPT = Exemption(
    rule="deletion.*",
    principal=PIPELINE.key,
    secrets="prod/",
    owner="ana",
    reason="tears down",
    starts=CALLED - timedelta(hours=1),
    expires=CALLED + timedelta(hours=1),
)


def found(by: str = PIPELINE.key, **changes) -> Finding:
    base = a_finding(
        rule=WINDOW_ENDED,
        by=the_service(),
        secrets=(a_secret(),),
        remedy=Remedy.RESURRECT,
        calls=(ENDED,),
        reason=REASON,
    )
    return replace(base, **{"catalogue": "DEL-08", "undoes": Undone("e-call", by=by, at=CALLED), **changes})


def decided(finding: Finding, policy: Policy = VAULTED, *allowances: Allowance) -> tuple[Decision, ...]:
    return decide(END, [finding], policy, NOW, allowances=allowances)


@pytest.mark.parametrize(
    "policy",
    [
        VAULTED,
        replace(VAULTED, default=replace(VAULTED.default, resurrect=False)),
        replace(VAULTED, default=replace(VAULTED.default, mode=Mode.NOTIFY)),
    ],
    ids=["protect", "resurrects nothing by itself", "notify"],
)
def test_people_are_told_that_nobody_allowed_it_and_are_offered_the_way_back_never_more(policy):
    alert, offer = decided(found(), policy)

    assert isinstance(alert, Alert)
    assert alert.finding.severity is Severity.HIGH
    assert alert.finding.reason == f"{REASON}; no allowance and no exemption of nightlatch covered it"
    assert isinstance(offer, Respond)
    assert (offer.action.kind, offer.automatic, offer.action.at) == (ActionKind.RESURRECT, False, END.at)


def test_whoever_scheduled_it_may_not_decide_about_it():
    _, offer = decided(found())

    assert isinstance(offer, Respond)
    assert offer.caused_by is not None
    assert offer.caused_by.key == PIPELINE.key


def test_nothing_is_offered_of_what_no_vault_keeps():
    assert [type(one) for one in decided(found(), Policy(default=Protection(mode=Mode.PROTECT)))] == [Alert]


def test_observe_tells_nobody():
    (decision,) = decided(found(), Policy())

    assert isinstance(decision, Record)


def test_what_was_allowed_when_it_was_scheduled_is_a_low_record_with_who_allowed_it():
    (decision,) = decided(found(), VAULTED, ALLOWED)

    assert isinstance(decision, Record)
    assert decision.finding.severity is Severity.LOW
    assert decision.why == "allowed by ana (U0ANA) when it was scheduled: moved away; else HIGH"


@pytest.mark.parametrize(
    "allowance",
    [
        replace(ALLOWED, starts=AT - timedelta(hours=1), until=AT + timedelta(hours=1)),
        replace(ALLOWED, until=CALLED),
        replace(ALLOWED, secret=a_secret("prod/api")),
    ],
    ids=["allowed at its end alone", "over before the call", "another secret"],
)
def test_what_was_not_allowed_when_it_was_scheduled_is_told(allowance):
    assert isinstance(decided(found(), VAULTED, allowance)[0], Alert)


def test_of_several_secrets_each_must_have_been_allowed():
    assert why_allowed(found(secrets=(a_secret(), a_secret("prod/api"))), VAULTED, [ALLOWED]) is None
    assert why_allowed(found(secrets=()), VAULTED, [ALLOWED]) is None


@pytest.mark.parametrize(
    "exemption",
    [
        EXEMPT,
        replace(EXEMPT, rule="DEL-01"),
        replace(EXEMPT, rule="DEL-08"),
        replace(EXEMPT, rule="DEL-08", starts=AT - timedelta(hours=1), expires=AT + timedelta(days=90)),
        replace(EXEMPT, rule="deletion.deletion-scheduled", starts=None, expires=AT + timedelta(days=90)),
    ],
    ids=["a change window that is over", "by number", "of the end, at the call", "of the end", "of the call alone"],
)
def test_an_exemption_that_held_for_the_call_holds_for_its_end(exemption):
    (decision,) = decided(found(), replace(VAULTED, exemptions=(exemption,)))

    assert isinstance(decision, Record)
    assert decision.finding.severity is Severity.LOW
    assert decision.why == "exempted by ana when it was scheduled: tears down; else HIGH"


@pytest.mark.parametrize(
    "exemption",
    [
        replace(EXEMPT, principal="arn:aws:iam::*:role/somebody-else"),
        replace(EXEMPT, secrets="dev/"),
        replace(EXEMPT, rule="deletion.force-delete"),
        replace(EXEMPT, starts=AT - timedelta(hours=1), expires=AT + timedelta(hours=1)),
    ],
    ids=["another principal", "another prefix", "another rule", "a change window at its end"],
)
def test_an_exemption_of_something_else_silences_nothing(exemption):
    assert isinstance(decided(found(), replace(VAULTED, exemptions=(exemption,)))[0], Alert)


def test_a_person_is_exempted_by_the_role_they_sign_in_with_as_at_the_call():
    role = ANA.key.rpartition("/")[0]

    decision = decided(found(by=ANA.key), replace(VAULTED, exemptions=(replace(EXEMPT, principal=role),)))[0]

    assert isinstance(decision, Record)


def test_a_declared_actor_whose_deletions_are_asked_about_is_told():
    assert isinstance(decided(found(), replace(VAULTED, ask_first=(EXEMPT,)))[0], Alert)


@pytest.mark.parametrize(
    "finding",
    [
        replace(found(), undoes=None),
        replace(found(), undoes=Undone("e-call", by=PIPELINE.key)),
        replace(found(), rule="deletion.gone-without-call"),
    ],
    ids=["no call", "ended by force", "another rule"],
)
def test_nothing_else_is_excused_by_what_allowed_the_schedule(finding):
    decision = decided(finding, replace(VAULTED, exemptions=(replace(EXEMPT, principal=PIPELINE.key),)), ALLOWED)[0]

    assert decision == Alert(finding)


def test_the_ledger_is_asked_what_was_allowed_of_an_end_and_of_no_other_service_event():
    assert asks_what_is_allowed(END, [found()], VAULTED)
    assert not asks_what_is_allowed(END, [replace(found(), undoes=None)], VAULTED)
    assert not asks_what_is_allowed(END, [], VAULTED)
