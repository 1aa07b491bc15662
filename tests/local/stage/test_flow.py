"""A call to AWS ends in the real handler, and every failure on the way ends where AWS would put it."""

from __future__ import annotations

import json

import pytest

from nightlatch.local.journal import Outcome, Step

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("stage-flow")]

ALL = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"


def the_call(small, name):
    return next(e["detail"] for e in reversed(small.envelopes) if e["detail"].get("eventName") == name)


def test_a_created_secret_reaches_the_handler_under_the_role_of_its_function(small, run_id):
    small.client("secretsmanager").create_secret(Name=run_id, SecretString="planted")
    small.stage.settle(timeout_s=60)

    event_id = the_call(small, "CreateSecret")["eventID"]
    rows = small.seen(event_id=event_id)
    assert rows[0]["mark"] == "from the shelf"
    assert f":assumed-role/{small.url('WorkerRole')}/" in rows[0]["who"]
    steps = [entry.step for entry in small.stage.journal.entries() if event_id in entry.ids]
    assert steps[:2] == [Step.RULE, Step.LANE]


def test_a_read_reaches_only_a_rule_for_all_management_events(small, run_id):
    secrets, events = small.client("secretsmanager"), small.client("events")
    secrets.create_secret(Name=run_id, SecretString="planted")
    rule = events.describe_rule(Name=small.url("ChangeRule"))
    asked = {"Name": rule["Name"], "EventPattern": rule["EventPattern"]}

    secrets.get_secret_value(SecretId=run_id)
    small.stage.settle(timeout_s=60)
    unseen = the_call(small, "GetSecretValue")["eventID"]
    events.put_rule(**asked, State=ALL)
    secrets.get_secret_value(SecretId=run_id)
    small.stage.settle(timeout_s=60)
    events.put_rule(**asked, State="ENABLED")

    assert small.seen(event_id=unseen) == []
    assert small.seen(event_id=the_call(small, "GetSecretValue")["eventID"]) != []


def test_a_rule_that_somebody_disabled_is_silent_from_then_on(small, run_id):
    events = small.client("events")

    events.disable_rule(Name=small.url("ChangeRule"))
    small.client("secretsmanager").create_secret(Name=run_id, SecretString="planted")
    small.stage.settle(timeout_s=60)
    events.enable_rule(Name=small.url("ChangeRule"))

    assert small.seen(event_id=the_call(small, "CreateSecret")["eventID"]) == []


def test_a_queue_that_does_not_let_the_rule_in_sends_the_event_to_the_dead_letters(small, run_id):
    entry = {"Source": "nightlatch.closed", "DetailType": "Knock", "Detail": json.dumps({"run": run_id})}

    small.client("events").put_events(Entries=[entry])
    small.stage.settle(timeout_s=60)

    [letter] = small.letters("Lost")
    said = {name: value["StringValue"] for name, value in letter["MessageAttributes"].items()}
    assert said["ERROR_CODE"] == "NO_PERMISSIONS"
    assert said["RULE_ARN"] == small.stage.stack.resource("ClosedRule").attributes["Arn"]
    assert said["TARGET_ARN"] == small.stage.stack.resource("Closed").attributes["Arn"]
    body = json.loads(letter["Body"])
    assert (body["detail"], body["account"], body["detail-type"]) == ({"run": run_id}, "111122223333", "Knock")
    assert small.stage.journal.entries(Step.RULE)[-1].outcome is Outcome.DEAD_LETTER


def test_only_the_failed_message_of_a_batch_comes_back(small, run_id):
    small.send(
        "Changes",
        {"run": run_id, "what": "good"},
        {"run": run_id, "what": "bad", "fail_times": 1},
        {"run": run_id, "what": "also good"},
    )
    small.stage.settle(timeout_s=60)

    rows = [(row["what"], row["failed"]) for row in small.seen(run=run_id)]
    assert sorted(rows) == [("also good", False), ("bad", False), ("bad", True), ("good", False)]
    assert small.letters("Lost") == []


def test_a_message_that_keeps_failing_ends_in_the_dead_letters_after_its_last_receive(small, run_id):
    small.send("Changes", {"run": run_id, "what": "hopeless", "fail_times": 99})
    small.stage.settle(timeout_s=60)

    assert [row["what"] for row in small.seen(run=run_id)] == ["hopeless", "hopeless"]
    [letter] = small.letters("Lost")
    assert json.loads(letter["Body"])["run"] == run_id


def test_a_failed_message_is_done_again_before_the_rest_of_its_group(small, run_id):
    first, second, other = (
        {"run": run_id, "what": "first", "fail_times": 1},
        {"run": run_id, "what": "second"},
        {"run": run_id, "what": "other"},
    )

    small.send("Orders", first, second, other, groups=(f"{run_id}-a", f"{run_id}-a", f"{run_id}-b"))
    small.stage.settle(timeout_s=60)

    rows = [(row["what"], row["failed"]) for row in small.seen(run=run_id)]
    assert [row for row in rows if row[0] != "other"] == [("first", True), ("first", False), ("second", False)]
    assert rows.count(("other", False)) == 1


def test_a_schedule_fires_when_the_stages_clock_has_moved_on(small):
    before = len(small.seen(what="tick"))

    assert small.stage.tick() == ()
    small.stage.clock.advance(61)
    fired = small.stage.tick()
    small.stage.settle(timeout_s=60)

    assert fired == (small.url("WorkerMinute"),)
    assert len(small.seen(what="tick")) == before + 1


def test_every_call_was_narrated(small):
    small.stage.server.narrator.raise_failures()
