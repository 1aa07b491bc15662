"""Runs the verbs that act: `rollback` and `approve`. Both go through the responder's queue unless told otherwise."""

from __future__ import annotations

import time
from dataclasses import dataclass

import typer

from nightlatch.cli.connection import Connection, Where, connect
from nightlatch.cli.exit_codes import ExitCode
from nightlatch.cli.terminal import plain, say
from nightlatch.domain.errors import NightlatchError, Refused
from nightlatch.domain.responses import FINAL, Response, ResponseState, Signal
from nightlatch.service.approve import ApprovePorts, answer, approver_of
from nightlatch.service.respond import RespondPorts, respond
from nightlatch.service.rollback import RollbackPlan, plan, request

PATIENCE_S = 60
_LOOK_EVERY_S = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the command line asked for."""

    to: str | None
    dry_run: bool
    yes: bool
    direct: bool


def rollback(secret: str, wish: Wish, where: Where) -> ExitCode:
    """Plan a rollback, show it, and do it when the person says yes.

    Raises:
        NotFound: No stage, stack or secret of that name.
        Refused: It cannot be rolled back, you are no approver, or the responder refused.
        Unavailable: AWS could not be asked.
    """
    connection = connect(where)
    planned = plan(connection.secret(secret), to=wish.to, secrets=connection.secrets)
    typer.echo(_shown(planned, secret, where))
    if wish.dry_run:
        return ExitCode.CLEAN
    by = connection.caller()
    approver = approver_of(by, connection.policy())
    if not wish.yes and not typer.confirm("Do it?", err=True):
        say("nothing was changed")
        return ExitCode.CLEAN
    response = request(planned, by=by, approver=approver, ledger=connection.ledger, now=connection.now())
    if wish.direct:
        response = _respond_here(response, connection)
    else:
        connection.dispatch.respond(response)
        response = _await_end(response, connection)
    return _tell(response)


def approve(response_id: str, *, deny: bool, where: Where) -> ExitCode:
    """Answer an offer as the AWS principal one is signed in as.

    Raises:
        NotFound: No such offer.
        Refused: You may not, or it was answered before.
        Unavailable: AWS could not be asked.
    """
    connection = connect(where)
    ports = ApprovePorts(ledger=connection.ledger, dispatch=connection.dispatch)
    signal = Signal.DENY if deny else Signal.APPROVE
    response = answer(
        response_id,
        principal=connection.caller(),
        signal=signal,
        policy=connection.policy(),
        ports=ports,
        now=connection.now(),
    )
    return _tell(response if deny else _await_end(response, connection))


def _shown(planned: RollbackPlan, secret: str, where: Where) -> str:
    rollback = planned.rollback
    target = "" if not where.local else " --local"
    lines = [
        f"Secret   {planned.state.name} ({planned.state.arn})",
        f"Current  {rollback.away_from}",
        f"Back to  {rollback.to}",
        *(f"Careful  {warning}" for warning in rollback.warnings),
        f"Call     UpdateSecretVersionStage AWSCURRENT to {rollback.to}, if it is still on {rollback.away_from}",
        f"To undo  nightlatch rollback {secret} --to {rollback.away_from}{target}",
    ]
    return "\n".join(plain(line) for line in lines)


def _respond_here(response: Response, connection: Connection) -> Response:
    ports = RespondPorts(
        ledger=connection.ledger,
        secrets=connection.secrets,
        dispatch=connection.dispatch,
        kill_switch=connection.kill_switch,
    )
    return respond(response.id, policy=connection.policy(), ports=ports, now=connection.now())


def _await_end(response: Response, connection: Connection) -> Response:
    """Look until the responder is done with it, a minute at most."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        response = connection.ledger.get(response.id)
        if response.state in FINAL:
            return response
        time.sleep(_LOOK_EVERY_S)
    raise NightlatchError(
        f"response {response.id} is still {response.state} after {PATIENCE_S} s; is the responder's queue stuck?"
    )


def _tell(response: Response) -> ExitCode:
    typer.echo(plain(f"{response.state}: {response.result or response.action.kind}"))
    if response.state is ResponseState.FAILED:
        raise Refused(response.result)
    return ExitCode.CLEAN
