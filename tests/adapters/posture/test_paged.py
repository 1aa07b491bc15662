"""A list of AWS comes to an end, whatever AWS answers, and what was not read of it is a gap and no shorter list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from fakes_posture import Scripted, all_secrets, premises, refusal
from nightlatch.adapters.posture.endpoints import endpoints_seen
from nightlatch.adapters.posture.grants import grants_seen
from nightlatch.adapters.posture.own_stack import OwnStack
from nightlatch.adapters.posture.paged import pages
from nightlatch.adapters.posture.questions import Questions
from nightlatch.adapters.posture.rotator_vpcs import vpcs_of_rotators
from nightlatch.domain.posture.unseen import Gap
from worlds import ACCOUNT, REGION

LIST = "secretsmanager:ListSecrets"
ARN = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:prod/db-AbCdEf"


def asking(**answers: Any) -> Questions:
    return Questions(Scripted(**answers), pause=lambda _: None)


def read(questions: Questions, *, most: int = 9) -> list[Any]:
    return [*pages(questions, LIST, after="NextToken", most=most, MaxResults=1)]


def test_a_list_is_read_to_its_end_from_place_to_place() -> None:
    def page(asked: Mapping[str, Any]) -> Mapping[str, Any]:
        number = int(asked.get("NextToken", 1))
        return {"SecretList": [{"Name": str(number)}]} | ({"NextToken": str(number + 1)} if number < 3 else {})

    found = read(asking(secretsmanager__ListSecrets=page))

    assert [one["SecretList"][0]["Name"] for one in found] == ["1", "2", "3"]


def test_a_list_that_goes_round_ends_with_a_gap() -> None:
    turns = {None: "a", "a": "b", "b": "a"}
    questions = asking(secretsmanager__ListSecrets=lambda asked: {"NextToken": turns[asked.get("NextToken")]})

    *_, last = read(questions)

    assert isinstance(last, Gap)
    assert (last.action, questions.counts[LIST]) == (LIST, 3)
    assert "goes round" in last.why


def test_a_list_that_is_longer_than_is_read_ends_with_a_gap_and_one_that_just_fits_does_not() -> None:
    def without_end(asked: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"NextToken": asked.get("NextToken", "") + "x"}

    def two(asked: Mapping[str, Any]) -> Mapping[str, Any]:
        return {} if asked.get("NextToken") else {"NextToken": "x"}

    *_, last = read(asking(secretsmanager__ListSecrets=without_end), most=4)

    assert isinstance(last, Gap)
    assert "more than the 4 pages" in last.why
    assert not any(isinstance(one, Gap) for one in read(asking(secretsmanager__ListSecrets=two), most=2))


def test_a_page_that_is_refused_is_the_last() -> None:
    (only,) = read(asking(secretsmanager__ListSecrets=refusal()))

    assert isinstance(only, Gap)


ROUND = {"NextToken": "again"}


@pytest.mark.parametrize(
    ("answers", "look", "action"),
    [
        (
            {"ec2__DescribeVpcEndpoints": {"VpcEndpoints": [], **ROUND}},
            lambda asks: endpoints_seen(asks, region=REGION, vpcs={}),
            "ec2:DescribeVpcEndpoints",
        ),
        (
            {"iam__GetAccountAuthorizationDetails": {"IsTruncated": True, "Marker": "again"}},
            lambda asks: grants_seen(asks, account_id=ACCOUNT, region=REGION),
            "iam:GetAccountAuthorizationDetails",
        ),
        (
            {"cloudformation__ListStackResources": {"StackResourceSummaries": [], **ROUND}},
            lambda asks: OwnStack(asks, "nightlatch").rules_and_alarms()[0],
            "cloudformation:ListStackResources",
        ),
        ({"secretsmanager__ListSecrets": {"SecretList": [], **ROUND}}, vpcs_of_rotators, LIST),
        (
            {
                "secretsmanager__ListSecrets": {"SecretList": []},
                "lambda__ListFunctions": {"Functions": [], "NextMarker": "again"},
            },
            vpcs_of_rotators,
            "lambda:ListFunctions",
        ),
    ],
)
def test_whichever_list_goes_round_is_a_gap_by_its_name(answers: dict[str, Any], look: Any, action: str) -> None:
    found = look(asking(**answers))

    assert isinstance(found, Gap)
    assert found.action == action


def test_more_versions_than_are_read_are_a_gap_and_not_the_first_of_them() -> None:
    def page(asked: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"Versions": [], "NextToken": asked.get("NextToken", "") + "x"}

    clients = Scripted(
        secretsmanager__ListSecrets={"SecretList": [{"ARN": ARN, "Name": "prod/db"}]},
        secretsmanager__DescribeSecret={"ARN": ARN, "Name": "prod/db"},
        secretsmanager__ListSecretVersionIds=page,
        secretsmanager__GetResourcePolicy={},
    )

    (found,) = all_secrets(premises(clients))

    assert isinstance(found.versions, Gap)
    assert found.versions.action == "secretsmanager:ListSecretVersionIds"
    assert found.policy_text is None
