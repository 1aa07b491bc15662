"""What the deployed stack sees, whom it tells and how it starts, read off the transformed template."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from functions.transformed import TEMPLATE, dead_letter_queues, resource, resources, source, target, template
from nightlatch.adapters.channels.eventbridge import SOURCE
from nightlatch.detections import CATALOGUE
from nightlatch.domain.account.lineage import MAKES_ROLES
from nightlatch.domain.event.events import NIGHTLATCH, EventName
from nightlatch.domain.judging.key_moves import MAKES_KEYS
from nightlatch.domain.metrics import Metric
from nightlatch.domain.watching.beats import BEAT_EVERY

QUEUES, RULES, FUNCTIONS = "AWS::SQS::Queue", "AWS::Events::Rule", "AWS::Lambda::Function"
PATTERN_RULES = {name: rule for name, rule in resources(RULES).items() if "EventPattern" in rule}
NATIVE_EVENT = EventName(source="aws.secretsmanager", name="Secret Label Updated")


def routed() -> set[EventName]:
    """Collect every event that some rule sends to a lane."""
    names: set[EventName] = set()
    for rule in PATTERN_RULES.values():
        pattern = rule["EventPattern"]
        for origin in pattern.get("detail", {}).get("eventSource", []):
            for name in pattern["detail"]["eventName"]:
                is_prefix = isinstance(name, dict)
                names.add(EventName(source=origin, name=name["prefix"] if is_prefix else name, is_prefix=is_prefix))
        if "detail" not in pattern:
            names |= {
                EventName(source=origin, name=kind) for origin in pattern["source"] for kind in pattern["detail-type"]
            }
    return names


def is_routed(wanted: EventName, names: set[EventName]) -> bool:
    """Tell whether some rule lets every event of that name through."""
    return any(
        wanted.source == name.source and (wanted == name or (name.is_prefix and wanted.name.startswith(name.name)))
        for name in names
    )


# --- what is seen ---


def test_no_rule_of_ours_listens_to_what_we_put_on_a_bus_ourselves() -> None:
    """Else an incident that is put on the default bus would come back as an event to judge."""
    heard = {source for rule in PATTERN_RULES.values() for source in rule["EventPattern"]["source"]}

    assert heard != set()
    assert all(isinstance(source, str) for source in heard)
    assert SOURCE not in heard


def test_every_event_that_the_catalogue_judges_reaches_a_lane() -> None:
    # What nightlatch sees by itself comes by no rule: the auditor lays it beside what waits.
    wanted = {name for detection in CATALOGUE for name in detection.event_names if name.source != NIGHTLATCH}

    unrouted = sorted(f"{name.source} {name.name}" for name in wanted if not is_routed(name, routed()))

    assert wanted
    assert unrouted == []


def test_what_history_needs_beside_them_reaches_a_lane() -> None:
    assert {name for name in MAKES_ROLES | MAKES_KEYS if not is_routed(name, routed())} == set()


@pytest.mark.parametrize(("name", "call"), [("ReadsRule", "GetSecretValue"), ("KeyUseRule", "Decrypt")])
def test_a_rule_for_reads_has_the_only_state_that_lets_reads_through(name: str, call: str) -> None:
    reads = resources(RULES)[name]

    assert reads["State"] == "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
    assert call in reads["EventPattern"]["detail"]["eventName"]


def test_every_other_rule_is_enabled() -> None:
    others = {rule["State"] for name, rule in resources(RULES).items() if name not in {"ReadsRule", "KeyUseRule"}}

    assert others == {"ENABLED"}


def test_of_what_kms_decrypts_only_the_values_of_secrets_come_and_only_on_demand() -> None:
    detail = resources(RULES)["KeyUseRule"]["EventPattern"]["detail"]

    assert detail["requestParameters"] == {"encryptionContext": {"SecretARN": [{"exists": True}]}}
    assert resource("KeyUseRule")["Condition"] == resource("KeyUseDeliveryAlarm")["Condition"] == "WatchesKeyUse"
    assert template()["Parameters"]["WatchKeyUse"]["Default"] == "no"


def test_the_native_label_event_is_routed() -> None:
    assert NATIVE_EVENT in routed()


@pytest.mark.parametrize("name", PATTERN_RULES)
def test_a_pattern_keeps_within_the_default_quota(name: str) -> None:
    assert len(json.dumps(PATTERN_RULES[name]["EventPattern"])) < 2048


@pytest.mark.parametrize("name", PATTERN_RULES)
def test_no_pattern_asks_about_errors_or_identities(name: str) -> None:
    """Denied calls and calls by root must come with the rest."""
    asked = set(PATTERN_RULES[name]["EventPattern"].get("detail", {})) - {"eventSource", "eventName"}

    assert asked == ({"requestParameters"} if name == "KeyUseRule" else set())


@pytest.mark.parametrize("name", PATTERN_RULES)
def test_a_pattern_asks_for_the_service_that_the_record_names(name: str) -> None:
    pattern = PATTERN_RULES[name]["EventPattern"]
    services = [origin.removesuffix(".amazonaws.com") for origin in pattern.get("detail", {}).get("eventSource", [])]

    assert services in ([], [origin.removeprefix("aws.") for origin in pattern["source"]])


def test_a_tick_comes_every_minute() -> None:
    tick = resources(RULES)["TickRule"]

    assert tick["ScheduleExpression"] == "rate(1 minute)"
    assert json.loads(tick["Targets"][0]["Input"]) == {"nightlatch": "tick"}


# --- what is told ---


def watched(metric: str) -> set[str]:
    """Name the resources that an alarm watches by this metric, and that tells the topic."""
    return {
        target(alarm["Dimensions"][0]["Value"])
        for alarm in resources("AWS::CloudWatch::Alarm").values()
        if alarm["MetricName"] == metric and {"Ref": "AlertTopic"} in alarm["AlarmActions"]
    }


def test_an_alarm_watches_every_dead_letter_queue() -> None:
    assert watched("ApproximateNumberOfMessagesVisible") == dead_letter_queues()


def test_an_alarm_watches_how_long_every_other_queue_makes_wait() -> None:
    assert watched("ApproximateAgeOfOldestMessage") == set(resources(QUEUES)) - dead_letter_queues()


def test_alarms_watch_the_errors_and_throttles_of_every_function() -> None:
    assert watched("Errors") == watched("Throttles") == set(resources(FUNCTIONS))


def test_an_alarm_watches_the_delivery_of_every_rule() -> None:
    assert watched("FailedInvocations") == set(resources(RULES))


@pytest.mark.parametrize(
    ("name", "metric", "writer", "silent_s"),
    [
        ("HeartbeatMissingAlarm", Metric.HEARTBEATS_ARRIVED, "detector-reads", 1_800),
        ("ChangesPulseAlarm", Metric.MESSAGES_JUDGED, "detector-changes", 600),
    ],
)
def test_silence_rings_by_itself_and_goes_to_the_topic_with_no_function_between(
    name: str, metric: Metric, writer: str, silent_s: int
) -> None:
    alarm = resources("AWS::CloudWatch::Alarm")[name]

    assert (alarm["Namespace"], alarm["MetricName"]) == ("nightlatch", metric)
    assert alarm["Dimensions"] == [{"Name": "service", "Value": writer}]
    assert (alarm["TreatMissingData"], alarm["ComparisonOperator"]) == ("breaching", "LessThanThreshold")
    assert (alarm["Statistic"], alarm["Threshold"]) == ("Sum", 1)
    assert alarm["Period"] * alarm["EvaluationPeriods"] == silent_s
    assert alarm["AlarmActions"] == [{"Ref": "AlertTopic"}]
    services = {one["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"] for one in resources(FUNCTIONS).values()}
    assert writer in services


@pytest.mark.parametrize("name", ["ChangesLagAlarm", "ReadsLagAlarm"])
def test_ten_minutes_of_lag_ring(name: str) -> None:
    alarm = resources("AWS::CloudWatch::Alarm")[name]

    assert (alarm["MetricName"], alarm["ExtendedStatistic"], alarm["Threshold"]) == (Metric.EVENT_LAG, "p95", 600)


@pytest.mark.parametrize(
    ("name", "metric", "statistic", "beats", "of_beats"),
    [
        ("BlindSpotsAlarm", Metric.BLIND_SPOTS, "Maximum", 1, 1),
        ("LooksRefusedAlarm", Metric.LOOKS_REFUSED, "Maximum", 2, 2),
        ("EventsMissedAlarm", Metric.EVENTS_MISSED, "Sum", 2, 4),
    ],
)
def test_what_a_beat_finds_rings_until_a_beat_finds_it_mended(
    name: str, metric: Metric, statistic: str, beats: int, of_beats: int
) -> None:
    """Between two beats nothing is written: that says neither that it is mended, nor that it is worse."""
    alarm = resources("AWS::CloudWatch::Alarm")[name]

    assert (alarm["Namespace"], alarm["MetricName"], alarm["Statistic"]) == ("nightlatch", metric, statistic)
    assert alarm["Dimensions"] == [{"Name": "service", "Value": "heartbeat"}]
    assert (alarm["Threshold"], alarm["ComparisonOperator"]) == (0, "GreaterThanThreshold")
    assert alarm["TreatMissingData"] == "ignore"
    assert (alarm.get("DatapointsToAlarm", of_beats), alarm["EvaluationPeriods"]) == (beats, of_beats)
    assert alarm["AlarmActions"] == alarm["OKActions"] == [{"Ref": "AlertTopic"}]
    if of_beats > 1:  # a beat falls into each period
        assert BEAT_EVERY < timedelta(seconds=alarm["Period"]) < 2 * BEAT_EVERY


def test_two_heartbeats_are_within_half_an_hour_and_each_rule_is_looked_at() -> None:
    rules = resources(RULES)
    looked_at = resource("Heartbeat")["Properties"]["Environment"]["Variables"]["NIGHTLATCH_RULES"]["Fn::Join"][1]

    assert rules["HeartbeatRule"]["ScheduleExpression"] == f"rate({int(BEAT_EVERY.total_seconds()) // 60} minutes)"
    assert {target(one) for one in looked_at} == set(rules) - {"HeartbeatRule"}  # which the detector misses by itself


def test_alarms_can_publish_to_the_encrypted_topic() -> None:
    """Under the key aws/sns they could not: its policy cannot be edited."""
    key = target(resources("AWS::SNS::Topic")["AlertTopic"]["KmsMasterKeyId"])
    policies = (
        resources("AWS::KMS::Key")[key]["KeyPolicy"],
        resources("AWS::SNS::TopicPolicy")["AlertTopicPolicy"]["PolicyDocument"],
    )

    for policy in policies:
        assert {"Service": "cloudwatch.amazonaws.com"} in [entry["Principal"] for entry in policy["Statement"]]


# --- how it starts ---


def test_it_starts_in_observe_mode_without_a_public_endpoint() -> None:
    parameters = template()["Parameters"]

    assert (parameters["Mode"]["Default"], parameters["ActionMode"]["Default"]) == ("observe", "off")
    for name in ("ActionsApi", "Interactions", "InteractionsRole"):
        assert resource(name)["Condition"] == "HasButtons"
    assert template()["Conditions"]["HasButtons"] == {"Fn::Equals": [{"Ref": "ActionMode"}, "slack"]}


def test_the_kill_switch_starts_off_and_the_policy_is_json() -> None:
    parameters = resources("AWS::SSM::Parameter")
    policy = parameters["PolicyParameter"]["Value"]["Fn::Sub"].replace("${Mode}", "observe")

    assert parameters["KillSwitchParameter"]["Value"] == "off"
    assert json.loads(policy) == {"version": 1, "defaults": {"mode": "observe"}}


def test_the_public_endpoint_is_throttled() -> None:
    stages = resources("AWS::ApiGatewayV2::Stage")

    assert len(stages) == len(resources("AWS::ApiGatewayV2::Api")) == 1
    for stage in stages.values():
        assert 0 < stage["DefaultRouteSettings"]["ThrottlingRateLimit"] <= 10
        assert 0 < stage["DefaultRouteSettings"]["ThrottlingBurstLimit"] <= 20


@pytest.mark.parametrize(
    "folder",
    sorted({r["Properties"]["CodeUri"] for r in source()["Resources"].values() if "CodeUri" in r["Properties"]}),
)
def test_a_function_has_its_folder_and_handler(folder: str) -> None:
    assert Path(TEMPLATE.parent, folder, "app.py").is_file()


def test_every_function_runs_the_one_layer_on_the_runtime_it_was_built_for() -> None:
    for name, function in resources(FUNCTIONS).items():
        assert (function["Runtime"], function["Handler"]) == ("python3.13", "app.handler"), name
        assert [target(layer).startswith("CoreLayer") for layer in function["Layers"]] == [True], name


@pytest.mark.parametrize("name", resources(FUNCTIONS))
def test_a_functions_log_is_not_kept_for_ever(name: str) -> None:
    group = resources("AWS::Logs::LogGroup")[target(resources(FUNCTIONS)[name]["LoggingConfig"]["LogGroup"])]

    assert group["RetentionInDays"] == {"Ref": "LogRetentionDays"}
