"""Runs the verbs that act: show the plan, ask, hand over to the responder, wait for the end."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import typer

from nightlatch.acts import ACTS
from nightlatch.cli.acts.plan_page import plan_page
from nightlatch.cli.speech.exit_codes import ExitCode
from nightlatch.cli.speech.terminal import confirmed, plain, say
from nightlatch.domain.answering.actions import Action
from nightlatch.domain.answering.responses import FINAL, Response, ResponseState
from nightlatch.domain.errors import NightlatchError, Refused
from nightlatch.domain.event.principals import Principal
from nightlatch.domain.judging.findings import Finding
from nightlatch.reach.connection import Connection
from nightlatch.reach.hints import placed
from nightlatch.reach.where import Where
from nightlatch.service.approve import approver_of
from nightlatch.service.respond import respond
from nightlatch.service.wish import Preview, preview, request

Undo = Callable[[Action], str]  # gives the words of the command that takes a settled action back
Told = Callable[[Principal, datetime], Finding]  # what everybody is told of what somebody asks for

PATIENCE_S = 100  # a name stays held for half a minute after a deletion by force
_LOOK_EVERY_S = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """How the command line asked for an act."""

    dry_run: bool = False
    yes: bool = False
    direct: bool = False


def act(  # noqa: PLR0913 - what, how, where, the way back and what is told
    actions: Sequence[Action],
    asked: Asked,
    where: Where,
    connection: Connection,
    *,
    undo: Undo | None = None,
    told: Told | None = None,
) -> ExitCode:
    """Plan acts, show them, and do them one after the other when the person says yes once.

    Raises:
        NotFound: What it is about is not there.
        Refused: It cannot be done, you are no approver, or the responder refused.
        Unavailable: AWS could not be asked.
    """
    policy = connection.policy()
    wishes = [preview(one, acts=ACTS, policy=policy, sight=connection.sight, now=connection.now()) for one in actions]
    for wished in wishes:
        back = f"nightlatch {undo(wished.action)}{where.options}" if undo else None
        typer.echo(plan_page(wished, undo=back, place=where.options))
    wishes = [wished for wished in wishes if wished.is_something]
    if asked.dry_run or not wishes:
        return ExitCode.CLEAN
    refuse_while_paused(connection, where)
    by = connection.caller()
    approver = approver_of(by, policy)
    if not asked.yes and not confirmed("Do it?"):
        say("nothing was changed")
        return ExitCode.CLEAN
    for wished in wishes:
        now = connection.now()
        response = request(
            wished,
            by=by,
            approver=approver,
            policy=policy,
            ports=connection.wishes(),
            now=now,
            told=told(by, now) if told is not None else None,
        )
        tell(_carried_out(response, asked, connection), where)
    return ExitCode.CLEAN


def several(wishes: Sequence[Preview], asked: Asked, where: Where, connection: Connection) -> ExitCode:
    """Do many acts that were shown in a list, when the person says yes once; each ends for itself.

    Raises:
        Refused: You are no approver, or some of them were refused; the others are done.
        Unavailable: AWS could not be asked.
    """
    if asked.dry_run or not wishes:
        for wished in wishes:
            typer.echo(plan_page(wished, undo=None, place=where.options))
        return ExitCode.CLEAN
    refuse_while_paused(connection, where)
    policy, by = connection.policy(), connection.caller()
    approver = approver_of(by, policy)
    if not asked.yes and not confirmed("Do it?"):
        say("nothing was changed")
        return ExitCode.CLEAN
    refused = 0
    for wished in wishes:
        ports, now = connection.wishes(), connection.now()
        response = request(wished, by=by, approver=approver, policy=policy, ports=ports, now=now)
        try:
            tell(_carried_out(response, asked, connection), where)
        except Refused as refusal:
            refused += 1
            say(placed(str(refusal), where.options))
    if refused:
        raise Refused(f"{refused} of {len(wishes)} were not done; the reasons stand above")
    return ExitCode.CLEAN


def refuse_while_paused(connection: Connection, where: Where) -> None:
    """Refuse before anything is written: a wish that is held then waits for somebody else's yes.

    Raises:
        Refused: The brake is on.
    """
    why = connection.paused()
    if why:
        raise Refused(
            f"nightlatch is paused ({why}), so nothing was changed; nightlatch resume{where.options}, then again"
        )


def _carried_out(response: Response, asked: Asked, connection: Connection) -> Response:
    if response.state is ResponseState.PROPOSED:
        return response
    if asked.direct:
        ports = connection.responding()
        return respond(response.id, acts=ACTS, policy=connection.policy(), ports=ports, now=connection.now())
    connection.dispatch.respond(response)
    return await_end(response, connection)


def await_end(response: Response, connection: Connection) -> Response:
    """Look until the responder is done with it or gave it back, a minute and a half at most.

    Raises:
        NightlatchError: It is neither yet.
        Unavailable: The ledger could not be asked.
    """
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        response = connection.ledger.get(response.id)
        if response.state in FINAL or response.waits_because:
            return response
        time.sleep(_LOOK_EVERY_S)
    raise NightlatchError(
        f"response {response.id} is still {response.state} after {PATIENCE_S} s; is the responder's queue stuck?"
    )


def tell(response: Response, where: Where) -> ExitCode:
    """Say how a response ended, or what is still needed.

    Raises:
        Refused: It was not done, or not yet: somebody else must say yes, too.
    """
    if response.state is ResponseState.PROPOSED:
        why = response.waits_because or f"{response.approved_by} said yes; {response.people} people must"
        next_step = f"nightlatch approve {response.id}{where.options_of_another}"
        typer.echo(
            plain(f"waiting: {response.action.kind} of {response.action.name}; another approver runs {next_step}")
        )
        raise Refused(f"not done yet: {why}")
    result = placed(response.result or response.action.kind, where.options)
    typer.echo(plain(f"{response.state}: {result}"))
    for following in response.led_to:
        typer.echo(plain(f"offered next: nightlatch approve {following}{where.options}"))
    if response.state is ResponseState.FAILED:
        raise Refused(response.result)
    return ExitCode.CLEAN
