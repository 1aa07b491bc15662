"""After this module a reader knows how the local stage is put together: the one place that knows every part.

::

    caller --HTTP--> MotoServer --narrator--> Bus --rules--> queues --Lanes--> Runtime (awslambdaric)
                      guard  |                                 ^                  |
                             +--Doors--HttpApi-----------------+--- AWS calls ----+

    guard: what a function's role does not allow is refused

    with Stage(Path("template.yaml"), settings=StageSettings(parameters={...})) as stage:
        stage.client("secretsmanager").create_secret(Name="orders/db", SecretString=...)
        stage.settle(timeout_s=20)
        for entry in stage.journal.entries(): ...
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from nightlatch.local import fidelity
from nightlatch.local.activity import Activity
from nightlatch.local.alarms.bell import Bell
from nightlatch.local.aws.moto_server import MotoServer
from nightlatch.local.aws.sessions import stage_session
from nightlatch.local.aws.stack_lists import listing_stack
from nightlatch.local.clock import VARIABLE, StageClock
from nightlatch.local.deployment import Function, Stack, deploy, read_template
from nightlatch.local.deployment.template import Place
from nightlatch.local.events.bus import Bus
from nightlatch.local.events.event_history import EventHistory, answering_lookups
from nightlatch.local.events.put_events import taking_put_events
from nightlatch.local.events.scheduler import Scheduler
from nightlatch.local.events.targets import Targets
from nightlatch.local.events.ticker import ticking
from nightlatch.local.events.trails import is_recorded
from nightlatch.local.gateway.doors import PREFIX, Doors
from nightlatch.local.gateway.http_api import HttpApi
from nightlatch.local.journal import Journal
from nightlatch.local.patterns import compile_pattern
from nightlatch.local.queues.lanes import Lanes
from nightlatch.local.queues.moto_queues import without_motos_mapping
from nightlatch.local.running.asynchronous import AsyncInvoker
from nightlatch.local.running.lambda_service import running_functions
from nightlatch.local.running.roles import INTO_THE_STAGE, lend_role
from nightlatch.local.running.runtime import Runtime
from nightlatch.local.stage_settings import StageSettings

__all__ = ["NotSettled", "Stage", "StageSettings"]


class NotSettled(TimeoutError):
    """Something is still under way; the message says what. Wait longer, or look into the journal."""


class Stage:
    """AWS on this machine with a template deployed on it; use it as a context manager, one at a time."""

    stack: Stack
    runtime: Runtime
    bus: Bus
    server: MotoServer
    clock: StageClock
    journal: Journal
    history: EventHistory

    def __init__(self, template: Path, settings: StageSettings | None = None) -> None:
        self._template = template
        self._settings = settings or StageSettings()
        self._activity = Activity()
        self._doors = Doors()
        self._is_open = False
        self._open_parts = ExitStack()

    @property
    def endpoint(self) -> str:
        """Give the address for `endpoint_url` and AWS_ENDPOINT_URL."""
        return self.server.endpoint

    def __enter__(self) -> Self:
        """Start every part.

        Raises:
            TemplateError: The template cannot be deployed; nothing is left running.
        """
        with ExitStack() as parts:
            self._start(parts)
            self._open_parts = parts.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop every part; what is under way ends as an error."""
        self._is_open = False
        self._open_parts.close()

    def client(self, service: str, credentials: Mapping[str, str] | None = None, **options: Any) -> Any:
        """Make a boto3 client of the stage; without credentials it is the account's root.

        Args:
            service: A service of boto3.
            credentials: What AssumeRole or CreateAccessKey returned (AccessKeyId, SecretAccessKey ...).
            options: Further arguments of `boto3.client`.
        """
        session = stage_session(self._settings.region, credentials)
        return session.client(service, endpoint_url=self.endpoint, **options)  # type: ignore[call-overload]

    def http_address(self, logical_id: str) -> str:
        """Give the address of an HTTP API of the template, without a slash at its end."""
        return self._doors.address(self.endpoint, logical_id)

    def warm(self) -> None:
        """Start one environment of every function ahead of its first event; returns before they are ready."""
        for function in self.stack.functions.values():
            self.runtime.warm(function.name)

    def settle(self, timeout_s: float, *, await_redelivery: bool = True) -> None:
        """Wait until every event is delivered, every lane is empty and every function has ended.

        Args:
            timeout_s: How long to wait at most.
            await_redelivery: Wait for messages too that are hidden because they failed or are delayed.

        Raises:
            NotSettled: The time is over and something is still under way or left.
        """

        def nothing_left() -> bool:
            held = self._lanes.held().values()
            return not any(ready or (hidden and await_redelivery) for ready, hidden in held)

        if not self._activity.wait_until_quiet(nothing_left, timeout_s):
            held = {name: counts for name, counts in self._lanes.held().items() if any(counts)}
            listed = ", ".join(f"{name}: {ready} ready, {hidden} hidden" for name, (ready, hidden) in held.items())
            raise NotSettled(f"not settled after {timeout_s:g} s; {listed or 'no message is left, a function runs'}")

    def tick(self) -> tuple[str, ...]:
        """Do what has come due by the stage's clock: judge alarms, fire schedules, end windows; name the fired."""
        now = self.clock.now()
        self.server.expire_deletions()
        self.bell.ring(now)
        return self.bus.tick(now) + self._scheduler.tick(now)

    def _start(self, parts: ExitStack) -> None:
        settings = self._settings
        folder = Path(parts.enter_context(tempfile.TemporaryDirectory(prefix="nightlatch-")))
        self.clock = StageClock(folder / "clock.json")
        place = Place(account=settings.account, region=settings.region, stack_name=settings.stack_name)
        self.bell = Bell(place)
        self.journal = Journal(self.clock.now, _both(self.bell.hear_step, settings.on_entry))
        self.history = EventHistory()
        parts.enter_context(without_motos_mapping())
        self.server = MotoServer(
            self._hear,
            now=self.clock.now,
            routes={**settings.routes, PREFIX: self._doors},
            port=settings.port,
            account_id=settings.account,
        )
        parts.enter_context(self.server)
        fidelity.hold_names(settings.name_held_for)
        settings.prepare(self.endpoint)
        self.stack = deploy(read_template(self._template, settings.parameters, place), self.endpoint)
        roles = {function.role_arn for function in self.stack.functions.values()}
        self.server.guard.watch(roles, settings.on_judged)
        self._start_machinery(parts, place)
        self._is_open = True

    def _start_machinery(self, parts: ExitStack, place: Place) -> None:
        run = self._settings.run
        heard = _both(lambda _function, line: self.bell.hear_line(line, self.clock.now()), run.on_log)
        self.runtime = Runtime(
            self.stack, self._variables, activity=self._activity, settings=replace(run, on_log=heard)
        )
        parts.callback(self.runtime.close)  # where something below fails; else it is closed before
        invoker = AsyncInvoker(
            self.stack, self.runtime, activity=self._activity, journal=self.journal, now=self.clock.now
        )
        self._scheduler = Scheduler(place, invoker, activity=self._activity, journal=self.journal)
        self.bus = Bus(place, Targets(invoker), compile_pattern, activity=self._activity, journal=self.journal)
        self._lanes = Lanes(
            self.stack, self.runtime, activity=self._activity, journal=self.journal, caps=self._settings.caps
        )
        self._open_doors()
        # Undone from the last to the first: nothing new comes, functions end, then their callers can.
        parts.callback(invoker.close)
        parts.callback(self._lanes.join)
        parts.callback(self.runtime.close)
        parts.enter_context(running_functions(self.runtime, invoker))
        parts.enter_context(listing_stack(self.stack))
        parts.enter_context(taking_put_events(self.bus))
        parts.enter_context(answering_lookups(self.history))
        self.bus.start()
        parts.callback(self.bus.close)
        self._lanes.start()
        parts.callback(self._lanes.stop)
        self.tick()
        if self._settings.tick_every_s is not None:
            parts.enter_context(ticking(self.tick, self._settings.tick_every_s))

    def _open_doors(self) -> None:
        for api in self.stack.of_type("AWS::ApiGatewayV2::Api"):
            routes = [route for route in self.stack.routes if route.api_id == api.physical_id]
            app = HttpApi(
                routes,
                self.runtime,
                account=self._settings.account,
                journal=self.journal,
                now=self.clock.now,
            )
            self._doors.open(api.logical_id, app)

    def _hear(self, envelope: Mapping[str, Any]) -> None:
        """Take what the narrator tells; the deployment itself is CloudFormation's doing and not told on."""
        if not self._is_open:
            return
        self.history.add(envelope)
        if is_recorded(envelope, self._settings.account):
            self._settings.on_envelope(envelope)
            if not self._settings.loses(envelope):
                self.bus.tell(envelope)

    def _variables(self, function: Function) -> dict[str, str]:
        return {
            **self._settings.variables,
            **lend_role(function, self._settings.account, self._settings.region),
            **INTO_THE_STAGE,
            "AWS_ENDPOINT_URL": self.endpoint,
            VARIABLE: str(self.clock.path),
        }


def _both(first: Callable[..., None], second: Callable[..., None]) -> Callable[..., None]:
    """Tell one, then the other."""

    def tell(*told: Any) -> None:
        first(*told)
        second(*told)

    return tell
