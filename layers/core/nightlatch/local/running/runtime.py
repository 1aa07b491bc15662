"""After this module a reader knows how the stage runs functions: how many at once, cold or warm.

A function has a small pool of environments, as many as its reserved concurrency allows and the machine
can bear. Who finds none free waits, where Lambda would throttle and its callers would try again.

Source: https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from nightlatch.local.activity import Activity
from nightlatch.local.deployment import Function, Stack
from nightlatch.local.running.environment import Environment, LogLine
from nightlatch.local.running.function_variables import Interpreter
from nightlatch.local.running.invocation import Invocation
from nightlatch.local.running.processes import PRELOADED, starter

Variables = Callable[[Function], Mapping[str, str]]
"""Gives a function's credentials and the stage's addresses; asked once per environment."""


class Throttled(Exception):
    """The function's reserved concurrency is zero: nobody may run it. Raise it above zero."""


def _unheard(*_told: object) -> None:
    """Hear nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSettings:
    """How functions are run, and who hears of it."""

    interpreter: Interpreter = field(default_factory=Interpreter)
    on_log: LogLine = _unheard
    on_invocation: Callable[[Invocation], None] = _unheard
    most_environments: int = 2
    preloaded: tuple[str, ...] = PRELOADED  # modules that functions begin with, imported once where that can be done
    init_timeout_s: float = 60.0  # Lambda gives 10 s; a laptop under load is slower


class Runtime:
    """Runs the functions of a stack until it is closed."""

    def __init__(
        self,
        stack: Stack,
        variables: Variables,
        *,
        activity: Activity,
        settings: RunSettings | None = None,
    ) -> None:
        self._activity = activity
        self._settings = chosen = settings or RunSettings()

        self._starter = starter(chosen.interpreter, stack.functions.values(), chosen.preloaded)

        def start(function: Function) -> Environment:
            return Environment(
                function,
                self._starter,
                variables(function),
                on_log=chosen.on_log,
                init_timeout_s=chosen.init_timeout_s,
            )

        self._pools = {
            function.name: _Pool(function, start, chosen.most_environments) for function in stack.functions.values()
        }

    def invoke(self, name: str, payload: bytes) -> Invocation:
        """Run a function once and wait for its answer.

        Raises:
            Throttled: Its reserved concurrency is zero.
            KeyError: The stack has no such function.
        """
        pool = self._pools[name]
        with self._activity.busy():
            environment = pool.borrow()
            try:
                invocation = environment.invoke(payload)
            finally:
                pool.give_back(environment)
            self._settings.on_invocation(invocation)
            return invocation

    def has(self, name: str) -> bool:
        """Say whether the stack has such a function."""
        return name in self._pools

    def warm(self, name: str) -> None:
        """Start a function's first environment ahead of its first invocation."""
        pool = self._pools[name]
        pool.give_back(pool.borrow())

    def concurrency(self, name: str) -> int:
        """Say how many invocations of a function may run at once."""
        return self._pools[name].limit

    def close(self) -> None:
        """End every environment; an invocation under way ends with it, as an error."""
        for pool in self._pools.values():
            pool.close()
        self._starter.close()


class _Pool:
    """The environments of one function."""

    def __init__(self, function: Function, start: Callable[[Function], Environment], most: int) -> None:
        reserved = function.reserved_concurrency
        self.limit = most if reserved is None else min(reserved, most)
        self._function = function
        self._start = start
        self._free: list[Environment] = []
        self._all: set[Environment] = set()
        self._places = threading.Semaphore(self.limit)
        self._lock = threading.Lock()
        self._closed = False

    def borrow(self) -> Environment:
        if self.limit == 0:
            raise Throttled(f"{self._function.name} has a reserved concurrency of zero")
        self._places.acquire()
        with self._lock:
            if self._closed:
                self._places.release()
                raise Throttled(f"{self._function.name} cannot run: the stage is closing")
            if self._free:
                return self._free.pop()
            environment = self._start(self._function)
            self._all.add(environment)
            return environment

    def give_back(self, environment: Environment) -> None:
        with self._lock:
            if environment.alive:
                self._free.append(environment)
            else:
                self._all.discard(environment)
        if not environment.alive:
            environment.close()
        self._places.release()

    def close(self) -> None:
        with self._lock:
            self._closed = True
            every, self._all = self._all, set()
            self._free.clear()
        for environment in every:
            environment.close()
