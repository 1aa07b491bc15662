"""What the pages for operators say of policy, outputs, variables and Slack is what the code and the template hold."""

from __future__ import annotations

import re

import pytest
import yaml

from functions.transformed import source
from nightlatch.adapters.slack.channel import read_credentials
from nightlatch.config import Settings
from nightlatch.domain.answering.policy import Mode
from nightlatch.domain.metrics import Metric
from nightlatch.domain.recovering.pins import MOST_PINS
from nightlatch.policy_file import parse_policy
from pages import PAGES, fences, text_of

CONFIGURATION = text_of("docs/configuration.md")
SLACK = text_of("docs/slack.md")


def first_cells(heading: str) -> set[str]:
    """Give what the first column of a section's table names."""
    section = CONFIGURATION.split(f"## {heading}\n")[1].split("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("| `")]
    return {name for row in rows for name in re.findall(r"`(\w+)`", row.split(" | ")[0])}


def test_the_example_of_a_policy_is_one() -> None:
    (example,) = fences(CONFIGURATION, "yaml")
    policy = parse_policy(yaml.safe_load(example.text)).to_domain()

    assert policy.protection_of("prod/orders/db").mode is Mode.PROTECT
    assert policy.protection_of("test/orders/db").mode is Mode.OBSERVE
    assert policy.exemptions[0].rule == "DEL-01"
    assert policy.approver("U01ANA") is not None
    assert policy.staged == {"access.unusual-context"}
    assert f"{MOST_PINS} at most" in example.text
    for mode in Mode:
        assert mode in example.text


def test_the_table_of_variables_is_what_a_function_reads() -> None:
    assert first_cells("The environment of the functions") == {
        str(field.alias) for field in Settings.model_fields.values()
    }


def test_the_table_of_metrics_is_what_the_handlers_count() -> None:
    assert first_cells("What it counts") == set(Metric)


def test_the_table_of_outputs_is_the_templates() -> None:
    assert first_cells("What the stack tells") == set(source()["Outputs"])


def test_every_output_that_a_page_names_is_the_templates() -> None:
    named = {name for page in PAGES for name in re.findall(r"outputs?\s+`(\w+)`", page.read_text(encoding="utf-8"))}

    assert {"PolicyParameter", "KillSwitchParameter", "ActionsUrl"} <= named <= set(source()["Outputs"])


def test_every_choice_of_a_parameter_that_a_page_names_is_allowed() -> None:
    parameters = source()["Parameters"]
    for page in PAGES:
        for name, value in re.findall(r"`([A-Z][A-Za-z]+)=(\w+)`", page.read_text(encoding="utf-8")):
            assert value in parameters[name]["AllowedValues"], f"{page.name}: {name}={value}"


@pytest.mark.parametrize("resource", ["PolicyParameter", "KillSwitchParameter"])
def test_the_names_in_the_commands_are_those_of_a_stack_called_nightlatch(resource: str) -> None:
    name = source()["Resources"][resource]["Properties"]["Name"]["Fn::Sub"].replace("${AWS::StackName}", "nightlatch")
    shown = [line for fence in fences(CONFIGURATION, "console") for line in fence.lines if "put-parameter" in line]

    assert any(f"--name {name} " in line for line in shown)


def test_the_documents_of_slacks_credentials_can_be_read() -> None:
    bot, webhook = (read_credentials(example.text) for example in fences(SLACK, "json"))

    assert (bool(bot.token), bool(bot.channel), len(bot.signing_secrets)) == (True, True, 1)
    assert (bool(webhook.webhook_url), len(webhook.signing_secrets)) == (True, 2)


def test_the_manifest_asks_for_one_scope_and_calls_our_route() -> None:
    (manifest,) = (yaml.safe_load(example.text) for example in fences(SLACK, "yaml"))
    (pressed,) = source()["Resources"]["Interactions"]["Properties"]["Events"].values()

    assert manifest["oauth_config"]["scopes"] == {"bot": ["chat:write"]}
    assert manifest["settings"]["interactivity"]["request_url"].endswith(pressed["Properties"]["Path"])
    assert "`SlackSecretArn`" in SLACK
    assert "SlackSecretArn" in source()["Parameters"]
