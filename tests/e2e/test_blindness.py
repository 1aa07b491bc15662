"""nightlatch says when it is blind: a cut path is told by its own event, and without that event as blindness."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.client import BaseClient
from moto.sns.models import sns_backends

from e2e.watched import Watched
from nightlatch.adapters.doctor.needs import FIRING_NEEDS, NEEDS, Need
from nightlatch.adapters.table import Table
from nightlatch.adapters.watching.beats_dynamodb import DynamoBeats
from nightlatch.cli.main import run
from nightlatch.cli.speech.exit_codes import ExitCode
from nightlatch.cli.verbs import stage as stage_verbs
from nightlatch.domain.watching.beats import BEAT_EVERY, SILENT_AFTER
from nightlatch.domain.watching.stack_rules import ALL_EVENTS
from nightlatch.domain.watching.states import STATES_SETTLED
from nightlatch.local.aws.moto_server import ACCOUNT_ID
from nightlatch.local.scenes.company import TRAIL
from nightlatch.local.scenes.theatre import REGION

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("blindness")]

TAMPERED, TRAIL_TAMPERED, BLIND = "monitor.tampered", "monitor.trail-tampered", "monitor.blind"
MINUTE = timedelta(minutes=1)


def name_of(watched: Watched, logical_id: str) -> str:
    return str(watched.theatre.stage.stack.physical_id(logical_id))


def pass_time(watched: Watched, span: timedelta) -> None:
    """Let the stage's time pass minute by minute, with all that comes due."""
    for _ in range(int(span / MINUTE)):
        watched.later(MINUTE)


def findings_since(watched: Watched, line: int, rule: str) -> list[Mapping[str, Any]]:

    parsed = [json.loads(text) for _, text in watched.lines[line:] if text.startswith("{")]
    return [one for one in parsed if one.get("message") == "finding" and one.get("rule_id") == rule]


def is_told(watched: Watched, found: Mapping[str, Any]) -> bool:
    """Tell whether people were shown an incident with the event of a finding, its own or folded into another's."""
    shown = [one for one in watched.theatre.slack.messages() if re.search(r"inc-[0-9a-f]{16}", json.dumps(one))]
    return any(found["event_id"] in finding.event_ids for one in shown for finding in watched.incident(one).findings)


@contextmanager
def unseen(watched: Watched, *calls: str) -> Iterator[None]:
    """Keep the records of some calls from nightlatch."""

    def is_lost(envelope: Mapping[str, Any]) -> bool:
        return envelope.get("detail", {}).get("eventName") in calls

    watched.lost.append(is_lost)
    try:
        yield
    finally:
        watched.lost.remove(is_lost)


@pytest.fixture(scope="module")
def subscription(watched: Watched) -> str:
    """Somebody whom the topic tells."""
    answer = watched.client("sns").subscribe(
        TopicArn=name_of(watched, "AlertTopic"),
        Protocol="email",
        Endpoint="ana@example.com",
        ReturnSubscriptionArn=True,
    )
    return str(answer["SubscriptionArn"])


@pytest.fixture
def beating(watched: Watched, subscription: str) -> Iterator[DynamoBeats]:
    """A stage on which the heart has beaten and been heard; afterwards it is mended, and its clock goes on."""
    del subscription
    beats = DynamoBeats(Table(watched.client("dynamodb"), watched.theatre.variables()["NIGHTLATCH_STATE_TABLE"]))
    pass_time(watched, BEAT_EVERY + MINUTE)
    yield beats
    watched.lost.clear()


