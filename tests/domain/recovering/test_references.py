"""Only what names the old ARN in full still points to it, and what could not be looked at is said."""

from __future__ import annotations

import json

import pytest

from nightlatch.domain.recovering.references import MOST_NAMED, References, names_arn

OLD = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db-AbCdEf"


def a_policy(resource: str) -> dict[str, object]:
    return {"Statement": [{"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": [resource]}]}


@pytest.mark.parametrize(
    "document", [a_policy(OLD), json.dumps(a_policy(OLD)), json.dumps(a_policy(OLD)).replace("/", "\\/"), OLD]
)
def test_a_text_that_holds_the_arn_names_it_however_it_is_written(document):
    assert names_arn(document, OLD)


@pytest.mark.parametrize(
    "resource",
    ["*", OLD[:-6] + "??????", OLD[:-6] + "*", OLD + "-more", OLD + "*", OLD.replace("AbCdEf", "XyZ123"), "prod/db"],
)
def test_a_pattern_or_another_secret_goes_on_to_work_and_is_not_told(resource):
    assert not names_arn(a_policy(resource), OLD)


def test_what_was_found_and_what_was_not_looked_at_are_both_said():
    found = References(
        arn=OLD,
        found={"functions": ["report (variable DB)"], "policies": []},
        not_looked={"principals": "no permission"},
    )

    assert found.lines == (
        f"still pointing to the old ARN {OLD}",
        "functions: report (variable DB)",
        "not looked at: principals (no permission)",
    )


def test_finding_nothing_is_said_too():
    assert References(arn=OLD, found={"functions": []}, not_looked={}).text == (
        f"nothing was found that points to the old ARN {OLD}"
    )


def test_a_long_list_is_counted_and_not_written_out():
    found = References(arn=OLD, found={"functions": [f"f{n}" for n in range(MOST_NAMED + 3)]}, not_looked={})

    assert found.lines[1].endswith(f"f{MOST_NAMED - 1} and 3 more")
