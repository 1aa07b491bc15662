"""After this module a reader knows what a stage can be told before it starts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from nightlatch.local.aws.moto_server import ACCOUNT_ID
from nightlatch.local.gateway.doors import App
from nightlatch.local.journal import Entry
from nightlatch.local.permissions.guard import OnJudged
from nightlatch.local.queues.lanes import Caps
from nightlatch.local.running.runtime import RunSettings


def _unheard(*_told: object) -> None:
    """Hear nothing."""


def _nothing(_envelope: Mapping[str, Any]) -> bool:
    """Lose nothing."""
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class StageSettings:
    """What a stage can be told; every part has a default.

    `parameters` are the template's, `routes` further WSGI applications by path prefix, `variables` further
    environment variables of every function. `prepare` is called with the server's address before the
    template is deployed: what the template refers to can be made there. `on_judged` hears of every permission
    that a function's call needed. `caps` shorten how long messages lie in a lane.
    `loses` names what EventBridge fails to deliver, which it may: CloudTrail has it all the same.
    `name_held_for` says how long the name of a secret stays taken after a forced deletion.
    `tick_every_s` lets time pass by itself; without it schedules fire when somebody calls `Stage.tick`.
    """

    parameters: Mapping[str, str] = field(default_factory=dict)
    region: str = "eu-west-1"
    account: str = ACCOUNT_ID
    stack_name: str = "nightlatch"
    port: int = 0
    routes: Mapping[str, App] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    prepare: Callable[[str], None] = _unheard
    on_envelope: Callable[[Mapping[str, Any]], None] = _unheard
    loses: Callable[[Mapping[str, Any]], bool] = _nothing
    on_entry: Callable[[Entry], None] = _unheard
    on_judged: OnJudged = _unheard
    run: RunSettings = field(default_factory=RunSettings)
    caps: Caps = field(default_factory=Caps)
    name_held_for: timedelta = timedelta(seconds=3)  # on AWS 5 to 27 seconds; long enough to make an act try again
    tick_every_s: float | None = None