@pytest.fixture
def local(
    watched: Watched, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Callable[..., tuple[int, list[dict[str, str]]]]]:
    """Run a verb against the stage; give how it ended and the lines of its document."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))

    def verb(*arguments: str) -> tuple[int, list[dict[str, str]]]:
        capsys.readouterr()
        code = run([*arguments, "--local", "--output", "json"])
        return code, json.loads(capsys.readouterr().out)

    with stage_verbs.announced(watched.theatre):
        yield verb


@contextmanager
def calls_made(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[tuple[str, str]]]:
    """Write down each call of AWS, as (service, operation), that this process makes."""
    made: set[tuple[str, str]] = set()
    make = BaseClient._make_api_call

    def written_down(client: Any, operation: str, asked: Any) -> Any:
        made.add((client.meta.service_model.service_name, operation))
        return make(client, operation, asked)

    with monkeypatch.context() as patches:
        patches.setattr(BaseClient, "_make_api_call", written_down)
        yield made


def stop_the_trail(watched: Watched) -> Callable[[], None]:
    cloudtrail = watched.client("cloudtrail")
    cloudtrail.stop_logging(Name=TRAIL)
    return lambda: cloudtrail.start_logging(Name=TRAIL)


def set_the_reads_rule_plain(watched: Watched) -> Callable[[], None]:
    events, name = watched.client("events"), name_of(watched, "ReadsRule")
    pattern = events.describe_rule(Name=name)["EventPattern"]
    events.put_rule(Name=name, EventPattern=pattern, State="ENABLED")
    return lambda: events.put_rule(Name=name, EventPattern=pattern, State=ALL_EVENTS)


def remove_a_target(watched: Watched) -> Callable[[], None]:
    events, name = watched.client("events"), name_of(watched, "ChangesRule")
    targets = events.list_targets_by_rule(Rule=name)["Targets"]
    events.remove_targets(Rule=name, Ids=[target["Id"] for target in targets])
    return lambda: events.put_targets(Rule=name, Targets=targets)


def mute_a_subscription(watched: Watched) -> Callable[[], None]:
    sns = watched.client("sns")
    [arn] = [
        one["SubscriptionArn"]
        for one in sns.list_subscriptions_by_topic(TopicArn=name_of(watched, "AlertTopic"))["Subscriptions"]
    ]
    mute = {"SubscriptionArn": arn, "AttributeName": "FilterPolicy"}
    sns.set_subscription_attributes(**mute, AttributeValue='{"nobody": ["hears"]}')
    return lambda: sns.set_subscription_attributes(**mute, AttributeValue="{}")


def narrow_the_kinds_of_changes(watched: Watched) -> Callable[[], None]:
    """Let calls through, and not what Secrets Manager does by itself."""
    events, name = watched.client("events"), name_of(watched, "ChangesRule")
    pattern = events.describe_rule(Name=name)["EventPattern"]
    narrowed = {**json.loads(pattern), "detail-type": ["AWS API Call via CloudTrail"]}
    events.put_rule(Name=name, EventPattern=json.dumps(narrowed))
    return lambda: events.put_rule(Name=name, EventPattern=pattern)


def swap_one_of_two_lanes(watched: Watched) -> Callable[[], None]:
    events, name = watched.client("events"), name_of(watched, "LabelsRule")
    targets = events.list_targets_by_rule(Rule=name)["Targets"]
    theirs = [{**one, "Arn": f"{one['Arn']}-of-mallory"} for one in targets if one["Id"] == "keeper-lane"]
    events.put_targets(Rule=name, Targets=theirs)
    return lambda: events.put_targets(Rule=name, Targets=targets)


def disable_the_rule_of_rules(watched: Watched) -> Callable[[], None]:
    """The rule that brings such calls; CloudTrail's event comes after it is cut."""
    events, name = watched.client("events"), name_of(watched, "PathsRule")
    events.disable_rule(Name=name)
    return lambda: events.enable_rule(Name=name)


def slow_the_audit_down(watched: Watched) -> Callable[[], None]:
    events, name = watched.client("events"), name_of(watched, "AuditRule")
    events.put_rule(Name=name, ScheduleExpression="rate(30 days)")
    return lambda: events.put_rule(Name=name, ScheduleExpression="rate(5 minutes)")


def mute_an_alarm(watched: Watched) -> Callable[[], None]:
    alarms, name = watched.client("cloudwatch"), name_of(watched, "HeartbeatMissingAlarm")
    alarms.disable_alarm_actions(AlarmNames=[name])
    return lambda: alarms.enable_alarm_actions(AlarmNames=[name])


def lift_an_alarm(watched: Watched) -> Callable[[], None]:
    alarms, name = watched.client("cloudwatch"), name_of(watched, "BlindSpotsAlarm")
    [seen] = alarms.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    asked = {key: seen[key] for key in _OF_AN_ALARM if seen.get(key) is not None}
    alarms.put_metric_alarm(**asked | {"Threshold": 1e9})
    return lambda: alarms.put_metric_alarm(**asked)


