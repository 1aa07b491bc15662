"""Posts incidents to Slack: by bot token, with the message edited in place, or by a plain webhook.

A webhook cannot edit, so it posts short follow-ups instead (ruling 20). The credentials are one JSON
document in a secret of our own and never leave this module.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import requests

from nightlatch.adapters.slack.message import render, render_follow_up
from nightlatch.adapters.slack.text import escape
from nightlatch.domain.answering.circuits import Bulletin
from nightlatch.domain.answering.incidents import Incident
from nightlatch.domain.answering.responses import Response
from nightlatch.domain.errors import InvalidPolicy, Unavailable

TIMEOUT_S = 5
PRIVATE_TIMEOUT_S = 1.0  # inside the three seconds that Slack waits for the answer to a press
_WEBHOOK = "webhook"


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackCredentials:
    """What the Slack app gave us; nothing of it is ever shown."""

    token: str = field(default="", repr=False)
    channel: str = ""
    webhook_url: str = field(default="", repr=False)
    signing_secrets: tuple[str, ...] = field(default=(), repr=False)  # two while one is being replaced


def read_credentials(document: str) -> SlackCredentials:
    """Read the credentials document: `token`, `channel`, `webhook_url`, `signing_secret(s)`.

    Raises:
        InvalidPolicy: It is not such a document; nothing of its text is repeated.
    """
    try:
        fields = json.loads(document)
        secrets = fields.get("signing_secrets") or [fields["signing_secret"]]
        return SlackCredentials(
            token=str(fields.get("token", "")),
            channel=str(fields.get("channel", "")),
            webhook_url=str(fields.get("webhook_url", "")),
            signing_secrets=tuple(str(secret) for secret in secrets),
        )
    except (ValueError, KeyError, AttributeError, TypeError):
        raise InvalidPolicy(
            "the Slack secret must be a JSON object with signing_secret, and token and channel or webhook_url"
        ) from None


def answer_privately(response_url: str, text: str, *, api_url: str) -> bool:
    """Tell only the person who pressed; give whether Slack took it.

    Best effort: the press itself is decided and recorded by then. Only Slack's own host is ever called.
    """
    allowed = {"hooks.slack.com", urlsplit(api_url).netloc}
    if urlsplit(response_url).netloc not in allowed:
        return False
    body = {"response_type": "ephemeral", "replace_original": False, "text": escape(text)}
    try:
        return requests.post(response_url, json=body, timeout=PRIVATE_TIMEOUT_S).ok
    except requests.RequestException:
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackChannel:
    """A Slack channel as a way to people."""

    credentials: SlackCredentials
    api_url: str
    action_mode: str
    session: requests.Session = field(default_factory=requests.Session)

    @property
    def name(self) -> str:
        """The name in notices and logs."""
        return "slack"

    def show(
        self, incident: Incident, responses: Sequence[Response], place: str | None, notes: Sequence[str] = ()
    ) -> str | None:
        """Post the incident, or bring its message up to date.

        Args:
            incident: What to show.
            responses: What was offered and done.
            place: `channel/ts` of the message posted before, or None.
            notes: What is known of changed values.

        Raises:
            Unavailable: Slack did not take it; the text of the answer, never our request, is in the message.
        """
        if not self.credentials.token:
            return self._post_to_webhook(incident, responses, place, notes)
        message = render(incident, responses, action_mode=self.action_mode, notes=notes)
        if place is None:
            answer = self._call("chat.postMessage", {"channel": self.credentials.channel, **message})
        else:
            channel, _, ts = place.rpartition("/")
            answer = self._call("chat.update", {"channel": channel, "ts": ts, **message})
        return f"{answer.get('channel', self.credentials.channel)}/{answer['ts']}"

    def announce(self, bulletin: Bulletin) -> None:
        """Post that another channel takes no messages, or takes them again.

        Raises:
            Unavailable: Slack did not take it.
        """
        message: dict[str, object] = {"text": escape(f"{bulletin.title}. {bulletin.text}")}
        if self.credentials.token:
            self._call("chat.postMessage", {"channel": self.credentials.channel, **message})
            return
        answer = self._send(self.credentials.webhook_url, message, {})
        if not answer.ok:
            raise Unavailable(f"Slack's webhook answered {answer.status_code}")

    def _post_to_webhook(
        self, incident: Incident, responses: Sequence[Response], place: str | None, notes: Sequence[str]
    ) -> str:
        if place is None:
            message = render(incident, responses, action_mode=self.action_mode, notes=notes)
        else:
            message = render_follow_up(incident, responses)
        answer = self._send(self.credentials.webhook_url, message, {})
        if not answer.ok:
            raise Unavailable(f"Slack's webhook answered {answer.status_code}")
        return _WEBHOOK

    def _call(self, method: str, body: dict[str, object]) -> dict[str, object]:
        headers = {"Authorization": f"Bearer {self.credentials.token}"}
        answer = self._send(f"{self.api_url}/{method}", body, headers)
        try:
            document = answer.json()
        except ValueError:
            document = {}
        if not answer.ok or not isinstance(document, dict) or document.get("ok") is not True:
            reason = document.get("error", "no reason") if isinstance(document, dict) else "no reason"
            raise Unavailable(f"Slack's {method} answered {answer.status_code}: {reason}")
        return document

    def _send(self, url: str, body: dict[str, object], headers: dict[str, str]) -> requests.Response:
        try:
            return self.session.post(url, json=body, headers=headers, timeout=TIMEOUT_S)
        except requests.RequestException as error:
            # The exception's own text holds the URL, and a webhook's URL is a credential.
            raise Unavailable(f"Slack could not be reached ({type(error).__name__})") from None
