"""A tag that protects is told when it changes, a credential in clear when it appears, and neither text is repeated."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from nightlatch.detections.protection_tags import DETECTION
from nightlatch.domain.event.events import Failure, SecretEvent
from nightlatch.domain.history.examples import WAITED, a_secret, a_user, an_event, sightings
from nightlatch.domain.judging.baseline import LATENESS, Baseline
from nightlatch.domain.judging.findings import Severity, fold
from nightlatch.domain.judging.rules import Match, Wait, detect

DAY = 86_400
PLANTED = "Tr0ub4dor&3-and-more"


def tag(**tags: str) -> SecretEvent:
    pairs = [{"key": key.replace("__", ":"), "value": value} for key, value in tags.items()]
    return an_event("TagResource", secret=a_secret(), request={"tags": pairs})


def untag(*keys: str, **more) -> SecretEvent:
    return an_event("UntagResource", **{"secret": a_secret(), "request": {"tagKeys": list(keys)}, **more})


def describe(text: str) -> SecretEvent:
    return an_event("UpdateSecret", secret=a_secret(), request={"description": text})


def policy(key: str | None, *, after_s: float = -DAY, secret=None, **more) -> SecretEvent:
    condition = {"Condition": {"StringEquals": {key: "orders"}}} if key else {}
    text = json.dumps({"Statement": {"Effect": "Allow", "Principal": "*", "Action": "*", **condition}})
    request = {"resourcePolicy": text}
    return an_event("PutResourcePolicy", secret=secret or a_secret(), after_s=after_s, request=request, **more)


def judge(event: SecretEvent, *known: SecretEvent, settled=WAITED) -> Match | Wait | None:
    return DETECTION.evaluate(event, Baseline(on_secret=sightings([*known, event]), settled=settled))


@pytest.mark.parametrize(
    ("event", "severity"),
    [
        (untag("nightlatch:tier"), Severity.HIGH),
        (untag("nightlatch:exempt", "team"), Severity.HIGH),
        (untag("nightlatch:guard"), Severity.HIGH),
        (tag(nightlatch__tier="temp"), None),
        (tag(nightlatch__exempt="true"), None),
    ],
)
def test_a_tag_of_ours_is_told_and_louder_when_it_is_taken_away(event, severity):
    found = judge(event)

    assert isinstance(found, Match)
    assert (found.severity, found.headline) == (severity, None)
    assert isinstance(judge(event, settled=None), Match)


@pytest.mark.parametrize("event", [untag("team"), untag("my-nightlatch:tier"), tag(team="a"), tag(Nightlatch="a")])
def test_another_tag_is_silent_when_its_policy_has_had_time_to_come(event):
    assert judge(event, settled=None) == Wait(LATENESS)
    assert judge(event) is None


@pytest.mark.parametrize("asks", ["aws:ResourceTag/team", "secretsmanager:ResourceTag/Team"])
@pytest.mark.parametrize("event", [untag("team"), tag(Team="payments")])
def test_a_tag_that_the_secrets_policy_asks_for_is_told(event, asks):
    found = judge(event, policy(asks))

    assert isinstance(found, Match)
    assert found.severity is None
    assert "own policy asks for" in found.reason


def test_the_policy_in_force_counts_and_no_other():
    asks = policy("aws:ResourceTag/team")

    assert judge(untag("team"), asks, policy(None, after_s=-60)) is None
    assert judge(untag("team"), asks, an_event("DeleteResourcePolicy", secret=a_secret(), after_s=-60)) is None
    assert isinstance(judge(untag("team"), asks, policy(None, after_s=-60, failure=Failure("AccessDenied"))), Match)
    assert judge(untag("team"), policy("aws:ResourceTag/team", secret=a_secret("prod/api"))) is None
    assert judge(untag("team"), policy("aws:ResourceTag/team", after_s=60)) is None
    assert isinstance(judge(untag("team"), policy("aws:ResourceTag/team", secret=a_secret(suffix=None))), Match)


@pytest.mark.parametrize("event", [describe(f"password={PLANTED}"), tag(note=f"pwd: {PLANTED}"), tag(password=PLANTED)])
def test_a_credential_in_clear_is_told_and_never_repeated(event):
    ((found,), _) = detect(event, Baseline(), (DETECTION,))

    assert found.severity is Severity.MEDIUM
    assert found.title == "ci-deploy (IAM user) wrote what looks like a credential beside secret prod/db"
    assert "looks like a password" in found.reason
    assert PLANTED not in repr(found)


def test_an_ordinary_description_is_silent_at_once():
    assert judge(describe("the orders database"), settled=None) is None
    assert judge(an_event("UpdateSecret", secret=a_secret()), settled=None) is None


def test_what_comes_together_is_told_together():
    found = judge(tag(nightlatch__tier="temp", team="x", password=PLANTED), policy("aws:ResourceTag/team"))

    assert isinstance(found, Match)
    assert found.reason.count(";") == 3
    assert found.headline is None


def test_a_refused_call_changed_nothing():
    assert judge(untag("nightlatch:tier", failure=Failure("AccessDenied"), request=None)) is None
    assert judge(untag("nightlatch:tier", failure=Failure("InvalidRequestException"))) is None


def test_a_sweep_of_tags_is_one_finding_in_any_order():
    events = [untag("nightlatch:tier", secret=a_secret(f"prod/{n}"), after_s=n, by=a_user("mallory")) for n in range(5)]
    found = [one for event in [*events, events[0]] for one in detect(event, Baseline(), (DETECTION,))[0]]

    (forward,), (backward,) = fold(tuple(found)), fold(tuple(found[::-1]))

    assert forward == backward
    assert (len(forward.secrets), forward.severity) == (5, Severity.HIGH)


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (untag("nightlatch:tier"), "a tag by which nightlatch treats the secret was taken away"),
        (tag(nightlatch__tier="temp"), "a tag by which nightlatch treats the secret was set"),
        (untag("team"), "a tag that the secret's own policy asks for was taken away"),
        (tag(team="x"), "a tag that the secret's own policy asks for was set"),
    ],
)
def test_the_reason_says_which_tag_and_what_became_of_it(event, reason):
    found = judge(event, policy("aws:ResourceTag/team"))

    assert isinstance(found, Match)
    assert found.reason == reason


def test_a_credential_beside_a_tag_of_the_policy_is_no_title_of_its_own():
    found = judge(tag(team=f"password={PLANTED}"), policy("aws:ResourceTag/team"))

    assert isinstance(found, Match)
    assert found.headline is None


def test_the_policy_of_the_same_second_is_in_force():
    assert isinstance(judge(untag("team"), policy("aws:ResourceTag/team", after_s=0)), Match)


def test_a_tag_named_password_without_a_value_gives_nothing_away():
    empty = an_event("TagResource", secret=a_secret(), request={"tags": [{"key": "password"}]})

    assert judge(empty) is None


def test_of_a_secret_that_is_not_named_no_policy_is_known():
    nameless = replace(untag("nightlatch:tier", "team"), secrets=())

    found = judge(nameless, policy("aws:ResourceTag/team"))

    assert isinstance(found, Match)
    assert found.reason == "a tag by which nightlatch treats the secret was taken away"
