"""A function starts with what its environment says, or says which variable is wrong."""

from __future__ import annotations

import pytest

from functions.transformed import resources
from nightlatch.config import Settings, load_settings
from nightlatch.domain.errors import InvalidPolicy

PLANTED = "planted-value-that-nobody-may-see"
FUNCTIONS = resources("AWS::Lambda::Function")
KNOWN = {str(field.alias) for field in Settings.model_fields.values()}


def test_an_empty_environment_names_nothing_and_offers_no_action() -> None:
    settings = load_settings({})

    assert (settings.state_table, settings.action_mode, settings.own_roles) == ("", "off", frozenset())
    assert settings.slack_api_url == "https://slack.com/api"


def test_roles_are_a_list_with_commas() -> None:
    settings = load_settings({"NIGHTLATCH_OWN_ROLES": " arn:a, arn:b ,,"})

    assert settings.own_roles == {"arn:a", "arn:b"}


def test_other_variables_are_not_looked_at() -> None:
    assert load_settings({"PATH": "/bin", "AWS_REGION": "eu-west-1", "state_table": "mine"}) == load_settings({})


def test_a_wrong_value_is_named_by_its_variable_and_not_repeated() -> None:
    with pytest.raises(InvalidPolicy, match="NIGHTLATCH_ACTION_MODE") as refused:
        load_settings({"NIGHTLATCH_ACTION_MODE": PLANTED})

    assert PLANTED not in str(refused.value)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_variable_that_the_template_sets_is_read(name: str) -> None:
    """A misspelt one would be passed over, for functions are given only what they need."""
    given = {key for key in FUNCTIONS[name]["Environment"]["Variables"] if key.startswith("NIGHTLATCH_")}

    assert given
    assert given <= KNOWN


def test_the_template_sets_every_variable_but_those_of_the_local_stage() -> None:
    given = {key for function in FUNCTIONS.values() for key in function["Environment"]["Variables"]}

    assert KNOWN - given == {"NIGHTLATCH_SLACK_API_URL", "NIGHTLATCH_CLOCK", "NIGHTLATCH_LOOKUP_PAUSE_S"}