_OF_AN_ALARM = (
    *("AlarmName", "Namespace", "MetricName", "Dimensions", "Statistic", "Period", "EvaluationPeriods", "Threshold"),
    *("ComparisonOperator", "TreatMissingData", "AlarmActions", "OKActions"),
)
CUTS = {  # the call, how it is made, and the rule that judges it
    "StopLogging": ("StopLogging", stop_the_trail, TRAIL_TAMPERED),
    "PutRule": ("PutRule", set_the_reads_rule_plain, TAMPERED),
    "RemoveTargets": ("RemoveTargets", remove_a_target, TAMPERED),
    "SetSubscriptionAttributes": ("SetSubscriptionAttributes", mute_a_subscription, TAMPERED),
    "a kind of events less": ("PutRule", narrow_the_kinds_of_changes, TAMPERED),
    "one lane of two": ("PutTargets", swap_one_of_two_lanes, TAMPERED),
    "DisableRule": ("DisableRule", disable_the_rule_of_rules, TAMPERED),
    "a schedule": ("PutRule", slow_the_audit_down, TAMPERED),
    "DisableAlarmActions": ("DisableAlarmActions", mute_an_alarm, TAMPERED),
    "PutMetricAlarm": ("PutMetricAlarm", lift_an_alarm, TAMPERED),
}


def switch_an_alarm_off(watched: Watched) -> Callable[[], None]:
    cloudwatch = watched.client("cloudwatch")
    name = name_of(watched, "ReadsWaitAlarm").rsplit(":", 1)[-1]
    cloudwatch.disable_alarm_actions(AlarmNames=[name])
    return lambda: cloudwatch.enable_alarm_actions(AlarmNames=[name])


def stop_taking_alerts(watched: Watched) -> Callable[[], None]:
    client = watched.client("lambda")
    function = watched.theatre.stage.stack.functions["Notifier"].name
    [mapping] = client.list_event_source_mappings(FunctionName=function)["EventSourceMappings"]
    client.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
    return lambda: client.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)


def close_a_lane(watched: Watched) -> Callable[[], None]:
    sqs, url = watched.client("sqs"), name_of(watched, "ReadsQueue")
    policy = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])["Attributes"]["Policy"]
    closed = json.dumps({"Version": "2012-10-17", "Statement": []})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": closed})
    return lambda: sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})


SEEN_BY_THE_DOCTOR = {
    "DisableAlarmActions": (switch_an_alarm_off, "aws cloudwatch enable-alarm-actions --alarm-names nightlatch-reads"),
    "UpdateEventSourceMapping": (stop_taking_alerts, "aws lambda update-event-source-mapping --uuid "),
    "SetQueueAttributes": (close_a_lane, "sam deploy --stack-name nightlatch"),
}


def test_the_heart_beats_and_is_heard_and_nobody_is_told(watched: Watched, beating: DynamoBeats) -> None:
    line = len(watched.lines)

    pass_time(watched, BEAT_EVERY * 3)

    pulse = beating.pulse()
    assert pulse.arrived_at is not None
    assert pulse.sent_at is not None
    assert watched.theatre.stage.clock.now() - pulse.arrived_at < BEAT_EVERY + MINUTE
    logged = [text for _, text in watched.lines[line:]]
    assert sum('"HeartbeatsArrived"' in text and '"_aws"' in text for text in logged) >= 3
    assert findings_since(watched, line, BLIND) == []
    assert watched.messages("Heartbeat") == []


@pytest.mark.parametrize("what", CUTS)
def test_cutting_a_path_is_told_at_once_by_its_own_event(watched: Watched, beating: DynamoBeats, what: str) -> None:
    del beating
    _, cut, rule = CUTS[what]
    line = len(watched.lines)

    mend = cut(watched)
    watched.settle()

    told = findings_since(watched, line, rule)
    mend()
    assert len(told) == 1
    assert is_told(watched, told[0])
    watched.settle()


