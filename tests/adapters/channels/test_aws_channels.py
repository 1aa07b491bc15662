"""The event bus and Security Hub get each change once in a form that they take, and what they refuse is told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from builders import a_finding, a_response, an_incident
from fakes import ACCOUNT, REGION, FixedClock
from nightlatch.adapters.channels.asff import Hub
from nightlatch.adapters.channels.eventbridge import ENTRY_LIMIT, EventBridgeChannel
from nightlatch.adapters.channels.hub_calls import ASKED_AT_ONCE, AT_ONCE
from nightlatch.adapters.channels.posture_asff import posture_asff
from nightlatch.adapters.channels.posture_hub import PostureHub
from nightlatch.adapters.channels.security_hub import SecurityHubChannel
from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.answering.circuits import Bulletin
from nightlatch.domain.answering.responses import ResponseState
from nightlatch.domain.errors import Unavailable, Undeliverable
from nightlatch.domain.history.examples import AT, a_secret
from nightlatch.domain.judging.findings import Remedy, Severity
from nightlatch.domain.posture.accounts import AccountPosture
from nightlatch.domain.posture.reports import Kept, Standing
from nightlatch.local import fidelity
from posture_worlds import a_posture_finding
from worlds import a_client, on_moto

RESTORABLE = an_incident(a_finding(remedy=Remedy.RESTORE))
RESTORED = a_response(
    ResponseState.SUCCEEDED, action=Action(kind=ActionKind.RESTORE_DELETED, secret=a_secret()), result="restored"
)
DOWN = Bulletin(channel="slack", since=AT, until=None, reason="slack answered 500")
BACK = replace(DOWN, until=AT + timedelta(minutes=5))
HUB = Hub(ACCOUNT, REGION)


class HeardBus:
    """An event bus that keeps what is put on it, or refuses with a code."""

    def __init__(self) -> None:
        self.entries: list[dict[str, Any]] = []
        self.refuses_with: str | None = None

    def put_events(self, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803 - boto3's
        if self.refuses_with is not None:
            return {"FailedEntryCount": 1, "Entries": [{"ErrorCode": self.refuses_with, "ErrorMessage": "no"}]}
        self.entries.extend(Entries)
        return {"FailedEntryCount": 0, "Entries": [{"EventId": "1"} for _ in Entries]}

    @property
    def kinds(self) -> list[str]:
        return [entry["DetailType"] for entry in self.entries]


@pytest.fixture
def bus() -> HeardBus:
    return HeardBus()


def channel_to(bus: Any) -> EventBridgeChannel:
    return EventBridgeChannel(client=bus, bus="security")


def size(entry: dict[str, Any]) -> int:
    """Count as the user guide does."""
    texts = (entry["Source"], entry["DetailType"], entry["Detail"], *entry["Resources"])
    return sum(len(text.encode()) for text in texts)


def test_an_incident_is_opened_updated_and_resolved_and_each_action_told_once(bus: HeardBus):
    channel = channel_to(bus)
    place = channel.show(RESTORABLE, (), None)
    place = channel.show(RESTORABLE, [a_response()], place)
    place = channel.show(RESTORABLE, [RESTORED], place)
    channel.show(RESTORABLE, [RESTORED], place)

    assert bus.kinds == [
        "Secret Incident Opened",
        "Secret Incident Updated",
        "Secret Incident Resolved",
        "Secret Action Taken",
        "Secret Incident Resolved",
    ]
    assert {entry["Source"] for entry in bus.entries} == {"nightlatch"}
    assert bus.entries[0]["Resources"] == [a_secret().text]


def test_the_health_of_a_channel_is_an_event(bus: HeardBus):
    channel_to(bus).announce(DOWN)
    channel_to(bus).announce(BACK)

    assert bus.kinds == ["Monitor Health", "Monitor Health"]
    assert [json.loads(entry["Detail"])["state"] for entry in bus.entries] == ["failing", "recovered"]


def test_the_largest_incident_fits_one_entry(bus: HeardBus):
    many = tuple(a_secret(f"{'ü' * 480}{n}") for n in range(900))
    incident = an_incident(*(a_finding(rule=f"deletion.{'x' * n}", secrets=many) for n in range(1, 30)))

    channel_to(bus).show(incident, [RESTORED], None)

    assert max(map(size, bus.entries)) < ENTRY_LIMIT


@pytest.mark.parametrize(
    ("code", "raised"),
    [("InternalFailure", Unavailable), ("ThrottlingException", Unavailable), ("NotAuthorized", Undeliverable)],
)
def test_an_entry_that_failed_is_not_taken_for_told(bus: HeardBus, code: str, raised: type[Unavailable]):
    bus.refuses_with = code

    with pytest.raises(Unavailable, match=code) as told:
        channel_to(bus).show(RESTORABLE, (), None)

    assert type(told.value) is raised


def test_a_real_bus_takes_it(monkeypatch: pytest.MonkeyPatch):
    with on_moto(monkeypatch):
        a_client("events").create_event_bus(Name="security")

        assert channel_to(a_client("events")).show(RESTORABLE, [RESTORED], None)


# --- Security Hub


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    with on_moto(monkeypatch):
        fidelity.install()
        yield a_client("securityhub")
        fidelity.uninstall()


def channel_of(client: Any, clock: FixedClock | None = None) -> SecurityHubChannel:
    return SecurityHubChannel(client=client, hub=HUB, now=clock or FixedClock())


def findings(client: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get_findings()["Findings"]
    return found


def test_each_finding_is_imported_once_however_the_incident_grows(hub: Any):
    channel = channel_of(hub)
    place = channel.show(RESTORABLE, (), None)
    earlier = a_finding(after_s=-60, remedy=Remedy.RESTORE, severity=Severity.CRITICAL)
    channel.show(replace(RESTORABLE, findings=(earlier, a_finding(rule="access.bulk-read"))), (), place)

    by_rule = {one["GeneratorId"]: one for one in findings(hub)}
    assert len(findings(hub)) == len(by_rule) == 2
    grown = by_rule["nightlatch/deletion.scheduled"]
    assert grown["FindingProviderFields"]["Severity"]["Label"] == "CRITICAL"
    assert grown["FirstObservedAt"].startswith("2026-03-02T08:59")


def test_a_restore_resolves_the_finding_and_a_new_one_opens_it_again(hub: Any):
    channel = channel_of(hub)
    place = channel.show(RESTORABLE, (), None)
    place = channel.show(RESTORABLE, [RESTORED], place)
    (one,) = findings(hub)
    assert (one["Workflow"]["Status"], one["Note"]["Text"]) == ("RESOLVED", "restore-deleted: succeeded")

    channel.show(RESTORABLE, [RESTORED, a_response(id="r-2")], place)

    (one,) = findings(hub)
    assert one["Workflow"]["Status"] == "NEW"


def test_what_a_person_set_stays(hub: Any):
    channel = channel_of(hub)
    place = channel.show(RESTORABLE, (), None)
    (one,) = findings(hub)
    hub.batch_update_findings(
        FindingIdentifiers=[{"Id": one["Id"], "ProductArn": one["ProductArn"]}], Workflow={"Status": "SUPPRESSED"}
    )

    channel.show(RESTORABLE, (), place)

    (one,) = findings(hub)
    assert one["Workflow"]["Status"] == "SUPPRESSED"


@pytest.mark.parametrize("set_by_a_person", ["SUPPRESSED", "NOTIFIED"])
def test_what_a_person_set_stays_when_the_incident_is_resolved_and_when_it_is_open_again(
    hub: Any, set_by_a_person: str
):
    channel = channel_of(hub)
    place = channel.show(RESTORABLE, (), None)
    (one,) = findings(hub)
    person_sets(hub, one, set_by_a_person)

    place = channel.show(RESTORABLE, [RESTORED], place)
    assert [one["Workflow"]["Status"] for one in findings(hub)] == [set_by_a_person]

    channel.show(RESTORABLE, [RESTORED, a_response(id="r-2")], place)
    assert [one["Workflow"]["Status"] for one in findings(hub)] == [set_by_a_person]


def person_sets(hub: Any, finding: dict[str, Any], status: str) -> None:
    named = [{"Id": finding["Id"], "ProductArn": finding["ProductArn"]}]
    hub.batch_update_findings(FindingIdentifiers=named, Workflow={"Status": status})


def test_each_update_is_newer_than_the_one_before(hub: Any):
    clock = FixedClock()
    channel = channel_of(hub, clock)
    place = channel.show(RESTORABLE, (), None)
    (before,) = (one["UpdatedAt"] for one in findings(hub))
    clock.advance(timedelta(minutes=1))

    channel.show(RESTORABLE, (), place)

    assert [one["UpdatedAt"] for one in findings(hub)] > [before]


def test_more_findings_than_one_call_takes_are_imported(hub: Any):
    incident = an_incident(*(a_finding(rule=f"access.{'x' * n}") for n in range(1, AT_ONCE + 5)))

    channel_of(hub).show(incident, (), None)

    first = hub.get_findings(MaxResults=100)
    rest = hub.get_findings(MaxResults=100, NextToken=first["NextToken"])
    assert len({one["GeneratorId"] for one in [*first["Findings"], *rest["Findings"]]}) == AT_ONCE + 4


def test_the_failure_of_a_channel_is_a_finding_with_an_end(hub: Any):
    channel_of(hub).announce(DOWN)
    channel_of(hub).announce(BACK)

    (one,) = findings(hub)
    assert one["Workflow"]["Status"] == "RESOLVED"


class Refusing:
    """A Security Hub that imports nothing, or takes no workflow of what it imported."""

    def __init__(self, *, imports: bool, code: str) -> None:
        self._imports, self._code = imports, code

    def batch_import_findings(self, Findings: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803 - boto3's
        failed = [] if self._imports else [{"Id": one["Id"], "ErrorCode": self._code} for one in Findings]
        return {"FailedCount": len(failed), "SuccessCount": len(Findings) - len(failed), "FailedFindings": failed}

    def get_findings(self, **asked: Any) -> dict[str, Any]:
        known = () if self._code == "FindingNotFound" else asked["Filters"]["Id"]
        return {"Findings": [{"Id": one["Value"], "Workflow": {"Status": "NEW"}} for one in known]}

    def batch_update_findings(self, **asked: Any) -> dict[str, Any]:
        return {"UnprocessedFindings": [{"ErrorCode": self._code} for _ in asked["FindingIdentifiers"]]}


@pytest.mark.parametrize(
    ("refusing", "raised"),
    [
        (Refusing(imports=False, code="InvalidInput"), Undeliverable),
        (Refusing(imports=False, code="InternalError"), Unavailable),
        (Refusing(imports=True, code="FindingNotFound"), Unavailable),
        (Refusing(imports=True, code="Refused"), Undeliverable),
    ],
)
def test_a_finding_that_failed_is_not_taken_for_told(refusing: Refusing, raised: type[Unavailable]):
    with pytest.raises(Unavailable, match="Security Hub did not") as told:
        channel_of(refusing).show(RESTORABLE, [RESTORED], None)

    assert type(told.value) is raised


def test_the_product_of_an_arn_is_its_accounts():
    assert Hub.of_product(HUB.product_arn) == HUB
    assert Hub.of_product("arn:aws-cn:securityhub:cn-north-1:1:product/1/default").partition == "aws-cn"


# --- what audits find


def kept(name: str, standing: Standing, at: datetime = AT) -> Kept:
    return Kept(finding=a_posture_finding(name, seen_at=at), standing=standing, first_seen=AT)


def test_what_an_audit_finds_is_imported_and_resolved_when_it_is_fixed(hub: Any):
    place, later = PostureHub(hub, HUB), AT + timedelta(days=1)
    place.take([kept("a", Standing.NEW), kept("b", Standing.NEW)], AT)
    place.take([kept("a", Standing.OPEN, later), kept("b", Standing.FIXED)], later)

    by_name = {one["Resources"][0]["Id"]: one for one in findings(hub)}
    a, b = (by_name[a_posture_finding(name).subject] for name in "ab")
    assert (a["Compliance"]["Status"], a["Workflow"]["Status"]) == ("FAILED", "NEW")
    assert (b["Compliance"]["Status"], b["Workflow"]["Status"]) == ("PASSED", "RESOLVED")


@pytest.mark.parametrize("set_by_a_person", ["SUPPRESSED", "NOTIFIED"])
def test_what_a_person_set_of_an_audits_finding_stays_when_it_is_fixed(hub: Any, set_by_a_person: str):
    place, later = PostureHub(hub, HUB), AT + timedelta(days=1)
    place.take([kept("a", Standing.NEW)], AT)
    (one,) = findings(hub)
    person_sets(hub, one, set_by_a_person)

    place.take([kept("a", Standing.FIXED)], later)

    (one,) = findings(hub)
    assert (one["Compliance"]["Status"], one["Workflow"]["Status"]) == ("PASSED", set_by_a_person)


def test_more_findings_than_are_asked_for_at_once_are_resolved(hub: Any):
    place, later = PostureHub(hub, HUB), AT + timedelta(days=1)
    names = [f"s{number}" for number in range(ASKED_AT_ONCE + 3)]
    place.take([kept(name, Standing.NEW) for name in names], AT)

    assert place.take([kept(name, Standing.FIXED) for name in names], later) == ()

    assert {one["Workflow"]["Status"] for one in findings(hub)} == {"RESOLVED"}


def test_a_finding_that_security_hub_does_not_take_is_named_and_keeps_no_other_from_it(hub: Any):
    refused = a_posture_finding("b").id

    left = PostureHub(Picky(hub, refused), HUB).take([kept(name, Standing.FIXED) for name in "abc"], AT)

    assert left == ("rotation.off on b (InvalidInput)",)
    assert {one["Resources"][0]["Id"] for one in findings(hub)} == {a_posture_finding(name).subject for name in "ac"}
    assert {one["Workflow"]["Status"] for one in findings(hub)} == {"RESOLVED"}


class Picky:
    """The hub, to which findings of whose id a part is named come without the title that it asks for."""

    def __init__(self, hub: Any, part: str) -> None:
        self._hub, self._part = hub, part

    def batch_import_findings(self, Findings: list[dict[str, Any]]) -> Any:  # noqa: N803 - boto3's
        bare = [{**one, "Title": ""} if self._part in one["Id"] else one for one in Findings]
        return self._hub.batch_import_findings(Findings=bare)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._hub, name)


def test_a_finding_of_an_incident_that_is_not_taken_is_told_and_the_others_are_there(hub: Any):
    incident = replace(RESTORABLE, findings=(*RESTORABLE.findings, a_finding(rule="access.bulk-read")))

    with pytest.raises(Undeliverable, match=r"did not take 1 of 2 findings \(InvalidInput\): nightlatch/.*bulk-read"):
        channel_of(Picky(hub, "bulk-read")).show(incident, [RESTORED], None)

    assert [one["GeneratorId"] for one in findings(hub)] == ["nightlatch/deletion.scheduled"]


@pytest.mark.parametrize(
    ("region", "partition"), [("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov"), ("eu-west-1", "aws")]
)
def test_what_an_audit_finds_of_an_account_is_imported_in_its_partition(region: str, partition: str):
    account = AccountPosture(account_id=ACCOUNT, region=region)
    finding = a_posture_finding("account", region=region, subject=account.arn)

    written: Any = posture_asff(Kept(finding=finding, standing=Standing.NEW, first_seen=AT), at=AT)

    assert account.arn == f"arn:{partition}:iam::{ACCOUNT}:root"
    assert written["ProductArn"] == f"arn:{partition}:securityhub:{region}:{ACCOUNT}:product/{ACCOUNT}/default"
    assert written["Resources"][0]["Partition"] == partition
