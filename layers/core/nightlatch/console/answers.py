"""Answers an offer: first what it would do, then yes or no, then how it goes until it is verified."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from flask import Flask, redirect, render_template, request, url_for

from nightlatch.acts import ACTS
from nightlatch.console import words
from nightlatch.console.confirming import Confirmations, Shown, ahead_of, refuse_where_moved, refuse_while_paused
from nightlatch.console.desk import Desk
from nightlatch.console.news import MOST_IDS
from nightlatch.console.offered import why_not
from nightlatch.domain.answering.acting import Act
from nightlatch.domain.answering.actions import ActionKind
from nightlatch.domain.answering.responses import FINAL, Response, ResponseState, Signal
from nightlatch.domain.errors import NotFound, Refused
from nightlatch.service.approve import ApprovePorts, answer
from nightlatch.service.rolling_back import way_back
from nightlatch.service.wish import Preview

_TAKES_BACK = frozenset({ActionKind.ROLL_BACK, ActionKind.PUT_BACK})


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How one response goes."""

    response: Response
    act: Act
    redo: str  # the command that takes it back, once it is done

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen by itself."""
        return self.response.state in FINAL or self.response.state is ResponseState.PROPOSED


class AnswerPages:
    """The pages of an offer and of what becomes of it."""

    def __init__(self, desk: Desk, confirmations: Confirmations) -> None:
        self._desk = desk
        self._confirmations = confirmations

    def add_to(self, app: Flask) -> None:
        """Add the pages."""
        app.add_url_rule("/offers/<response_id>", "offer", self.offer)
        app.add_url_rule("/offers/<response_id>/yes", "say_yes", self.say_yes, methods=["POST"])
        app.add_url_rule("/offers/<response_id>/no", "say_no", self.say_no, methods=["POST"])
        app.add_url_rule("/progress", "progress", self.progress)

    def offer(self, response_id: str) -> Any:
        """Show what an offer would do; what was answered already shows how it goes.

        Raises:
            NotFound: There is no such response.
            Unavailable: AWS could not be asked.
        """
        response = self._desk.connection.ledger.get(response_id)
        if response.state is not ResponseState.PROPOSED:
            return self._to_progress(response_id)
        wished, cannot = self._ahead(response)
        shown = Shown.of(response_id, [wished] if wished else [])
        return render_template(
            "offer.html",
            response=response,
            act=ACTS[response.action.kind],
            wishes=[(ACTS[response.action.kind], wished, "")] if wished else [],
            cannot=cannot,
            why_not=why_not(response, self._desk.standing_now()),
            paused=self._desk.connection.paused(),
            confirmation=self._confirmations.give(shown),
        )

    def say_yes(self, response_id: str) -> Any:
        """Approve it, where it would still do what was shown.

        Raises:
            Refused: It was sent before, nightlatch is paused, something has moved, or they may not decide.
            NotFound: There is no such response.
            Unavailable: AWS could not be asked.
        """
        shown = self._confirmations.take(request.form.get("confirmation", ""), response_id)
        response = self._desk.connection.ledger.get(response_id)
        if response.state is ResponseState.PROPOSED:
            refuse_while_paused(self._desk)
            refuse_where_moved(shown, Shown.of(response_id, [ahead_of(response, self._desk)]))
        return self._answered(response_id, Signal.APPROVE)

    def say_no(self, response_id: str) -> Any:
        """Decline it.

        Raises:
            Refused: It was sent before, or they may not decide.
            Unavailable: AWS could not be asked.
        """
        self._confirmations.take(request.form.get("confirmation", ""), response_id)
        return self._answered(response_id, Signal.DENY)

    def progress(self) -> str:
        """Show how responses go.

        Raises:
            NotFound: None of them is known.
            Unavailable: The ledger could not be asked.
        """
        ids = request.args.getlist("id")[:MOST_IDS]
        found = [self._progress(one) for one in self._named(ids)]
        if not found:
            raise NotFound("there is no such response; what waits now stands under Incidents")
        is_over = all(one.is_over for one in found)
        news = None if is_over else url_for("news", of="responses", id=ids)
        others = self._desk.where.options_of_another
        return render_template("progress.html", found=found, states=words.STATES, news=news, others=others)

    def seen(self, ids: Sequence[str]) -> object:
        """Give what makes the page of progress another one."""
        return [(one.id, one.state, len(one.steps)) for one in self._named(ids)]

    def _answered(self, response_id: str, signal: Signal) -> Any:
        connection = self._desk.connection
        ports = ApprovePorts(ledger=connection.ledger, dispatch=connection.dispatch)
        principal, policy = connection.caller(), connection.policy()
        answer(response_id, principal=principal, signal=signal, policy=policy, ports=ports, now=connection.now())
        return self._to_progress(response_id)

    def _ahead(self, response: Response) -> tuple[Preview | None, str]:
        try:
            return ahead_of(response, self._desk), ""
        except (Refused, NotFound) as refusal:
            return None, str(refusal)

    def _named(self, ids: Sequence[str]) -> list[Response]:
        found = {one.id: one for one in self._desk.connection.offers.named(ids)}
        return [found[one] for one in ids if one in found]

    def _progress(self, response: Response) -> Progress:
        return Progress(response=response, act=ACTS[response.action.kind], redo=self._redo(response))

    def _redo(self, response: Response) -> str:
        action = response.action
        if response.state is not ResponseState.SUCCEEDED or action.kind not in _TAKES_BACK:
            return ""
        return f"nightlatch {way_back(action, action.name, before=response.proposed_at)}{self._desk.place}"

    @staticmethod
    def _to_progress(*ids: str) -> Any:
        return redirect(url_for("progress", id=ids), HTTPStatus.SEE_OTHER)
