"""Acts of the console go the road of all others: shown, confirmed once, decided by who may, done by the responder."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import boto3
import pytest

from builders import a_response
from console.visitor import Visitor, form_on
from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.answering.responses import Response, ResponseState
from nightlatch.domain.event.secrets import secret_ref
from worlds import ACCOUNT, REGION

NOW = datetime.now(UTC).replace(microsecond=0)
NAME = "prod/db"
WANTED = {"secret": NAME, "part-value": "yes"}


@pytest.fixture
def secret(inside: Visitor) -> dict[str, str]:
    """A secret whose value was overwritten: its ARN, and the good and the bad version."""
    del inside
    manager: Any = boto3.client("secretsmanager", region_name=REGION)
    good = manager.create_secret(Name=NAME, SecretString="the value from before")
    bad = manager.put_secret_value(SecretId=NAME, SecretString="planted-value-of-the-console")
    return {"arn": good["ARN"], "good": good["VersionId"], "bad": bad["VersionId"]}


def offer(inside: Visitor, secret: dict[str, str], **changes: Any) -> Response:
    """Offer to roll the secret back."""
    ref = secret_ref(secret["arn"], account_id=ACCOUNT, region=REGION, by_aws=True)
    action = Action(kind=ActionKind.ROLL_BACK, secret=ref, away_from=secret["bad"])
    response = replace(a_response(now=NOW, action=action, incident_id=None), **changes)
    inside.desk.connection.ledger.propose(response)
    return response


def answer(inside: Visitor, word: str, *, response_id: str = "r-1") -> tuple[str, dict[str, str]]:
    """Open an offer and give where its yes or no is sent, and with what."""
    action = f"/offers/{response_id}/{word}"
    return action, form_on(inside.page(f"/offers/{response_id}"), f"{inside.door.place}{action}")


def preflight(inside: Visitor, **wanted: str) -> dict[str, str]:
    """Go through the wizard up to the confirmation and give what it would send."""
    page = inside.page(f"/rollback/preflight?{urlencode({**WANTED, **wanted})}")
    return form_on(page, f"{inside.door.place}/rollback/do")


def state(inside: Visitor, response_id: str = "r-1") -> ResponseState:
    return inside.desk.connection.ledger.get(response_id).state


def sent(inside: Visitor) -> list[str]:
    """Give the ids of the responses that the responder was asked for."""
    sqs: Any = boto3.client("sqs", region_name=REGION)
    url = inside.desk.connection.settings.responses_queue_url
    found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    return [json.loads(one["Body"])["response_id"] for one in found if "response_id" in one["Body"]]


def asked_for(location: str) -> list[str]:
    return parse_qs(urlsplit(location).query)["id"]


def test_an_offer_shows_its_exact_call_and_what_readers_would_get_before_anybody_says_yes(
    inside: Visitor, secret: dict[str, str]
) -> None:
    offer(inside, secret)

    page = inside.page("/offers/r-1")

    assert "aws secretsmanager update-secret-version-stage" in page
    assert f"--move-to-version-id {secret['good']} --remove-from-version-id {secret['bad']}" in page
    assert "Nothing has been done yet" in page
    assert "nightlatch approve r-1" in page
    assert state(inside) is ResponseState.PROPOSED


def test_a_yes_is_written_with_who_aws_says_it_is_and_goes_to_the_responder(
    inside: Visitor, secret: dict[str, str]
) -> None:
    offer(inside, secret)

    done = inside.post(*answer(inside, "yes"))

    assert done.status_code == 303
    assert asked_for(done.headers["Location"]) == ["r-1"]
    (step,) = inside.desk.connection.ledger.get("r-1").steps
    assert step.actor == "ben (U0BEN)"
    assert step.how == f"AWS principal arn:aws:sts::{ACCOUNT}:user/moto, credentials checked by AWS"
    assert sent(inside) == ["r-1"]
    assert "The responder is at work" in inside.page("/progress?id=r-1")


def test_a_no_leaves_it_as_it_is(inside: Visitor, secret: dict[str, str]) -> None:
    offer(inside, secret)

    inside.post(*answer(inside, "no"))

    assert state(inside) is ResponseState.DENIED
    assert "Declined" in inside.page("/progress?id=r-1")


def test_the_same_form_again_does_nothing(inside: Visitor, secret: dict[str, str]) -> None:
    offer(inside, secret, people=2)
    form = answer(inside, "yes")
    inside.post(*form)

    again = inside.post(*form)

    assert again.status_code == 409
    assert "was sent before" in again.text
    assert len(inside.desk.connection.ledger.get("r-1").yeses) == 1


def test_a_confirmation_of_one_offer_is_none_for_another(inside: Visitor, secret: dict[str, str]) -> None:
    offer(inside, secret)
    offer(inside, secret, id="r-2", button="b-2")
    _, fields = answer(inside, "yes")

    assert inside.post("/offers/r-2/yes", fields).status_code == 409
    assert state(inside, "r-2") is ResponseState.PROPOSED


def test_where_the_world_has_moved_since_the_page_nothing_is_done(inside: Visitor, secret: dict[str, str]) -> None:
    form = preflight(inside)
    boto3.client("secretsmanager", region_name=REGION).put_secret_value(SecretId=NAME, SecretString="a third one")

    refused = inside.post("/rollback/do", form)

    assert refused.status_code == 409
    assert "something has changed since you looked" in refused.text
    assert f"--move-to-version-id {secret['bad']}" in refused.text  # what it would be now
    assert sent(inside) == []


def test_one_yes_of_two_waits_and_says_what_the_other_runs(inside: Visitor, secret: dict[str, str]) -> None:
    offer(inside, secret, people=2)

    inside.post(*answer(inside, "yes"))

    page = inside.page("/progress?id=r-1")
    assert "2 people must" in page
    assert "nightlatch approve r-1" in page
    assert sent(inside) == []


def test_whoever_acted_in_the_event_may_not_say_yes_by_any_form(inside: Visitor, secret: dict[str, str]) -> None:
    offer(inside, secret, caused_by=inside.desk.who)
    page = inside.page("/offers/r-1")
    fields = form_on(page, f"{inside.door.place}/offers/r-1/no")

    refused = inside.post("/offers/r-1/yes", fields)

    assert "You cannot say yes: you acted in this event" in page
    assert refused.status_code == 403
    assert state(inside) is ResponseState.PROPOSED


def test_somebody_who_is_no_approver_sees_everything_and_does_nothing(inside: Visitor, secret: dict[str, str]) -> None:
    offer(inside, secret)
    form = preflight(inside)
    boto3.client("ssm", region_name=REGION).put_parameter(
        Name="/policy", Type="String", Value=json.dumps({"version": 1}), Overwrite=True
    )

    assert "is not an approver" in inside.page("/offers/r-1")
    assert "is not an approver" in inside.page(f"/rollback/preflight?{urlencode(WANTED)}")
    assert inside.post("/rollback/do", form).status_code == 403
    assert sent(inside) == []


def test_while_it_is_paused_nothing_is_asked_for(inside: Visitor, secret: dict[str, str]) -> None:
    offer(inside, secret)
    yes, form = answer(inside, "yes"), preflight(inside)
    token = {"form_token": inside.door.form_token}

    inside.post("/health/pause", {**token, "reason": "the migration\nof tonight"})

    assert "the migration of tonight" in inside.page("/health")
    for refused in (inside.post(*yes), inside.post("/rollback/do", form)):
        assert refused.status_code == 409
        assert "nightlatch is paused" in refused.text
    assert state(inside) is ResponseState.PROPOSED


def test_resuming_needs_the_reason_that_the_page_showed(inside: Visitor) -> None:
    token = {"form_token": inside.door.form_token}
    inside.post("/health/pause", {**token, "reason": "first"})
    form = form_on(inside.page("/health"), f"{inside.door.place}/health/resume")
    ssm: Any = boto3.client("ssm", region_name=REGION)
    ssm.put_parameter(Name="/brake", Type="String", Value="on: somebody else, later", Overwrite=True)

    refused = inside.post("/health/resume", form)
    assert refused.status_code == 409
    assert "pulled again" in refused.text

    inside.post("/health/resume", form_on(inside.page("/health"), f"{inside.door.place}/health/resume"))
    assert ssm.get_parameter(Name="/brake")["Parameter"]["Value"] == "off"


def test_the_wizard_asks_shows_and_hands_over_and_the_result_names_the_way_back(
    inside: Visitor, secret: dict[str, str]
) -> None:
    asked = inside.page(f"/rollback?secret={NAME}")
    assert secret["good"] in asked

    done = inside.post("/rollback/do", preflight(inside, to=secret["good"]))

    (response_id,) = asked_for(done.headers["Location"])
    response = inside.desk.connection.ledger.get(response_id)
    assert (response.state, response.yeses) == (ResponseState.APPROVED, ("ben (U0BEN)",))
    assert (response.action.away_from, response.action.to) == (secret["bad"], secret["good"])
    assert sent(inside) == [response_id]
    done_with = a_response(ResponseState.SUCCEEDED, now=NOW, action=response.action, id="r-done", result="it is back")
    inside.desk.connection.ledger.propose(done_with)
    page = inside.page("/progress?id=r-done")
    assert "Done and verified" in page
    assert f"nightlatch rollback {NAME} --to {secret['bad']}" in page


def test_a_part_that_has_nothing_to_go_back_to_is_named_and_the_others_go(
    inside: Visitor, secret: dict[str, str]
) -> None:
    del secret
    page = inside.page(f"/rollback/preflight?{urlencode({**WANTED, 'part-tags': 'yes'})}")

    assert "update-secret-version-stage" in page
    assert "every snapshot of its metadata shows the same" in page


def test_no_page_of_a_secret_shows_or_reads_its_value(inside: Visitor, secret: dict[str, str]) -> None:
    offer(inside, secret)
    pages = [
        f"/secret?secret={NAME}",
        f"/rollback?secret={NAME}",
        "/offers/r-1",
        f"/rollback/preflight?{urlencode(WANTED)}",
    ]

    for path in pages:
        page = inside.page(path)
        assert "planted-value-of-the-console" not in page
        assert "the value from before" not in page
    assert secret["bad"][:8] in inside.page(pages[0])
