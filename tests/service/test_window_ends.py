"""The end of a recovery window is told once, whatever comes late, and offers one way back for each secret."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import permutations

import pytest

from fakes import FakeAllowances, FakeDispatch, FakeIncidents, FakeLedger, FixedClock
from nightlatch.adapters.history.baselines import TrailBaselines
from nightlatch.adapters.history.trails_memory import MemoryTrails, MemoryWaits
from nightlatch.detections import CATALOGUE
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.answering.actions import ActionKind
from nightlatch.domain.answering.policy import Mode, Policy, Protection
from nightlatch.domain.answering.responses import Response, ResponseState
from nightlatch.domain.event.events import SecretEvent, Tick
from nightlatch.domain.history.examples import AT, a_role, a_secret, a_service_event, a_user, an_event
from nightlatch.domain.judging.deletions import ENDED, STARTED, WINDOW_ENDED
from nightlatch.domain.judging.findings import Finding, Severity
from nightlatch.service.effects import LiveEffects
from nightlatch.service.pipeline import Ports, handle

DAY = 86_400.0
MALLORY = a_user("mallory")
POLICY = Policy(default=Protection(mode=Mode.NOTIFY, vault_days=90))
OVER = Tick(AT + timedelta(minutes=40))
CALL = an_event("DeleteSecret", secret=a_secret(), by=MALLORY, after_s=-7 * DAY, request={"recoveryWindowInDays": 7})
FORCED = an_event(
    "DeleteSecret", secret=a_secret(), by=MALLORY, after_s=-20, request={"forceDeleteWithoutRecovery": True}
)
ENDS = tuple(
    a_service_event(name, secret=a_secret(), after_s=n, request_id="SecretDeleteMessage:x")
    for n, name in enumerate((STARTED, ENDED, STARTED, ENDED))
)


class Stack:
    """One stack that has learnt for a month."""

    def __init__(self) -> None:
        self.clock = FixedClock(AT)
        self.ledger = FakeLedger(self.clock)
        self.incidents = FakeIncidents()
        self.baselines = TrailBaselines(MemoryTrails(), MemoryWaits(), inventory=Inventory(), now=self.clock)
        self.baselines.learn([an_event("ListSecrets", by=a_role("auditor"), after_s=-30 * DAY)])
        buttons = iter(range(1_000))
        effects = LiveEffects(
            self.incidents, self.ledger, self.ledger, FakeDispatch(), lambda: f"button-{next(buttons)}"
        )
        self.ports = Ports(self.baselines, self.ledger, effects, FakeAllowances(self.ledger))

    def judge(self, *batch: SecretEvent | Tick, policy: Policy = POLICY) -> None:
        handle(batch, rules=CATALOGUE, policy=policy, ports=self.ports, now=AT + timedelta(minutes=20))

    @property
    def told(self) -> Sequence[Finding]:
        every = [one for incident in self.incidents.by_id.values() for one in incident.findings]
        return [one for one in every if one.first_seen >= AT]

    @property
    def offers(self) -> list[Response]:
        return [one for one in self.ledger.by_id.values() if one.action.kind is ActionKind.RESURRECT]


def after(*batches: Sequence[SecretEvent]) -> Stack:
    stack = Stack()
    for batch in batches:
        stack.judge(*batch)
    stack.judge(OVER)
    return stack


def test_it_is_told_once_for_all_versions_with_one_offer():
    stack = after([CALL], ENDS)

    (finding,) = stack.told
    (offer,) = stack.offers
    assert (finding.rule, finding.severity) == (WINDOW_ENDED, Severity.HIGH)
    assert (offer.state, offer.caused_by.key) == (ResponseState.PROPOSED, MALLORY.key)


def test_it_is_not_told_again_when_the_same_records_come_again():
    stack = after([CALL], ENDS)
    revisions = [one.revision for one in stack.incidents.by_id.values()]

    stack.judge(*ENDS)
    stack.judge(OVER)

    assert [one.revision for one in stack.incidents.by_id.values()] == revisions
    assert len(stack.offers) == 1


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_in_any_order_it_comes_to_the_same(order):
    events = [CALL, ENDS[0], ENDS[1], ENDS[3]]

    stack = after(*([events[n]] for n in order))

    (finding,) = stack.told
    (expected,) = after([CALL], [ENDS[0], ENDS[1], ENDS[3]]).told
    assert finding == expected


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_force_delete_whose_record_comes_late_is_what_it_was_and_no_end_of_a_window(order):
    events = [CALL, FORCED, ENDS[1]]

    stack = after(*([events[n]] for n in order))

    assert WINDOW_ENDED not in {finding.rule for finding in stack.told}
    assert "deletion.gone-without-call" not in {finding.rule for finding in stack.told}


def test_a_secret_that_was_restored_in_time_has_no_end():
    restored = an_event("RestoreSecret", secret=a_secret(), by=MALLORY, after_s=-DAY)

    assert after([CALL, restored]).told == []


def test_history_from_before_the_installation_is_enough_to_know_who_scheduled_it():
    stack = Stack()
    stack.baselines.learn([CALL])

    stack.judge(*ENDS)
    stack.judge(OVER)

    (finding,) = stack.told
    assert "scheduled by user/mallory" in finding.reason


def test_in_protect_it_is_offered_all_the_same_and_never_ordered():
    protect = Policy(default=Protection(mode=Mode.PROTECT, vault_days=90))
    stack = Stack()
    stack.judge(*ENDS, policy=protect)
    stack.baselines.learn([CALL])

    stack.judge(OVER, policy=protect)

    (offer,) = stack.offers
    assert offer.state is ResponseState.PROPOSED
