"""After this module a reader knows which events reach which rules of the stage, and when schedules fire.

The rules are read from the server at each event, so that what a caller does to them takes effect at once:
a rule that an attacker disables is silent from then on, as on AWS.
"""

from __future__ import annotations

import queue
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Protocol

from moto.events.models import events_backends

from nightlatch.local.activity import Activity
from nightlatch.local.deployment.template import Place
from nightlatch.local.events.rule_states import admits
from nightlatch.local.events.schedules import was_due
from nightlatch.local.events.targets import Targets, Undeliverable, as_text
from nightlatch.local.journal import Entry, Journal, Outcome, Step
from nightlatch.local.queues.sqs_records import event_id_of


class Pattern(Protocol):
    """A compiled event pattern."""

    def matches(self, event: Mapping[str, Any]) -> bool:
        """Say whether an event matches."""


Compile = Callable[[str], Pattern]


class Bus:
    """The default event bus of the stage's account and Region."""

    def __init__(
        self, place: Place, targets: Targets, compile_pattern: Compile, *, activity: Activity, journal: Journal
    ) -> None:
        self._rules = events_backends[place.account][place.region]
        self._place = place
        self._targets = targets
        self._compile = compile_pattern
        self._compiled: dict[str, Pattern | None] = {}
        self._activity = activity
        self._journal = journal
        self._waiting: queue.SimpleQueue[tuple[Mapping[str, Any], Any] | None] = queue.SimpleQueue()
        self._fired: dict[str, datetime] = {}
        self._thread = threading.Thread(target=self._work, name="bus", daemon=True)

    def start(self) -> None:
        """Begin to deliver."""
        self._thread.start()

    def close(self) -> None:
        """Deliver what has been told so far, then end."""
        self._waiting.put(None)
        self._thread.join()

    def tell(self, envelope: Mapping[str, Any]) -> None:
        """Take an event for the rules of the default bus; returns before it is delivered."""
        self._activity.begin()
        self._waiting.put((envelope, None))

    def offer(self, rule: Any, envelope: Mapping[str, Any]) -> None:
        """Take an event for one rule, as PutEvents offers it to the rules of its bus."""
        self._activity.begin()
        self._waiting.put((envelope, rule))

    def tick(self, now: datetime) -> tuple[str, ...]:
        """Fire every enabled schedule rule that came due since it was last seen; give their names.

        A schedule seen for the first time only starts to count.
        """
        fired = []
        for rule in self._current_rules():
            if not rule.scheduled_expression or rule.state == "DISABLED":
                continue
            since = self._fired.setdefault(rule.arn, now)
            if was_due(rule.scheduled_expression, since, now):
                self._fired[rule.arn] = now
                self._activity.begin()
                self._waiting.put((self._scheduled_event(rule, now), rule))
                fired.append(rule.name)
        return tuple(fired)

    def _scheduled_event(self, rule: Any, now: datetime) -> dict[str, Any]:
        return {
            "version": "0",
            "id": str(uuid.uuid4()),
            "detail-type": "Scheduled Event",
            "source": "aws.events",
            "account": self._place.account,
            "time": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "region": self._place.region,
            "resources": [rule.arn],
            "detail": {},
        }

    def _current_rules(self) -> tuple[Any, ...]:
        return tuple(self._rules.event_buses["default"].rules.values())

    def _work(self) -> None:
        while (item := self._waiting.get()) is not None:
            envelope, rule = item
            try:
                if rule is not None and rule.scheduled_expression:
                    self._deliver(rule, envelope, Step.SCHEDULE)
                else:
                    self._match([rule] if rule is not None else self._current_rules(), envelope)
            finally:
                self._activity.end()

    def _match(self, rules: Any, envelope: Mapping[str, Any]) -> None:
        for rule in rules:
            if admits(rule.state, envelope) and self._matches(rule, envelope):
                self._deliver(rule, envelope, Step.RULE)

    def _matches(self, rule: Any, envelope: Mapping[str, Any]) -> bool:
        text = rule.event_pattern.dump()
        if not text:
            return False
        if text not in self._compiled:
            self._compiled[text] = self._compile_or_refuse(rule, text)
        pattern = self._compiled[text]
        return pattern is not None and pattern.matches(envelope)

    def _compile_or_refuse(self, rule: Any, text: str) -> Pattern | None:
        """Compile a pattern; AWS refuses a bad one in PutRule, moto takes it, so it is told here, once."""
        try:
            return self._compile(text)
        except ValueError as error:
            self._journal.write(
                Entry(
                    at=self._journal.now(),
                    step=Step.RULE,
                    outcome=Outcome.REFUSED,
                    what="a pattern",
                    via=rule.name,
                    target="",
                    reason=f"the pattern of the rule is not valid: {error}",
                )
            )
            return None

    def _deliver(self, rule: Any, envelope: Mapping[str, Any], step: Step) -> None:
        text = as_text(envelope)
        for target in list(rule.targets):
            begun = time.monotonic()
            outcome, reason = self._deliver_to(rule.arn, target, text)
            self._journal.write(
                Entry(
                    at=self._journal.now(),
                    step=step,
                    outcome=outcome,
                    what=_name_of(envelope),
                    via=rule.name,
                    target=str(target["Arn"]),
                    ms=(time.monotonic() - begun) * 1000,
                    reason=reason,
                    ids=(event_id_of(envelope),),
                )
            )

    def _deliver_to(self, rule_arn: str, target: Mapping[str, Any], text: str) -> tuple[Outcome, str]:
        try:
            self._targets.send(rule_arn, target, text)
        except Undeliverable as why:
            saved = self._targets.to_dead_letters(rule_arn, target, text, why)
            return (Outcome.DEAD_LETTER if saved else Outcome.LOST), f"{why.code}: {why}"
        return Outcome.DELIVERED, ""


def _name_of(envelope: Mapping[str, Any]) -> str:
    detail = envelope.get("detail")
    name = detail.get("eventName") if isinstance(detail, Mapping) else None
    return str(name or envelope.get("detail-type", ""))