@pytest.mark.parametrize("what", CUTS)
def test_with_that_event_withheld_it_is_told_as_blindness_in_time(
    watched: Watched, beating: DynamoBeats, what: str
) -> None:
    del beating
    call, cut, rule = CUTS[what]
    line, begun = len(watched.lines), watched.theatre.stage.clock.now()

    with unseen(watched, call):
        mend = cut(watched)
        pass_time(watched, BEAT_EVERY + MINUTE * 2)
        told = findings_since(watched, line, BLIND)
        own = findings_since(watched, line, rule)
        mend()

    assert len(told) == 1
    assert is_told(watched, told[0])
    assert {one.get("via") for one in own} <= {"reconcile"}  # the look for what was missed finds the call itself
    assert watched.theatre.stage.clock.now() - begun <= SILENT_AFTER
    pass_time(watched, BEAT_EVERY + MINUTE)  # the next look finds it mended


def test_blindness_is_told_even_where_the_minutes_do_not_come_any_more(watched: Watched, beating: DynamoBeats) -> None:
    """Signs wait for a tick, so who stops the ticks would stop them; the heartbeat brings one with its signs."""
    del beating
    events, name, line = watched.client("events"), name_of(watched, "TickRule"), len(watched.lines)

    with unseen(watched, "DisableRule"):
        events.disable_rule(Name=name)
        pass_time(watched, BEAT_EVERY + MINUTE * 2)
        told = findings_since(watched, line, BLIND)
        events.enable_rule(Name=name)

    assert len(told) == 1
    assert is_told(watched, told[0])
    pass_time(watched, BEAT_EVERY + MINUTE)


def test_a_deletion_whose_event_was_lost_is_found_told_and_undone_within_one_cycle(
    watched: Watched, beating: DynamoBeats
) -> None:
    del beating
    name = watched.a_secret()
    line = len(watched.lines)

    with unseen(watched, "DeleteSecret"):
        watched.someone().delete_secret(SecretId=name, RecoveryWindowInDays=7)
        watched.settle()
        assert watched.messages(name) == []
        pass_time(watched, BEAT_EVERY + MINUTE * 6)

    told = findings_since(watched, line, "deletion.deletion-scheduled")  # judged again when its lateness is over
    assert {one["via"] for one in told} == {"reconcile"}
    assert len({one["finding_id"] for one in told}) == 1
    [message] = watched.messages(name)
    assert "via reconcile" in json.dumps(message)
    assert len(watched.told("RestoreSecret", name)) == 1
    pass_time(watched, BEAT_EVERY)
    assert len({one["finding_id"] for one in findings_since(watched, line, "deletion.deletion-scheduled")}) == 1
    assert len(watched.messages(name)) == 1


def test_a_change_that_not_even_the_event_history_has_is_told_by_the_secret_s_state(
    watched: Watched, beating: DynamoBeats, monkeypatch: pytest.MonkeyPatch
) -> None:
    del beating
    seen, hidden = watched.a_secret(), watched.a_secret()
    pass_time(watched, STATES_SETTLED + BEAT_EVERY)
    line = len(watched.lines)
    watched.someone().update_secret(SecretId=seen, Description="what it is for")

    with monkeypatch.context() as patches, unseen(watched, "UpdateSecret"):
        patches.setattr(watched.theatre.stage.history, "add", lambda _envelope: None)
        watched.someone().update_secret(SecretId=hidden, Description="what it is for")
        watched.settle()
    pass_time(watched, STATES_SETTLED + BEAT_EVERY + MINUTE * 2)

    [told] = findings_since(watched, line, BLIND)
    assert (told["severity"], told["via"]) == ("MEDIUM", "reconcile")
    shown = [json.loads(text) for _, text in watched.lines[line:] if "changed unseen" in text and text.startswith("{")]
    assert [one["secret"] for one in shown] == [hidden]
    pass_time(watched, BEAT_EVERY * 2)
    assert len(findings_since(watched, line, BLIND)) == 1


