"""Runs the verbs that act: show the plan, ask, hand over to the responder, wait for the end."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import typer

from nightlatch.acts import ACTS
from nightlatch.cli.connection import Connection, Where, connect
from nightlatch.cli.exit_codes import ExitCode
from nightlatch.cli.plan_page import plan_page
from nightlatch.cli.terminal import plain, say
from nightlatch.domain.actions import Action, ActionKind
from nightlatch.domain.errors import NightlatchError, Refused
from nightlatch.domain.responses import FINAL, Response, ResponseState, Signal
from nightlatch.service.approve import ApprovePorts, answer, approver_of
from nightlatch.service.respond import respond
from nightlatch.service.wish import preview, request

Undo = Callable[[Action], str]  # gives the words of the command that takes a settled action back

PATIENCE_S = 100  # a name stays held for half a minute after a deletion by force
_LOOK_EVERY_S = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """How the command line asked for an act."""

    dry_run: bool = False
    yes: bool = False
    direct: bool = False


def rollback(secret: str, to: str | None, asked: Asked, where: Where) -> ExitCode:
    """Plan a rollback, show it, and do it when the person says yes.

    Raises:
        NotFound: No stage, stack or secret of that name.
        Refused: It cannot be rolled back, you are no approver, or the responder refused.
        Unavailable: AWS could not be asked.
    """
    connection = connect(where)
    action = Action(kind=ActionKind.ROLL_BACK, secret=connection.secret(secret), to=to)
    return act(action, asked, where, connection, undo=lambda done: f"rollback {secret} --to {done.away_from}")


def act(action: Action, asked: Asked, where: Where, connection: Connection, *, undo: Undo | None = None) -> ExitCode:
    """Plan an act, show it, and do it when the person says yes.

    Raises:
        NotFound: What it is about is not there.
        Refused: It cannot be done, you are no approver, or the responder refused.
        Unavailable: AWS could not be asked.
    """
    policy = connection.policy()
    wished = preview(action, acts=ACTS, policy=policy, sight=connection.sight, now=connection.now())
    typer.echo(plan_page(wished, undo=f"nightlatch {undo(wished.action)}{where.options}" if undo else None))
    if asked.dry_run:
        return ExitCode.CLEAN
    by = connection.caller()
    approver = approver_of(by, policy)
    if not asked.yes and not _confirmed():
        say("nothing was changed")
        return ExitCode.CLEAN
    response = request(wished, by=by, approver=approver, policy=policy, ports=connection.wishes(), now=connection.now())
    return _tell(_carried_out(response, asked, connection), where)


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
    return _tell(_await_end(response, connection) if response.state is ResponseState.APPROVED else response, where)


def _confirmed() -> bool:
    try:
        return typer.confirm("Do it?", err=True)
    except typer.Abort:
        say("nobody is there to ask; add --yes to do it without asking")
        return False


def _carried_out(response: Response, asked: Asked, connection: Connection) -> Response:
    if response.state is ResponseState.PROPOSED:
        return response
    if asked.direct:
        ports = connection.responding()
        return respond(response.id, acts=ACTS, policy=connection.policy(), ports=ports, now=connection.now())
    connection.dispatch.respond(response)
    return _await_end(response, connection)


def _await_end(response: Response, connection: Connection) -> Response:
    """Look until the responder is done with it or gave it back, a minute and a half at most."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        response = connection.ledger.get(response.id)
        if response.state in FINAL or response.waits_because:
            return response
        time.sleep(_LOOK_EVERY_S)
    raise NightlatchError(
        f"response {response.id} is still {response.state} after {PATIENCE_S} s; is the responder's queue stuck?"
    )


def _tell(response: Response, where: Where) -> ExitCode:
    if response.state is ResponseState.PROPOSED:
        why = response.waits_because or f"{response.approved_by} said yes; {response.people} people must"
        next_step = f"nightlatch approve {response.id}{where.options}"
        typer.echo(
            plain(f"waiting: {response.action.kind} of {response.action.name}; another approver runs {next_step}")
        )
        raise Refused(f"not done yet: {why}")
    typer.echo(plain(f"{response.state}: {response.result or response.action.kind}"))
    for following in response.led_to:
        typer.echo(plain(f"offered next: nightlatch approve {following}{where.options}"))
    if response.state is ResponseState.FAILED:
        raise Refused(response.result)
    return ExitCode.CLEAN
