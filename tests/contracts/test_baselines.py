"""History keeps its promises in memory and in DynamoDB alike, whatever the order and however often it is told."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from fakes import FixedClock
from nightlatch.adapters.history import trails_dynamodb, trails_memory
from nightlatch.adapters.history.baselines import TrailBaselines
from nightlatch.adapters.history.trails import MOST_DUE
from nightlatch.adapters.history.trails_dynamodb import DynamoTrails
from nightlatch.adapters.history.uses import MOST_DAYS, Kind, PairKey, Touch, micros
from nightlatch.adapters.history.waits_dynamodb import DynamoWaits
from nightlatch.adapters.table import Table
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.errors import Unavailable
from nightlatch.domain.event.events import LABEL_UPDATED, Failure, Origin, SecretEvent
from nightlatch.domain.event.parameters import Parameters
from nightlatch.domain.event.secrets import secret_ref
from nightlatch.domain.history.examples import (
    ACCOUNT,
    AT,
    REGION,
    a_denial,
    a_label_event,
    a_role,
    a_secret,
    a_service_event,
    a_user,
    an_event,
)
from nightlatch.domain.history.habits import Kind as Side
from nightlatch.domain.judging.baseline import Maturity
from nightlatch.domain.watching.signs import RULE, Place, Sign, blindness
from worlds import TABLE, a_table, at_once, items_of, on_moto

DAY = 86_400.0
MALLORY = a_user("mallory")


def over(stores, *, young: Maturity = Maturity.LEARNING, now: FixedClock | None = None) -> TrailBaselines:
    return TrailBaselines(*stores, inventory=Inventory(), now=now or FixedClock(), young=young)


@pytest.fixture
def baselines(stores) -> TrailBaselines:
    return over(stores)


def a_sweep(count: int = 12) -> list[SecretEvent]:
    return [an_event(secret=a_secret(f"prod/{n}"), by=MALLORY, after_s=10.0 * n) for n in range(count)]


def test_a_first_read_has_no_pair_before_it(baselines):
    (seen,) = baselines.observe([an_event(secret=a_secret())])

    assert seen.reader is None
    assert seen.writer is None


def test_a_pair_is_given_as_it_was_before_the_event(baselines):
    baselines.observe([an_event(secret=a_secret(), after_s=-3 * DAY), an_event(secret=a_secret(), after_s=-2 * DAY)])

    (seen,) = baselines.observe([an_event(secret=a_secret())])

    assert seen.reader is not None
    assert seen.reader.days == 2
    assert seen.reader.first_seen == AT - timedelta(days=3)
    assert seen.reader.last_seen == AT - timedelta(days=2)
    assert seen.reader.is_known(AT)


def test_only_our_own_calls_are_kept_with_their_request_id_for_the_ledger_knows_by_it_who_wanted_them(stores):
    baselines, (ours, theirs) = (
        over(stores),
        [
            an_event("TagResource", secret=a_secret(), event_id=name, request_id=f"request-{name}")
            for name in ("a", "b")
        ],
    )

    baselines.observe([ours, theirs], own={ours.event_id})

    kept = {s.event_id: (s.own, s.request_id) for s in stores[0].between(f"secret:{a_secret().keys[0]}", AT, AT)}
    assert kept == {"a": (True, "request-a"), "b": (False, None)}


def test_reads_and_writes_make_separate_pairs(baselines):
    baselines.observe([an_event("PutSecretValue", secret=a_secret(), version_id="v1", after_s=-2 * DAY)])

    (seen,) = baselines.observe([an_event(secret=a_secret())])

    assert seen.reader is None
    assert seen.writer is not None


def test_a_secret_is_one_by_name_and_by_full_arn(baselines):
    baselines.observe([an_event(secret=a_secret(suffix=None), after_s=-2 * DAY)])

    (seen,) = baselines.observe([an_event(secret=a_secret())])

    assert seen.reader is not None


def test_what_aws_refused_makes_nobody_known(baselines):
    denied = an_event(secret=a_secret(), after_s=-2 * DAY, failure=a_denial("GetSecretValue"))
    baselines.observe([denied])

    (seen,) = baselines.observe([an_event(secret=a_secret())])

    assert seen.reader is None


def test_an_event_told_again_does_not_know_itself(baselines):
    event = an_event(secret=a_secret())
    first = baselines.observe([event])[0]

    again = baselines.observe([event])[0]

    assert again == first


def test_uses_that_come_late_count_at_their_own_time(baselines):
    baselines.observe([an_event(secret=a_secret(), after_s=-1 * DAY)])
    baselines.observe([an_event(secret=a_secret(), after_s=-5 * DAY)])
    baselines.observe([an_event(secret=a_secret(), after_s=5 * DAY)])

    (seen,) = baselines.observe([an_event(secret=a_secret())])

    assert seen.reader is not None
    assert (seen.reader.days, seen.reader.first_seen) == (2, AT - timedelta(days=5))


def test_the_last_of_a_burst_sees_it_whole_in_any_order_and_cut_in_any_way(baselines):
    sweep = a_sweep()
    order = random.Random(7).sample([*sweep, *sweep], 24)  # noqa: S311 - an order, no secret

    for start in range(0, 24, 5):
        last = baselines.observe(order[start : start + 5])

    ids = [sighting.event_id for sighting in last[-1].by_principal]
    assert ids == [event.event_id for event in sweep]


@pytest.mark.parametrize("idle", ["GetRandomPassword", "DescribeSecret", "ListSecrets"])
def test_idle_calls_push_no_strange_read_out_of_what_is_read(stores, monkeypatch, idle):
    """Whoever makes thousands of calls between two reads would have only the last of a sweep on its trail."""
    monkeypatch.setattr(trails_dynamodb, "MOST_READ", 20)
    monkeypatch.setattr(stores[0], "_most", 20, raising=False)
    baselines, target = over(stores), None if idle == "ListSecrets" else a_secret()
    sweep = [an_event(secret=a_secret(f"s{n}"), by=MALLORY, after_s=n) for n in range(12)]
    for read in sweep[:-1]:
        calls = [an_event(idle, secret=target, by=MALLORY, at=read.at, after_s=(n + 1) / 50) for n in range(40)]
        baselines.observe([read])
        baselines.observe(calls)

    (seen,) = baselines.observe(sweep[-1:])

    assert [read.event_id for read in seen.by_principal.named("GetSecretValue")] == [read.event_id for read in sweep]


def test_a_step_of_a_rotation_stands_on_its_trail_once_and_with_its_mark(baselines):
    read = an_event(secret=a_secret(), by=a_role("rotate", "rotate-db"))
    started = a_service_event("RotationStarted", secret=a_secret(), after_s=-5)

    for _ in range(2):
        (_, seen) = baselines.observe([started, read])

        assert [one.rotating for one in seen.by_principal] == [True]


def test_all_of_a_batch_is_remembered_before_any_of_it_is_judged(baselines):
    sweep = a_sweep()

    seen = baselines.observe(sweep)

    assert [len(baseline.by_principal) for baseline in seen] == [len(sweep)] * len(sweep)
    assert seen[3:5] == list(seen)[3:5]


def test_the_window_of_a_principal_is_a_day_either_side(baselines):
    near = [an_event(secret=a_secret("a"), after_s=-DAY), an_event(secret=a_secret("b"), after_s=DAY)]
    far = [an_event(secret=a_secret("c"), after_s=-DAY - 1), an_event(secret=a_secret("d"), after_s=DAY + 1)]
    baselines.observe([*near, *far])

    (seen,) = baselines.observe([an_event(secret=a_secret("e"))])

    assert {s.secret.name for s in seen.by_principal if s.secret} == {"a", "b", "e"}


def test_events_far_apart_in_one_batch_each_see_their_own_day(baselines):
    old, new = an_event(secret=a_secret("a"), after_s=-9 * DAY), an_event(secret=a_secret("b"))

    seen = baselines.observe([old, new])

    assert [[s.event_id for s in one.by_principal] for one in seen] == [[old.event_id], [new.event_id]]


def test_other_principals_are_not_on_the_trail(baselines):
    baselines.observe([an_event(secret=a_secret(), by=a_role())])

    (seen,) = baselines.observe([an_event(secret=a_secret("other"), by=MALLORY)])

    assert [s.principal for s in seen.by_principal] == [MALLORY.key]


def test_changes_and_deletions_of_90_days_are_on_the_secret(baselines):
    deleted = an_event("DeleteSecret", secret=a_secret(), by=MALLORY, after_s=-80 * DAY)
    ended = a_service_event("EndSecretVersionDelete", secret=a_secret(), after_s=-50 * DAY)
    label = a_label_event(a_secret(), version_id="v2", after_s=-10 * DAY)
    read = an_event(secret=a_secret(), by=MALLORY, after_s=-DAY)
    too_old = an_event("TagResource", secret=a_secret(), after_s=-91 * DAY)
    baselines.observe([deleted, ended, label, read, too_old])

    (seen,) = baselines.observe([an_event("RestoreSecret", secret=a_secret(suffix=None), by=a_role())])

    names = [sighting.name for sighting in seen.on_secret]
    assert names == ["DeleteSecret", "EndSecretVersionDelete", LABEL_UPDATED, "RestoreSecret"]


def test_a_secret_created_again_under_its_name_is_another(baselines):
    baselines.observe([an_event("DeleteSecret", secret=a_secret(suffix="AbCdEf"), after_s=-60)])

    (seen,) = baselines.observe([an_event(secret=a_secret(suffix="ZyXwVu"))])

    assert seen.on_secret == ()


def test_service_events_stand_on_the_secret_alone(baselines):
    (seen,) = baselines.observe([a_service_event("RotationStarted", secret=a_secret())])

    assert seen.by_principal == ()
    assert [s.name for s in seen.on_secret] == ["RotationStarted"]


def destroyed(name: str, *, after_s: float = 0, account: str = ACCOUNT) -> SecretEvent:
    gone = a_service_event("StartSecretVersionDelete", secret=a_secret(name), after_s=after_s)
    return replace(gone, account_id=account, event_id=f"{account}-{gone.event_id}")


def test_what_the_service_destroys_stands_on_its_trail_of_the_account(baselines):
    baselines.observe([destroyed("a"), destroyed("b", account="999988887777")])

    (seen,) = baselines.observe([destroyed("c", after_s=1)])

    assert [s.secret.name for s in seen.by_principal if s.secret] == ["a", "c"]


@pytest.mark.parametrize("call_comes", ["learnt", "before", "with", "after", "while it waits"])
def test_a_destruction_is_marked_where_the_call_that_asked_for_it_is_known(baselines, call_comes):
    asked_for, unasked = destroyed("a"), destroyed("b")
    call = an_event("DeleteSecret", secret=a_secret("a"), by=MALLORY, after_s=-7 * DAY)
    if call_comes == "learnt":
        baselines.learn([call])
    for batch in {
        "before": [[call], [asked_for, unasked]],
        "with": [[asked_for, call, unasked]],
        "after": [[asked_for, unasked], [call], [asked_for]],
        "while it waits": [[asked_for, unasked], [call]],
    }.get(call_comes, [[asked_for], [unasked]]):
        baselines.observe(batch)
    baselines.postpone(asked_for, "rule", AT)
    baselines.postpone(unasked, "rule", AT)

    seen = [baseline for _, _, baseline in baselines.due(AT)]

    marks = [{s.secret.name: s.known for s in baseline.by_principal if s.secret} for baseline in seen]
    assert marks == [{"a": True, "b": False}] * 2


def test_other_service_events_are_on_no_trail_of_the_service(baselines):
    started = a_service_event("RotationStarted", secret=a_secret("a"))

    both = baselines.observe([destroyed("a"), started])

    assert [s.name for s in both[0].by_principal] == ["StartSecretVersionDelete"]
    assert both[1].by_principal == ()


def test_a_removed_replica_finds_the_call_on_its_primary(baselines):
    primary = a_secret()
    text = primary.text.replace(primary.region, "us-east-1")
    replica = secret_ref(text, account_id=ACCOUNT, region="us-east-1")
    call = an_event("RemoveRegionsFromReplication", by=MALLORY, after_s=-20)
    baselines.observe([replace(call, secrets=(primary, replica))])

    (seen,) = baselines.observe([a_service_event("EndSecretVersionDelete", secret=replica)])

    assert [s.name for s in seen.on_secret] == ["RemoveRegionsFromReplication", "EndSecretVersionDelete"]


def a_batch(name: str = "app/", *, after_s: float = 0, **more) -> SecretEvent:
    asked = {"filters": [{"key": "name", "values": [name]}]}
    event = an_event("BatchGetSecretValue", request=asked, after_s=after_s, **more)
    return replace(event, event_id=f"{name}-{event.event_id}")


@pytest.mark.parametrize("learnt", [True, False])
def test_a_batch_by_filter_is_known_by_principal_and_filter(baselines, learnt):
    habit = [a_batch(after_s=-3 * DAY), a_batch(after_s=-2 * DAY)]
    (baselines.learn if learnt else baselines.observe)(habit)

    same, filtered, other = baselines.observe([a_batch(), a_batch("prod/"), a_batch(by=MALLORY)])

    marks = {s.event_id: s.known for one in (same, filtered, other) for s in one.by_principal if s.at == AT}
    assert list(marks.values()).count(True) == 1
    assert marks[a_batch().event_id]
    assert same.reader is not None
    assert same.reader.days == 2
    assert filtered.reader == same.reader  # batches of this principal are known, this filter is not
    assert other.reader is None


def test_a_refused_batch_is_no_use_of_its_filter(baselines):
    baselines.observe([a_batch(after_s=-DAY, failure=a_denial("BatchGetSecretValue"))])

    (seen,) = baselines.observe([a_batch()])

    assert seen.reader is None


def test_the_same_filter_in_another_region_is_the_same_and_in_another_account_is_not(baselines):
    baselines.observe([replace(a_batch(after_s=-DAY), region="us-east-1")])
    (here,) = baselines.observe([a_batch()])
    (elsewhere,) = baselines.observe([replace(a_batch(), account_id="999988887777", event_id="elsewhere")])

    assert here.reader is not None
    assert elsewhere.reader is None


def test_schedules_that_were_stretched_are_marked_and_first_ones_are_not(baselines):
    def scheduled(name: str, days: int, after_s: float) -> SecretEvent:
        rules = {"rotationRules": {"automaticallyAfterDays": days}}
        return an_event("RotateSecret", secret=a_secret(name), by=MALLORY, request=rules, after_s=after_s)

    baselines.observe([scheduled("old", 30, -9 * DAY)])
    baselines.observe([scheduled("old", 900, -9), scheduled("new", 900, -8)])

    (seen,) = baselines.observe([an_event("ListSecrets", by=MALLORY)])

    assert [s.weakens for s in seen.by_principal] == [True, False, False]


@pytest.mark.parametrize("late", ["the start", "nothing", "the reads"])
@pytest.mark.parametrize(
    ("name", "session", "steps"),
    [("GetSecretValue", "rotate-db", True), ("GetSecretValue", "i-0123", False), ("DescribeSecret", "rotate-db", True)],
)
def test_reads_inside_an_open_rotation_stay_marked_as_its_steps(stores, late, name, session, steps):
    inventory = Inventory(rotation_functions=frozenset({"rotate-db"}))
    baselines = TrailBaselines(*stores, inventory=inventory, now=FixedClock())
    role = a_role("rotate", session)
    started = a_service_event("RotationStarted", secret=a_secret(), after_s=-5)
    step, after = an_event(name, secret=a_secret(), by=role), an_event(secret=a_secret("master"), by=role, after_s=9)
    batches = {"the start": [[step, started]], "nothing": [[started, step]], "the reads": [[started], [step]]}[late]
    for batch in batches:
        baselines.observe(batch)

    (seen,) = baselines.observe([after])

    assert [s.rotating for s in seen.by_principal] == [steps, False]


def test_calls_without_a_secret_stand_on_the_principal_alone(baselines):
    (seen,) = baselines.observe([an_event("ListSecrets", by=MALLORY)])

    assert [s.name for s in seen.by_principal] == ["ListSecrets"]
    assert seen.on_secret == ()


def test_calls_of_other_services_stand_on_no_trail(baselines):
    stop = an_event("StopLogging", by=MALLORY, source="cloudtrail.amazonaws.com", after_s=-5)

    baselines.observe([stop])
    (seen,) = baselines.observe([an_event("ListSecrets", by=MALLORY)])

    assert [s.name for s in seen.by_principal] == ["ListSecrets"]


@pytest.mark.parametrize("write_comes", ["before", "with", "after", "days before"])
def test_reading_back_what_one_wrote_oneself_is_recognised(baselines, write_comes):
    wrote = an_event("PutSecretValue", secret=a_secret(), version_id="v7", after_s=-1)
    read = an_event(secret=a_secret(), version_id="v7")
    batches = {
        "before": [[wrote], [read]],
        "with": [[read, wrote]],
        "after": [[read], [wrote], [an_event(secret=a_secret(), after_s=60)]],
        "days before": [[replace(wrote, at=AT - timedelta(days=300))], [read]],
    }

    for batch in batches[write_comes]:
        seen = baselines.observe(batch)

    (back,) = {s for s in seen[-1].by_principal if s.event_id == read.event_id}
    assert back.read_back


@pytest.mark.parametrize("batches", [1, 2, 3])
def test_writing_back_what_one_has_read_excuses_no_read(baselines, batches):
    read = an_event(secret=a_secret(), version_id="v7")
    events = [read, *(an_event("PutSecretValue", secret=a_secret(), version_id="v7", after_s=s) for s in (60, 90))]

    for part in (events[n::batches] for n in range(batches)):
        seen = baselines.observe(part)

    assert [s.read_back for s in seen[0].by_principal if s.name == "GetSecretValue"] == [False]


def test_a_version_put_again_is_still_read_back_from_the_first_time_on(baselines):
    put = [an_event("PutSecretValue", secret=a_secret(), version_id="v7", after_s=s) for s in (-1, 60)]
    for event in put[::-1]:
        baselines.observe([event])

    (seen,) = baselines.observe([an_event(secret=a_secret(), version_id="v7")])

    assert [s.read_back for s in seen.by_principal if s.name == "GetSecretValue"] == [True]


def test_reading_what_somebody_else_wrote_is_no_read_back(baselines):
    baselines.observe([an_event("PutSecretValue", secret=a_secret(), version_id="v7", by=a_role(), after_s=-1)])

    (seen,) = baselines.observe([an_event(secret=a_secret(), version_id="v7", by=MALLORY)])

    assert [s.read_back for s in seen.by_principal] == [False]


def test_sightings_say_whether_the_principal_was_known_to_use_the_secret(baselines):
    baselines.observe(
        [an_event(secret=a_secret("a"), after_s=-3 * DAY), an_event(secret=a_secret("a"), after_s=-2 * DAY)]
    )

    seen = baselines.observe([an_event(secret=a_secret("a")), an_event(secret=a_secret("b"))])

    assert {s.secret.name: s.known for s in seen[0].by_principal if s.secret} == {"a": True, "b": False}


def test_learning_lasts_14_days_from_the_first_event(stores):
    clock = FixedClock(AT)
    baselines = over(stores, now=clock)

    (young,) = baselines.observe([an_event(secret=a_secret())])
    (grown,) = baselines.observe([an_event(secret=a_secret(), after_s=14 * DAY)])

    assert young.maturity is Maturity.LEARNING
    assert grown.maturity is Maturity.MATURE


def test_a_hunt_without_history_has_none(stores):
    hunt = over(stores, young=Maturity.NONE)

    seen = hunt.observe([an_event(secret=a_secret()), an_event(secret=a_secret(), after_s=20 * DAY)])

    assert [baseline.maturity for baseline in seen] == [Maturity.NONE, Maturity.NONE]


def test_history_makes_a_hunt_mature_once_it_is_14_days_long(stores):
    hunt = over(stores, young=Maturity.NONE)
    hunt.learn([an_event(secret=a_secret(), after_s=-2 * DAY), an_event(secret=a_secret(), after_s=-13 * DAY)])

    seen = hunt.observe([an_event(secret=a_secret()), an_event(secret=a_secret(), after_s=DAY)])

    assert [baseline.maturity for baseline in seen] == [Maturity.NONE, Maturity.MATURE]


def test_history_teaches_pairs_writes_and_changes_but_no_burst(baselines):
    history = [
        an_event("CreateSecret", secret=a_secret("new"), by=MALLORY, version_id="v1", after_s=-3000),
        an_event("PutSecretValue", secret=a_secret("new"), by=MALLORY, version_id="v2", after_s=-2000),
        an_event(secret=a_secret("new"), by=MALLORY, after_s=-1000),
    ]
    baselines.learn(history)

    (seen,) = baselines.observe([an_event(secret=a_secret("new"), by=MALLORY, version_id="v2")])

    assert [s.name for s in seen.by_principal] == ["GetSecretValue"]
    assert [s.name for s in seen.on_secret] == ["CreateSecret", "PutSecretValue"]
    assert seen.by_principal[0].read_back
    assert seen.reader is not None
    assert seen.writer is not None


def test_a_kept_event_comes_when_its_time_has_come_and_until_it_is_settled(baselines):
    gone = a_service_event("EndSecretVersionDelete", secret=a_secret())
    baselines.observe([gone])
    until = AT + timedelta(minutes=15)
    baselines.postpone(gone, "deletion.without-a-call", until)
    baselines.postpone(gone, "deletion.without-a-call", until)

    assert baselines.due(until - timedelta(seconds=1)) == ()
    ((event, rule, seen),) = baselines.due(until)
    assert (event, rule, seen.elapsed) == (gone, "deletion.without-a-call", True)
    assert [s.event_id for s in seen.on_secret] == [gone.event_id]

    baselines.settle(gone, "deletion.without-a-call")
    baselines.settle(gone, "deletion.without-a-call")
    assert baselines.due(until) == ()


def test_a_kept_event_is_judged_by_what_is_known_by_then(baselines):
    gone = a_service_event("EndSecretVersionDelete", secret=a_secret())
    baselines.observe([gone])
    baselines.postpone(gone, "deletion.without-a-call", AT + timedelta(minutes=15))

    baselines.observe([an_event("DeleteSecret", secret=a_secret(), after_s=-30)])

    ((_, _, seen),) = baselines.due(AT + timedelta(hours=1))
    assert [s.name for s in seen.on_secret] == ["DeleteSecret", "EndSecretVersionDelete"]


def test_one_event_can_wait_for_two_rules(baselines):
    gone = a_service_event("EndSecretVersionDelete", secret=a_secret())
    for rule in ("one", "other"):
        baselines.postpone(gone, rule, AT)

    baselines.settle(gone, "one")

    assert [rule for _, rule, _ in baselines.due(AT)] == ["other"]


def test_a_sign_of_blindness_goes_before_all_that_waits(baselines):
    """Whoever makes enough events wait would otherwise decide when it is told that nightlatch is blind."""
    place = Place(account_id=ACCOUNT, region=REGION)
    sign = blindness(Sign.BROKEN, at=AT, place=place, about="trail", why="no trail records this Region")
    for number in range(MOST_DUE + 1):
        gone = a_service_event("EndSecretVersionDelete", secret=a_secret(f"flood-{number}"), after_s=-3600)
        baselines.postpone(gone, "rule", AT - timedelta(hours=1))

    baselines.postpone(sign, RULE, AT)

    due = baselines.due(AT)
    assert (due[0][0], due[0][1]) == (sign, RULE)
    baselines.settle(sign, RULE)
    assert sign not in [event for event, _, _ in baselines.due(AT)]


def test_handlers_at_once_lose_no_event_and_no_day(stores):
    sweep = [an_event(secret=a_secret("one"), by=MALLORY, after_s=-DAY * n) for n in range(8)]
    acts = [partial(over(stores).observe, [event]) for event in [*sweep, *a_sweep(), *sweep]]

    at_once(acts)

    (seen,) = over(stores).observe([an_event(secret=a_secret("one"), by=MALLORY, after_s=200)])
    assert seen.reader is not None
    assert seen.reader.days == 8
    assert len([s for s in seen.by_principal if s.secret and s.secret.name != "one"]) == 12


def test_the_last_of_handlers_at_once_sees_the_whole_burst(stores):
    sweep = a_sweep(8)

    seen = at_once([lambda event=event: over(stores).observe([event])[0] for event in sweep])

    assert max(len(baseline.by_principal) for baseline in seen) == len(sweep)


def test_a_name_of_any_length_can_be_remembered(baselines):
    long = a_secret("x" * 3_000, suffix=None)

    baselines.observe([an_event(secret=long, after_s=-DAY)])
    (seen,) = baselines.observe([an_event("PutSecretValue", secret=long, version_id="v" * 2_000)])

    assert seen.reader is not None


def test_no_events_ask_nothing(baselines):
    assert list(baselines.observe([])) == []
    baselines.learn([])


def test_every_item_that_ages_has_its_time_to_live(monkeypatch):
    with on_moto(monkeypatch):
        table, client = a_table()
        baselines = over((DynamoTrails(table), DynamoWaits(table)))
        written = an_event("PutSecretValue", secret=a_secret(), version_id="v1")
        baselines.observe([written, an_event(secret=a_secret(), after_s=-400 * DAY)])
        baselines.postpone(written, "rule", AT)

        kept = {item["pk"]["S"].split("#")[0]: item for item in items_of(client)}

    immortal = {kind for kind, item in kept.items() if "expires_at" not in item}
    assert immortal == {"learning"}
    assert int(kept["pair"]["expires_at"]["N"]) == int((AT + timedelta(days=92)).timestamp())
    assert int(kept["wrote"]["expires_at"]["N"]) == int((AT + timedelta(days=400)).timestamp())


def test_a_late_event_does_not_shorten_the_life_of_a_pair(monkeypatch):
    with on_moto(monkeypatch):
        table, client = a_table()
        baselines = over((DynamoTrails(table), DynamoWaits(table)))
        baselines.observe([an_event(secret=a_secret(suffix=None))])
        baselines.observe([an_event(secret=a_secret(suffix=None), after_s=-60 * DAY)])

        (pair,) = [item for item in items_of(client) if item["pk"]["S"].startswith("pair#arn:")]

    assert int(pair["expires_at"]["N"]) == int((AT + timedelta(days=92)).timestamp())


@pytest.mark.parametrize(
    "request_",
    [
        {"SecretString": "planted-marker"},
        {"description": "the password is planted-marker"},
        {"tags": [{"key": "password", "value": "planted-marker"}]},
        {"environment": {"variables": {"PASSWORD": "planted-marker"}}},
    ],
    ids=lambda request: next(iter(request)),
)
def test_no_stored_item_holds_a_value_of_a_secret(monkeypatch, request_):
    with on_moto(monkeypatch):
        table, client = a_table()
        baselines = over((DynamoTrails(table), DynamoWaits(table)))
        careless = an_event("PutSecretValue", secret=a_secret(), request=request_)
        baselines.observe([careless])
        baselines.postpone(careless, "rule", AT)

        assert "planted-marker" not in repr(items_of(client))


def test_a_wait_that_was_settled_and_written_again_does_not_come_for_ever(monkeypatch):
    with on_moto(monkeypatch):
        table, client = a_table()
        waits = DynamoWaits(table)
        gone = a_service_event("EndSecretVersionDelete", secret=a_secret())
        waits.keep(gone, "rule", AT)
        (kept,) = [item for item in items_of(client) if item["pk"]["S"] == "waits"]
        waits.drop(gone, "rule")
        client.put_item(TableName="nightlatch-table", Item=kept)

        assert waits.due(AT) == ()
        assert items_of(client) == []


def test_a_wait_whose_handler_died_between_its_writes_is_whole_after_the_next(monkeypatch):
    with on_moto(monkeypatch):
        table, client = a_table()
        waits = DynamoWaits(table)
        gone = a_service_event("EndSecretVersionDelete", secret=a_secret())
        waits.keep(gone, "rule", AT)
        (kept,) = [item for item in items_of(client) if item["pk"]["S"] == "waits"]
        client.delete_item(TableName="nightlatch-table", Key={"pk": kept["pk"], "sk": kept["sk"]})

        waits.keep(gone, "rule", AT)

        assert waits.due(AT) == ((gone, "rule"),)


def test_the_history_of_a_pair_does_not_grow_for_ever(stores):
    trails, _ = stores
    pair = PairKey(MALLORY.key, "111122223333/eu-west-1/prod/db")

    for day in range(0, MOST_DAYS + 60, 47):
        touches = [Touch(pair, Kind.READ, AT + timedelta(days=day + n)) for n in range(47)]
        known = trails.touch(touches, ())

    assert len(known[pair]) == MOST_DAYS
    assert min(known[pair].values()) > micros(AT)


def test_one_item_that_cannot_be_read_is_told_and_does_not_stop_the_judging(monkeypatch, caplog):
    with on_moto(monkeypatch):
        table, client = a_table()
        baselines = over((DynamoTrails(table), DynamoWaits(table)))
        baselines.observe([an_event("DescribeSecret", secret=a_secret(), by=MALLORY, after_s=-5)])
        (stored,) = [item for item in items_of(client) if item["pk"]["S"].startswith("trail#principal:")]
        client.put_item(TableName="nightlatch-table", Item={**stored, "sighting": {"S": "{}"}})

        (seen,) = baselines.observe([an_event(secret=a_secret(), by=MALLORY)])

    assert len(seen.by_principal) == 1
    assert [record.message for record in caplog.records] == ["stored item cannot be read"]


def test_a_store_that_is_down_is_unavailable_and_nothing_is_judged(monkeypatch):
    with on_moto(monkeypatch):
        table, client = a_table()
        client.delete_table(TableName="nightlatch-table")

        with pytest.raises(Unavailable):
            over((DynamoTrails(table), DynamoWaits(table))).observe([an_event(secret=a_secret())])


class ReadTooEarly(Table):
    """A table as a handler sees it that read before another one wrote."""

    def get_all(self, keys):
        del keys
        return iter(())


def test_a_handler_that_read_too_early_neither_hides_an_earlier_use_nor_shortens_its_keeping(monkeypatch):
    with on_moto(monkeypatch):
        table, client = a_table()
        late = DynamoTrails(ReadTooEarly(client, TABLE))
        pair = PairKey(MALLORY.key, "111122223333/eu-west-1/prod/db")
        first, second, before = (
            Touch(pair, Kind.READ, AT + by) for by in (timedelta(), timedelta(hours=1), timedelta(days=-9))
        )
        DynamoTrails(table).touch([first], ())

        seen = late.touch([second], ())
        late.touch([before], ())

        stored, reader = sorted(items_of(client), key=lambda item: item["pk"]["S"])

    assert seen[pair] == {first.mark: first.time}
    assert int(stored[first.mark]["N"]) == first.time
    assert int(stored["expires_at"]["N"]) == int((AT + timedelta(days=92)).timestamp())
    assert int(reader["expires_at"]["N"]) >= int(stored["expires_at"]["N"])


@pytest.mark.parametrize("reads_come", ["before", "with", "after"])
def test_who_reads_a_secret_is_known_when_something_is_done_to_it(baselines, reads_come):
    reads = [
        an_event(secret=a_secret(), by=a_role("app"), after_s=-3 * DAY),
        an_event(secret=a_secret(suffix=None), by=a_role("app"), after_s=-DAY),
        an_event(secret=a_secret(), by=a_user("ci"), after_s=-5 * DAY),
        an_event(secret=a_secret("prod/other"), by=a_user("nosy"), after_s=-DAY),
        an_event(secret=a_secret(), by=a_user("later"), after_s=DAY),
        an_event(secret=a_secret(), by=a_user("refused"), after_s=-DAY, failure=a_denial("GetSecretValue")),
    ]
    deleted = an_event("DeleteSecret", secret=a_secret(), by=MALLORY)
    batches = {"before": [reads, [deleted]], "with": [[*reads, deleted]], "after": [[deleted], reads, [deleted]]}

    for batch in batches[reads_come]:
        seen = baselines.observe(batch)
    readers = seen[-1].readers

    assert [reader.principal for reader in readers] == [a_role("app").key, a_user("ci").key]
    assert [reader.last_seen for reader in readers] == [AT - timedelta(days=1), AT - timedelta(days=5)]


def test_a_read_does_not_ask_who_else_reads(baselines):
    baselines.observe([an_event(secret=a_secret(), by=a_role("app"), after_s=-60)])

    assert baselines.observe([an_event(secret=a_secret(), by=MALLORY)])[0].readers == ()


def test_our_own_calls_are_history_and_marked_as_ours(baselines):
    own = an_event("UpdateSecretVersionStage", secret=a_secret(), by=a_role("responder"), after_s=-60, version_id="v-1")
    other = an_event("PutSecretValue", secret=a_secret(), by=MALLORY, version_id="v-2")

    (_, seen) = baselines.observe([own, other], own={own.event_id})

    assert [(s.name, s.own) for s in seen.on_secret] == [(own.name, True), (other.name, False)]


def test_a_version_id_read_of_another_secret_is_no_read_back(baselines):
    copied = an_event("PutSecretValue", secret=a_secret("mallory/junk"), by=MALLORY, version_id="v-1", after_s=-60)
    taken = an_event(secret=a_secret("prod/db"), by=MALLORY, version_id="v-1")

    for batch in ([copied], [taken]):
        seen = baselines.observe(batch)[0]

    assert [s.read_back for s in seen.by_principal if s.name == "GetSecretValue"] == [False]


def test_who_created_a_secret_is_remembered_longer_than_what_was_done_to_it(baselines):
    long_ago = -120 * DAY
    baselines.learn(
        [
            an_event("CreateSecret", secret=a_secret(), after_s=long_ago, version_id="v-1"),
            an_event("TagResource", secret=a_secret(), after_s=long_ago + 60),
        ]
    )

    (seen,) = baselines.observe([an_event("PutSecretValue", secret=a_secret(), version_id="v-2")])

    assert [s.name for s in seen.on_secret] == ["PutSecretValue"]
    assert [s.name for s in seen.creations] == ["CreateSecret"]


@pytest.mark.parametrize(("days", "known"), [(3, False), (14, True)])
def test_in_a_hunt_pairs_count_once_history_is_14_days_long(stores, days, known):
    baselines = over(stores, young=Maturity.NONE)
    baselines.learn([an_event(secret=a_secret(), after_s=-day * DAY) for day in range(1, days + 1)])

    (seen,) = baselines.observe([an_event(secret=a_secret())])

    assert [s.known for s in seen.by_principal] == [known]
    assert (seen.reader is not None) is known


# Habits, and what secrets need


def test_habits_are_what_a_principal_showed_before_the_event(baselines):
    usual = an_event(secret=a_secret(), by=MALLORY, after_s=-7 * DAY)
    strange = replace(
        an_event(secret=a_secret(), by=MALLORY), origin=Origin(address="203.0.113.7", user_agent="curl/8")
    )
    baselines.observe([usual, an_event(secret=a_secret(), by=a_user("ben"), after_s=-DAY)])

    (seen,) = baselines.observe([strange])

    assert {(facet.kind, facet.value) for facet in seen.habits.seen} == {
        (Side.NETWORK, "198.51.100.0/24"),
        (Side.AGENT, "boto3"),
        (Side.REGION, "eu-west-1"),
        (Side.HOUR, "9"),
        (Side.ENDPOINT, "none"),
    }
    assert seen.habits.hours == 1
    assert not seen.habits.are_known


def test_many_names_of_clients_push_no_other_habit_out(baselines, monkeypatch):
    """A caller writes its user agent as it likes, and could have its usual networks and hours forgotten."""
    for store in (trails_memory, trails_dynamodb):
        monkeypatch.setattr(store, "MOST_PARTNERS", 20)
    usual = [an_event(secret=a_secret(), by=a_role(), after_s=-hour * 3_600.0) for hour in range(60, 50, -1)]
    agents = [
        replace(usual[0], event_id=f"{n}", origin=Origin(address="198.51.100.7", user_agent=f"client{n:02}/1.0"))
        for n in range(40)
    ]
    baselines.observe([*agents, *usual])

    habits = baselines.observe([an_event(secret=a_secret(), by=a_role())])[0].habits

    assert habits.hours == 10
    assert habits.of(Side.NETWORK) == {"198.51.100.0/24"}


def test_an_event_is_no_habit_of_itself_in_whatever_order_it_comes(baselines):
    first, second = (an_event(secret=a_secret(), by=MALLORY, after_s=s) for s in (0, 2 * DAY))

    (later,) = baselines.observe([second])
    (earlier,) = baselines.observe([first])
    (again,) = baselines.observe([second])

    assert (later.habits.hours, earlier.habits.hours, again.habits.hours) == (0, 0, 1)


def test_services_have_no_habits(baselines):
    (seen,) = baselines.observe([a_service_event("RotationStarted", secret=a_secret())])

    assert seen.habits.seen == {}


KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:rotate-db"


@pytest.mark.parametrize(
    ("shown_by", "touched"),
    [
        (an_event("CreateSecret", secret=a_secret(), request={"kmsKeyId": KEY}, after_s=-60), {"keyId": KEY}),
        (an_event("UpdateSecret", secret=a_secret(), request={"kmsKeyId": KEY[-36:]}, after_s=-60), {"keyId": KEY}),
        (
            an_event(
                "Decrypt",
                source="kms.amazonaws.com",
                secret=a_secret(),
                request={"keyId": KEY, "encryptionContext": {"SecretARN": a_secret().text}},
                after_s=-60,
            ),
            {"keyId": KEY[-36:]},
        ),
    ],
)
def test_a_call_on_a_key_knows_the_secrets_that_need_it(baselines, shown_by, touched):
    baselines.observe([shown_by])

    disable, other = (
        an_event("DisableKey", source="kms.amazonaws.com", request=request, after_s=n)
        for n, request in enumerate((touched, {"keyId": "another"}))
    )
    seen, nothing = baselines.observe([disable, other])

    assert {secret.names[0] for secret in seen.held} >= {"prod/db"}
    assert nothing.held == ()


def test_a_call_on_a_function_knows_the_secrets_that_it_rotates(baselines):
    baselines.observe(
        [an_event("RotateSecret", secret=a_secret(), request={"rotationLambdaARN": f"{FUNCTION}:live"}, after_s=-60)]
    )

    tampered = an_event(
        "UpdateFunctionCode20150331v2", source="lambda.amazonaws.com", request={"functionName": "rotate-db"}
    )
    (seen,) = baselines.observe([tampered])

    assert {secret.names[0] for secret in seen.held} == {"prod/db"}


def _staging(
    name: str, after_s: float, *, session: str = "rotate-db", label: str = "AWSPENDING", **more
) -> SecretEvent:
    request = {"versionStages": [label]}
    role = a_role("rotate-role", session)
    return an_event("PutSecretValue", secret=a_secret(name), by=role, after_s=after_s, request=request, **more)


@pytest.mark.parametrize(
    ("source", "name", "request_"),
    [
        ("lambda.amazonaws.com", "UpdateFunctionCode20150331v2", {"functionName": f"{FUNCTION}:live"}),
        ("iam.amazonaws.com", "PutRolePolicy", {"roleName": "rotate-role"}),
    ],
)
def test_a_call_on_a_function_or_its_role_knows_what_it_staged_on_that_day_and_the_next(
    baselines, source, name, request_
):
    others = [_staging("a", 9, session="other"), _staging("b", 9, label="AWSCURRENT"), _staging("c", 3 * DAY)]
    changed = replace(an_event(name, source=source, request=request_), region=REGION)
    baselines.observe([_staging("prod/db", -60), changed, _staging("prod/db", 60), _staging("prod/x", DAY), *others])

    (seen,) = baselines.observe([changed])

    known = [(secret.name, at) for secret, at in seen.staged if secret.name != "a"]
    assert known == [
        ("prod/db", AT - timedelta(seconds=60)),
        ("prod/db", AT + timedelta(seconds=60)),
        ("prod/x", AT + timedelta(days=1)),
    ]
    assert ("a" in {secret.name for secret, _ in seen.staged}) is (source == "iam.amazonaws.com")


def _rights(name: str, after_s: float = -60, **more) -> SecretEvent:
    return an_event(name, by=a_user("ben"), source="iam.amazonaws.com", after_s=after_s, **more)


@pytest.mark.parametrize(
    ("who", "change", "known"),
    [
        (a_role("app"), _rights("AttachRolePolicy", request={"roleName": "app"}), True),
        (a_role("app"), _rights("DeleteRolePermissionsBoundary", request={"roleName": "app"}), True),
        (
            replace(a_role("app"), key=f"arn:aws:iam::{ACCOUNT}:role/jobs/app"),
            _rights("PutRolePolicy", request={"roleName": "app"}),
            True,
        ),
        (a_user("app"), _rights("PutUserPolicy", request={"userName": "app"}), True),
        (replace(a_user("app"), name="jobs/app"), _rights("AddUserToGroup", request={"userName": "app"}), True),
        (a_user("app"), _rights("AttachRolePolicy", request={"roleName": "app"}), False),
        (a_role("app"), _rights("AttachRolePolicy", request={"roleName": "other"}), False),
        (
            a_role("app"),
            _rights("AttachRolePolicy", request={"roleName": "app"}, failure=a_denial("AttachRolePolicy")),
            False,
        ),
        (a_role("app"), _rights("CreatePolicyVersion", request={"roleName": "app"}), False),
        (a_role("app"), _rights("AttachRolePolicy", request={}), False),
    ],
)
@pytest.mark.parametrize("refused", [True, False])
def test_of_who_was_refused_it_is_known_what_changed_their_rights(baselines, who, change, known, refused):
    failure = a_denial("GetSecretValue", "prod/db") if refused else None
    first = an_event(secret=a_secret(), by=who, after_s=-90, failure=failure)
    baselines.observe([change])
    baselines.observe([first])

    (seen,) = baselines.observe([an_event(secret=a_secret(), by=who)])

    assert [s.name for s in seen.rights] == ([change.name] if known and refused else [])


_AT_HOME = "us-east-1"


@pytest.mark.parametrize(
    ("name", "suffix", "who", "days", "known"),
    [
        ("prod/db", "AbCdEf", "app", (9, 3), True),
        ("prod/db", "AbCdEf", "app", (9,), False),
        ("prod/db", "ZyXwVu", "app", (9, 3), False),
        ("prod/db", None, "app", (9, 3), False),
        ("prod/db", "backup", "app", (9, 3), False),
        ("prod/other", "AbCdEf", "app", (9, 3), False),
        ("prod/db", "AbCdEf", "other", (9, 3), False),
    ],
)
def test_a_replica_is_known_to_whom_its_primary_is_known(  # noqa: PLR0917 - one case of a table
    baselines, name, suffix, who, days, known
):
    at_home = [a_secret("prod/db", region=_AT_HOME), a_secret("prod/db", suffix="backup", region=_AT_HOME)]
    baselines.observe(
        [
            replace(an_event(secret=home, by=a_role("app"), after_s=-day * DAY), region=_AT_HOME)
            for day in days
            for home in at_home
        ]
    )

    read = an_event(secret=a_secret(name, suffix=suffix), by=a_role(who))
    (seen,) = baselines.observe([read])

    assert [s.known for s in seen.by_principal] == [known]


def test_without_history_no_replica_is_known(stores):
    baselines = over(stores, young=Maturity.NONE)
    home = a_secret("prod/db", region=_AT_HOME)
    baselines.observe(
        [replace(an_event(secret=home, by=a_role("app"), after_s=-day * DAY), region=_AT_HOME) for day in (9, 3)]
    )

    (seen,) = baselines.observe([an_event(secret=a_secret(), by=a_role("app"))])

    assert [s.known for s in seen.by_principal] == [False]


@pytest.mark.parametrize("late", [False, True])
def test_the_end_of_a_rotation_takes_the_mark_off_what_came_after_it(stores, late):
    baselines = over(stores)
    role, secret = a_role("app"), a_secret()
    started, ended = (
        a_service_event(f"Rotation{what}", secret=secret, after_s=s) for what, s in (("Started", -90), ("Failed", -60))
    )
    read = an_event(secret=secret, by=role)
    for batch in ([started], [read], [ended]) if late else ([started, ended], [read]):
        baselines.observe(batch)
    baselines.postpone(read, "access.bulk-read", AT)

    ((_, _, seen),) = baselines.due(AT + timedelta(minutes=15))

    assert [s.rotating for s in seen.by_principal] == [False]


def test_what_is_shown_only_afterwards_was_not_known(baselines):
    baselines.observe([an_event("CreateSecret", secret=a_secret(), request={"kmsKeyId": KEY}, after_s=60)])

    (seen,) = baselines.observe([an_event("DisableKey", source="kms.amazonaws.com", request={"keyId": KEY})])

    assert seen.held == ()


def test_creations_and_deletions_under_a_name_are_known_whichever_secret_it_was(baselines):
    old = replace(a_secret(), is_full=True)
    new = replace(a_secret(suffix="ZyXwVu"), is_full=True)
    baselines.observe([an_event("DeleteSecret", secret=old, by=MALLORY, after_s=-DAY)])

    (seen,) = baselines.observe([an_event("CreateSecret", secret=new)])

    assert [s.name for s in seen.under_name] == ["DeleteSecret", "CreateSecret"]
    assert [s.name for s in seen.on_secret] == ["CreateSecret"]


def test_a_read_refused_because_the_secret_awaits_deletion_stands_on_the_secret(baselines):
    said = "You can't perform this operation on the secret because it was marked for deletion."
    failure = Failure("InvalidRequestException", said)
    refused = an_event(secret=a_secret(), by=a_role("app"), failure=failure, after_s=-5)
    other = an_event(secret=a_secret(), by=a_role("app"), failure=Failure("InvalidRequestException", "x"), after_s=-4)
    baselines.observe([refused, other])

    (seen,) = baselines.observe([an_event("RestoreSecret", secret=a_secret())])

    assert [(s.name, s.refused_as_deleted) for s in seen.on_secret] == [
        ("GetSecretValue", True),
        ("RestoreSecret", False),
    ]


def test_under_a_name_the_end_of_an_earlier_secret_stands_too(baselines):
    old, new = a_secret(suffix="OldOld"), a_secret(suffix="NewNew")
    baselines.observe([a_service_event("EndSecretVersionDelete", secret=old, after_s=-60)])

    (seen,) = baselines.observe([an_event("CreateSecret", secret=new)])

    assert [s.name for s in seen.under_name] == ["EndSecretVersionDelete", "CreateSecret"]


def test_a_native_event_knows_the_other_regions_of_its_secret(baselines):
    primary = replace(a_secret(), is_full=True)
    replica = replace(primary, region="us-east-1", text=primary.text.replace("eu-west-1", "us-east-1"))
    baselines.observe([an_event("PutSecretValue", secret=primary, version_id="v", after_s=-5)])

    labels = [
        replace(a_label_event(secret, version_id="v"), region=secret.region, event_id=secret.region)
        for secret in (replica, primary)
    ]
    first, second = baselines.observe(labels)

    assert (first.elsewhere, second.elsewhere) == ({"eu-west-1"}, {"us-east-1"})


# Who wrote a secret


def test_who_created_or_wrote_a_secret_is_marked_on_what_it_does_later_however_short_the_history(stores):
    baselines = over(stores, young=Maturity.NONE)
    baselines.learn([an_event("CreateSecret", secret=a_secret(), after_s=-40 * DAY)])
    look, other = (an_event("DescribeSecret", secret=a_secret(), by=who) for who in (a_user(), a_role()))

    mine, theirs = baselines.observe([look, other])

    assert [sighting.wrote for sighting in mine.by_principal] == [True]
    assert [sighting.wrote for sighting in theirs.by_principal] == [False]


def test_a_write_that_comes_later_or_failed_makes_nobody_a_writer(baselines):
    look = an_event("DescribeSecret", secret=a_secret())
    later = an_event("PutSecretValue", secret=a_secret(), after_s=5, version_id="v1")
    failed = an_event("PutSecretValue", secret=a_secret(), after_s=-5, failure=a_denial("PutSecretValue"))

    seen, *_ = baselines.observe([look, later, failed])

    assert [s.wrote for s in seen.by_principal if s.name == "DescribeSecret"] == [False]


def test_what_was_done_a_moment_ago_is_no_habit_yet(baselines):
    """A thief looks around first, and must not make a habit of it."""
    calls = [an_event("ListSecrets", by=MALLORY, after_s=s) for s in (-DAY - 1, -DAY + 1, -5)]
    calls = [replace(call, region=region) for call, region in zip(calls, ("long-ago", "today", "now"), strict=True)]

    seen = baselines.observe([*calls, an_event(secret=a_secret(), by=MALLORY)])

    assert seen[-1].habits.of(Side.REGION) == {"long-ago"}


def test_of_a_value_that_kms_decrypted_the_reads_up_to_a_quarter_of_an_hour_later_are_known(baselines):
    use = an_event("Decrypt", source="kms.amazonaws.com", secret=a_secret())
    early, late = (an_event(secret=a_secret(), by=MALLORY, after_s=after_s) for after_s in (899, 901))

    (alone,) = baselines.observe([use])
    (too_late,) = baselines.observe([late, use])[1:]
    (read,) = baselines.observe([early, use])[1:]

    assert [len(seen.readers) for seen in (alone, too_late, read)] == [0, 0, 1]


def made(key: str = KEY, *, after_s: float, by=MALLORY, **more) -> SecretEvent:
    answer = Parameters({"keyMetadata": {"arn": key, "keyId": key[-36:]}})
    return replace(an_event("CreateKey", source="kms.amazonaws.com", by=by, after_s=after_s, **more), response=answer)


@pytest.mark.parametrize("words", [KEY, KEY[-36:]])
def test_how_old_a_key_is_that_a_secret_is_moved_to_is_known_by_the_record_of_its_making(baselines, words):
    moved = an_event("UpdateSecret", secret=a_secret(), request={"kmsKeyId": words})
    other = an_event("UpdateSecret", secret=a_secret(), request={"kmsKeyId": "another"}, after_s=1)
    refused = made(after_s=-30, failure=a_denial("CreateKey"), event_id="refused")

    baselines.observe([made(after_s=-90), refused, made(after_s=60, event_id="later")])
    seen, of_another = baselines.observe([moved, other])

    assert (seen.key_made, of_another.key_made) == (AT - timedelta(seconds=90), None)
