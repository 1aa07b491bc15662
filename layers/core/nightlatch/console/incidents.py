"""The incidents: the list of them, which updates by itself, and one of them with all that is known and can be done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Flask, render_template, request, url_for

from nightlatch.acts import ACTS
from nightlatch.adapters.history.known_uses import radius_known
from nightlatch.adapters.history.recent_readers import LATELY
from nightlatch.console import words
from nightlatch.console.desk import Desk
from nightlatch.console.incident_story import Moment, story_of
from nightlatch.console.offered import Offered, offered
from nightlatch.detections import CATALOGUE
from nightlatch.domain.answering.incidents import Incident, is_settled
from nightlatch.domain.answering.responses import Response, ResponseState
from nightlatch.domain.errors import NightlatchError
from nightlatch.domain.event.secrets import SecretRef, distinct

MOST = 100  # incidents in the list
MOST_SECRETS = 5  # whose readers are looked up


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One incident in the list."""

    incident: Incident
    state: words.Chip


@dataclass(frozen=True, slots=True, kw_only=True)
class Readers:
    """Who has read a secret in the last day; no names where the history could not be asked."""

    secret: SecretRef
    names: tuple[str, ...] | None


class IncidentPages:
    """The pages about incidents."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def add_to(self, app: Flask) -> None:
        """Add the pages."""
        app.add_url_rule("/", "incidents", self.all)
        app.add_url_rule("/incidents/<incident_id>", "incident", self.one)

    def all(self) -> str:
        """Show the list, the newest first."""
        rows = self._rows()
        waiting = [row for row in rows if row.state is words.NEEDS_YOU]
        only = request.args.get("only") == "waiting"
        return render_template(
            "incidents.html",
            rows=waiting if only else rows,
            waiting=len(waiting),
            total=len(rows),
            only=only,
            most=MOST,
            severities=words.SEVERITIES,
            news=url_for("news", of="incidents"),
        )

    def one(self, incident_id: str) -> str:
        """Show one incident.

        Raises:
            NotFound: There is no such incident.
            Unavailable: The tables could not be asked.
        """
        connection = self._desk.connection
        incident = connection.incidents.get(incident_id)
        responses = _ordered(connection.offers.named(incident.responses))
        return render_template(
            "incident.html",
            incident=incident,
            severity=words.SEVERITIES[incident.severity],
            state=words.state_of(incident, responses, connection.now()),
            asleep=incident.snooze if incident.is_asleep(connection.now()) else None,
            is_settled=is_settled(incident, responses),
            findings=sorted(incident.findings, key=lambda one: (-one.severity.rank, one.rule)),
            **self._reach(incident),
            story=self._story(incident, responses),
            responses=[one for one in responses if one.state is not ResponseState.PROPOSED or one.waits_because],
            states=words.STATES,
            acts=ACTS,
            offers=self._offered(responses),
            following=_following(incident),
            news=url_for("news", of="incident", id=incident.id),
        )

    def seen(self, _ids: Sequence[str]) -> object:
        """Give what makes the list another one."""
        return [(row.incident.id, row.incident.revision, row.state.word) for row in self._rows()]

    def seen_one(self, ids: Sequence[str]) -> object:
        """Give what makes the page of an incident another one."""
        connection = self._desk.connection
        incident = connection.incidents.get(ids[0] if ids else "")
        states = [(one.id, one.state) for one in connection.offers.named(incident.responses)]
        return incident.revision, incident.is_asleep(connection.now()), states

    def _rows(self) -> list[Row]:
        connection = self._desk.connection
        incidents = connection.incident_list.newest(MOST)
        known = {one.id: one for one in connection.offers.named(r for i in incidents for r in i.responses)}
        now = connection.now()
        return [Row(incident=one, state=words.state_of(one, _of(one, known), now)) for one in incidents]

    def _offered(self, responses: Sequence[Response]) -> list[Offered]:
        return offered(responses, self._desk.standing_now())

    def _story(self, incident: Incident, responses: Sequence[Response]) -> list[Moment]:
        return story_of(incident, responses, self._desk.connection.trails)

    def _reach(self, incident: Incident) -> dict[str, object]:
        """Give which secrets it is about, who reads them, and what else whoever did it uses."""
        secrets = distinct(secret for finding in incident.findings for secret in finding.secrets)
        readers = [self._readers(one) for one in secrets[:MOST_SECRETS]]
        return {"secrets": secrets, "readers": readers, "radius": self._radius(incident)}

    def _radius(self, incident: Incident) -> tuple[str, ...]:
        connection = self._desk.connection
        try:
            return radius_known(connection.trails, incident.lead.principal.key, connection.now()).lines
        except NightlatchError as error:
            return (str(error),)

    def _readers(self, secret: SecretRef) -> Readers:
        connection = self._desk.connection
        try:
            found = connection.readers.since(secret.keys, connection.now() - LATELY)
        except NightlatchError:
            return Readers(secret=secret, names=None)
        return Readers(secret=secret, names=tuple(map(words.short, found)))


def _of(incident: Incident, known: Mapping[str, Response]) -> list[Response]:
    return [known[one] for one in incident.responses if one in known]


def _ordered(responses: Sequence[Response]) -> list[Response]:
    return sorted(responses, key=lambda one: (one.proposed_at, one.id))


def _following(incident: Incident) -> list[str]:
    """Give what a person does now: by the rule that named the incident, then what each finding advises."""
    playbook = next((rule.playbook for rule in CATALOGUE if rule.id == incident.lead.rule), "").splitlines()
    return [*playbook, *dict.fromkeys(one.advice for one in incident.findings if one.advice)]
