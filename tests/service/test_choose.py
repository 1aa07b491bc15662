"""What somebody chooses in a message is done once, for an approver who did not act, as the message showed it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from builders import a_finding, a_response
from fakes import FakeDispatch, FakeIncidents, FakeLedger
from fakes_telling import FakeDeclarations, FakeSleepers
from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.answering.choices import Choice, ChoiceKind, allowances, declarations, read_choice, snoozes
from nightlatch.domain.answering.decisions import Record, decide
from nightlatch.domain.answering.policy import Approver, Mode, Policy, Protection
from nightlatch.domain.answering.responses import ResponseState
from nightlatch.domain.errors import IllegalTransition, NotFound, Unauthorised
from nightlatch.domain.history.examples import AT, a_secret, a_user, an_event
from nightlatch.domain.judging.findings import Severity
from nightlatch.service.approve import ApprovePorts, approver_in_slack
from nightlatch.service.choose import ChoosePorts, Person, choose
from nightlatch.service.snooze import SnoozePorts
from nightlatch.service.vouch import Vouched, VouchPorts, vouch_for

POLICY = Policy(
    default=Protection(mode=Mode.NOTIFY),
    approvers=(
        Approver(slack_id="U01ANA", name="ana"),
        Approver(slack_id="U02BEN", name="ben"),
        Approver(slack_id="U03MAL", name="mal", principals=(a_user("mallory").key,)),
    ),
)


@dataclass
class World:
    incidents: FakeIncidents = field(default_factory=FakeIncidents)
    ledger: FakeLedger = field(default_factory=FakeLedger)
    dispatch: FakeDispatch = field(default_factory=FakeDispatch)
    said: FakeDeclarations = field(default_factory=FakeDeclarations)

    def fold(self, **changes):
        self.incident = self.incidents.fold(a_finding(**changes), policy_digest="")[0]
        return self.incident

    def choose(self, choice: Choice, who: str = "U01ANA", now=AT, reason: str = "") -> str:
        person = Person(approver=approver_in_slack(who, POLICY), how=f"Slack user {who}", reason=reason)
        return choose(choice, person, policy=POLICY, ports=self.ports, now=now)

    @property
    def ports(self) -> ChoosePorts:
        snoozing = SnoozePorts(incidents=self.incidents, sleepers=FakeSleepers(self.incidents), dispatch=self.dispatch)
        return ChoosePorts(
            incidents=self.incidents,
            approving=ApprovePorts(ledger=self.ledger, dispatch=self.dispatch),
            snoozing=snoozing,
            vouching=self.vouching,
            mint=lambda: "opaque",
        )

    @property
    def vouching(self) -> VouchPorts:
        return VouchPorts(
            incidents=self.incidents, changing=self.incidents, declarations=self.said, dispatch=self.dispatch
        )

    def everything(self):
        return (dict(self.incidents.by_id), dict(self.ledger.by_id), dict(self.said.by_id))


@pytest.fixture
def world() -> World:
    return World()


def every_choice(incident) -> list[Choice]:
    allowed = [choice for choice, _ in allowances(incident)]
    return [snoozes(incident)[1], *declarations(incident)[:1], *allowed]


def test_a_snooze_is_written_with_who_and_until_when(world):
    choice = snoozes(world.fold())[1]

    assert world.choose(choice) == "Snoozed until 2026-03-03 09:00 UTC; it wakes when it gets worse."
    asleep = world.incidents.get(world.incident.id)
    assert asleep.snooze is not None
    assert (asleep.snooze.by, asleep.snooze.how) == ("ana (U01ANA)", "Slack user U01ANA")


def test_what_was_ours_is_declared_and_the_same_again_is_recorded_and_not_told(world):
    incident = world.fold(rule="change.unexpected-writer")
    world.choose(declarations(incident)[1])

    again = a_finding(rule="change.unexpected-writer", after_s=3_600)
    event = an_event(name="PutSecretValue", by=a_user("mallory"))
    declared = world.said.of(a_user("mallory").key)
    (decision,) = decide(event, [again], POLICY, AT, declared=declared)

    assert isinstance(decision, Record)
    assert decision.finding.severity is Severity.LOW
    assert decision.why.startswith("declared by ana (U01ANA) until 2026-03-09 09:00 UTC: this was us")
    assert decision.why.endswith("else HIGH")


def test_a_declaration_holds_until_somebody_ends_it(world):
    incident = world.fold(rule="change.unexpected-writer")
    world.choose(declarations(incident)[1])
    (declared,) = world.said.by_id.values()
    world.said.end(declared.id, "ben", AT + timedelta(minutes=30))

    again = a_finding(rule="change.unexpected-writer", after_s=3_600)
    decided = decide(an_event(name="PutSecretValue"), [again], POLICY, AT, declared=world.said.of(declared.principal))

    assert not any(isinstance(one, Record) for one in decided)


def test_an_allowed_deletion_is_approved_and_its_undoing_declined(world):
    incident = world.fold(rule="deletion.deletion-scheduled")
    undo = a_response(action=Action(kind=ActionKind.RESTORE_DELETED, secret=a_secret()), incident_id=incident.id)
    world.ledger.propose(undo)
    incident = world.incidents.link(incident.id, undo.id)

    said = world.choose(allowances(incident)[0][0])

    (allowed,) = [one for one in world.ledger.by_id.values() if one.action.kind is ActionKind.ALLOW_DELETION]
    assert said == "Approved: prod/db may be deleted for 2 hours."
    assert (allowed.state, allowed.action.force, allowed.approved_by) == (
        ResponseState.APPROVED,
        False,
        "ana (U01ANA)",
    )
    assert [name for _, name in world.dispatch.responses] == [allowed.id]
    assert world.ledger.get(undo.id).state is ResponseState.DENIED
    assert allowed.id in world.incidents.get(incident.id).responses


def test_a_deletion_by_force_is_allowed_by_two_people(world):
    incident = world.fold(rule="deletion.force-delete")
    (choice, _), *_ = allowances(incident)

    first = world.choose(choice)
    with pytest.raises(IllegalTransition, match="somebody else must too"):
        world.choose(choice)
    assert world.dispatch.responses == []
    second = world.choose(choice, "U02BEN")

    assert "One more person must" in first
    assert second.startswith("Approved")
    assert len(world.dispatch.responses) == 1


def test_two_people_who_allow_the_same_for_their_own_reasons_are_two(world):
    incident = world.fold(rule="deletion.force-delete")
    (choice, _), *_ = allowances(incident)

    world.choose(choice, reason="the tenant left")
    second = world.choose(choice, "U02BEN", reason="so it did")

    (allowed,) = world.ledger.by_id.values()
    assert second.startswith("Approved")
    assert allowed.action.note == "the tenant left"


@pytest.mark.parametrize("who", ["U03MAL", "U09NOBODY"])
def test_who_acted_and_who_is_no_approver_may_choose_nothing(world, who):
    world.fold(rule="deletion.deletion-scheduled")
    incident = world.fold(rule="change.unexpected-writer")
    before = world.everything()

    for choice in every_choice(incident):
        with pytest.raises(Unauthorised):
            world.choose(choice, who)

    assert world.everything() == before


def test_the_same_request_again_changes_nothing(world):
    world.fold(rule="deletion.deletion-scheduled")
    incident = world.fold(rule="change.unexpected-writer")
    some = every_choice(incident)
    for choice in some:
        world.choose(choice)
    before = world.everything()

    for choice in some:
        try:
            world.choose(choice, now=AT + timedelta(minutes=4))
        except IllegalTransition:
            continue

    assert world.everything() == before
    assert len(world.dispatch.responses) == 1


def test_a_choice_of_a_message_that_is_out_of_date_is_refused(world):
    incident = world.fold(rule="deletion.deletion-scheduled")
    (choice, _), *_ = allowances(incident)
    world.incidents.link(incident.id, "r-other")
    before = world.everything()

    with pytest.raises(IllegalTransition, match="has changed since"):
        world.choose(choice)

    assert world.everything() == before


def test_nobody_keeps_quiet_about_more_than_they_saw(world):
    incident = world.fold(rule="access.first-read", severity=Severity.LOW)
    seen = [snoozes(incident)[2], declarations(incident)[2]]
    world.fold(rule="policy.opened", severity=Severity.CRITICAL, secrets=(a_secret("prod/root"),), after_s=60)
    before = world.everything()

    for choice in seen:
        with pytest.raises(IllegalTransition, match="has changed since this was shown"):
            world.choose(choice)

    assert world.everything() == before


def test_more_of_the_same_calls_is_nothing_that_was_not_seen(world):
    incident = world.fold(rule="change.unexpected-writer", event_ids=("e-1",))
    choice = declarations(incident)[0]
    world.fold(rule="change.unexpected-writer", event_ids=("e-2",), after_s=60)

    assert world.choose(choice).startswith("Noted")


def test_what_is_critical_wakes_when_more_secrets_are_hit(world):
    incident = world.fold(rule="deletion.force-delete", severity=Severity.CRITICAL)
    world.choose(snoozes(incident)[2])
    assert world.incidents.get(incident.id).is_asleep(AT + timedelta(minutes=1))

    more = {"rule": "deletion.force-delete", "severity": Severity.CRITICAL, "after_s": 60, "event_ids": ("e-2",)}
    same = world.fold(**more)
    grown = world.fold(**{**more, "secrets": (a_secret("prod/other"),)})

    assert same.is_asleep(AT + timedelta(minutes=2))
    assert not grown.is_asleep(AT + timedelta(minutes=2))


def test_a_choice_fits_an_option_of_slack_and_is_read_back(world):
    world.fold(rule="deletion.deletion-scheduled")
    incident = world.fold(rule="change.unexpected-writer")

    for choice in every_choice(incident):
        assert len(choice.value) <= 75
        assert read_choice(choice.value) == choice


def test_what_stands_in_a_message_of_last_week_decides_nothing(world):
    world.fold(rule="deletion.deletion-scheduled")
    incident = world.fold(rule="change.unexpected-writer")
    before = world.everything()

    for choice in every_choice(incident)[1:]:
        with pytest.raises(IllegalTransition, match="long over"):
            world.choose(choice, now=AT + timedelta(days=7, seconds=1))

    assert world.everything() == before


def test_a_choice_that_was_never_offered_is_refused(world):
    incident = world.fold()
    for kind in ChoiceKind:
        with pytest.raises(IllegalTransition):
            world.choose(Choice(kind=kind, incident_id=incident.id, number=1, what="90d"))
        unknown = Choice(kind=kind, incident_id="inc-0000000000000000", number=1, what="24h")
        with pytest.raises(NotFound):
            world.choose(unknown)


def test_what_nothing_takes_back_is_not_declared_in_one_click(world):
    incident = world.fold(rule="deletion.force-delete")

    with pytest.raises(IllegalTransition, match="may be declared"):
        vouch_for(
            incident.id,
            Vouched(lasting=timedelta(days=1), reason="ours"),
            approver=POLICY.approvers[0],
            how="",
            ports=world.vouching,
            now=AT,
        )
    with pytest.raises(IllegalTransition, match="30 days at most"):
        vouch_for(
            incident.id,
            Vouched(lasting=timedelta(days=31), reason="ours"),
            approver=POLICY.approvers[0],
            how="",
            ports=world.vouching,
            now=AT,
        )
