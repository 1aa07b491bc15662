"""Posts an incident to a Microsoft Teams channel, as an Adaptive Card through a Workflows webhook.

Everything that others wrote stands in text runs, which know no Markdown, with links and mentions taken apart; only
TextBlocks of our own words are read as Markdown. A mention would need an entity that no name can make.

A webhook cannot edit: each piece of news is a card of its own, and says which incident it is about.

Source: Microsoft Learn, Teams platform: webhooks and connectors (connectors are retired, the Workflows app takes
`{"type": "message", "attachments": [...]}` with Adaptive Cards alone; about 28 KB in all), cards-format (Markdown in
TextBlock and FactSet, no HTML, mentions by `msteams.entities`); adaptivecards.io schema, RichTextBlock 1.2. Size
counts in UTF-16, as receivers were seen to do; only a real Teams can tell what the clients make of a bare address.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import requests

from nightlatch.adapters.channels.document import as_json, secret_names
from nightlatch.adapters.channels.sending import send
from nightlatch.adapters.channels.text import plain
from nightlatch.domain.answering.circuits import Bulletin
from nightlatch.domain.answering.incidents import Incident, is_settled
from nightlatch.domain.answering.responses import Response, ResponseState, awaiting
from nightlatch.domain.answering.summaries import Summary
from nightlatch.domain.judging.findings import Severity
from nightlatch.service.telling_ports import Pace

BODY_LIMIT = 28 * 1024  # bytes in UTF-16
MOST_LINES = 6  # of each kind
MOST_NAMES = 8
_LINE = 300
_TITLE = 250
_COLOURS = {
    Severity.CRITICAL: "Attention",
    Severity.HIGH: "Attention",
    Severity.MEDIUM: "Warning",
    Severity.LOW: "Accent",
    Severity.INFORMATIONAL: "Default",
}
# What cards, flows or clients give a meaning to: tags, templates, expressions, addresses.
_MEANINGS = str.maketrans({"<": "(", ">": ")", "{": "(", "}": ")"})

Element = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamsChannel:
    """One Teams channel, behind the address of its workflow."""

    url: str = field(repr=False)
    action_mode: str
    session: requests.Session = field(default_factory=requests.Session, repr=False)

    @property
    def name(self) -> str:
        """The name in notices, routes and logs."""
        return "teams"

    @property
    def pace(self) -> Pace:
        """People are told news, not each revision."""
        return Pace.NEWS

    def show(
        self, incident: Incident, responses: Sequence[Response], place: str | None, notes: Sequence[str] = ()
    ) -> str | None:
        """Post a card of the incident as it stands.

        Raises:
            Unavailable: The workflow did not take it.
        """
        is_update = place is not None
        self._post(card(incident, responses, action_mode=self.action_mode, notes=notes, is_update=is_update))
        return "posted"

    def summarise(self, summary: Summary, place: str | None) -> str | None:
        """Post a digest or a storm as it stands.

        Raises:
            Unavailable: The workflow did not take it.
        """
        del place
        body = [_runs(summary.title, large=True), _runs(summary.sentence), *map(_runs, summary.lines)]
        self._post(_message(_within(body, _runs(summary.key))))
        return "posted"

    def announce(self, bulletin: Bulletin) -> None:
        """Post how a channel does.

        Raises:
            Unavailable: The workflow did not take it.
        """
        colour = "Good" if bulletin.is_over else "Warning"
        self._post(_message([_runs(bulletin.title, colour=colour, large=True), _runs(bulletin.text)]))

    def _post(self, message: Element) -> None:
        send(self.session, self.url, as_json(message).encode(), channel=self.name, headers={})


def card(
    incident: Incident,
    responses: Sequence[Response],
    *,
    action_mode: str,
    notes: Sequence[str] = (),
    is_update: bool = False,
) -> Element:
    """Write the message: what, who, where, why, what was done and what can be done; the last parts go first if long.

    Args:
        incident: What to show.
        responses: What was offered and done.
        action_mode: "off" shows no command.
        notes: What is known of changed values.
        is_update: Whether it was posted before.
    """
    settled = is_settled(incident, responses)
    mark = "✅" if settled else "🔴" if incident.severity.rank >= Severity.HIGH.rank else "🟠"
    before = "Update: " if is_update else ""
    body = [
        _runs(
            f"{mark} {before}{incident.severity} · {incident.lead.title}", _title_colour(incident, settled), large=True
        ),
        *_parts(incident, responses, notes, action_mode),
    ]
    foot = _runs(f"{incident.id} · {incident.lead.rule} ({incident.lead.catalogue}) · policy {incident.policy_digest}")
    return _message(_within(body, foot))


def _title_colour(incident: Incident, settled: bool) -> str:  # noqa: FBT001 - read beside its only call
    return "Good" if settled else _COLOURS[incident.severity]


def _parts(
    incident: Incident, responses: Sequence[Response], notes: Sequence[str], action_mode: str
) -> Iterator[Element]:
    lead = incident.lead
    yield from _part("Who", [lead.principal.title, lead.principal.arn or "no ARN in the record"])
    yield from _part("Where", [f"account {lead.account_id} · {lead.region}"])
    yield from _part("When", [f"{incident.opened_at:%Y-%m-%d %H:%M:%S} to {incident.last_seen:%H:%M:%S} UTC"])
    names = secret_names(incident)
    more = [f"and {len(names) - MOST_NAMES} more"] if len(names) > MOST_NAMES else []
    yield from _part("Secrets", [", ".join([*names[:MOST_NAMES], *more]) or "none named"])
    yield from _part("Why", [f"{one.rule}: {one.reason}" for one in incident.findings])
    yield from _part("Changed", notes)
    done = (ResponseState.SUCCEEDED, ResponseState.FAILED, ResponseState.RUNNING)
    yield from _part(
        "Done", [f"{one.action.kind}: {one.state}. {one.result}" for one in responses if one.state in done]
    )
    yield from _part("Found out", incident.notes)
    if action_mode != "off":
        offers = [f"{one.action.kind}: nightlatch approve {one.id}" for one in awaiting(responses)]
        yield from _part("What you can do", offers)


def _part(heading: str, lines: Iterable[str]) -> Iterator[Element]:
    """Give a heading of our own and what others wrote below it."""
    some = [line for line in lines if line]
    if not some:
        return
    yield {"type": "TextBlock", "text": heading, "weight": "Bolder", "spacing": "Medium", "wrap": True}
    for line in some[:MOST_LINES]:
        yield _runs(line)
    if len(some) > MOST_LINES:
        yield _runs(f"and {len(some) - MOST_LINES} more")


def _runs(text: str, colour: str = "Default", *, large: bool = False) -> Element:
    """Write a line that is read as it stands."""
    run: Element = {"type": "TextRun", "text": harmless(text, _TITLE if large else _LINE), "color": colour}
    if large:
        run |= {"size": "Large", "weight": "Bolder"}
    return {"type": "RichTextBlock", "inlines": [run]}


def harmless(text: str, limit: int) -> str:
    """Take markup, templates and addresses of a text apart."""
    return plain(text.translate(_MEANINGS).replace("://", ": //").replace("@", "@ "), limit)


def _within(body: Sequence[Element], foot: Element) -> list[Element]:
    """Leave out the last parts of a body until it can be sent."""
    left = [*body]
    while len(left) > 1 and _size(_message([*left, foot])) > BODY_LIMIT:
        left.pop()
    return [*left, foot]


def _message(body: Sequence[Element]) -> Element:
    content = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [*body],
        "msteams": {"width": "Full"},
    }
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": content}
    return {"type": "message", "attachments": [attachment]}


def _size(message: Element) -> int:
    return len(as_json(message).encode("utf-16-le"))
