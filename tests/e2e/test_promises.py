"""What nightlatch promises holds on the whole road: brake, modes, dead letters, duplicates, loops, no value told."""

from __future__ import annotations

import base64
import copy
import json
import random
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from e2e.watched import OBSERVED, PATIENCE_S, Watched
from nightlatch.adapters.history.baselines import TrailBaselines
from nightlatch.adapters.history.trails_memory import MemoryTrails, MemoryWaits
from nightlatch.adapters.records.log_files import read_records
from nightlatch.detections import CATALOGUE
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.answering.policy import Policy
from nightlatch.domain.judging.findings import Finding, State
from nightlatch.local.journal import Outcome, Step
from nightlatch.local.scenes.past import ordinary_life
from nightlatch.local.scenes.scenes import title_of
from nightlatch.service.effects import NoEffects, NothingIsOwn
from nightlatch.service.hunt import hunt
from nightlatch.service.intake import readable_by
from nightlatch.service.pipeline import Ports
from worlds import in_full

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("promises")]


def rule(catalogue: str) -> str:
    """Find a rule's id by the catalogue's code, which does not change with its file name."""
    return next(detection.id for detection in CATALOGUE if detection.catalogue == catalogue)


def schedule_deletion(watched: Watched, name: str) -> dict[str, Any]:
    """Let somebody new schedule a deletion; give its record."""
    watched.someone().delete_secret(SecretId=name, RecoveryWindowInDays=7)
    [record] = watched.told("DeleteSecret", name)
    return record


def is_deleted(watched: Watched, name: str) -> bool:
    described = watched.theatre.as_role("app", "app").describe_secret(SecretId=name)
    return "DeletedDate" in described


@pytest.fixture
def brake(watched: Watched) -> Iterator[Callable[[str], None]]:
    """The kill switch, off again afterwards."""
    name = watched.theatre.variables("Responder")["NIGHTLATCH_KILL_SWITCH_PARAMETER"]

    def pull(value: str) -> None:
        watched.client("ssm").put_parameter(Name=name, Value=value, Type="String", Overwrite=True)

    yield pull
    watched.settle()
    pull("off")


def test_with_the_kill_switch_on_nothing_is_written_and_the_message_says_so(
    watched: Watched, brake: Callable[[str], None]
) -> None:
    name = watched.a_secret()
    offer = watched.an_offer()
    watched.settle()  # the pin of the overwritten version is carried out before the brake is pulled

    brake("on")
    schedule_deletion(watched, name)
    watched.press(offer)
    [message] = watched.eventually(lambda: watched.messages(name), f"an incident for {name}")
    watched.shows(message["ts"], "the kill switch is on")
    watched.shows(offer.ts, "the kill switch is on")
    watched.settle()

    assert is_deleted(watched, name)
    assert watched.told("RestoreSecret", name) == []
    assert (watched.current(offer.secret), watched.moves_of_current(offer.secret)) == (offer.bad, [])


def test_an_observed_secret_is_judged_and_neither_written_nor_reported(watched: Watched) -> None:
    name = watched.a_secret(OBSERVED)
    watched.someone().put_secret_value(SecretId=name, SecretString="overwritten")
    deleted = schedule_deletion(watched, name)
    watched.settle()

    assert [line["rule_id"] for line in watched.findings_logged(deleted["eventID"])] == [rule("DEL-01")]
    assert watched.messages(name) == []
    assert is_deleted(watched, name)
    assert watched.told("RestoreSecret", name) == []
    assert watched.told("UpdateSecretVersionStage", name) == []


def test_a_malformed_record_ends_in_the_dead_letters_and_its_neighbours_are_judged(watched: Watched) -> None:
    first, second = watched.a_secret(), watched.a_secret()
    bodies = [json.dumps(as_if_deleted(watched, name)) for name in (first, second)]
    poison = json.dumps({"detail-type": "AWS API Call via CloudTrail", "detail": {"eventName": "DeleteSecret"}})
    watched.settle()
    before = len(watched.theatre.stage.journal.entries(Step.LANE))

    watched.send("ChangesQueue", bodies[0], poison, bodies[1])
    watched.settle()

    entries = watched.theatre.stage.journal.entries(Step.LANE)[before:]  # a tick's lane may have been at work, too
    assert ("3 messages", Outcome.PARTLY_FAILED) in {(entry.what, entry.outcome) for entry in entries}
    assert watched.letters("ChangesDeadLetterQueue") == [poison]
    assert [len(watched.messages(name)) for name in (first, second)] == [1, 1]


