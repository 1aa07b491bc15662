"""One problem is one incident, in memory and in DynamoDB, however its findings arrive."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from itertools import permutations

import pytest

from builders import a_finding
from fakes import FakeIncidents, FixedClock
from nightlatch.adapters.incident_list import DynamoIncidentList
from nightlatch.adapters.incidents import DynamoIncidents
from nightlatch.adapters.packing import packed
from nightlatch.domain.errors import NotFound, Unavailable
from nightlatch.domain.history.examples import AT, a_secret, a_user
from nightlatch.domain.judging.findings import State
from nightlatch.service.ports import Incidents
from worlds import a_table, at_once, items_of, on_moto

HOUR = 3_600.0


@pytest.fixture(params=["fake", "moto"])
def incidents(request, monkeypatch) -> Iterator[Incidents]:
    if request.param == "fake":
        yield FakeIncidents()
        return
    with on_moto(monkeypatch):
        yield DynamoIncidents(a_table()[0], now=FixedClock())


def test_the_first_finding_opens_an_incident(incidents):
    incident, is_new = incidents.fold(a_finding(), policy_digest="abc")

    assert is_new
    assert incident.findings == (a_finding(),)
    assert incident.policy_digest == "abc"
    assert incidents.get(incident.id) == incident


def test_the_same_finding_twice_changes_nothing(incidents):
    first, _ = incidents.fold(a_finding(), policy_digest="")

    again, is_new = incidents.fold(a_finding(), policy_digest="")

    assert not is_new
    assert again == first


def test_what_one_principal_does_within_the_hour_is_one_incident(incidents):
    first, _ = incidents.fold(a_finding(), policy_digest="")

    second, is_new = incidents.fold(a_finding(rule="access.bulk-read", after_s=0.9 * HOUR), policy_digest="")

    assert is_new
    assert second.id == first.id
    assert [finding.rule for finding in second.findings] == ["deletion.scheduled", "access.bulk-read"]
    assert second.revision == first.revision + 1


def test_what_comes_after_the_cool_down_is_another_incident(incidents):
    first, _ = incidents.fold(a_finding(), policy_digest="")

    second, _ = incidents.fold(a_finding(after_s=1.1 * HOUR), policy_digest="")

    assert second.id != first.id


def test_a_late_finding_joins_the_earlier_of_two_incidents(incidents):
    first, _ = incidents.fold(a_finding(), policy_digest="")
    incidents.fold(a_finding(after_s=5 * HOUR), policy_digest="")

    late, is_new = incidents.fold(a_finding(rule="access.bulk-read", after_s=0.5 * HOUR), policy_digest="")

    assert is_new
    assert late.id == first.id


def test_other_principals_have_their_own_incident(incidents):
    first, _ = incidents.fold(a_finding(), policy_digest="")

    other, _ = incidents.fold(a_finding(by=a_user("ci-deploy")), policy_digest="")

    assert other.id != first.id


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_order_of_findings_does_not_change_what_an_incident_holds(incidents, order):
    findings = [a_finding(after_s=600 * n, event_ids=(f"e{n}",), secrets=(a_secret(f"s{n}"),)) for n in range(3)]

    for index in order:
        incident, _ = incidents.fold(findings[index], policy_digest="")

    (joined,) = incident.findings
    assert joined.event_ids == ("e0", "e1", "e2")
    assert {secret.name for secret in joined.secrets} == {"s0", "s1", "s2"}
    assert (incident.opened_at, incident.last_seen) == (AT, AT + timedelta(minutes=20))


def test_a_response_is_linked_once(incidents):
    incident, _ = incidents.fold(a_finding(), policy_digest="")

    linked = incidents.link(incident.id, "r-1")
    again = incidents.link(incident.id, "r-1")

    assert linked.responses == ("r-1",)
    assert again == linked


def test_an_unknown_incident_is_not_found(incidents):
    with pytest.raises(NotFound, match="inc-0"):
        incidents.get("inc-0")
    with pytest.raises(NotFound, match="inc-0"):
        incidents.link("inc-0", "r-1")


def test_findings_at_once_end_up_in_one_incident_and_none_is_lost(incidents):
    findings = [a_finding(rule=f"rule.{n % 4}", after_s=n, event_ids=(f"e{n:02}",)) for n in range(12)]
    acts = [partial(incidents.fold, finding, policy_digest="") for finding in [*findings, *findings]]

    folded = at_once(acts, threads=6)

    (incident_id,) = {incident.id for incident, _ in folded}
    incident = incidents.get(incident_id)
    assert sorted(event for finding in incident.findings for event in finding.event_ids) == [
        f"e{n:02}" for n in range(12)
    ]
    assert len(incident.findings) == 4


def test_an_incident_with_a_thousand_secrets_fits(incidents):
    many = tuple(a_secret(f"prod/team-{n}/database") for n in range(1_000))
    big = a_finding(secrets=many, event_ids=tuple(f"0a1b2c3d-0000-4000-8000-{n:012}" for n in range(1_000)))

    for rule in ("access.bulk-read", "deletion.mass", "access.denied-probing"):
        incident, _ = incidents.fold(
            a_finding(rule=rule, secrets=big.secrets, event_ids=big.event_ids), policy_digest=""
        )

    assert incidents.get(incident.id) == incident


def test_an_incident_whose_handler_died_while_opening_it_is_finished_by_the_next(monkeypatch):
    with on_moto(monkeypatch):
        table, client = a_table()
        incidents = DynamoIncidents(table, now=FixedClock(AT))
        opened, _ = incidents.fold(a_finding(), policy_digest="abc")
        client.delete_item(
            TableName="nightlatch-table", Key={"pk": {"S": f"incident#{opened.id}"}, "sk": {"S": "incident"}}
        )

        folded, is_new = incidents.fold(a_finding(rule="access.bulk-read", after_s=5), policy_digest="")

    assert is_new
    assert folded.id == opened.id
    assert [finding.rule for finding in folded.findings] == ["deletion.scheduled", "access.bulk-read"]


def test_records_and_incidents_have_their_time_to_live(monkeypatch):
    with on_moto(monkeypatch):
        table, client = a_table()
        incidents = DynamoIncidents(table, now=FixedClock(AT))
        incidents.fold(a_finding(), policy_digest="")
        incidents.record(a_finding(state=State.DIGEST), "goes to the digest")

        kept = {item["pk"]["S"].split("#")[0]: int(item["expires_at"]["N"]) for item in items_of(client)}

    days = {kind: (seconds - AT.timestamp()) / 86_400 for kind, seconds in kept.items()}
    assert days == {"incident": 400, "incidents": 400, "open": 400, "record": 90}


def test_of_two_records_of_one_finding_the_fuller_stays(monkeypatch):
    with on_moto(monkeypatch):
        table, client = a_table()
        incidents = DynamoIncidents(table, now=FixedClock(AT))
        for ids in (("a", "b"), ("a", "b", "c"), ("a",)):
            incidents.record(a_finding(event_ids=ids), "mode is observe")

        (record,) = items_of(client)

    assert record["weight"]["N"] == "3"
    assert record["why"]["S"] == "mode is observe"


def test_a_table_that_is_not_there_is_unavailable(monkeypatch):
    with on_moto(monkeypatch):
        table, client = a_table()
        client.delete_table(TableName="nightlatch-table")

        with pytest.raises(Unavailable, match="nightlatch-table"):
            DynamoIncidents(table, now=FixedClock()).fold(a_finding(), policy_digest="")


def test_what_is_found_out_later_is_noted_once_and_raises_the_revision(incidents):
    first, _ = incidents.fold(a_finding(), policy_digest="")

    noted, again = (
        incidents.note(first.id, "role app still reads it"),
        incidents.note(first.id, "role app still reads it"),
    )

    assert noted == again == incidents.get(first.id)
    assert (noted.notes, noted.revision) == (("role app still reads it",), first.revision + 1)


def test_nothing_is_noted_in_an_incident_that_is_not_there(incidents):
    with pytest.raises(NotFound):
        incidents.note("inc-none", "anything")


def test_every_incident_is_in_the_list_once_the_newest_first(monkeypatch):
    with on_moto(monkeypatch):
        table, _ = a_table()
        store = DynamoIncidents(table, now=FixedClock())
        opened = [store.fold(a_finding(by=a_user(f"user-{n}"), after_s=n * 60), policy_digest="")[0] for n in range(4)]
        grown = store.fold(a_finding(rule="access.bulk-read", by=a_user("user-1"), after_s=90), policy_digest="")[0]

        listed = DynamoIncidentList(table).newest(3)

    assert [one.id for one in listed] == [one.id for one in reversed(opened[1:])]
    assert listed[2] == grown


def test_an_entry_whose_incident_is_gone_is_passed_over(monkeypatch):
    with on_moto(monkeypatch):
        table, client = a_table()
        store = DynamoIncidents(table, now=FixedClock())
        gone, _ = store.fold(a_finding(), policy_digest="")
        there, _ = store.fold(a_finding(by=a_user("eve")), policy_digest="")
        client.delete_item(
            TableName="nightlatch-table", Key={"pk": {"S": f"incident#{gone.id}"}, "sk": {"S": "incident"}}
        )

        assert DynamoIncidentList(table).newest(10) == [there]


def test_an_incident_that_cannot_be_read_hides_no_other_from_the_list(monkeypatch):
    with on_moto(monkeypatch):
        table, _ = a_table()
        store = DynamoIncidents(table, now=FixedClock())
        damaged, _ = store.fold(a_finding(), policy_digest="")
        there, _ = store.fold(a_finding(by=a_user("eve")), policy_digest="")
        table.put({"pk": f"incident#{damaged.id}", "sk": "incident", "incident": packed('{"id": 7}'), "revision": 1})

        assert DynamoIncidentList(table).newest(10) == [there]
