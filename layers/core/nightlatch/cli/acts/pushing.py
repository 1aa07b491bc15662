"""Runs `nightlatch policy push`: what is wrong, fails its own tests or was not looked at comes not into force.

Source: ruling 21 of the design.
"""

from __future__ import annotations

from pathlib import Path

import typer

from nightlatch.adapters.policy_parameter import STANDARD, SsmPolicy
from nightlatch.cli.looks.trying import try_out
from nightlatch.cli.policy.checking import read_file
from nightlatch.cli.policy.differing import differences, table_of
from nightlatch.cli.policy.in_force import Stored, known_secrets, parameter_of, stored_in
from nightlatch.cli.speech.exit_codes import ExitCode
from nightlatch.cli.speech.terminal import confirmed, plain, say
from nightlatch.cli.speech.writing import draw
from nightlatch.domain.errors import Refused, WorldMoved
from nightlatch.policy_file import PolicyFile
from nightlatch.reach.connection import Connection
from nightlatch.reach.where import Where, connect


def push(file: Path, where: Where, *, dry_run: bool, yes: bool) -> ExitCode:
    """Put a policy in force when the person says yes.

    Raises:
        InvalidPolicy: The file is wrong.
        Refused: A test of it fails, it is too large, or a permission is missing.
        WorldMoved: Somebody else pushed meanwhile.
        Unavailable: AWS could not be asked.
    """
    wanted = read_file(file)
    _refuse_if_it_fails(file, wanted)
    connection = connect(where)
    before = stored_in(parameter_of(connection))
    if before.policy is None:
        say(f"what is in force is no policy: {before.why}")
    return put_in_force(wanted, before, connection, where, dry_run=dry_run, yes=yes)


def put_in_force(  # noqa: PLR0913 - what, instead of what, where, and how it was asked for
    wanted: PolicyFile, before: Stored, connection: Connection, where: Where, *, dry_run: bool, yes: bool
) -> ExitCode:
    """Show what a policy changes, ask, and store it.

    Raises:
        Refused: It is too large, or a permission is missing.
        WorldMoved: Somebody else pushed meanwhile.
        Unavailable: AWS could not be asked.
    """
    parameter = parameter_of(connection)
    digest, text = wanted.to_domain().digest, wanted.to_store()
    if before.digest == digest:
        typer.echo(f"policy {digest} is in force already, as version {before.version}")
        return ExitCode.CLEAN
    draw(table_of(differences(before.policy, wanted, known_secrets(connection))))
    _say_what_is_called(parameter, before, text, digest)
    if dry_run:
        return ExitCode.CLEAN
    if not yes and not confirmed("Put it in force?"):
        say("nothing was changed")
        return ExitCode.CLEAN
    version = _written(parameter, before, text)
    typer.echo(
        plain(f"policy {digest} is in force as version {version} of {parameter.name}, everywhere within a minute")
    )
    if before.policy is not None:
        say(
            f"to undo: nightlatch policy show{where.options} --version {before.version} --output json > before.json &&"
            f" nightlatch policy push{where.options} before.json"
        )
    return ExitCode.CLEAN


def _refuse_if_it_fails(file: Path, wanted: PolicyFile) -> None:
    failed = [one for one in try_out(wanted) if one.wrong]
    for one in failed:
        say(f"{one.name}: {'; '.join(one.wrong)}")
    if failed:
        raise Refused(
            f"{len(failed)} of {len(wanted.tests)} tests in {file} fail, so nothing was changed; see them with"
            f" nightlatch policy test {file}"
        )


def _say_what_is_called(parameter: SsmPolicy, before: Stored, text: str, digest: str) -> None:
    size = len(text.encode())
    say(
        f"policy {before.digest} (version {before.version}) becomes {digest}: ssm:PutParameter {parameter.name},"
        f" {size} bytes"
    )
    if size > STANDARD:
        say(f"more than {STANDARD} bytes make it an advanced parameter: AWS charges for it, and it stays one")


def _written(parameter: SsmPolicy, before: Stored, text: str) -> int:
    """Write, if what is there is still what was compared; a version between says that another was lost."""
    if parameter.read().version != before.version:
        raise WorldMoved(f"somebody else changed {parameter.name} meanwhile; push again to see what changes now")
    version = parameter.write(text)
    if version != before.version + 1:
        say(
            f"version {version - 1} was written at the same moment and is no longer in force; look at it with --version"
        )
    return version
