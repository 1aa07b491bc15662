"""A function's answer, error, time limit, crash and failed start are told in Lambda's own words, over HTTP too."""

from __future__ import annotations

import json

import pytest
import requests

from nightlatch.local.stage import NotSettled

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("stage-functions")]


def test_a_function_finds_its_environment_and_its_request(small):
    error, answer = small.invoke("Worker", {"task": "greet"})

    assert error is None
    assert answer["greeting"] == "small-${literal}-eu-west-1"


def test_a_warm_environment_is_used_again(small):
    _, first = small.invoke("Clumsy", {"task": "look"})
    _, second = small.invoke("Clumsy", {"task": "look"})

    assert first["process"] == second["process"]
    assert first["request_id"] != second["request_id"]


def test_an_exception_is_told_with_its_type_and_the_environment_lives_on(small):
    _, before = small.invoke("Clumsy", {"task": "look"})
    error, answer = small.invoke("Clumsy", {"task": "raise"})
    _, after = small.invoke("Clumsy", {"task": "look"})

    assert (error, answer["errorType"], answer["errorMessage"]) == ("Unhandled", "ValueError", "as told")
    assert before["process"] == after["process"]


@pytest.mark.parametrize(
    ("task", "kind", "said"),
    [
        ("exit", "Runtime.ExitError", "Runtime exited with error: exit status 3"),
        ("sleep", "Sandbox.Timedout", "Task timed out after 1.00 seconds"),
    ],
)
def test_an_environment_that_ends_is_told_and_replaced(small, task, kind, said):
    _, before = small.invoke("Clumsy", {"task": "look"})
    error, answer = small.invoke("Clumsy", {"task": task})
    _, after = small.invoke("Clumsy", {"task": "look"})

    assert (error, answer["errorType"]) == ("Unhandled", kind)
    assert answer["errorMessage"].endswith(said)
    assert before["process"] != after["process"]


def test_a_handler_that_cannot_be_imported_is_told(small):
    error, answer = small.invoke("Unborn", {})

    assert (error, answer["errorType"]) == ("Unhandled", "Runtime.ImportModuleError")
    assert "no_such_module_on_any_shelf" in answer["errorMessage"]


def test_what_a_function_writes_is_heard_with_its_name(small):
    small.invoke("Clumsy", {"task": "hum"})
    small.invoke("Clumsy", {"task": "look"})

    assert (small.url("Clumsy"), "did hum") in small.lines


def test_an_event_nobody_waits_for_is_tried_again_and_then_put_aside(small):
    small.invoke("Clumsy", {"task": "raise"}, InvocationType="Event")
    small.stage.settle(timeout_s=60)

    [letter] = small.letters("Lost")
    body = json.loads(letter["Body"])
    assert body["requestPayload"] == {"task": "raise"}
    assert body["requestContext"]["condition"] == "RetriesExhausted"
    assert body["requestContext"]["approximateInvokeCount"] == 2
    assert body["responsePayload"]["errorType"] == "ValueError"


def test_a_stage_may_shorten_the_time_for_which_a_failed_message_stays_hidden(small, run_id):
    small.send("Changes", {"run": run_id, "what": "bad", "fail_times": 1})
    small.stage.settle(timeout_s=60)

    assert [row["failed"] for row in small.seen(run=run_id)] == [True, False]


def test_what_is_not_settled_is_told_by_name(small, run_id):
    small.client("sqs").send_message(
        QueueUrl=small.url("Changes"), MessageBody=json.dumps({"run": run_id, "what": "late"}), DelaySeconds=1
    )

    with pytest.raises(NotSettled, match=f"{small.url('Changes').rpartition('/')[2]}: 0 ready, 1 hidden"):
        small.stage.settle(timeout_s=0.2)
    small.stage.settle(timeout_s=0.2, await_redelivery=False)
    small.stage.settle(timeout_s=60)

    assert [row["what"] for row in small.seen(run=run_id)] == ["late"]


def test_the_body_and_the_headers_arrive_as_they_were_sent(small):
    raw = "payload=%7B%22a%22%3A+1%7D"
    headers = {"X-Signature": "v0=abc", "Content-Type": "application/x-www-form-urlencoded"}

    answer = requests.post(f"{small.stage.http_address('Front')}/door", data=raw, headers=headers, timeout=60)

    assert answer.status_code == 201
    assert answer.headers["X-Route"] == "POST /door"
    assert answer.json() == {"body": raw, "base64": False, "header": "v0=abc"}


@pytest.mark.parametrize(("method", "path"), [("GET", "/door"), ("POST", "/elsewhere")])
def test_a_route_that_does_not_exist_is_not_found(small, method, path):
    answer = requests.request(method, f"{small.stage.http_address('Front')}{path}", timeout=60)

    assert (answer.status_code, answer.json()) == (404, {"message": "Not Found"})


def test_more_requests_than_the_burst_allows_are_turned_away(small):
    address = f"{small.stage.http_address('Front')}/narrow"

    codes = [requests.post(address, data="a=1", timeout=60).status_code for _ in range(12)]

    assert codes[:3] == [201, 201, 201]
    assert 429 in codes
