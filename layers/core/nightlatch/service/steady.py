"""Keeps a channel steady: tries again within seconds, leaves it alone while it fails, and tells that through others.

What does not go through stays on the queue, whose redelivery is the last resort. The state is shared by all processes,
so ten of them do not each wait for a service that does not answer.

Source: AWS Builders' Library, timeouts, retries and backoff with jitter (full jitter); decision 35.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from nightlatch.domain.answering.circuits import (
    Bulletin,
    Circuit,
    bulletin,
    failed,
    may_try,
    probing,
    succeeded,
    told,
)
from nightlatch.domain.answering.incidents import Incident
from nightlatch.domain.answering.responses import Response
from nightlatch.domain.errors import Busy, Unavailable, Undeliverable
from nightlatch.service.channel_ports import Channel, Circuits
from nightlatch.service.ports import MessageChannel, Notice, Notices
from nightlatch.service.telling_ports import Pace, pace_of

BESIDE = ("reply", "summarise")  # what some channels can do beside showing an incident
TRIES = 3
FIRST_PAUSE_S = 0.5
LAST_TRY_WITHIN_S = 4.0  # after the first began; the function has thirty seconds
ANSWERS_WITHIN_S = 8.0  # each try, whatever a service drips: a client's own timeouts begin anew with each byte
_Got = TypeVar("_Got")
Within = Callable[[Callable[[], Any], float], Any]
"""Runs something and gives what it gives, or raises Unavailable after so many seconds."""


def _however_long(run: Callable[[], Any], _: float) -> Any:
    return run()


@dataclass(frozen=True, slots=True, kw_only=True)
class SteadyPorts:
    """What steadiness needs; clock, pause and chance come from outside, for this is pure."""

    circuits: Circuits
    notices: Notices
    now: Callable[[], datetime]
    tick: Callable[[], float]  # seconds that only rise
    pause: Callable[[float], None]
    chance: Callable[[], float]  # 0 to 1
    on_failure: Callable[[str, str], None]  # hears the channel and why
    within: Within = _however_long  # gives up waiting


class SteadyChannel:
    """A channel that is tried again, left alone and told about."""

    def __init__(self, inner: Channel, others: Sequence[Channel], ports: SteadyPorts) -> None:
        self._inner = inner
        self._others = others
        self._ports = ports

    @property
    def inner(self) -> Channel:
        """The channel itself."""
        return self._inner

    @property
    def name(self) -> str:
        """The name in notices and logs."""
        return self._inner.name

    @property
    def pace(self) -> Pace:
        """How the channel hears of changes."""
        return pace_of(self._inner)

    def show(
        self, incident: Incident, responses: Sequence[Response], place: str | None, notes: Sequence[str] = ()
    ) -> str | None:
        """Show the incident, if need be at the second or third try.

        Raises:
            Unavailable: It could not be shown, or the channel is left alone for now.
        """
        return self.steadily(lambda: self._inner.show(incident, responses, place, notes))

    def steadily(self, send: Callable[[], _Got]) -> _Got:
        """Send something as often as is worth it, and remember how that went.

        Raises:
            Unavailable: It did not go through, or the channel is left alone for now.
        """
        circuit = self._turn()
        try:
            got = self._tried(send)
        except Unavailable as failure:
            self._ports.on_failure(self.name, str(failure))
            after = _after(circuit, failure, self._ports.now())
            self._remember(after, was=circuit)
            raise
        self._remember(succeeded(circuit, self._ports.now()), was=circuit)
        return got

    def _turn(self) -> Circuit:
        """Look how the channel does, and take the turn to try it."""
        try:
            circuit = self._ports.circuits.of(self.name)
        except Unavailable:
            return Circuit(channel=self.name)  # what cannot be known keeps nobody from being told
        now = self._ports.now()
        taken = probing(circuit, now)
        if may_try(circuit, now) and (taken is circuit or self._ports.circuits.move(taken, was=circuit)):
            return taken
        self._tell(circuit)
        raise Unavailable(f"{self.name} is left alone for a moment after it failed ({circuit.reason})")

    def _tried(self, send: Callable[[], _Got]) -> _Got:
        begun = self._ports.tick()
        for tried in range(1, TRIES):
            try:
                return self._once(send)
            except Undeliverable:
                raise
            except Unavailable as failure:
                pause = self._ports.chance() * FIRST_PAUSE_S * 2**tried
                if isinstance(failure, Busy):
                    pause += failure.again_in_s
                if self._ports.tick() - begun + pause > LAST_TRY_WITHIN_S:
                    raise
                self._ports.pause(pause)
        return self._once(send)

    def _once(self, send: Callable[[], _Got]) -> _Got:
        got: _Got = self._ports.within(send, ANSWERS_WITHIN_S)
        return got

    def _remember(self, after: Circuit, *, was: Circuit) -> None:
        """Store how the channel does and tell what is news; a message that was shown is not unshown by either."""
        if after is was and not was.is_news:
            return
        with suppress(Unavailable):
            if after is was or self._ports.circuits.move(after, was=was):
                self._tell(after)

    def _tell(self, circuit: Circuit) -> None:
        news = bulletin(circuit)
        others = [other for other in self._others if other.name != self.name]
        if news is None or not (self._told_by_any(news, others) or not others):
            return
        with suppress(Unavailable):
            self._ports.circuits.move(told(circuit), was=circuit)

    def _told_by_any(self, news: Bulletin, others: Sequence[Channel]) -> bool:
        took = [self._told_by(other, news) for other in others]  # through each of them, not through the first
        return any(took)

    def _told_by(self, other: Channel, news: Bulletin) -> bool:
        """Tell it through another channel, once by whichever process; a channel that fails itself is not waited for."""
        notice = Notice(f"channel-{self.name}", f"{other.name}-{news.mark}")
        try:
            if not self._ports.notices.claim(notice, self._ports.now()):
                return True
            other.announce(news)
            self._ports.notices.shown(notice)
        except Unavailable as failure:
            self._ports.on_failure(other.name, str(failure))
            return False
        return True


def _after(circuit: Circuit, failure: Unavailable, now: datetime) -> Circuit:
    asked = timedelta(seconds=failure.again_in_s) if isinstance(failure, Busy) else timedelta(0)
    return failed(circuit, str(failure), now, refused=isinstance(failure, Undeliverable), asked=asked)


def steady(
    channels: Sequence[Channel], ports: SteadyPorts, *, others: Sequence[Channel] = ()
) -> tuple[MessageChannel, ...]:
    """Make channels steady, each telling about itself through the others.

    Args:
        channels: What is made steady.
        ports: What that needs.
        others: Through which is told how one does; the channels themselves where none are given.
    """
    return tuple(_kind_for(one)(one, others or channels, ports) for one in channels)


def _kind_for(channel: Channel) -> type[SteadyChannel]:
    """Give the class of a steady channel with what this one can do beside showing: who asks looks at the class."""
    more = {name: _made_steady(name) for name in BESIDE if hasattr(channel, name)}
    return type("SteadyChannel", (SteadyChannel,), more) if more else SteadyChannel


def _made_steady(name: str) -> Callable[..., object]:
    def send(self: SteadyChannel, *given: object, **named: object) -> object:
        return self.steadily(lambda: getattr(self.inner, name)(*given, **named))

    return send