def as_if_deleted(watched: Watched, name: str) -> dict[str, Any]:
    """Write the envelope that EventBridge would bring had somebody new deleted a secret."""
    arn = watched.theatre.as_role("app", "app").describe_secret(SecretId=name)["ARN"]
    model = watched.a_secret(OBSERVED)
    schedule_deletion(watched, model)
    envelope = copy.deepcopy(
        next(e for e in watched.envelopes if model in json.dumps(e) and is_call(e, "DeleteSecret"))
    )
    detail = envelope["detail"]
    envelope["id"], detail["eventID"], detail["requestID"] = (str(uuid.uuid4()) for _ in range(3))
    detail["requestParameters"]["secretId"] = name
    detail["responseElements"] = {**detail["responseElements"], "arn": arn, "name": name}
    rename(detail["userIdentity"], watched.a_role())
    return envelope


def is_call(envelope: dict[str, Any], name: str) -> bool:
    return str(envelope["detail"].get("eventName")) == name


def rename(identity: dict[str, Any], role: str) -> None:
    issuer = identity["sessionContext"]["sessionIssuer"]
    was = issuer["userName"]
    issuer["userName"], issuer["arn"] = role, issuer["arn"].replace(was, role)
    identity["arn"] = identity["arn"].replace(was, role)


def test_hundreds_of_duplicates_of_a_deletion_are_one_restore_and_one_message(watched: Watched) -> None:
    name, other = watched.a_secret(), watched.a_secret()
    schedule_deletion(watched, name)
    envelope = next(e for e in watched.envelopes if name in json.dumps(e) and is_call(e, "DeleteSecret"))
    copies = [json.dumps({**envelope, "id": str(uuid.uuid4())}) for _ in range(in_full(1_000, sample=200))]
    copies += [json.dumps(as_if_deleted(watched, other))] * 20
    random.Random(7).shuffle(copies)  # noqa: S311 - no secret

    watched.send("ChangesQueue", *copies)
    watched.settle(at_most_s=in_full(900, sample=PATIENCE_S))

    assert len(watched.told("RestoreSecret", name)) == 1
    assert not is_deleted(watched, name)
    [message] = watched.messages(name)
    incident = watched.incident(message)
    assert [finding.event_ids for finding in incident.findings] == [(envelope["detail"]["eventID"],)]
    assert len(incident.responses) == 1
    assert len(watched.messages(other)) == 1


def test_our_own_calls_come_back_as_events_and_are_nobodys_incident(watched: Watched) -> None:
    offer = watched.an_offer()
    watched.press(offer)
    name = watched.a_secret()
    schedule_deletion(watched, name)
    watched.shows(offer.ts, "✅")
    watched.settle()

    own = watched.told("RestoreSecret", name) + watched.told("UpdateSecretVersionStage", offer.secret)
    judged = {event_id for entry in watched.theatre.stage.journal.entries(Step.LANE) for event_id in entry.ids}
    assert {record["eventName"] for record in own} == {"RestoreSecret", "UpdateSecretVersionStage"}
    assert len(own) >= 3  # the restore, the pin and the way back
    assert {record["eventID"] for record in own} <= judged
    assert watched.findings_logged(*(record["eventID"] for record in own)) == []
    assert [len(watched.messages(about)) for about in (name, offer.secret)] == [1, 1]


def test_a_call_with_our_role_that_we_did_not_record_is_judged_like_any_other(watched: Watched) -> None:
    before = len(watched.messages("prod/identity/cache"))  # other tests may have told of it
    offer = watched.an_offer(secret="prod/identity/cache")
    watched.settle()
    responder = next(f for f in watched.theatre.stage.stack.functions.values() if f.logical_id == "Responder")
    thief = watched.theatre.as_role(responder.role_arn.rpartition("/")[2], "borrowed")

    thief.update_secret_version_stage(
        SecretId=offer.secret, VersionStage="AWSCURRENT", MoveToVersionId=offer.good, RemoveFromVersionId=offer.bad
    )
    watched.settle()

    [moved] = [r for r in watched.told("UpdateSecretVersionStage", offer.secret) if "borrowed" in json.dumps(r)]
    found = watched.findings_logged(moved["eventID"])
    assert [(line["rule_id"], line["state"]) for line in found] == [(rule("CHG-04"), "open")]
    assert len(watched.messages(offer.secret)) - before == 2


