"""Channels and what they share, in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Lock

from flask import Flask
from requests import ConnectionError as ConnectionFailed
from requests import PreparedRequest, Session
from requests import Response as AnsweredRequest
from requests.adapters import BaseAdapter

from nightlatch.domain.answering.circuits import Bulletin, Circuit
from nightlatch.domain.answering.incidents import Incident
from nightlatch.domain.answering.responses import Response
from nightlatch.domain.errors import Unavailable


class FakeCircuits:
    """How channels do, in memory; `is_down` stands for a table that does not answer."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.by_channel: dict[str, Circuit] = {}
        self.is_down = False

    def of(self, channel: str) -> Circuit:
        self._answer()
        return self.by_channel.get(channel, Circuit(channel=channel))

    def move(self, circuit: Circuit, *, was: Circuit) -> bool:
        self._answer()
        with self._lock:
            known = self.by_channel.get(circuit.channel)
            if (known.revision if known else 0) != was.revision:
                return False
            self.by_channel[circuit.channel] = circuit
            return True

    def _answer(self) -> None:
        if self.is_down:
            raise Unavailable("the table does not answer")


@dataclass
class ShakyChannel:
    """A channel that fails as often as it is told to, and keeps what it took."""

    name: str
    failures: list[Exception] = field(default_factory=list)  # one for each message, until none is left
    shown: list[str] = field(default_factory=list)
    announced: list[Bulletin] = field(default_factory=list)
    tries: int = 0

    def show(
        self, incident: Incident, responses: Sequence[Response], place: str | None, notes: Sequence[str] = ()
    ) -> str | None:
        del responses, notes
        self._try()
        self.shown.append(incident.id)
        return place or f"{self.name}-{incident.id}"

    def announce(self, bulletin: Bulletin) -> None:
        self._try()
        self.announced.append(bulletin)

    def _try(self) -> None:
        self.tries += 1
        if self.failures:
            raise self.failures.pop(0)


class WsgiAdapter(BaseAdapter):
    """Hands requests to a web application in this process: the real client, no socket."""

    def __init__(self, app: Flask) -> None:
        super().__init__()
        self._client = app.test_client()

    def send(self, request: PreparedRequest, *_args: object, **_options: object) -> AnsweredRequest:  # type: ignore[override]
        answered = self._client.open(
            path=str(request.path_url),
            method=str(request.method),
            data=request.body,
            headers={**request.headers, "Host": "127.0.0.1"},
        )
        answer = AnsweredRequest()
        answer.status_code = answered.status_code
        answer.headers.update(dict(answered.headers))
        answer._content = answered.data
        answer.request = request
        return answer

    def close(self) -> None:
        """Nothing is open."""


def session_to(app: Flask) -> Session:
    """Give a session whose every request goes to the application."""
    session = Session()
    session.mount("http://", WsgiAdapter(app))
    session.mount("https://", WsgiAdapter(app))
    return session


class DeadAdapter(BaseAdapter):
    """A network that is not there; its errors repeat the address, as those of requests do."""

    def send(self, request: PreparedRequest, *_args: object, **_options: object) -> AnsweredRequest:  # type: ignore[override]
        raise ConnectionFailed(f"Max retries exceeded with url: {request.url}")

    def close(self) -> None:
        """Nothing is open."""


def session_to_nowhere() -> Session:
    """Give a session that reaches nobody."""
    session = Session()
    session.mount("https://", DeadAdapter())
    return session
