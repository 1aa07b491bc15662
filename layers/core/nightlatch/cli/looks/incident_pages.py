"""Runs `nightlatch incidents`: what was told of, by the incident table; what was offered and done, by the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from rich.console import RenderableType
from rich.table import Table

from nightlatch.cli.looks.finding_output import as_fields
from nightlatch.cli.speech.exit_codes import ExitCode
from nightlatch.cli.speech.forms import Form
from nightlatch.cli.speech.terminal import cell, plain, say
from nightlatch.cli.speech.writing import write
from nightlatch.domain.answering.incidents import Incident, is_settled
from nightlatch.domain.answering.responses import Response, ResponseState
from nightlatch.domain.answering.snoozes import Snooze
from nightlatch.domain.errors import NotFound, Unreadable
from nightlatch.reach.connection import Connection
from nightlatch.reach.where import Where, connect


@dataclass(frozen=True, slots=True)
class Told:
    """An incident and what belongs to it."""

    incident: Incident
    responses: tuple[Response, ...]
    now: datetime

    @property
    def state(self) -> str:
        """Whether something is left to decide, and whether somebody said: not now."""
        if is_settled(self.incident, self.responses):
            return "settled"
        return "snoozed" if self.snooze is not None else "open"

    @property
    def snooze(self) -> Snooze | None:
        """The snooze that holds now."""
        return self.incident.snooze if self.incident.is_asleep(self.now) else None

    @property
    def waiting(self) -> tuple[Response, ...]:
        """What waits for somebody's yes or no."""
        return tuple(one for one in self.responses if one.state is ResponseState.PROPOSED and one.after is None)


def write_list(where: Where, output: Form, *, every: bool, most: int) -> ExitCode:
    """Write what stands open, the worst first, then the newest.

    Raises:
        NotFound: No stage or stack of that name.
        Unavailable: AWS could not be asked.
    """
    connection = connect(where)
    told = [_with_responses(one, connection) for one in connection.incident_list.newest(most)]
    shown = [one for one in told if every or one.state != "settled"]
    shown.sort(key=lambda one: (-one.incident.severity.rank, -one.incident.opened_at.timestamp()))
    write([_head(one) for one in shown], output, lambda: _table(shown) if shown else "nothing stands open")
    say(f"incidents={len(told)} shown={len(shown)}")
    if shown:
        say(f"one in full: nightlatch incidents show ID{where.options}")
    return ExitCode.CLEAN


def write_one(incident_id: str, where: Where, output: Form) -> ExitCode:
    """Write an incident in full, then the next command for what waits.

    Raises:
        NotFound: No stage or stack of that name, or no such incident.
        Unavailable: AWS could not be asked.
    """
    connection = connect(where)
    try:
        incident = connection.incidents.get(incident_id)
    except NotFound:
        raise NotFound(
            f"there is no incident {incident_id} here; ids begin with inc- and stand in the message, and in"
            f" nightlatch incidents list{where.options}"
        ) from None
    told = _with_responses(incident, connection)
    write(_document(told), output, lambda: _page(told))
    for one in told.waiting:
        say(f"to say yes to {one.action.kind}: nightlatch approve {one.id}{where.options}; no: the same with --deny")
    say(f"what it means and what to do: nightlatch rules explain {told.incident.lead.rule}")
    return ExitCode.CLEAN


def _with_responses(incident: Incident, connection: Connection) -> Told:
    """Read what belongs to an incident; one that cannot be read is said and left out."""
    found = []
    for response_id in incident.responses:
        try:
            found.append(connection.ledger.get(response_id))
        except (NotFound, Unreadable) as error:
            say(f"{incident.id}: {error}")
    return Told(incident, tuple(found), connection.now())


def _head(told: Told) -> dict[str, object]:
    one = told.incident
    return {
        "id": one.id,
        "severity": one.severity.value,
        "state": told.state,
        "title": one.lead.title,
        "rules": sorted({finding.rule for finding in one.findings}),
        "opened_at": _time(one.opened_at),
        "last_seen": _time(one.last_seen),
        "account": one.lead.account_id,
        "region": one.lead.region,
        "snoozed_until": _time(told.snooze.until) if told.snooze is not None else None,
        "waiting": [response.id for response in told.waiting],
        "policy": one.policy_digest,
    }


def _document(told: Told) -> dict[str, object]:
    return {
        **_head(told),
        "findings": [as_fields(finding) for finding in told.incident.findings],
        "responses": [
            {
                "id": one.id,
                "act": one.action.kind.value,
                "on": one.action.name,
                "state": one.state.value,
                "reason": one.waits_because or one.reason,
                "result": one.result,
                "expires_at": _time(one.expires_at),
            }
            for one in told.responses
        ],
        "notes": list(told.incident.notes),
    }


def _table(shown: Sequence[Told]) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in ("ID", "SEVERITY", "STATE", "BEGAN (UTC)", "WAITS"):
        table.add_column(name, no_wrap=True)
    table.add_column("WHAT", overflow="fold")
    for one in shown:
        began = f"{one.incident.opened_at.astimezone(UTC):%Y-%m-%d %H:%M}"
        texts = (one.incident.id, one.incident.severity.value, one.state, began, str(len(one.waiting) or ""))
        table.add_row(*map(cell, texts), cell(one.incident.lead.title))
    return table


def _page(told: Told) -> RenderableType:
    one = told.incident
    lines = [
        f"{one.severity} {one.id}: {one.lead.title}",
        f"State     {told.state}{_asleep(told.snooze)}",
        f"Began     {_time(one.opened_at)}, last seen {_time(one.last_seen)}",
        f"Where     account {one.lead.account_id}, {one.lead.region}",
        f"Policy    {one.policy_digest or 'unknown'}",
        *(f"Found     {f.catalogue} {f.severity}: {f.title}; {f.reason} ({f.count} events)" for f in one.findings),
        *(f"Act       {r.id} {r.state}: {r.action.kind} of {r.action.name}{_ended(r)}" for r in told.responses),
        *(f"Note      {note}" for note in one.notes),
        *(f"Ours      {d.rule} until {_time(d.until)}, {d.by}: {d.reason} ({d.id})" for d in one.ours),
    ]
    return "\n".join(plain(line) for line in lines)


def _asleep(snooze: Snooze | None) -> str:
    return f" until {_time(snooze.until)} by {snooze.by}: {snooze.reason}" if snooze is not None else ""


def _ended(response: Response) -> str:
    said = response.result or response.waits_because
    return f" ({said})" if said else ""


def _time(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
