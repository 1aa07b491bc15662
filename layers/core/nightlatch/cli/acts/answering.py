"""Runs `nightlatch approve`: lists what waits for a person, or takes their answer."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from nightlatch.cli.acts.acting import await_end, refuse_while_paused, tell
from nightlatch.cli.speech.exit_codes import ExitCode
from nightlatch.cli.speech.forms import Form
from nightlatch.cli.speech.terminal import cell, say
from nightlatch.cli.speech.writing import write
from nightlatch.domain.answering.responses import Response, ResponseState, Signal, awaiting
from nightlatch.domain.errors import NotFound
from nightlatch.reach.where import Where, connect
from nightlatch.service.approve import ApprovePorts, answer


def waiting(where: Where, output: Form) -> ExitCode:
    """List what waits for somebody's yes or no, what ends first at the top.

    Raises:
        NotFound: No stage or stack of that name.
        Unavailable: AWS could not be asked.
    """
    connection = connect(where)
    open_ones = connection.offers.waiting(connection.now())
    taken_back = [connection.ledger.get(one.after) for one in open_ones if one.after is not None]
    offers = [one for one in awaiting([*open_ones, *taken_back]) if one in open_ones]
    write([_document(one) for one in offers], output, lambda: _table(offers) if offers else "nothing waits for anybody")
    if offers:
        say(f"to say yes: nightlatch approve ID{where.options}; to say no, the same with --deny")
    return ExitCode.CLEAN


def approve(response_id: str, *, deny: bool, where: Where) -> ExitCode:
    """Answer an offer as the AWS principal one is signed in as.

    Raises:
        NotFound: No such offer.
        Refused: You may not, or it was answered before.
        Unavailable: AWS could not be asked.
    """
    connection = connect(where)
    ports = ApprovePorts(ledger=connection.ledger, dispatch=connection.dispatch)
    if not deny:
        refuse_while_paused(connection, where)
    principal, policy = connection.caller(), connection.policy()
    signal = Signal.DENY if deny else Signal.APPROVE
    try:
        response = answer(
            response_id, principal=principal, signal=signal, policy=policy, ports=ports, now=connection.now()
        )
    except NotFound:
        raise NotFound(
            f"there is no response {response_id} here; ids begin with r- and stand in the incident's message, and in"
            f" the line of a command that waits for somebody; what waits now: nightlatch approve{where.options}"
        ) from None
    return tell(await_end(response, connection) if response.state is ResponseState.APPROVED else response, where)


def _table(offers: Sequence[Response]) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in ("ID", "ACT", "ON", "YES", "UNTIL (UTC)", "BECAUSE OF", "WHY"):
        table.add_column(name, no_wrap=name in {"ID", "ACT", "YES"})
    for one in offers:
        table.add_row(
            cell(one.id),
            cell(one.action.kind),
            cell(one.action.name),
            cell(f"{len(one.persons)} of {one.people}"),
            cell(f"{one.expires_at:%Y-%m-%d %H:%M}"),
            cell(" and ".join(actor.title for actor in one.actors)),
            cell(one.waits_because or one.reason),
        )
    return table


def _document(one: Response) -> dict[str, object]:
    return {
        "id": one.id,
        "act": one.action.kind,
        "on": one.action.name,
        "people": one.people,
        "yes": list(one.persons),
        "expires_at": f"{one.expires_at:%Y-%m-%dT%H:%M:%SZ}",
        "because_of": [actor.title for actor in one.actors],
        "reason": one.waits_because or one.reason,
        "preflight": list(one.preflight),
        "incident": one.incident_id,
    }