def test_the_doctor_finds_a_whole_stage_well_and_names_each_cut_with_what_mends_it(
    watched: Watched, beating: DynamoBeats, local: Callable[..., tuple[int, list[dict[str, str]]]]
) -> None:
    del beating
    code, lines = local("doctor")
    rings = [line["about"] for line in lines if line["said"] == "rings"]  # for an hour, where a test before lost events
    bad = [line for line in lines if line["verdict"] != "ok" and line["about"] not in rings]
    assert [(line["about"], line["verdict"]) for line in bad] == [("forwarding of IAM's events", "warn")], bad
    assert set(rings) <= {f"alarm {name_of(watched, 'EventsMissedAlarm')}"}
    assert code == (3 if rings else 0)
    about = [line["about"].partition(" nightlatch")[0] for line in lines]
    kinds = {
        "event source of": 5,
        "oldest message of": 5,
        "policy of": 6,
        "second target of": 2,
        "credentials of Slack": 1,
        "look for what was missed": 1,
        "other Regions": 1,
        "alarms": 0 if rings else 1,  # that none rings is one line
        "channels": 1,
        "Regions of the trail": 1,
    }
    assert {kind: about.count(kind) for kind in kinds} == kinds, about

    cuts = (*(cut for _, cut, _ in CUTS.values()), *(cut for cut, _ in SEEN_BY_THE_DOCTOR.values()))
    mends = [cut(watched) for cut in cuts]
    code, lines = local("doctor")
    for mend in reversed(mends):  # two of them cut one rule
        mend()
    watched.settle()

    assert code == 3
    fixes = [line["fix"] for line in lines if line["verdict"] in {"fail", "warn"}]
    assert f"aws cloudtrail start-logging --name {TRAIL}" in fixes
    assert any(fix.startswith(f"aws events put-rule --name {name_of(watched, 'ReadsRule')}") for fix in fixes)
    changes = name_of(watched, "ChangesRule")  # which two of them cut
    assert any(fix.startswith(f"aws events put-rule --name {changes} --state ENABLED --event-pattern") for fix in fixes)
    assert any(f" && aws events put-targets --rule {changes} " in fix for fix in fixes)
    assert any("--attribute-name FilterPolicy --attribute-value '{}'" in fix for fix in fixes)
    assert any(fix.startswith(f"aws events put-rule --name {name_of(watched, 'AuditRule')}") for fix in fixes)
    assert any(
        fix.startswith(f"aws cloudwatch enable-alarm-actions --alarm-names {name_of(watched, 'HeartbeatMissingAlarm')}")
        for fix in fixes
    )
    for _, fix in SEEN_BY_THE_DOCTOR.values():
        assert any(found.startswith(fix) for found in fixes), (fix, fixes)
    pass_time(watched, BEAT_EVERY + MINUTE)


NOT_ON_THE_STAGE = {  # it is found without its stack's outputs, and has neither bus nor hub nor quotas
    "cloudformation:DescribeStacks",
    "events:DescribeEventBus",
    "securityhub:DescribeHub",
    "lambda:GetAccountSettings",
    "servicequotas:GetServiceQuota",
    "servicequotas:ListServiceQuotas",
    "servicequotas:ListAWSDefaultServiceQuotas",
}


@pytest.mark.parametrize(
    ("arguments", "needs", "others"),
    [
        ((), NEEDS, NOT_ON_THE_STAGE),
        (
            ("--live-fire", "--under", "prod/e2e-calls-", "--wait", "30", "--yes"),
            FIRING_NEEDS,
            {"cloudformation:DescribeStacks"},
        ),
    ],
    ids=["doctor", "live fire"],
)
@pytest.mark.usefixtures("beating")
def test_what_the_doctor_asks_of_aws_is_what_its_page_says(
    local: Callable[..., tuple[int, list[dict[str, str]]]],
    monkeypatch: pytest.MonkeyPatch,
    arguments: Sequence[str],
    needs: Mapping[str, Need],
    others: set[str],
) -> None:
    with calls_made(monkeypatch) as made:
        local("doctor", *arguments)

    expected = {(need.service, need.call): action for action, need in needs.items()}
    assert made - {("sts", "AssumeRole")} - set(expected) == set()  # the stage signs its operator in so
    assert {action for call, action in expected.items() if call not in made} == others


