"""Lines are looked through for names of keys with a value behind them; which name is told, and nothing of a line."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes import NOW
from fakes_posture import Scripted, all_functions, premises, refusal
from nightlatch.adapters.posture.log_lines import kinds_in
from nightlatch.domain.posture.functions import LogGroupPosture
from nightlatch.domain.posture.unseen import Gap
from worlds import ACCOUNT, REGION

VALUE = "planted7value"
ARN = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:rotate-db"


@pytest.mark.parametrize(
    ("line", "kinds"),
    [
        (f'{{"ARN": "x", "SecretString": "{VALUE}"}}', ["SecretString with a value"]),
        (f'[DEBUG] {{\\"username\\": \\"app\\", \\"password\\": \\"{VALUE}\\"}}', ["password with a value"]),
        (f"connecting with password={VALUE} to db", ["password with a value"]),
        (f"api_key: {VALUE}", ["api_key with a value"]),
        ("AKIA" + "IOSFODNN7EXAMPLE", ["an AWS access key"]),
        ("createSecret: Successfully put secret for ARN and version", []),
        ("setSecret: password: ***", []),
        ('{"password": "<redacted>"}', []),
        ('{"password": null}', []),
        ("the SecretString was set", []),
        ("", []),
    ],
)
def test_a_line_is_known_by_the_names_in_it(line: str, kinds: list[str]) -> None:
    assert list(dict.fromkeys(kinds_in([line]))) == kinds


@given(st.text(max_size=2_000))
def test_nothing_of_a_line_is_told(line: str) -> None:
    allowed = {" with a value", "an AWS access key", "a GitHub token", "a Slack token", "a private key"}
    allowed |= {"a web token", "an address with a password"}

    assert all(any(kind.endswith(one) for one in allowed) for kind in kinds_in([line]))


def test_a_long_line_of_quotes_takes_no_long_time() -> None:
    assert list(kinds_in(['password"' + "\\" * 200_000, "password" * 50_000])) == []


def _scan(events: Any) -> LogGroupPosture:
    function = {"FunctionArn": ARN, "FunctionName": "rotate-db"}
    clients = Scripted(
        lambda__ListFunctions={"Functions": [function]},
        logs__DescribeLogGroups={"logGroups": [{"logGroupName": "/aws/lambda/rotate-db"}]},
        logs__DescribeSubscriptionFilters={"subscriptionFilters": []},
        logs__FilterLogEvents=events,
    )
    (found,) = all_functions(premises(clients, scans_lines=True), {ARN: ("prod/db",)})
    assert isinstance(found.log_group, LogGroupPosture)
    return found.log_group


def test_a_week_is_looked_through_to_its_end_and_each_kind_told_once() -> None:
    asked: list[Mapping[str, Any]] = []

    def page(one: Mapping[str, Any]) -> Mapping[str, Any]:
        asked.append(one)
        line = f'"SecretString": "{VALUE}"'
        return {"events": [{"message": line}]} | ({} if one.get("nextToken") else {"nextToken": "more"})

    found = _scan(page)

    assert found.leaks == ("SecretString with a value",)
    assert VALUE not in repr(found)
    assert [one.get("nextToken") for one in asked] == [None, "more"]
    assert asked[0]["startTime"] == int((NOW - timedelta(days=7)).timestamp() * 1_000)


def test_what_could_not_be_looked_through_to_its_end_is_never_said_to_be_clean() -> None:
    found = _scan(lambda _asked: {"events": [], "nextToken": "more"})

    assert isinstance(found.leaks, Gap)
    assert "only the first 5 pages" in found.leaks.why


def test_lines_that_may_not_be_read_are_a_gap_and_the_rest_is_there() -> None:
    found = _scan(refusal())

    assert isinstance(found.leaks, Gap)
    assert found.forwarded_to == ()
