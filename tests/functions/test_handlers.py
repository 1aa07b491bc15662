"""Each handler does its part of the contract with Lambda: what failed comes again, and nothing else does."""

from __future__ import annotations

import json
import uuid
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from types import ModuleType
from typing import Any
from urllib.parse import urlencode

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from builders import a_response
from functions.handlers import Context, batch, cold_start, failed
from nightlatch.adapters.slack.requests import sign
from nightlatch.adapters.table import Table
from nightlatch.adapters.watching.beats_dynamodb import DynamoBeats
from nightlatch.domain.account.takings import Taking
from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.answering.responses import Response, ResponseState
from nightlatch.domain.answering.speed import Opened
from nightlatch.domain.errors import IllegalTransition, Unavailable
from nightlatch.domain.history.examples import a_secret
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.practices import Practice
from nightlatch.domain.watching.states import Change
from nightlatch.local.events.event_history import EventHistory, answering_lookups
from nightlatch.service.beat import Beaten
from nightlatch.service.ports import Notice
from nightlatch.service.reconcile import Reconciled
from nightlatch.service.stocktaking import Progress, Stocktaking
from nightlatch.service.unseen_changes import Compared
from nightlatch.wiring import Heartbeat
from own_records import in_envelope, own_record
from worlds import TABLE, a_client, a_table, on_moto

SIGNING_SECRET = "not-a-real-signing-secret"
PARAMETER = "/nightlatch/policy"
HEART_ROLE = "arn:aws:iam::111122223333:role/heartbeat"

# Powertools warns where a batch had nothing to count.
pytestmark = pytest.mark.filterwarnings("ignore:No application metrics to publish")


Load = Callable[[str], ModuleType]
A_WHOLE_RUN = Context(left_ms=600_000)


@pytest.fixture(scope="module")
def load() -> Iterator[Load]:
    """Give a function's app.py, warm after its first use, in an environment like the template's."""
    with pytest.MonkeyPatch.context() as patches, on_moto(patches):
        for name, value in _environment().items():
            patches.setenv(name, value)
        yield cache(cold_start)


def _environment() -> Mapping[str, str]:
    """Make what the functions refer to, and give the variables that name it."""
    table, sqs = a_table()[0]._name, a_client("sqs")
    policy = {
        "version": 1,
        "defaults": {"mode": "notify"},
        "approvers": [{"slack": "U01ANA", "name": "ana", "principals": ["ana"]}],
    }
    a_client("ssm").put_parameter(Name=PARAMETER, Type="String", Value=json.dumps(policy))
    slack = a_client("secretsmanager").create_secret(
        Name="slack", SecretString=json.dumps({"signing_secret": SIGNING_SECRET, "token": "t", "channel": "C1"})
    )
    fifo = {"FifoQueue": "true"}
    return {
        "POWERTOOLS_METRICS_NAMESPACE": "nightlatch",
        "POWERTOOLS_TRACE_DISABLED": "true",
        "NIGHTLATCH_STATE_TABLE": table,
        "NIGHTLATCH_INCIDENT_TABLE": table,
        "NIGHTLATCH_RESPONSE_TABLE": table,
        "NIGHTLATCH_SNAPSHOT_TABLE": table,
        "NIGHTLATCH_KEEPER_QUEUE_URL": sqs.create_queue(QueueName="keeper")["QueueUrl"],
        "NIGHTLATCH_ALERTS_QUEUE_URL": sqs.create_queue(QueueName="alerts")["QueueUrl"],
        "NIGHTLATCH_RESPONSES_QUEUE_URL": sqs.create_queue(QueueName="r.fifo", Attributes=fifo)["QueueUrl"],
        "NIGHTLATCH_TOPIC_ARN": a_client("sns").create_topic(Name="topic")["TopicArn"],
        "NIGHTLATCH_POLICY_PARAMETER": PARAMETER,
        "NIGHTLATCH_KILL_SWITCH_PARAMETER": PARAMETER,
        "NIGHTLATCH_SLACK_SECRET_ID": slack["ARN"],
        "NIGHTLATCH_ACTION_MODE": "slack",
        "NIGHTLATCH_STACK": _a_stack(),
        "NIGHTLATCH_HEARTBEAT_SECRET": a_client("secretsmanager").create_secret(Name="heart", SecretString="no")["ARN"],
        "NIGHTLATCH_HEARTBEAT_ROLE": HEART_ROLE,
    }