def test_no_value_is_ever_told(watched: Watched) -> None:
    marker = f"planted{uuid.uuid4().hex}"
    value = json.dumps({"username": "app", "password": marker})
    letters = listen_to_topic(watched)
    name = watched.a_secret(value=value)
    good = watched.current(name)
    somebody = watched.someone()
    somebody.put_secret_value(SecretId=name, SecretString=value)
    somebody.put_secret_value(SecretId=name, SecretBinary=marker.encode())
    somebody.update_secret(SecretId=name, SecretString=value)
    assert marker in somebody.get_secret_value(SecretId=name)["SecretString"]
    somebody.batch_get_secret_value(SecretIdList=[name])
    watched.client("secretsmanager").get_secret_value(SecretId=name)
    watched.eventually(lambda: watched.messages(name), f"an incident for {name}")
    schedule_deletion(watched, name)
    watched.settle()

    assert good != watched.current(name)
    assert not is_deleted(watched, name)
    said = {
        "envelopes": watched.envelopes,
        "tables": everything_stored(watched),
        "queues": watched.bodies,
        "topic": letters(),
        "slack": watched.theatre.slack.messages(),
        "logs": watched.lines,
        "journal": [repr(entry) for entry in watched.theatre.stage.journal.entries()],
    }
    assert {place for place, texts in said.items() if name not in json.dumps(texts, default=str)} <= {"journal"}
    hidden = (marker, base64.b64encode(marker.encode()).decode())
    assert [place for place, texts in said.items() if any(h in json.dumps(texts, default=str) for h in hidden)] == []


def listen_to_topic(watched: Watched) -> Callable[[], list[Any]]:
    """Subscribe to the topic as an operator would; give what reads the messages."""
    sqs, sns = watched.client("sqs"), watched.client("sns")
    url = sqs.create_queue(QueueName=f"letters-{uuid.uuid4().hex[:8]}")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    topic = watched.theatre.variables("Notifier")["NIGHTLATCH_TOPIC_ARN"]
    subscription = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)["SubscriptionArn"]

    def read() -> list[Any]:
        sns.unsubscribe(SubscriptionArn=subscription)
        found: list[Any] = []
        while some := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
            for message in some:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            found += some
        return found

    return read


def everything_stored(watched: Watched) -> list[dict[str, Any]]:
    dynamodb = watched.client("dynamodb")
    return [
        item
        for table in dynamodb.list_tables()["TableNames"]
        for page in dynamodb.get_paginator("scan").paginate(TableName=table)
        for item in page["Items"]
    ]


def test_a_hunt_over_the_same_records_finds_what_was_found_live(watched: Watched, tmp_path: Path) -> None:
    reader = watched.someone()
    for name in watched.theatre.company.names:
        reader.get_secret_value(SecretId=name)
    deleted = watched.a_secret()
    schedule_deletion(watched, deleted)
    offer = watched.an_offer()
    watched.settle()
    log = tmp_path / "narrated.jsonl"
    log.write_text("\n".join(json.dumps(envelope) for envelope in watched.envelopes), encoding="utf-8")
    stage = watched.theatre.stage

    report = hunt(
        read_records([log], wanted=readable_by(CATALOGUE)),
        rules=CATALOGUE,
        policy=Policy(),
        ports=Ports(
            baselines=TrailBaselines(
                MemoryTrails(most=None), MemoryWaits(), inventory=Inventory(), now=stage.clock.now
            ),
            own=NothingIsOwn(),
            effects=NoEffects(),
        ),
        history=ordinary_life(
            watched.theatre.company,
            account_id=stage.stack.place.account,
            region=stage.stack.place.region,
            now=stage.clock.now(),
        ),
    )

    sweep = next(
        m for m in watched.theatre.slack.messages() if f"{len(watched.theatre.company.names)} secrets" in m["text"]
    )
    for message in (sweep, *watched.messages(deleted), *watched.messages(offer.secret)):
        incident = watched.incident(message)
        who = {finding.principal.key for finding in incident.findings}
        told = [finding for finding in report.findings if finding.state is State.OPEN]
        hunted = {essence(finding) for finding in told if finding.principal.key in who}
        assert hunted == {essence(finding) for finding in incident.findings}, title_of(message)
    assert report.judged.malformed == ()


def essence(finding: Finding) -> tuple[object, ...]:
    """Say all of a finding that must be the same whoever found it."""
    secrets = frozenset(secret.name for secret in finding.secrets)
    return finding.rule, finding.severity, finding.state, finding.title, finding.reason, finding.event_ids, secrets
