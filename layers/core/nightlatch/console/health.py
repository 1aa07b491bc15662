"""Whether nightlatch itself is well: the brake, dead letters, the policy, inventory, drill and keeper's look."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from flask import Flask, redirect, render_template, request, url_for

from nightlatch.adapters.brake import OFF, SsmBrake
from nightlatch.adapters.inventory.holdings_dynamodb import DynamoHoldings
from nightlatch.console import words
from nightlatch.console.desk import Desk
from nightlatch.console.queues import QueueState, queues_of
from nightlatch.domain.account.takings import Taking
from nightlatch.domain.errors import NightlatchError, Refused

_FRESH = {"inventory": timedelta(hours=3), "drill": timedelta(days=15)}
_MOST_LOOKED_UP = 2_000  # secrets whose last look is asked for
LONGEST_REASON = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Vital:
    """One thing that must be so."""

    name: str
    chip: words.Chip
    said: str
    at: datetime | None = None
    more: str = ""


class HealthPages:
    """The page, and the brake on it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def add_to(self, app: Flask) -> None:
        """Add the page and its two forms."""
        app.add_url_rule("/health", "health", self.health)
        app.add_url_rule("/health/pause", "pause", self.pause, methods=["POST"])
        app.add_url_rule("/health/resume", "resume", self.resume, methods=["POST"])

    def health(self) -> str:
        """Show how it is; what cannot be looked up says so, and the rest is shown all the same."""
        brake, queues = self._brake_says(), self._queues()
        return render_template(
            "health.html",
            brake=brake,
            is_paused=brake not in {OFF, None},
            vitals=[*self._queue_vitals(queues), *self._vitals()],
            queues=queues,
            news=url_for("news", of="health"),
        )

    def pause(self) -> Any:
        """Pull the brake, unless it is pulled."""
        said = " ".join(request.form.get("reason", "").split())[:LONGEST_REASON]
        connection = self._desk.connection
        why = f"{connection.caller().title}, {connection.now():%Y-%m-%d %H:%M} UTC{f': {said}' if said else ''}"
        if self._brake_says() in {OFF, None}:
            self._brake().pull(why)
        return redirect(url_for("health"), HTTPStatus.SEE_OTHER)

    def resume(self) -> Any:
        """Let go of the brake, where it still says what the page showed.

        Raises:
            Refused: Somebody has pulled it anew since.
        """
        now = self._brake_says()
        if now not in {OFF, request.form.get("said", "")}:
            raise Refused(f"the brake was pulled again since you looked ({now}), so it stays on")
        self._brake().release()
        return redirect(url_for("health"), HTTPStatus.SEE_OTHER)

    def seen(self, _ids: Sequence[str]) -> object:
        """Give what makes the page another one."""
        return self._brake_says(), self._queues()

    def _brake(self) -> SsmBrake:
        connection = self._desk.connection
        return SsmBrake(connection.client("ssm"), connection.settings.kill_switch_parameter)

    def _brake_says(self) -> str | None:
        try:
            return self._brake().read()
        except NightlatchError:
            return None

    def _queues(self) -> list[QueueState] | None:
        connection = self._desk.connection
        arn = connection.settings.stack
        stack = arn.split("/")[1] if arn.count("/") > 1 else self._desk.where.stack
        try:
            return queues_of(connection.client("sqs"), stack)
        except NightlatchError:
            return None

    def _queue_vitals(self, queues: list[QueueState] | None) -> list[Vital]:
        if not queues:
            said = "The queues could not be looked at: sqs:ListQueues and sqs:GetQueueAttributes are needed."
            return [Vital(name="Dead letters", chip=words.UNKNOWN, said=said)]
        dead = [one for one in queues if one.is_dead_letters and one.waiting + one.in_hand]
        if not dead:
            return [Vital(name="Dead letters", chip=words.GOOD, said="None: everything that came was handled.")]
        said = "; ".join(f"{one.name}: {words.counted(one.waiting + one.in_hand, 'message')}" for one in dead)
        return [
            Vital(name="Dead letters", chip=words.BAD, said=said, more="What lies there was not judged or not told.")
        ]

    def _vitals(self) -> list[Vital]:
        looks: dict[str, Callable[[], Vital]] = {
            "Policy": self._policy,
            "Inventory": self._inventory,
            "Restore drill": self._drill,
            "Keeper": self._keeper,
        }
        return [_tried(name, look) for name, look in looks.items()]

    def _policy(self) -> Vital:
        policy = self._desk.connection.policy()
        people = words.counted(len(policy.approvers), "approver")
        said = f"In force: {policy.digest}, {people}, usual mode {policy.default.mode}."
        return Vital(name="Policy", chip=words.GOOD if policy.approvers else words.BAD, said=said)

    def _inventory(self) -> Vital:
        taking = self._taking()
        if taking is None:
            return Vital(name="Inventory", chip=words.BAD, said="None has been taken yet.")
        gaps = f"{words.counted(taking.gap_count, 'thing')} could not be looked at: " if taking.gap_count else ""
        said = f"{words.counted(taking.secrets, 'secret')}, looked at"
        fresh = self._fresh(taking.finished_at, "inventory")
        more = f"{gaps}{'; '.join(taking.gaps[:3])}"
        return Vital(name="Inventory", chip=fresh, said=said, at=taking.finished_at, more=more)

    def _drill(self) -> Vital:
        if self._desk.connection.settings.vault == "no":
            return Vital(name="Restore drill", chip=words.UNKNOWN, said="This stack has no vault, so nothing to open.")
        at = self._desk.connection.proofs.last_drill()
        if at is None:
            return Vital(name="Restore drill", chip=words.BAD, said="No copy has been proven restorable yet.")
        said = "Every copy of the last sample opened as it was put in."
        return Vital(name="Restore drill", chip=self._fresh(at, "drill"), said=said, at=at)

    def _keeper(self) -> Vital:
        connection = self._desk.connection
        holdings = DynamoHoldings(connection.state).last()[1]
        arns = [one.arn for one in holdings.secrets[:_MOST_LOOKED_UP] if one.deleted_at is None]
        states = connection.snapshots.states(arns)
        if not states:
            return Vital(name="Keeper", chip=words.UNKNOWN, said="It has not looked at any secret yet.")
        said = f"It has looked at {len(states):,} of {words.counted(len(arns), 'secret')}; last"
        chip = words.GOOD if len(states) >= len(arns) else words.UNKNOWN
        return Vital(name="Keeper", chip=chip, said=said, at=max(one.looked_at for one in states.values()))

    def _taking(self) -> Taking | None:
        return DynamoHoldings(self._desk.connection.state).last()[0]

    def _fresh(self, at: datetime | None, what: str) -> words.Chip:
        is_fresh = at is not None and self._desk.connection.now() - at < _FRESH[what]
        return words.GOOD if is_fresh else words.BAD


def _tried(name: str, look: Callable[[], Vital]) -> Vital:
    try:
        return look()
    except NightlatchError as error:
        return Vital(name=name, chip=words.UNKNOWN, said=str(error))
