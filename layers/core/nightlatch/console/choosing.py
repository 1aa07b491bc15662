"""What somebody may say of an incident beside its offers: not now, this was us, this deletion may stand."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import Any

from flask import Flask, redirect, render_template, request, url_for

from nightlatch.console.desk import Desk
from nightlatch.domain.answering.choices import Choice, allowances, declarations, read_choice, snoozes
from nightlatch.domain.answering.incidents import Incident
from nightlatch.domain.answering.policy import Policy
from nightlatch.domain.errors import NightlatchError, Refused
from nightlatch.reach.choosing import choosing
from nightlatch.service.approve import approver_of, known_by
from nightlatch.service.choose import CHOICES_LIVE, Person, choose
from nightlatch.service.snooze import Rest, refuse_those_who_acted, snooze

SPANS = {"1h": "1 hour", "24h": "24 hours", "7d": "7 days", "30d": "30 days"}
LONGEST_REASON = 200


class ChoicePages:
    """The page of what can be said, and where it is sent."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def add_to(self, app: Flask) -> None:
        """Add the page and its forms."""
        app.add_url_rule("/incidents/<incident_id>/say", "say", self.page)
        app.add_url_rule("/incidents/<incident_id>/chosen", "chosen", self.chosen, methods=["POST"])
        app.add_url_rule("/incidents/<incident_id>/wake", "wake", self.wake, methods=["POST"])

    def page(self, incident_id: str) -> str:
        """Show what can be said of an incident.

        Raises:
            NotFound: There is no such incident.
            Unavailable: The table could not be asked.
        """
        connection = self._desk.connection
        incident = connection.incidents.get(incident_id)
        is_recent = connection.now() <= incident.last_seen + CHOICES_LIVE
        return render_template(
            "say.html",
            incident=incident,
            why_not=self._why_not(incident),
            spans=SPANS,
            snoozes=snoozes(incident),
            declarations=declarations(incident) if is_recent else [],
            allowances=allowances(incident) if is_recent else [],
            longest=LONGEST_REASON,
        )

    def chosen(self, incident_id: str) -> Any:
        """Do what was chosen, as it stood on the page.

        Raises:
            NotFound: There is no such incident.
            Refused: Nothing was chosen or no reason given, they may not, or something changed meanwhile.
            Unavailable: A table or queue could not be asked.
        """
        choice = read_choice(request.form.get("choice", ""))
        if choice is None or choice.incident_id != incident_id:
            raise Refused("nothing was chosen; go back and choose")
        self._choose(choice, _reason())
        return redirect(url_for("incident", incident_id=incident_id), HTTPStatus.SEE_OTHER)

    def wake(self, incident_id: str) -> Any:
        """End a snooze before its time, unless it was ended or begun anew since.

        Raises:
            NotFound: There is no such incident.
            Refused: They may not, or something changed meanwhile.
            Unavailable: A table or queue could not be asked.
        """
        connection = self._desk.connection
        number = request.form.get("number", "")
        if not (number.isascii() and number.isdecimal()):
            raise Refused("which snooze is meant cannot be read; go back and look again")
        person = self._person(connection.policy())
        rest = Rest(lasting=timedelta(), reason="woken at the console", number=int(number))
        ports, now = choosing(connection).snoozing, connection.now()
        snooze(incident_id, rest, approver=person.approver, how=person.how, ports=ports, now=now)
        return redirect(url_for("incident", incident_id=incident_id), HTTPStatus.SEE_OTHER)

    def _choose(self, choice: Choice, reason: str) -> None:
        connection = self._desk.connection
        policy = connection.policy()
        person = self._person(policy, reason)
        choose(choice, person, policy=policy, ports=choosing(connection), now=connection.now())

    def _person(self, policy: Policy, reason: str = "") -> Person:
        caller = self._desk.connection.caller()
        return Person(approver=approver_of(caller, policy), how=known_by(caller), reason=reason)

    def _why_not(self, incident: Incident) -> str:
        """Say why whoever runs the console may not say anything of it; each request is decided anew."""
        standing = self._desk.standing_now()
        if standing.approver is None:
            return standing.why_not
        try:
            refuse_those_who_acted(incident, standing.approver)
        except NightlatchError as refusal:
            return str(refusal)
        return ""


def _reason() -> str:
    said = " ".join(request.form.get("reason", "").split())[:LONGEST_REASON]
    if not said:
        raise Refused("say why in a few words: whoever looks next reads it; go back and do")
    return said