def _a_stack() -> str:
    """Make a stack to be ours, with nothing but a queue in it."""
    template = {"Resources": {"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "ours"}}}}
    made = a_client("cloudformation").create_stack(StackName="nightlatch", TemplateBody=json.dumps(template))
    return str(made["StackId"])


def logged(caplog: pytest.LogCaptureFixture, message: str) -> list[dict[str, Any]]:
    """Give the fields of every line that was logged with a message."""
    return [vars(record) for record in caplog.records if record.getMessage() == message]


def alerts() -> list[str]:
    """Take what lies in the alerts queue."""
    sqs = a_client("sqs")
    url = sqs.get_queue_url(QueueName="alerts")["QueueUrl"]
    found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    for message in found:
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return [message["Body"] for message in found]


# --- the detector


def a_deletion() -> str:
    record = own_record("delete_secret", eventTime=f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}", eventID=str(uuid.uuid4()))
    return json.dumps(in_envelope(record))


@pytest.mark.parametrize("poison", ["{not json", "{}", '{"detail-type": "x", "detail": {"eventName": "DeleteSecret"}}'])
def test_the_detector_gives_back_the_message_it_cannot_read_and_judges_its_neighbours(
    load: Load, caplog: pytest.LogCaptureFixture, poison: str
) -> None:
    answer = load("detector").handler(batch(a_deletion(), poison, a_deletion()), Context())

    assert failed(answer) == ["m1"]
    assert logged(caplog, "finding") != []
    [warning] = logged(caplog, "malformed record")
    assert (warning["message_id"], warning["levelname"]) == ("m1", "WARNING")
    assert len(alerts()) == 1


def test_the_detector_logs_who_read_how_often_for_the_dashboard(load: Load, caplog: pytest.LogCaptureFixture) -> None:
    read = json.dumps(
        in_envelope(
            own_record(
                "get_secret_value",
                eventTime=f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
                eventID=str(uuid.uuid4()),
            )
        )
    )

    load("detector").handler(batch(read), Context())
    alerts()  # which the next test must not find

    [line] = logged(caplog, "reads")
    assert line["count"] == 1
    assert line["caller"].startswith("arn:aws:iam::111122223333:")


def test_the_detector_takes_a_minutes_message(load: Load) -> None:
    assert load("detector").handler(batch('{"nightlatch": "tick"}'), Context()) == {"batchItemFailures": []}


def test_the_detector_counts_the_responses_that_it_cannot_read(load: Load, capsys: pytest.CaptureFixture[str]) -> None:
    table = Table(a_client("dynamodb"), TABLE)
    over = f"{datetime.now(UTC) - timedelta(minutes=9):%Y-%m-%dT%H:%M:%S}"
    table.put({"pk": "offers", "sk": f"{over}#r-damaged", "response": "r-damaged"})
    table.put({"pk": "response#r-damaged", "sk": "response", "response": "{}"})

    answer = load("detector").handler(batch('{"nightlatch": "tick"}'), Context())

    table.delete("offers", f"{over}#r-damaged")
    assert answer == {"batchItemFailures": []}
    assert '"ResponsesUnreadable":[1.0]' in capsys.readouterr().out


@pytest.mark.usefixtures("load")
def test_the_detector_fails_as_a_whole_when_history_cannot_be_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NIGHTLATCH_STATE_TABLE", "gone")
    app = cold_start("detector")

    with pytest.raises(Unavailable):
        app.handler(batch(a_deletion()), Context())


def metrics_in(text: str, name: str) -> list[float]:
    """Give every value of a metric that was written."""
    lines = [json.loads(line) for line in text.splitlines() if line.startswith("{") and f'"{name}"' in line]
    return [float(value) for line in lines if "_aws" in line for value in line[name]]


def test_the_detector_measures_how_late_each_event_is(load: Load, capsys: pytest.CaptureFixture[str]) -> None:
    record = own_record("delete_secret", eventTime=f"{datetime.now(UTC) - timedelta(minutes=7):%Y-%m-%dT%H:%M:%SZ}")

    load("detector").handler(batch(json.dumps(in_envelope(record)), a_deletion()), Context())

    late, soon = sorted(metrics_in(capsys.readouterr().out, "EventLag"), reverse=True)
    assert 419 <= late < 480
    assert 0 <= soon < 60
    alerts()


@pytest.mark.usefixtures("load")
def test_the_detector_counts_a_heartbeat_that_was_sent_once_and_a_forged_one_never(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NIGHTLATCH_STATE_TABLE", "of-the-detector")
    arn = a_client("secretsmanager").describe_secret(SecretId="heart")["ARN"]
    beats, nonce = DynamoBeats(a_table("of-the-detector")[0]), "a-nonce-that-was-sent"
    beats.send(nonce, datetime.now(UTC))
    session = {"type": "AssumedRole", "arn": "arn:aws:sts::111122223333:assumed-role/heartbeat/f"}
    issuer = {"sessionContext": {"sessionIssuer": {"type": "Role", "arn": HEART_ROLE, "userName": "heartbeat"}}}

    def record(said: str) -> str:
        read = own_record("get_secret_value", eventID=str(uuid.uuid4()), userAgent=f"Boto3 nightlatch-beat/{said}")
        read["userIdentity"] = {**session, **issuer, "accountId": "111122223333"}
        read["requestParameters"] = {"secretId": arn}
        return json.dumps(in_envelope(read))

    cold_start("detector").handler(batch(record("a-nonce-never-sent-1"), record(nonce), record(nonce)), Context())

    assert metrics_in(capsys.readouterr().out, "HeartbeatsArrived") == [1.0]


# --- the heartbeat


@pytest.mark.usefixtures("load")
def test_the_heartbeat_counts_what_is_broken_and_missed_and_names_what_it_may_not_look_at(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NIGHTLATCH_STATE_TABLE", a_table("of-the-heart")[0]._name)  # else the next tick tells of it
    monkeypatch.setenv("NIGHTLATCH_LOOKUP_PAUSE_S", "0")
    changes = a_client("sqs").create_queue(QueueName="changes")["QueueUrl"]
    monkeypatch.setenv("NIGHTLATCH_CHANGES_QUEUE_URL", changes)
    history, at = EventHistory(), datetime.now(UTC) - timedelta(minutes=9)
    history.add(in_envelope(own_record("delete_secret", eventTime=f"{at:%Y-%m-%dT%H:%M:%SZ}", eventID="missed-1")))

    with answering_lookups(history):
        answer = cold_start("heartbeat").handler({}, Context(left_ms=300_000))

    broken = logged(caplog, "broken path")
    assert answer == {"faults": len(broken), "gaps": 0, "missed": 1}
    assert "trail" in {line["about"] for line in broken}  # there is none in this account
    [missed] = logged(caplog, "missed")
    assert (missed["event_id"], missed["via"]) == ("missed-1", "reconcile")
    out = capsys.readouterr().out
    counted = {name: metrics_in(out, name) for name in ("BlindSpots", "LooksRefused", "EventsMissed")}
    assert counted == {"BlindSpots": [float(len(broken))], "LooksRefused": [0.0, 0.0], "EventsMissed": [1.0]}


@pytest.mark.usefixtures("load")
@pytest.mark.parametrize("left_ms", [300_000, 30_000])
def test_a_history_that_is_throttled_or_has_no_time_left_takes_no_blind_spot_with_it(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str], left_ms: int
) -> None:
    monkeypatch.setenv("NIGHTLATCH_STATE_TABLE", a_table(f"of-the-heart-{uuid.uuid4()}")[0]._name)
    monkeypatch.setenv("NIGHTLATCH_LOOKUP_PAUSE_S", "0")
    monkeypatch.setenv("NIGHTLATCH_CHANGES_QUEUE_URL", a_client("sqs").create_queue(QueueName="changes")["QueueUrl"])

    with throttling_lookups():
        answer = cold_start("heartbeat").handler({}, Context(left_ms=left_ms))

    out = capsys.readouterr().out
    assert answer["faults"] >= 1
    assert metrics_in(out, "BlindSpots") == [float(answer["faults"])]
    assert metrics_in(out, "LooksRefused") == [0.0, float(answer["gaps"])]
    gaps = [line["gap"] for line in logged(caplog, "not looked at")]
    assert len(gaps) == answer["gaps"]
    assert "not looked up to the end; the next look goes on there" in gaps[-1]
    assert ("ThrottlingException" in gaps[0]) == (left_ms == 300_000)


@pytest.mark.usefixtures("load")
def test_what_the_beat_found_is_counted_before_the_history_is_looked_through(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Lambda stops a function that takes too long, and with it all that was not written yet."""
    monkeypatch.setenv("NIGHTLATCH_STATE_TABLE", a_table(f"of-the-heart-{uuid.uuid4()}")[0]._name)
    app, written = cold_start("heartbeat"), []

    def look(_left: timedelta) -> Reconciled:
        written.extend(metrics_in(capsys.readouterr().out, "BlindSpots"))
        return Reconciled()

    monkeypatch.setattr(app, "heart", replace(app.heart, reconcile=look))
    answer = app.handler({}, Context(left_ms=300_000))

    assert written == [float(answer["faults"])]


@pytest.mark.usefixtures("load")
def test_a_change_that_only_a_secret_s_state_shows_is_counted_and_named(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NIGHTLATCH_STATE_TABLE", a_table(f"of-the-heart-{uuid.uuid4()}")[0]._name)
    change = Change(secret=a_secret("prod/db"), at=datetime(2026, 3, 2, 9, tzinfo=UTC))
    app, asked = cold_start("heartbeat"), []

    def compare(is_whole: bool) -> Compared:  # noqa: FBT001 - as the handler calls it
        asked.append(is_whole)
        return Compared(unseen=(change,), gaps=("secrets' states: more secrets changed than were looked at",))

    reconciled = Reconciled(is_whole=False, gaps=("event history: one",))
    heart = Heartbeat(beat=lambda: Beaten(faults=(), gaps=()), reconcile=lambda _left: reconciled, compare=compare)
    monkeypatch.setattr(app, "heart", heart)
    answer = app.handler({}, Context(left_ms=300_000))

    assert asked == [False]
    assert (answer["missed"], answer["gaps"]) == (1, 2)
    assert metrics_in(capsys.readouterr().out, "EventsMissed") == [1.0]
    [line] = logged(caplog, "changed unseen")
    assert (line["secret"], line["at"]) == ("prod/db", "2026-03-02T09:00:00+00:00")
    assert len(logged(caplog, "not looked at")) == 2


@contextmanager
def throttling_lookups() -> Iterator[None]:
    """Answer no LookupEvents, as CloudTrail does to whoever asks more than twice a second."""
    make = BaseClient._make_api_call

    def refuse(self: BaseClient, operation: str, asked: dict[str, Any]) -> Any:
        if operation == "LookupEvents":
            raise ClientError({"Error": {"Code": "ThrottlingException", "Message": "Rate exceeded"}}, operation)
        return make(self, operation, asked)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseClient, "_make_api_call", refuse)
        yield


# --- the notifier


def a_notice(incident_id: str = "inc-1") -> str:
    return json.dumps({"incident_id": incident_id, "mark": "revision-1"})


def test_the_notifier_gives_back_what_no_channel_took_and_shows_the_rest(
    load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, told = load("notifier"), []

    def tell(notice: Notice) -> tuple[str, ...]:
        if notice.incident_id == "inc-down":
            raise Unavailable("slack does not answer; try again later")
        told.append(notice.incident_id)
        return ("slack", "sns")

    monkeypatch.setattr(app, "tell", tell)
    answer = app.handler(batch(a_notice("inc-1"), a_notice("inc-down"), a_notice("inc-2")), Context())

    assert failed(answer) == ["m1"]
    assert told == ["inc-1", "inc-2"]


def test_the_notifier_gives_back_what_it_has_no_time_left_for_but_tries_one(
    load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, told = load("notifier"), []

    def tell(notice: Notice) -> tuple[str, ...]:
        told.append(notice.incident_id)
        return ("sns",)

    monkeypatch.setattr(app, "tell", tell)
    answer = app.handler(batch(*map(a_notice, ("inc-1", "inc-2", "inc-3"))), Context(left_ms=app.LEAST_MS - 1))

    assert told == ["inc-1"]
    assert failed(answer) == ["m1", "m2"]


@pytest.mark.parametrize(
    "body", ["", "[]", "{", '{"incident_id": "inc-1"}', '{"incident_id": "a", "mark": "b", "c": 1}']
)
def test_the_notifier_gives_back_a_message_that_is_no_notice(load: Load, body: str) -> None:
    assert failed(load("notifier").handler(batch(body), Context())) == ["m0"]


def test_the_notifier_gives_back_a_notice_of_an_incident_that_nobody_knows(load: Load) -> None:
    assert failed(load("notifier").handler(batch(a_notice("inc-unknown")), Context())) == ["m0"]


def test_a_channel_that_fails_is_counted_and_named(
    load: Load,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    app = load("notifier")

    def tell(_notice: Notice) -> tuple[str, ...]:
        app._failed("slack", "slack answered 500")
        return ("sns",)

    monkeypatch.setattr(app, "tell", tell)
    app.handler(batch(a_notice()), Context())

    [line] = logged(caplog, "channel failed")
    assert (line["channel"], line["reason"], line["levelname"]) == ("slack", "slack answered 500", "WARNING")
    assert '"ChannelFailures":[1.0]' in capsys.readouterr().out.replace(" ", "")


@pytest.mark.parametrize(
    ("severity", "metric"),
    [("CRITICAL", "Critical"), ("HIGH", "High"), ("MEDIUM", "Medium"), ("LOW", "Low"), ("INFORMATIONAL", "Low")],
)
def test_an_incident_that_opened_is_counted_by_severity_with_how_long_it_took(
    load: Load, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], severity: str, metric: str
) -> None:
    app = load("notifier")

    def tell(_notice: Notice) -> tuple[str, ...]:
        app._opened(Opened(Severity(severity), timedelta(seconds=12.5)))
        return ("sns",)

    monkeypatch.setattr(app, "tell", tell)
    app.handler(batch(a_notice()), Context())

    counted = capsys.readouterr().out.replace(" ", "")
    assert '"TimeToDetect":[12.5]' in counted
    assert f'"Incidents{metric}":[1.0]' in counted


# --- the responder


def an_order(response_id: str) -> str:
    return json.dumps({"response_id": response_id})


def test_the_responder_stops_at_a_failure_for_the_queue_keeps_the_order(
    load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, done = load("responder"), []

    def carry_out(response_id: str) -> Response:
        if response_id == "r-down":
            raise Unavailable("Secrets Manager does not answer; try again later")
        done.append(response_id)
        return a_response(ResponseState.SUCCEEDED, result="restored")

    monkeypatch.setattr(app, "carry_out", carry_out)
    answer = app.handler(batch(an_order("r-1"), an_order("r-down"), an_order("r-2")), Context())

    assert failed(answer) == ["m1", "m2"]
    assert done == ["r-1"]


@pytest.mark.parametrize(
    ("kind", "times"), [(ActionKind.ROLL_BACK, 1), (ActionKind.PIN_VERSION, 0)], ids=["rollback", "pin"]
)
def test_what_was_put_back_is_counted_with_how_long_it_took(
    load: Load, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], kind: ActionKind, times: int
) -> None:
    app = load("responder")
    done = a_response(ResponseState.SUCCEEDED, action=Action(kind=kind, secret=a_secret()))
    slow = replace(done, proposed_at=done.proposed_at - timedelta(seconds=90))
    monkeypatch.setattr(app, "carry_out", lambda _response_id: slow)

    app.handler(batch(an_order("r-1")), Context())

    said = capsys.readouterr().out.replace(" ", "")
    assert (said.count('"TimeToRestore":[90.0]'), said.count('"Restores":[1.0]')) == (times, times)


def test_the_responder_is_done_with_a_response_that_somebody_else_has_moved(
    load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = load("responder")

    def carry_out(response_id: str) -> Response:
        raise IllegalTransition(f"response {response_id} is denied; cannot start it")

    monkeypatch.setattr(app, "carry_out", carry_out)

    assert failed(app.handler(batch(an_order("r-1")), Context())) == []


@pytest.mark.parametrize("body", ["", "{", "{}", '{"response_id": "r-unknown"}'])
def test_the_responder_gives_back_a_message_that_orders_nothing(load: Load, body: str) -> None:
    assert failed(load("responder").handler(batch(body), Context())) == ["m0"]


# --- the interactions endpoint


def a_request(body: bytes, *, secret: str = SIGNING_SECRET, age: timedelta = timedelta(0)) -> dict[str, Any]:
    """Write the event that API Gateway makes of a request signed by Slack."""
    stamp = str(int((datetime.now(UTC) - age).timestamp()))
    return {
        "body": b64encode(body).decode(),
        "isBase64Encoded": True,
        "headers": {"x-slack-request-timestamp": stamp, "x-slack-signature": sign(body, stamp, secret)},
    }


def a_press(**changes: object) -> bytes:
    payload = {
        "type": "block_actions",
        "user": {"id": "U01ANA"},
        "actions": [{"action_id": "approve-r-1", "value": "unknown-button"}],
        **changes,
    }
    return urlencode({"payload": json.dumps(payload)}).encode()


FORGED: dict[str, dict[str, Any]] = {
    "nothing": {},
    "no headers": {"body": "payload=%7B%7D"},
    "headers that are no mapping": {"body": "payload=%7B%7D", "headers": ["x"]},
    "a body that is no base64": {"body": "***", "isBase64Encoded": True, "headers": {}},
    "another signing secret": a_request(a_press(), secret="somebody-elses"),
    "yesterday's request": a_request(a_press(), age=timedelta(days=1)),
    "a signed body that is no press": a_request(b"payload=%7B%7D"),
    "a signed body that is no form": a_request(b"\xff\xfe"),
}


@pytest.mark.parametrize("what", FORGED)
def test_the_endpoint_turns_away_what_is_not_slacks_and_says_no_more(
    load: Load, caplog: pytest.LogCaptureFixture, what: str
) -> None:
    answer = load("interactions").handler(FORGED[what], Context())

    assert answer["statusCode"] == 401
    assert json.loads(answer["body"])["text"] == "not accepted"
    [warning] = logged(caplog, "request refused")
    assert warning["levelname"] == "WARNING"
    assert SIGNING_SECRET not in f"{warning} {answer}"


def test_the_endpoint_answers_a_refused_press_with_the_reason(load: Load) -> None:
    answer = load("interactions").handler(a_request(a_press()), Context())

    assert answer["statusCode"] == 200
    said = json.loads(answer["body"])
    assert said["text"].startswith("Not done: this button means nothing any more")
    assert (said["response_type"], said["replace_original"]) == ("ephemeral", False)


def test_the_endpoint_reads_a_body_that_came_as_text(load: Load) -> None:
    event = {**a_request(a_press()), "body": a_press().decode(), "isBase64Encoded": False}

    assert load("interactions").handler(event, Context())["statusCode"] == 200


# --- the auditor


def test_the_auditor_takes_the_inventory_and_then_leaves_it_for_an_hour(
    load: Load, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO"):
        first, second = (load("auditor").handler({}, Context()) for _ in range(2))

    assert (first["progress"], first["gaps"]) == ("finished", 0)
    assert first["secrets"] >= 1
    assert second["progress"] == "fresh"
    [line] = logged(caplog, "inventory")
    assert line["secrets"] == first["secrets"]


def test_the_auditor_tells_what_it_could_not_look_at(
    load: Load, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    app = load("auditor")
    taking = Taking(id="t", begun_at=datetime.now(UTC), secrets=3, gaps=("its own stack: not permitted; add x",))
    monkeypatch.setattr(app, "take_stock", lambda: Stocktaking(Progress.FINISHED, taking))

    assert app.handler({}, Context())["gaps"] == 1
    [warning] = logged(caplog, "not looked at")
    assert warning["gap"] == "its own stack: not permitted; add x"


def test_an_audit_comes_at_once_where_somebody_asks_and_its_figures_are_counted(
    load: Load,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    alerts()
    app = load("auditor")
    monkeypatch.setattr(app, "take_stock", lambda: Stocktaking(Progress.FRESH))
    with caplog.at_level("INFO"):
        asked = app.handler({"audit": "now"}, A_WHOLE_RUN)
        again = app.handler({}, A_WHOLE_RUN)

    assert asked == {"audit": "finished"}
    assert again["audit"] == "fresh"
    [line] = logged(caplog, "audit")
    assert (line["progress"], line["secrets"] >= 1, line["calls"] > 0) == ("finished", True, True)
    written = [json.loads(found) for found in capsys.readouterr().out.splitlines()]
    [counted] = [found for found in written if "AuditScore" in found]
    assert counted["SecretsAudited"] == [line["secrets"]]
    assert 0 <= counted["AuditScore"][0] <= 100
    scored = {str(found["practice"]): found for found in logged(caplog, "practice")}
    assert list(scored) == [practice.short for practice in Practice]
    assert all(one["percent"] is None or 0 <= one["percent"] <= 100 for one in scored.values())
    assert any(one["violated"] for one in scored.values())
    assert [json.loads(body)["incident_id"] for body in alerts()] in ([], ["audit"])


def test_an_audit_without_time_stops_before_its_first_page_and_goes_on_with_the_next_knock(load: Load) -> None:
    asked = load("auditor").handler({"audit": "now"}, Context(left_ms=1_000))

    assert asked == {"audit": "stopped"}


def test_news_of_an_audit_go_to_the_channels(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    app = load("notifier")
    told: list[Notice] = []
    monkeypatch.setattr(app, "tell", lambda notice: told.append(notice) or ("sns",))

    assert failed(app.handler(batch(json.dumps({"incident_id": "audit", "mark": "run"})), Context())) == []
    assert told == [Notice("audit", "run")]


@pytest.mark.parametrize("name", ["detector", "notifier", "responder", "interactions", "auditor"])
def test_an_unknown_error_is_not_swallowed(load: Load, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """A bug must fail the invocation, so that the message comes again and the alarm rings."""
    app = load(name)

    def breaks(*_args: object) -> object:
        raise ZeroDivisionError

    entry = {"detector": "judge", "notifier": "tell", "responder": "carry_out", "interactions": "answer"}.get(
        name, "take_stock"
    )
    monkeypatch.setattr(app, entry, breaks)
    body = a_notice() if name == "notifier" else an_order("r-1")

    with pytest.raises(ZeroDivisionError):
        app.handler(batch(body), Context())


def test_a_response_that_is_unknown_is_told_as_such(load: Load, caplog: pytest.LogCaptureFixture) -> None:
    app = load("responder")

    assert failed(app.handler(batch(an_order("r-unknown")), Context())) == ["m0"]
    [error] = logged(caplog, "response failed")
    assert (error["reason"], error["levelname"]) == ("response r-unknown does not exist", "ERROR")
