"""A command that a finding gives is one that AWS's command line, or ours, takes: the call and each option exist."""

from __future__ import annotations

import shlex
from typing import Any

import botocore.session
import pytest
from botocore import xform_name
from typer.main import get_command

from nightlatch.checks import CHECKS
from nightlatch.cli.main import app
from nightlatch.cli.pages.command_page import verbs
from nightlatch.domain.posture.checks import Check, judge
from nightlatch.domain.posture.examples import TERMS
from nightlatch.domain.posture.findings import findings_of

OF_EVERY_CALL = {"--region", "--query"}
SESSION = botocore.session.get_session()


def commands_of(check: Check[Any]) -> set[str]:
    return {
        finding.command
        for example in check.examples
        for finding in findings_of(list(judge(example.posture, (check,), example.terms or TERMS)), TERMS)
        if finding.command is not None
    }


COMMANDS = sorted({command for check in CHECKS for command in commands_of(check)})
OF_AWS = [command for command in COMMANDS if command.startswith("aws ")]
OURS = [command for command in COMMANDS if not command.startswith("aws ")]


def flags_of(name: str, shape_type: str) -> set[str]:
    option = "--" + xform_name(name, "-")
    return {option, "--no-" + option[2:]} if shape_type == "boolean" else {option}


def test_there_are_commands_to_look_at() -> None:
    assert len(OF_AWS) > 20


@pytest.mark.parametrize("command", OF_AWS)
def test_aws_knows_the_call_and_all_its_options(command: str) -> None:
    _, service, call, *rest = shlex.split(command)
    model = SESSION.get_service_model(service)
    names = {xform_name(name, "-"): name for name in model.operation_names}

    assert call in names
    shape = model.operation_model(names[call]).input_shape
    assert shape is not None
    known = {flag for name, member in shape.members.items() for flag in flags_of(name, member.type_name)}
    given = {word for word in rest if word.startswith("--")}
    assert given <= known | OF_EVERY_CALL
    needed = {"--" + xform_name(name, "-") for name in shape.required_members}
    assert needed <= given


@pytest.mark.parametrize("command", OF_AWS)
def test_a_call_names_its_region_unless_its_service_has_none(command: str) -> None:
    assert " --region " in command or command.startswith("aws iam ")


@pytest.mark.parametrize("command", OURS)
def test_our_own_command_line_knows_the_verb_and_all_its_options(command: str) -> None:
    words, known = shlex.split(command), verbs(get_command(app))
    said = [word for word in words if not word.startswith("-")]
    verb = next(path for path in (" ".join(said[:count]) for count in (3, 2)) if path in known)

    assert {word for word in words if word.startswith("-")} <= set(known[verb])
