"""Events in, judgements and deeds out; a duplicate, a crash or a failing queue changes only the time it takes."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from itertools import count
from threading import Lock

import pytest

from builders import a_response
from fakes import FakeAllowances, FakeChannel, FakeDispatch, FakeIncidents, FakeLedger, FakeNotices, FixedClock
from nightlatch.adapters.history.baselines import TrailBaselines
from nightlatch.adapters.history.trails_dynamodb import DynamoTrails
from nightlatch.adapters.history.trails_memory import MemoryTrails, MemoryWaits
from nightlatch.adapters.history.waits_dynamodb import DynamoWaits
from nightlatch.adapters.incidents import DynamoIncidents
from nightlatch.adapters.notices import DynamoNotices
from nightlatch.adapters.queues import SqsDispatch
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.answering.decisions import Alert, Record
from nightlatch.domain.answering.policy import Mode, Policy, Protection
from nightlatch.domain.answering.responses import ResponseState
from nightlatch.domain.errors import Unavailable, Unreadable
from nightlatch.domain.event.events import SecretEvent, Tick, secrets_manager
from nightlatch.domain.history.evidence import Evidence
from nightlatch.domain.history.examples import AT, a_label_event, a_role, a_secret, a_service_event, a_user, an_event
from nightlatch.domain.judging.baseline import Baseline
from nightlatch.domain.judging.findings import Remedy, Severity
from nightlatch.domain.judging.rules import Detection, Match, Verdict, Wait
from nightlatch.service.effects import LiveEffects, NoEffects, NothingIsOwn
from nightlatch.service.notify import NotifyPorts, notify
from nightlatch.service.pipeline import NothingIsAllowed, Outcome, Ports, handle
from nightlatch.service.ports import Dispatch, Incidents, Ledger, Notice, Notices
from worlds import WholeLedger, a_client, a_table, at_once, in_full, on_moto

MALLORY = a_user("mallory")
NOW = AT + timedelta(seconds=40)
PROTECT = Policy(default=Protection(mode=Mode.PROTECT))


def a_rule(rule_id: str, name: str, evaluate: Callable[[SecretEvent, Baseline], Verdict], **changes) -> Detection:
    rule = Detection(
        id=rule_id,
        catalogue="TST-01",
        title="A rule of this test",
        headline="{who} did something to {secrets} {span}",
        severity=Severity.HIGH,
        event_names=secrets_manager(name),
        techniques=("T1485",),
        evaluate=evaluate,
        blind_spots="it is only a test",
        playbook="look at the test",
        examples=(),
    )
    return replace(rule, **changes)


def deleted(event: SecretEvent, baseline: Baseline) -> Verdict:
    del event, baseline
    return Match(reason="a deletion was scheduled")


def many_read(event: SecretEvent, baseline: Baseline) -> Verdict:
    del event
    if len(baseline.by_principal) < 5:
        return None
    return Match(reason="many reads", evidence=Evidence.of(*baseline.by_principal), secrets=())


def gone_without_a_call(event: SecretEvent, baseline: Baseline) -> Verdict:
    del event
    if any(sighting.name == "DeleteSecret" for sighting in baseline.on_secret):
        return None
    return Match(reason="nobody called") if baseline.elapsed else Wait(timedelta(minutes=15))


RULES = (
    a_rule("deletion.scheduled", "DeleteSecret", deleted, remedy=Remedy.RESTORE),
    a_rule("access.bulk-read", "GetSecretValue", many_read),
    a_rule("deletion.without-a-call", "EndSecretVersionDelete", gone_without_a_call),
)


@dataclass
class World:
    """One stack with its parts at hand."""

    ledger: Ledger = field(default_factory=lambda: FakeLedger(FixedClock(NOW)))
    incidents: Incidents = field(default_factory=FakeIncidents)
    notices: Notices = field(default_factory=FakeNotices)
    dispatch: Dispatch = field(default_factory=FakeDispatch)
    stores: tuple = field(default_factory=lambda: (MemoryTrails(), MemoryWaits()))
    channel: FakeChannel = field(default_factory=FakeChannel)
    _lock: Lock = field(default_factory=Lock)
    _buttons: count = field(default_factory=count)

    def mint(self) -> str:
        with self._lock:
            return f"button-{next(self._buttons)}"

    def handle(
        self, *batch: SecretEvent | Tick, policy: Policy = PROTECT, rules: Sequence[Detection] = RULES
    ) -> Outcome:
        ports = Ports(
            baselines=TrailBaselines(*self.stores, inventory=Inventory(), now=FixedClock(NOW)),
            own=self.ledger,
            effects=LiveEffects(self.incidents, self.ledger, self.ledger, self.dispatch, self.mint),
            allowances=FakeAllowances(self.ledger) if isinstance(self.ledger, FakeLedger) else NothingIsAllowed(),
        )
        return handle(batch, rules=rules, policy=policy, ports=ports, now=NOW)

    def tell(self, notice: Notice) -> bool:
        ports = NotifyPorts(self.incidents, self.ledger, self.notices, (self.channel,))
        try:
            return bool(notify(notice, ports=ports, now=NOW))
        except Unavailable:  # another one shows it now; the queue delivers again
            return False


@pytest.fixture
def world() -> World:
    return World()


def a_deletion(**changes) -> SecretEvent:
    return replace(an_event("DeleteSecret", secret=a_secret(), by=MALLORY), **changes)


def test_an_allowed_deletion_is_recorded_and_left_alone(world):
    action = Action(kind=ActionKind.ALLOW_DELETION, secret=a_secret(), until=NOW + timedelta(hours=1), note="moved")
    world.ledger.propose(a_response(ResponseState.SUCCEEDED, action=action, id="r-allowed"))
    rule = replace(RULES[0], id="deletion.deletion-scheduled")

    outcome = world.handle(a_deletion(), rules=(rule,))

    (record,) = outcome.decisions
    assert isinstance(record, Record)
    assert "allowed by ben (U0BEN)" in record.why
    assert not world.dispatch.responses
    assert not world.dispatch.notices


def test_a_deletion_is_told_and_restored(world):
    outcome = world.handle(a_deletion())

    (incident,) = world.incidents.by_id.values()
    (response,) = world.ledger.by_id.values()
    assert outcome.failed == {}
    assert incident.responses == (response.id,)
    assert (response.action.kind, response.state) == (ActionKind.RESTORE_DELETED, ResponseState.APPROVED)
    assert response.approved_by == "policy built-in"
    assert response.steps[0].how == "by the decision of the policy in force"
    assert world.dispatch.responses == [("111122223333/eu-west-1/prod/db", response.id)]
    assert world.dispatch.notices == [Notice(incident.id, "revision-2")]


def test_a_burst_of_many_events_is_one_finding_and_one_notice(world):
    reads = [an_event(secret=a_secret(f"s{n}"), by=MALLORY, after_s=n) for n in range(40)]

    outcome = world.handle(*reads)

    (finding,) = outcome.findings
    assert finding.count == 40
    assert len(world.dispatch.notices) == 1


def test_observe_tells_nobody_and_writes_no_response(world):
    outcome = world.handle(a_deletion(), policy=Policy())

    assert [type(decision) for decision in outcome.decisions] == [Record]
    assert world.dispatch.notices == []
    assert world.ledger.by_id == {}
    assert [why for _, why in world.incidents.recorded.values()] == ["mode is observe"]


def test_a_staged_rule_keeps_its_record_and_wakes_nobody_even_in_protect(world):
    staged = replace(PROTECT, staged=frozenset({"deletion.scheduled"}))

    outcome = world.handle(a_deletion(), policy=staged)

    assert [type(decision) for decision in outcome.decisions] == [Record]
    assert (world.dispatch.notices, world.dispatch.responses, world.ledger.by_id) == ([], [], {})
    assert [why for _, why in world.incidents.recorded.values()] == ["staged until promoted"]


def test_a_hunt_judges_and_does_nothing():
    baselines = TrailBaselines(MemoryTrails(), MemoryWaits(), inventory=Inventory(), now=FixedClock(NOW))
    ports = Ports(baselines, NothingIsOwn(), NoEffects())

    outcome = handle([a_deletion()], rules=RULES, policy=PROTECT, ports=ports, now=NOW)

    assert [finding.rule for finding in outcome.findings] == ["deletion.scheduled"]
    assert outcome.failed == {}


class Damaged(FakeLedger):
    """A ledger in which what stands under an id already cannot be read."""

    def propose(self, response):
        if response.action.name == "damaged":
            raise Unreadable("a stored Response cannot be read (see its JSON)")
        return super().propose(response)


def test_a_response_that_cannot_be_read_keeps_its_event_and_stops_no_neighbour(world):
    world.ledger = Damaged(FixedClock(NOW))
    bad = an_event("DeleteSecret", secret=a_secret("damaged"), by=MALLORY)

    outcome = world.handle(bad, a_deletion())

    assert list(outcome.failed) == [bad.event_id]
    assert [one.action.name for one in world.ledger.by_id.values()] == ["prod/db"]
    assert world.dispatch.notices, "people hear of both all the same"


def test_our_own_restore_is_not_judged_again(world):
    watch = (a_rule("test.restored", "RestoreSecret", deleted),)
    ours, theirs = a_role("responder"), a_role("app")
    policy = replace(PROTECT, own_roles=frozenset({ours.key, theirs.key}))
    world.handle(a_deletion())
    (response,) = world.ledger.by_id.values()
    world.ledger.record_own(response, "req-1")

    own = world.handle(
        an_event("RestoreSecret", secret=a_secret(), by=ours, request_id="req-1"), policy=policy, rules=watch
    )
    forged = world.handle(
        an_event("RestoreSecret", secret=a_secret(), by=theirs, request_id="req-2"), policy=policy, rules=watch
    )

    assert own.findings == ()
    assert len(forged.findings) == 1, "the role alone proves nothing"


def test_our_own_label_event_makes_no_new_pin(world):
    world.handle(a_label_event(a_secret(), version_id="v2"))
    (pin,) = world.ledger.by_id.values()
    world.ledger.record_own(pin, "req-1", version_id="v1")

    world.handle(a_label_event(a_secret(), version_id="v1"))

    assert list(world.ledger.by_id) == [pin.id]


def test_a_rule_that_waits_is_asked_again_by_a_tick_and_once(world):
    gone = a_service_event("EndSecretVersionDelete", secret=a_secret())

    early = [world.handle(gone), world.handle(Tick(AT + timedelta(minutes=14)))]
    late = world.handle(Tick(AT + timedelta(minutes=15)))
    again = world.handle(Tick(AT + timedelta(minutes=16)))

    assert [outcome.findings for outcome in early] == [(), ()]
    assert [finding.rule for finding in late.findings] == ["deletion.without-a-call"]
    assert again.findings == ()


def test_a_call_that_comes_late_answers_the_waiting_rule(world):
    world.handle(a_service_event("EndSecretVersionDelete", secret=a_secret()))
    world.handle(a_deletion(at=AT - timedelta(minutes=1)))

    assert world.handle(Tick(AT + timedelta(minutes=15))).findings == ()


def test_what_a_queue_did_not_take_comes_again_and_is_complete(world):
    world.dispatch.is_down = True
    failed = world.handle(a_deletion())

    world.dispatch.is_down = False
    again = world.handle(a_deletion())

    assert failed.failed.keys() == {a_deletion().event_id}
    assert all("queue" in why for why in failed.failed.values())
    assert again.failed == {}
    assert len(world.ledger.by_id) == 1
    assert len(world.dispatch.responses) == 1
    assert len(world.dispatch.notices) == 1


def test_what_waited_and_could_not_be_told_waits_on(world):
    ended = a_service_event("EndSecretVersionDelete", secret=a_secret())
    later = Tick(NOW + timedelta(minutes=20))
    world.handle(ended)

    world.dispatch.is_down = True
    world.handle(later)
    world.dispatch.is_down = False
    world.handle(later)

    assert len(world.dispatch.notices) == 1


def test_a_fault_in_one_rule_silences_no_other(world):
    def faulty(event: SecretEvent, baseline: Baseline) -> Verdict:
        del event, baseline
        raise ZeroDivisionError

    outcome = world.handle(a_deletion(), rules=(a_rule("test.faulty", "DeleteSecret", faulty), *RULES))

    assert {finding.rule for finding in outcome.findings} == {"test.faulty", "deletion.scheduled"}
    assert [d.finding.rule for d in outcome.decisions if isinstance(d, Alert)] == ["deletion.scheduled"]


def test_an_empty_batch_does_nothing(world):
    assert world.handle() == Outcome(findings=(), decisions=())


def one_answer(world: World, *, deliveries: int, batch: int) -> None:
    """Deliver one deletion many times, shuffled among other events and from several handlers at once."""
    shuffle = random.Random(11)  # noqa: S311 - an order, no secret
    others = [an_event("TagResource", secret=a_secret(f"s{n}"), by=a_role(), after_s=n) for n in range(deliveries // 4)]
    told = [*[a_deletion()] * deliveries, *others]
    shuffle.shuffle(told)
    at_once([partial(world.handle, *told[start : start + batch]) for start in range(0, len(told), batch)])


def test_a_thousand_duplicates_of_a_deletion_are_one_response_and_one_message(world):
    one_answer(world, deliveries=1_000, batch=10)

    (incident,) = world.incidents.by_id.values()
    (response,) = world.ledger.by_id.values()
    assert incident.findings[0].count == 1
    assert world.dispatch.responses == [("111122223333/eu-west-1/prod/db", response.id)]
    at_once([partial(world.tell, notice) for notice in world.dispatch.notices])
    assert [shown[0] for shown in world.channel.shown] == [incident.id] * len({n.mark for n in world.dispatch.notices})
    assert len(world.channel.shown) == 1


def test_duplicates_are_one_response_and_one_message_on_dynamodb_and_sqs(monkeypatch):
    with on_moto(monkeypatch):
        table, _ = a_table()
        sqs = a_client("sqs")
        alerts = sqs.create_queue(QueueName="alerts")["QueueUrl"]
        fifo = sqs.create_queue(QueueName="responses.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
        clock = FixedClock(NOW)
        world = World(
            ledger=WholeLedger(table, now=clock),
            incidents=DynamoIncidents(table, now=clock),
            notices=DynamoNotices(table, now=clock),
            dispatch=SqsDispatch(sqs, alerts_url=alerts, responses_url=fifo),
            stores=(DynamoTrails(table), DynamoWaits(table)),
        )

        one_answer(world, deliveries=in_full(1_000, sample=50), batch=5)

        told = sqs.receive_message(QueueUrl=fifo, MaxNumberOfMessages=10)["Messages"]
        incident, _ = world.incidents.fold(world.handle(a_deletion()).findings[0], policy_digest="")
        marks = {Notice(incident.id, f"revision-{incident.revision}")}
        at_once([partial(world.tell, notice) for notice in [*marks] * 8])

    assert len(told) == 1
    assert len(incident.responses) == 1
    assert len(world.channel.shown) == 1
