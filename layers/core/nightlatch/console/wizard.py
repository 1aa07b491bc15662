"""The rollback wizard: choose a version or a moment and the parts, see what it would do, confirm, see it verified."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from flask import Flask, redirect, render_template, request, url_for

from nightlatch.acts import ACTS
from nightlatch.console.confirming import Confirmations, Shown, refuse_where_moved, refuse_while_paused
from nightlatch.console.desk import Desk
from nightlatch.console.secret import held_versions
from nightlatch.domain.answering.policy import Policy
from nightlatch.domain.answering.responses import Response, ResponseState
from nightlatch.domain.errors import NothingToRestore, Refused
from nightlatch.domain.secret.metadata_parts import Part
from nightlatch.reach.kept import what_is_kept
from nightlatch.service.approve import approver_of
from nightlatch.service.rolling_back import VALUE, Rollback, way_back
from nightlatch.service.wish import Preview, preview
from nightlatch.service.wish import request as wish_for

PARTS = (VALUE, *Part)


class RollbackPages:
    """The pages of the wizard."""

    def __init__(self, desk: Desk, confirmations: Confirmations) -> None:
        self._desk = desk
        self._confirmations = confirmations

    def add_to(self, app: Flask) -> None:
        """Add the pages."""
        app.add_url_rule("/rollback", "rollback", self.choose)
        app.add_url_rule("/rollback/preflight", "preflight", self.preflight)
        app.add_url_rule("/rollback/do", "roll_back", self.do, methods=["POST"])

    def choose(self) -> str:
        """Ask what is wanted back."""
        named, connection = _named(request.args), self._desk.connection
        kept = what_is_kept(connection.secret(named), connection)
        held = held_versions(kept, connection.proofs.of([one.id for one in kept.copies]))
        return render_template(
            "rollback.html",
            named=named,
            kept=kept,
            choices=[one for one in held if one.version is None or not one.version.is_current],
            moments=[one.taken_at for one in kept.snapshots[1:6]],
            parts=PARTS,
            now=connection.now(),
        )

    def preflight(self) -> str:
        """Show what it would do.

        Raises:
            NotFound: There is no such secret.
            Refused: Nothing of it can be done; the message says why.
            Unavailable: AWS could not be asked.
        """
        named, wish = _named(request.args), wish_of(request.args)
        connection = self._desk.connection
        policy, before = connection.policy(), connection.now()
        wishes, nothing = self._wishes(named, wish, policy)
        backs = [way_back(one.action, named, before=before) if one.is_something else "" for one in wishes]
        return render_template(
            "preflight.html",
            named=named,
            fields=_fields(request.args),
            wishes=[(ACTS[one.action.kind], one, back) for one, back in zip(wishes, backs, strict=True)],
            nothing=nothing,
            is_something=any(one.is_something for one in wishes),
            why_not=self._desk.standing(policy).why_not,
            paused=connection.paused(),
            confirmation=self._confirmations.give(Shown.of(_about(request.args), wishes)),
        )

    def do(self) -> Any:
        """Ask for it, where it would still do what was shown, and hand it to the responder.

        Raises:
            Refused: It was sent before, nightlatch is paused, something has moved, or they may not.
            Unavailable: AWS could not be asked.
        """
        shown = self._confirmations.take(request.form.get("confirmation", ""), _about(request.form))
        connection = self._desk.connection
        refuse_while_paused(self._desk)
        policy = connection.policy()
        wishes, _ = self._wishes(_named(request.form), wish_of(request.form), policy)
        refuse_where_moved(shown, Shown.of(_about(request.form), wishes))
        asked = self._ask([one for one in wishes if one.is_something], policy)
        return redirect(url_for("progress", id=[one.id for one in asked]), HTTPStatus.SEE_OTHER)

    def _wishes(self, named: str, wish: Rollback, policy: Policy) -> tuple[list[Preview], list[str]]:
        """Plan each part, and say of which there is nothing to put back; where that is all of them, it is refused."""
        connection = self._desk.connection
        sight, now = connection.sight, connection.now()
        found: list[Preview] = []
        nothing: list[NothingToRestore] = []
        for action in wish.actions(connection.secret(named)):
            try:
                found.append(preview(action, acts=ACTS, policy=policy, sight=sight, now=now))
            except NothingToRestore as refusal:
                nothing.append(refusal)
        if nothing and not found:
            raise nothing[0]
        return found, [str(one) for one in nothing]

    def _ask(self, wishes: list[Preview], policy: Policy) -> list[Response]:
        """Ask for one after the other; behind one that waits for somebody else nothing is asked for."""
        connection = self._desk.connection
        by = connection.caller()
        approver = approver_of(by, policy)
        asked: list[Response] = []
        for wished in wishes:
            ports, now = connection.wishes(), connection.now()
            asked.append(wish_for(wished, by=by, approver=approver, policy=policy, ports=ports, now=now))
            if asked[-1].state is ResponseState.PROPOSED:
                break
            connection.dispatch.respond(asked[-1])
        if not asked:
            raise Refused("it is so already, so nothing was done")
        return asked


def wish_of(fields: Mapping[str, str]) -> Rollback:
    """Read what is wanted back out of an address or a form.

    Raises:
        Refused: It names no moment, no version or no part that there is.
    """
    chosen = [part for part in fields.get("parts", "").split(",") if part]
    ticked = [part for part in PARTS if fields.get(f"part-{part}") == "yes"]
    only = tuple(part for part in PARTS if part in {*chosen, *ticked})
    if not only:
        raise Refused("no part is chosen; go back and choose at least one")
    to, at = fields.get("to", ""), fields.get("at", "").strip()
    if to != "moment":
        return Rollback(to=to or None, only=only)
    try:
        moment = datetime.fromisoformat(at.removesuffix("Z"))
    except ValueError:
        raise Refused("the moment cannot be read; write it as 2026-03-02T09:00, in UTC") from None
    return Rollback(at=moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC), only=only)


def _named(fields: Mapping[str, str]) -> str:
    named = fields.get("secret", "").strip()
    if not named:
        raise Refused("no secret is named; choose one under Secrets")
    return named


def _fields(fields: Mapping[str, str]) -> list[tuple[str, str]]:
    names = ("secret", "to", "at", "parts", *(f"part-{part}" for part in PARTS))
    return [(name, fields[name]) for name in names if fields.get(name)]


def _about(fields: Mapping[str, str]) -> str:
    return repr(_fields(fields))
