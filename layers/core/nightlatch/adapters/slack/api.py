"""Calls Slack: the token in a header, a short wait where Slack asks for one, and errors that repeat nothing of ours.

Source: Slack, rate limits (429 with Retry-After in seconds; posting about one message per second and channel, short
bursts allowed) and Web API (HTTP 200 with `ok` and `error`, also for refusals).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import requests

from nightlatch.domain.errors import Busy, NightlatchError, NotFound, Unavailable, Undeliverable

TIMEOUT_S = 5
LONGEST_WAIT_S = 4.0  # for one call; what takes longer waits in the queue instead of in a function that is paid for
_LATER = frozenset({"ratelimited", "internal_error", "fatal_error", "request_timeout", "service_unavailable"})
_GONE = frozenset({"message_not_found", "cant_update_message", "thread_not_found"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackApi:
    """Slack's Web API and webhooks."""

    url: str
    token: str = field(default="", repr=False)
    session: requests.Session = field(default_factory=requests.Session)
    pause: Callable[[float], None] = time.sleep

    def call(self, method: str, body: Mapping[str, object]) -> Mapping[str, object]:
        """Call a method.

        Raises:
            NotFound: The message that it is about is gone.
            Unavailable: Slack did not take it; the error's name, never our request, is in the message.
        """
        answer = self.send(f"{self.url}/{method}", body, {"Authorization": f"Bearer {self.token}"})
        try:
            document = answer.json()
        except ValueError:
            document = {}
        if answer.ok and isinstance(document, dict) and document.get("ok") is True:
            return document
        reason = document.get("error", "no reason") if isinstance(document, dict) else "no reason"
        raise kind_of(answer.status_code, str(reason))(f"Slack's {method} answered {answer.status_code}: {reason}")

    def send(self, url: str, body: Mapping[str, object], headers: Mapping[str, str]) -> requests.Response:
        """Send a document; where Slack asks to wait for a moment, wait and send it once more.

        A request that was refused for its rate was not carried out, so sending it again doubles nothing.

        Raises:
            Unavailable: Slack could not be reached, or asks to wait for longer than a moment.
        """
        answer = self._post(url, body, headers)
        if answer.status_code != requests.codes.too_many_requests:
            return answer
        wait_s = _asked_to_wait(answer)
        if wait_s > LONGEST_WAIT_S:
            raise Busy(f"Slack asks to wait for {wait_s:g} s; the message comes again", wait_s)
        self.pause(wait_s)
        answer = self._post(url, body, headers)
        if answer.status_code == requests.codes.too_many_requests:
            wait_s = _asked_to_wait(answer)
            raise Busy(f"Slack asks to wait for another {wait_s:g} s; the message comes again", wait_s)
        return answer

    def _post(self, url: str, body: Mapping[str, object], headers: Mapping[str, str]) -> requests.Response:
        try:
            return self.session.post(url, json=body, headers=dict(headers), timeout=TIMEOUT_S)
        except requests.RequestException as error:
            # The exception's own text holds the URL, and a webhook's URL is a credential.
            raise Unavailable(f"Slack could not be reached ({type(error).__name__})") from None


def kind_of(status: int, reason: str = "") -> type[NightlatchError]:
    """Tell what is gone, what may go through later, and what Slack does not take."""
    if reason in _GONE:
        return NotFound
    is_for_later = status >= requests.codes.server_error or reason in _LATER
    return Unavailable if is_for_later else Undeliverable


def _asked_to_wait(answer: requests.Response) -> float:
    """Read how long Slack asks to wait; a second where it does not say."""
    text = answer.headers.get("Retry-After", "")
    return float(text) if text.isascii() and text.isdigit() else 1.0
