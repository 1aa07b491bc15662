"""The simulated records have the shape of real ones, are the same each time, and are never twice the same event."""

from __future__ import annotations

from collections import Counter

import pytest

from nightlatch.adapters.records.cloudtrail import parse
from nightlatch.domain.event.events import Channel
from nightlatch.domain.event.principals import PrincipalKind
from own_records import own_record
from simulation.attacks import ATTACKS, play
from simulation.life import LONG, SHORT, benign_day
from simulation.machines import rotate
from simulation.records import BEGIN, Pen, Record, day_at

OPTIONAL = {"vpcEndpointId", "sessionCredentialFromConsole", "errorCode", "errorMessage"}
NOT_WRITTEN = {"tlsDetails"}
ORG = SHORT.organisation
DAY: list[Record] = benign_day(SHORT, 16)
ATTACKED: list[Record] = [record for attack in ATTACKS for record in play(attack, ORG, 16)]


def ids(records: list[Record]) -> list[str]:
    return [str(record.get("eventID") or record["id"]) for record in records]


def test_the_same_day_is_the_same_each_time() -> None:
    assert benign_day(SHORT, 16) == DAY


def test_no_two_records_are_one_event() -> None:
    every_id = ids([*benign_day(SHORT, 15), *DAY, *ATTACKED])

    assert len(set(every_id)) == len(every_id)


def test_every_record_lies_on_its_day() -> None:
    times = [parse(record).at for record in [*DAY, *ATTACKED]]

    assert day_at(16) <= min(times)
    assert max(times) < day_at(17)


@pytest.mark.parametrize(
    ("kind", "like"),
    [("AwsApiCall", own_record("get_secret_value")), ("AwsServiceEvent", own_record("rotation_succeeded"))],
)
def test_a_record_has_the_fields_of_a_real_one(kind: str, like: Record) -> None:
    for record in [*DAY, *ATTACKED]:
        if record.get("eventType") == kind:
            assert set(record) - OPTIONAL == set(like) - NOT_WRITTEN


def test_a_native_event_has_the_fields_of_a_real_one() -> None:
    envelopes = [record for record in DAY if "detail-type" in record]

    assert {frozenset(record) for record in envelopes} == {frozenset(own_record("label_updated"))}


def test_the_parser_reads_who_every_caller_is() -> None:
    kinds = {parse(record).principal.kind for record in [*DAY, *ATTACKED]}

    assert kinds == {
        PrincipalKind.ROLE,
        PrincipalKind.USER,
        PrincipalKind.SERVICE,
        PrincipalKind.ACCOUNT,
    }
    assert any(parse(record).principal.is_person for record in DAY)


def test_a_rotation_is_fourteen_calls_between_what_the_service_says() -> None:
    pen = Pen(3, 16)
    rotate(pen, ORG.databases[0], ORG.rotators[0], BEGIN, 16)

    events = [parse(record) for record in pen.records]

    assert Counter(event.channel for event in events) == {Channel.API: 14, Channel.SERVICE: 2, Channel.NATIVE: 2}
    assert events[0].name == "RotationStarted"
    assert events[-1].name == "RotationSucceeded"


def test_the_long_form_has_the_size_that_the_page_claims() -> None:
    org = LONG.organisation

    assert len({secret.name for secret in org.everything}) == 500
    machines = 7 + len(org.services) + len(org.rotators) + len(org.reporting)
    assert machines + len(org.people) == 120
