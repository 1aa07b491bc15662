"""A hunt is the live flow over old logs: in order of time, with every wait ended, and without any deed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from nightlatch.adapters.history.baselines import TrailBaselines
from nightlatch.adapters.history.trails_memory import MemoryTrails, MemoryWaits
from nightlatch.detections import CATALOGUE
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.answering.decisions import Decision
from nightlatch.domain.answering.policy import Mode, Policy, Protection
from nightlatch.domain.event.events import Channel, SecretEvent
from nightlatch.domain.history.examples import a_secret, a_service_event, an_event
from nightlatch.domain.judging.baseline import Maturity
from nightlatch.domain.judging.findings import Severity, State
from nightlatch.service import hunt as hunting
from nightlatch.service.effects import NothingIsOwn
from nightlatch.service.hunt import HuntReport, hunt, in_order
from nightlatch.service.intake import FileRead, Item
from nightlatch.service.pipeline import Ports


class ActsOfNobody:
    """Effects that a test can look at: what a hunt decided, and at which time."""

    def __init__(self) -> None:
        self.times: list[datetime] = []

    def carry_out(self, decisions: Sequence[Decision], *, policy: Policy, now: datetime) -> Mapping[str, str]:
        del decisions, policy
        self.times.append(now)
        return {}


def hunted(
    events: Sequence[SecretEvent],
    *,
    policy: Policy | None = None,
    effects: ActsOfNobody | None = None,
    history: Sequence[SecretEvent] = (),
) -> HuntReport:
    baselines = TrailBaselines(
        MemoryTrails(most=None),
        MemoryWaits(),
        inventory=Inventory(),
        now=lambda: datetime(2030, 1, 1, tzinfo=UTC),
        young=Maturity.NONE,
    )
    ports = Ports(baselines=baselines, own=NothingIsOwn(), effects=effects or ActsOfNobody())
    items: list[Item] = [*events, FileRead("x", len(events))]
    past: list[Item] = [*history, FileRead("y", len(history))]
    return hunt(items, rules=CATALOGUE, policy=policy or Policy(), ports=ports, history=past if history else None)


def a_sweep() -> list[SecretEvent]:
    reads = [an_event(secret=a_secret(f"prod/{number}"), after_s=number) for number in range(30)]
    gone = a_service_event("EndSecretVersionDelete", secret=a_secret("prod/gone"), after_s=40)
    return [*reads, gone]


def test_within_a_second_a_write_comes_before_the_read_it_enables():
    read, write = an_event(event_id="a"), an_event("PutResourcePolicy", event_id="b")
    later, earlier = an_event(event_id="c", after_s=2), an_event(event_id="d", after_s=-2)

    assert in_order([later, read, write, earlier]) == [earlier, write, read, later]


@pytest.mark.parametrize(("batch", "seed"), [(1, 0), (7, 1), (1_000, 2)])
def test_order_repetition_and_batches_change_nothing(monkeypatch, batch, seed):
    whole = hunted(a_sweep()).findings
    monkeypatch.setattr(hunting, "_BATCH", batch)
    shuffled = a_sweep() * 2
    Random(seed).shuffle(shuffled)  # noqa: S311 - an order, not a key

    assert {finding.catalogue for finding in whole} == {"ACC-01", "ACC-03", "DEL-06"}
    assert hunted(shuffled).findings == whole


def a_purge() -> list[SecretEvent]:
    """The service destroys six secrets in two hours; of two of them the calls are known."""
    secrets = [a_secret(f"prod/{n}", suffix=f"AbCd{n:02}") for n in range(6)]
    asked = [an_event("DeleteSecret", secret=secret, after_s=-3_600) for secret in secrets[:2]]
    times = (0, 60, 120, 600, 660, 7_200)
    gone = [
        a_service_event("StartSecretVersionDelete", secret=secret, after_s=after_s)
        for secret, after_s in zip(secrets, times, strict=True)
    ]
    return [*asked, *gone]


@pytest.mark.parametrize(("batch", "seed"), [(1, 0), (2, 1), (3, 2), (1_000, 3)])
def test_what_the_service_destroys_counts_the_same_in_every_order(monkeypatch, batch, seed):
    monkeypatch.setattr(hunting, "_BATCH", batch)
    shuffled = a_purge() * 2
    Random(seed).shuffle(shuffled)  # noqa: S311 - an order, not a key

    [found] = [finding for finding in hunted(shuffled).findings if finding.catalogue == "DEL-03"]

    assert {secret.name for secret in found.secrets} == {"prod/2", "prod/3", "prod/4"}


def test_history_is_not_learnt_from_the_twins_of_a_vpc_endpoint():
    read = an_event(secret=a_secret())
    habit = [replace(read, at=read.at - timedelta(days=days), event_id=f"e-{days}") for days in (20, 3, 2)]
    sweep = [replace(read, secrets=(a_secret(f"s{n}"),), event_id=f"s-{n}") for n in range(12)]
    known = [
        replace(past, secrets=one.secrets, event_id=past.event_id + one.event_id) for one in sweep for past in habit
    ]
    twins = [replace(past, channel=Channel.NETWORK) for past in known]

    assert [finding.catalogue for finding in hunted(sweep, history=known).findings] == []
    assert [finding.catalogue for finding in hunted(sweep, history=twins).findings] == ["ACC-01", "ACC-03"]


def test_a_wait_is_over_when_the_input_is():
    [finding] = hunted([a_service_event("EndSecretVersionDelete", secret=a_secret())]).findings

    assert (finding.catalogue, finding.state) == ("DEL-06", State.OPEN)


def test_a_late_call_still_explains_a_deletion():
    call = an_event("DeleteSecret", secret=a_secret(), request={"recoveryWindowInDays": 30})
    gone = a_service_event("EndSecretVersionDelete", secret=a_secret(), after_s=30 * 24 * 3600 + 60)

    assert "DEL-06" not in {finding.catalogue for finding in hunted([gone, call]).findings}


def test_the_time_of_a_hunt_is_the_time_of_its_events():
    effects = ActsOfNobody()

    hunted(a_sweep(), effects=effects)

    assert set(effects.times) == {a_sweep()[-1].at}


@pytest.mark.parametrize("mode", Mode)
def test_no_mode_hides_a_finding(mode):
    policy = Policy(default=Protection(mode=mode))

    assert hunted(a_sweep(), policy=policy).findings == hunted(a_sweep()).findings


def test_only_open_findings_count():
    report = hunted(a_sweep())

    assert report.worth_stopping_for(Severity.HIGH)
    assert not report.worth_stopping_for(Severity.CRITICAL)
    assert not hunted([an_event()]).worth_stopping_for(Severity.INFORMATIONAL)


def test_nothing_is_found_in_nothing():
    assert hunted([]).findings == ()


@pytest.mark.parametrize(("days", "enough"), [(14, True), (13.9, False)])
def test_pairs_count_once_history_reaches_back_fourteen_days(days, enough):
    past, today = an_event("ListSecrets", after_s=-days * 86_400), an_event("ListSecrets")

    report = hunted([today], history=[past])

    assert report.reach == timedelta(days=days)
    assert report.pairs_count is enough


def test_without_history_nothing_reaches_back():
    assert hunted([an_event("ListSecrets")]).reach is None
    assert hunted([], history=[an_event("ListSecrets")]).reach is None
