"""An editor that follows the schema writes what nightlatch reads, and shows words for every key."""

from __future__ import annotations

import json
import tomllib
from typing import Any

import jsonschema
import pytest
import yaml

from nightlatch.cli.main import run
from nightlatch.cli.policy.schema import SCHEMA_FILE, fields_of, policy_schema, schema_text
from nightlatch.cli.policy.schema_words import WORDS
from nightlatch.detections import CATALOGUE
from nightlatch.policy_file import PolicyFile
from pages import fences, text_of
from policies import EXEMPTION, TRIAL, a_policy

SCHEMA = policy_schema()


def complaints(document: Any) -> list[str]:
    checker = jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker())
    return [error.message for error in checker.iter_errors(document)]


def test_the_schema_is_itself_sound() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_every_key_has_words_and_no_words_are_left_over() -> None:
    keys = {(part, name) for part, name, _ in fields_of(PolicyFile.model_json_schema())}

    assert set(WORDS) == keys
    assert all(text.endswith(".") for text in WORDS.values())


def test_the_verb_prints_the_file_in_the_repository(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["policy", "schema"]) == 0

    assert capsys.readouterr().out == schema_text() == text_of(f"docs/{SCHEMA_FILE}")


def test_the_example_of_the_documentation_fits_and_names_the_schema() -> None:
    (example,) = fences(text_of("docs/configuration.md"), "yaml")

    # JSON has no dates: an editor sees what is written
    assert complaints(json.loads(json.dumps(yaml.safe_load(example.text), default=lambda day: day.isoformat()))) == []
    assert example.text.startswith(f"# yaml-language-server: $schema={SCHEMA_FILE}\n")


@pytest.mark.parametrize(
    "wrong",
    [
        {"version": 2},
        a_policy(defualts={}),
        a_policy(defaults={"mode": "loud"}),
        a_policy(rules=[{"id": "ACC-99"}]),
        a_policy(exemptions=[{**EXEMPTION, "rule": "access.*"}]),
        a_policy(tests=[{**TRIAL, "expect": "loud"}]),
        {},
    ],
)
def test_what_an_operator_could_mistype_is_marked(wrong: dict[str, Any]) -> None:
    assert complaints(wrong) != []


@pytest.mark.parametrize("name", [*(rule.id for rule in CATALOGUE), *(rule.catalogue for rule in CATALOGUE), "*"])
def test_every_rule_is_offered_where_one_may_be_named(name: str) -> None:
    assert complaints(a_policy(exemptions=[{**EXEMPTION, "rule": name}])) == []


def test_a_trial_fits_in_each_of_its_forms() -> None:
    event = {"name": "a", "event": [{"eventName": "X"}], "expect": {"verdict": "told", "acts": [], "severity": "HIGH"}}

    assert complaints(a_policy(tests=[TRIAL, event, {**event, "event": {"eventName": "X"}}])) == []


def test_the_wheel_carries_the_schema() -> None:
    included = tomllib.loads(text_of("pyproject.toml"))["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]

    assert included[f"docs/{SCHEMA_FILE}"].endswith(f"/{SCHEMA_FILE}")
