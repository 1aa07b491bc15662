"""Runs `nightlatch init`: the first files of an operator, as harmless as can be, none over one that is there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import typer

from nightlatch.cli.policy.schema import SCHEMA_FILE, schema_text
from nightlatch.cli.speech.exit_codes import ExitCode
from nightlatch.cli.speech.terminal import plain, say
from nightlatch.cli.speech.yaml_text import read_yaml
from nightlatch.domain.errors import Refused, Unreadable
from nightlatch.policy_file import parse_policy

_POLICY, _SAM = "policy.yaml", "samconfig.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the command line asked for."""

    stack: str = "nightlatch"
    email: str = ""
    approvers: tuple[tuple[str, str], ...] = ()  # Slack id and name
    break_glass: tuple[str, ...] = ()


def begin(folder: Path, wanted: Wanted) -> ExitCode:
    """Write the files and say what comes next.

    Raises:
        InvalidPolicy: What was given makes no policy; nothing was written.
        Refused: One of the files is there.
        Unreadable: They cannot be written there.
    """
    files = files_of(wanted)
    parse_policy(read_yaml(files[_POLICY], where=_POLICY), where="what you gave")
    there = [name for name in files if (folder / name).exists()]
    if there:
        raise Refused(f"{', '.join(there)} in {folder} would be overwritten; move it away, or name another folder")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
            typer.echo(plain(f"wrote {folder / name}"))
    except OSError as error:
        raise Unreadable(f"{folder}: {(error.strerror or 'cannot be written').lower()}; name another folder") from error
    stack = "" if wanted.stack == "nightlatch" else f" --stack {wanted.stack}"
    say(f"next: nightlatch policy check {folder / _POLICY}; then, beside the template, sam build && sam deploy")
    say(f"then: nightlatch policy push {folder / _POLICY}{stack}")
    return ExitCode.CLEAN


def files_of(wanted: Wanted) -> Mapping[str, str]:
    """Give each file by its name."""
    return {_POLICY: _policy(wanted), SCHEMA_FILE: schema_text(), _SAM: _samconfig(wanted)}


def _policy(wanted: Wanted) -> str:
    """Write a policy that only observes; what is quoted is quoted as JSON, which YAML reads."""
    approvers = [f"  - {{slack: {json.dumps(slack)}, name: {json.dumps(name)}}}" for slack, name in wanted.approvers]
    glass = [f"    - {json.dumps(arn)}" for arn in wanted.break_glass]
    lines = [
        f"# yaml-language-server: $schema={SCHEMA_FILE}",
        "# Observe writes nothing to any secret and wakes nobody. What each key means: docs/configuration.md",
        "version: 1",
        "defaults:",
        "  mode: observe # then notify, then protect where you are sure",
        "# secrets:",
        '#   - match: {names: ["prod/*"]}',
        "#     mode: notify",
        *(["approvers:", *approvers] if approvers else ["# approvers:", "#   - {slack: U01ANA2BC, name: ana}"]),
        *(["inventory:", "  break_glass:", *glass] if glass else []),
        "tests:",
        "  - name: while everything is observed, nobody is woken",
        "    example: DEL-01",
        "    expect: recorded",
    ]
    return "\n".join(lines) + "\n"


def _samconfig(wanted: Wanted) -> str:
    """Write both environments of the template; a text in TOML is quoted as in JSON."""
    mail = [f"AlertEmail={wanted.email}"] if wanted.email else []

    def environment(name: str, *overrides: str) -> list[str]:
        return [
            f"[{name}.global.parameters]",
            f"stack_name = {json.dumps(wanted.stack)}",
            "",
            f"[{name}.deploy.parameters]",
            'capabilities = "CAPABILITY_IAM"',
            "confirm_changeset = true",
            "resolve_s3 = true",
            f"parameter_overrides = {json.dumps([*overrides, *mail])}",
            "",
        ]

    lines = [
        "# sam build && sam deploy: observe, nothing is written to any secret; later: sam deploy --config-env prod",
        "version = 0.1",
        "",
        *environment("default", "Mode=observe"),
        *environment("prod", "Mode=notify", "ReservedConcurrency=5"),
    ]
    return "\n".join(lines)
