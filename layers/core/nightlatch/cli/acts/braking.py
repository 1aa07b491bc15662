"""Runs `nightlatch pause` and `nightlatch resume`: one parameter, which works while the rest of the stack does not."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from datetime import datetime

import boto3
import typer

from nightlatch.adapters.aws_errors import looking
from nightlatch.adapters.brake import OFF, SsmBrake
from nightlatch.cli.speech.exit_codes import ExitCode
from nightlatch.cli.speech.terminal import confirmed, plain, say
from nightlatch.config import load_settings
from nightlatch.domain.errors import NotFound, Refused, Unavailable
from nightlatch.reach.connection import Connection
from nightlatch.reach.where import Where, connect


@dataclass(frozen=True, slots=True)
class Lever:
    """The brake of the nightlatch that the command line means, and who holds it, as far as AWS says."""

    brake: SsmBrake
    who: str
    now: datetime

    def command(self, value: str) -> str:
        """Write the AWS call that sets it."""
        name, text = shlex.quote(self.brake.name), shlex.quote(value)
        return f"aws ssm put-parameter --overwrite --name {name} --value {text}"


def pause(reason: str, where: Where, *, dry_run: bool) -> ExitCode:
    """Pull the brake, unless it is pulled.

    Raises:
        NotFound: No stage runs here, or there is no such brake.
        Refused: A permission is missing.
        Unavailable: Systems Manager could not be asked.
    """
    lever = _lever(where)
    said = " ".join(reason.split())  # the parameter takes one line
    why = f"{lever.who}, {lever.now:%Y-%m-%d %H:%M} UTC{f': {said}' if said else ''}"
    if dry_run:
        typer.echo(plain(lever.command(f"on: {why}")))
        return ExitCode.CLEAN
    before = before_of(lever)
    if before not in {OFF, None}:
        typer.echo(plain(f"paused already: {before}"))
        return ExitCode.CLEAN
    written = lever.brake.pull(why)
    typer.echo(plain(f"paused ({written}): nothing is written to any secret, key or role; seeing and telling go on"))
    say(f"to undo: nightlatch resume{where.options}")
    return ExitCode.CLEAN


def resume(where: Where, *, dry_run: bool, yes: bool) -> ExitCode:
    """Let go of the brake when the person says yes.

    Raises:
        NotFound: No stage runs here, or there is no such brake.
        Refused: A permission is missing.
        Unavailable: Systems Manager could not be asked.
    """
    lever = _lever(where)
    before = lever.brake.read()
    if before == OFF:
        typer.echo("nightlatch is not paused")
        return ExitCode.CLEAN
    typer.echo(plain(f"paused: {before}"))
    typer.echo(plain(lever.command(OFF)))
    if dry_run:
        return ExitCode.CLEAN
    if not yes and not confirmed("Act again?"):
        say("nothing was changed")
        return ExitCode.CLEAN
    lever.brake.release()
    typer.echo("resumed: nightlatch acts again as the policy says; what was held meanwhile waits for a person")
    say(f"to undo: nightlatch pause{where.options}")
    return ExitCode.CLEAN


def before_of(lever: Lever) -> str | None:
    """Give what the brake says; None where one may pull it and not look at it."""
    try:
        return lever.brake.read()
    except Refused as refusal:
        say(f"{lever.brake.name} could not be read first: {refusal}")
        return None


def _lever(where: Where) -> Lever:
    """Find the brake: where the stack cannot be asked, by the name that the template gives it."""
    name = f"/nightlatch/{where.stack}/kill-switch"
    try:
        connection = connect(where)
    except (NotFound, Unavailable) as error:
        if where.local:
            raise
        say(f"the stack could not be asked ({error}); its brake should be {name}")
        connection = _without_stack(where)
    name = connection.settings.kill_switch_parameter or name
    return Lever(SsmBrake(connection.client("ssm"), name), _who(connection), connection.now())


def _without_stack(where: Where) -> Connection:
    with looking("ssm:GetParameter"):  # a profile that does not exist, no Region
        session = boto3.session.Session(profile_name=where.profile, region_name=where.region)
        session.client("ssm")
    return Connection(session, None, load_settings({}))


def _who(connection: Connection) -> str:
    try:
        return connection.caller().title
    except Unavailable:
        return "somebody"