def test_live_fire_is_seen_told_and_undone_and_leaves_nothing_behind(
    watched: Watched, local: Callable[..., tuple[int, list[dict[str, str]]]]
) -> None:
    code, lines = local("doctor", "--live-fire", "--under", "prod/e2e-fire-", "--wait", "30", "--yes")

    assert (code, [line["verdict"] for line in lines]) == (0, ["ok"] * 6), lines
    assert [line["about"] for line in lines] == [
        "read is seen",
        "change is seen",
        "scheduled deletion is seen",
        "deletion is told",
        "deletion is undone",
        "throw-away is gone",
    ]
    assert all(line["said"].startswith("after ") for line in lines[:-1])
    assert "slack" in lines[3]["said"]
    assert lines[-1]["said"] == "destroyed, and nothing brought it back"
    [made] = [record["requestParameters"]["name"] for record in watched.told("CreateSecret", "prod/e2e-fire-")]
    left = watched.client("secretsmanager").list_secrets(IncludePlannedDeletion=True, MaxResults=100)["SecretList"]
    assert made not in {secret["Name"] for secret in left}


def test_live_fire_refuses_where_the_vault_would_bring_its_secret_back(
    watched: Watched, local: Callable[..., tuple[int, list[dict[str, str]]]], capsys: pytest.CaptureFixture[str]
) -> None:
    del local
    assert run(["doctor", "--live-fire", "--under", "prod/orders/e2e-fire-", "--yes", "--local"]) == ExitCode.REFUSED

    assert "(prod/orders/*)" in capsys.readouterr().err
    assert watched.told("CreateSecret", "prod/orders/e2e-fire-") == []


def test_live_fire_says_which_channel_did_not_take_it(
    watched: Watched, local: Callable[..., tuple[int, list[dict[str, str]]]]
) -> None:
    slack = watched.theatre.slack
    token, slack.token = slack.token, "revoked"
    try:
        code, lines = local("doctor", "--live-fire", "--under", "prod/e2e-mute-", "--wait", "30", "--yes")
        watched.settle()
    finally:
        slack.token = token
    watched.letters("AlertsDeadLetterQueue")  # what Slack did not take would stand in another test's way

    [told] = [line for line in lines if line["about"] == "deletion is told"]
    assert (code, told["verdict"]) == (0, "warn"), lines
    assert ", on sns; slack takes no messages: " in told["said"]


def test_heartbeats_that_do_not_come_back_are_told_within_half_an_hour(watched: Watched, beating: DynamoBeats) -> None:
    line = len(watched.lines)
    heard = beating.pulse().arrived_at
    assert heard is not None

    with unseen(watched, "GetSecretValue"):
        pass_time(watched, heard + SILENT_AFTER + MINUTE - watched.theatre.stage.clock.now() + MINUTE)
        [told] = findings_since(watched, line, BLIND)
        written = [text for _, text in watched.lines[line:] if '"HeartbeatsArrived"' in text]
        ringing = watched.client("cloudwatch").describe_alarms(StateValue="ALARM")["MetricAlarms"]

    assert written == []
    silence = name_of(watched, "HeartbeatMissingAlarm")  # rings with no function between
    assert silence in {alarm["AlarmName"] for alarm in ringing}
    topic = sns_backends[ACCOUNT_ID][REGION].topics[name_of(watched, "AlertTopic")]
    assert f'ALARM: "{silence}" in {REGION}' in {sent[2] for sent in topic.sent_notifications}
    assert told["severity"] == "HIGH"
    at = datetime.fromisoformat(str(told["event_id"]).split(":", 2)[2])
    assert at == heard + SILENT_AFTER
    pass_time(watched, BEAT_EVERY + MINUTE)
    assert beating.pulse().arrived_at != heard
    assert f'OK: "{silence}" in {REGION}' in {sent[2] for sent in topic.sent_notifications}


def test_a_record_that_claims_to_be_a_heartbeat_keeps_nothing_beating(watched: Watched, beating: DynamoBeats) -> None:

    last = next(
        envelope
        for envelope in reversed(watched.envelopes)
        if "nightlatch-beat/" in str(envelope.get("detail", {}).get("userAgent"))
    )
    before = beating.pulse().arrived_at
    again = json.dumps(last).replace(last["detail"]["eventID"], str(uuid.uuid4()))
    forged = again.replace("nightlatch-beat/", "nightlatch-beat/x")

    watched.send("ReadsQueue", again, forged)
    watched.settle()

    assert beating.pulse().arrived_at == before
