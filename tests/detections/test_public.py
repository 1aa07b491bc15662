"""Public is what nothing narrows; AWS's own check is noted, and what it stopped is an attempt."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightlatch.detections.foreign_account import DETECTION as FOREIGN
from nightlatch.detections.public import DETECTION
from nightlatch.domain.event.events import Failure, SecretEvent
from nightlatch.domain.history.examples import a_secret, an_event
from nightlatch.domain.judging.baseline import Baseline
from nightlatch.domain.judging.findings import Severity, State
from nightlatch.domain.judging.rules import Match, detect

PUBLIC = {"Statement": {"Effect": "Allow", "Principal": "*", "Action": "secretsmanager:*", "Resource": "*"}}
BY_SERVICE = {"Statement": {**PUBLIC["Statement"], "Principal": {"Service": "sns.amazonaws.com"}}}
NARROW = {"Statement": {**PUBLIC["Statement"], "Condition": {"StringEquals": {"aws:SourceVpce": "vpce-1"}}}}


def put(policy: object, *, failure: Failure | None = None, **more: object) -> SecretEvent:
    request = {"secretId": "prod/db", "resourcePolicy": policy, **more}
    return an_event("PutResourcePolicy", secret=a_secret(), request=request, failure=failure)


def judge(policy: object, **more) -> Match | None:
    verdict = DETECTION.evaluate(put(policy, **more), Baseline())
    assert verdict is None or isinstance(verdict, Match)
    return verdict


@pytest.mark.parametrize(
    "spelling", [PUBLIC, json.dumps(PUBLIC), json.dumps(PUBLIC, indent=4), f" {json.dumps(PUBLIC)} "]
)
def test_a_policy_means_the_same_as_text_and_as_object(spelling):
    assert judge(spelling) == judge(PUBLIC)


@pytest.mark.parametrize(
    ("flag", "said"),
    [(True, "was on"), ("true", "was on"), (False, "switched off"), ("false", "switched off"), (None, "not asked for")],
)
def test_what_became_of_the_check_of_aws_is_noted(flag, said):
    found = judge(PUBLIC, **({} if flag is None else {"blockPublicPolicy": flag}))

    assert found is not None
    assert said in found.reason


def test_a_narrow_policy_and_an_empty_one_are_silent():
    assert judge(NARROW) is None
    assert judge({}) is None


def test_a_service_without_a_source_is_told_as_such():
    found = judge(BY_SERVICE)

    assert found is not None
    assert "AWS service" in found.reason


@pytest.mark.parametrize("policy", [PUBLIC, NARROW, None, "no json"])
def test_what_the_check_stopped_is_an_attempt_whatever_we_read(policy):
    found = judge(policy, failure=Failure("PublicPolicyException"))

    assert found is not None
    assert found.severity is Severity.MEDIUM


def test_a_refused_public_policy_is_an_attempt_and_a_refused_narrow_one_is_nothing():
    refused = Failure("MalformedPolicyDocumentException")

    assert judge(PUBLIC, failure=refused).severity is Severity.MEDIUM  # type: ignore[union-attr]
    assert judge(NARROW, failure=refused) is None
    assert judge(None, failure=refused) is None


@pytest.mark.parametrize("policy", [None, "", "no json", "[]", 7, ["*"], "[" * 100_000])
def test_a_policy_that_cannot_be_read_goes_to_the_digest(policy):
    (finding,), _ = detect(put(policy), Baseline(), (DETECTION,))

    assert finding.severity is Severity.LOW
    assert finding.state is State.DIGEST


def test_it_is_absolute_and_needs_no_history():
    (finding,), waits = detect(put(PUBLIC), Baseline(), (DETECTION,))

    assert finding.state is State.OPEN
    assert finding.severity is Severity.CRITICAL
    assert waits == ()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(policy=JSON, as_text=st.booleans(), flag=JSON)
def test_no_policy_makes_the_rules_stumble(policy, as_text, flag):
    event = put(json.dumps(policy) if as_text else policy, blockPublicPolicy=flag)

    findings, waits = detect(event, Baseline(), (DETECTION, FOREIGN))

    assert waits == ()
    assert not any(finding.headline.startswith("Could not judge") for finding in findings)


@pytest.mark.parametrize(
    ("code", "how"),
    [
        ("PublicPolicyException", "AWS's check for public access stopped it"),
        ("AccessDenied", "AWS refused: AccessDenied"),
    ],
)
def test_an_attempt_says_who_stopped_it(code, how):
    found = judge(PUBLIC, failure=Failure(code))

    assert found is not None
    assert found.reason == f"a policy that lets everybody in was tried; {how}"


@pytest.mark.parametrize(
    ("policy", "whom"), [(PUBLIC, "everybody"), (BY_SERVICE, "an AWS service on behalf of any customer")]
)
def test_it_says_whom_which_statement_lets_in(policy, whom):
    found = judge(policy)

    assert found is not None
    assert found.reason.startswith(f"statement 1 lets in {whom}, and nothing narrows it; ")
