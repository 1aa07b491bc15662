"""Posts incidents to Slack: by bot token, with the message edited in place, or by a plain webhook.

What is new is told in the message's thread and shown to the channel; details stand in the thread alone. A webhook
cannot edit, so it posts short follow-ups instead (ruling 20), and only for what is news. The credentials are one JSON
document in a secret of our own.

Source: Slack, chat.postMessage (`thread_ts`, `reply_broadcast`, scope chat:write) and chat.update.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import requests

from nightlatch.adapters.slack.api import SlackApi, kind_of
from nightlatch.adapters.slack.message import render, render_follow_up
from nightlatch.adapters.slack.summary import render_summary
from nightlatch.adapters.slack.text import escape_within
from nightlatch.adapters.slack.thread import render_details, render_news
from nightlatch.domain.answering.circuits import Bulletin
from nightlatch.domain.answering.incidents import Incident
from nightlatch.domain.answering.responses import Response
from nightlatch.domain.answering.summaries import Summary
from nightlatch.domain.errors import InvalidPolicy, NotFound
from nightlatch.service.telling_ports import Pace

PRIVATE_LIMIT = 2_000
PRIVATE_TIMEOUT_S = 1.0  # inside the three seconds that Slack waits for the answer to a press
SHORTEST_SECRET = 16  # characters; Slack's own have 32
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
        signing_secrets = _signing_secrets(fields)
        return SlackCredentials(
            token=str(fields.get("token", "")),
            channel=str(fields.get("channel", "")),
            webhook_url=str(fields.get("webhook_url", "")),
            signing_secrets=signing_secrets,
        )
    except (ValueError, KeyError, AttributeError, TypeError):
        raise InvalidPolicy(
            "the Slack secret must be a JSON object with signing_secret, and token and channel or webhook_url"
        ) from None


def _signing_secrets(fields: Mapping[str, object]) -> tuple[str, ...]:
    """Give what signs presses: a text alone would be read letter by letter, each of them a key that anybody guesses."""
    several = fields.get("signing_secrets")
    found = [fields["signing_secret"]] if several is None or several == [] else several
    if not isinstance(found, list) or not all(map(_is_key, found)):
        raise InvalidPolicy(
            f"the Slack secret's signing_secret must be a text of {SHORTEST_SECRET} characters or more, "
            "and signing_secrets a list of such texts"
        )
    return tuple(found)


def _is_key(secret: object) -> bool:
    return isinstance(secret, str) and len(secret.strip()) >= SHORTEST_SECRET


def answer_privately(response_url: str, text: str, *, api_url: str) -> bool:
    """Tell only the person who pressed; give whether Slack took it.

    Best effort: the press itself is decided and recorded by then. Only Slack's own host is ever called.
    """
    allowed = {"hooks.slack.com", urlsplit(api_url).netloc}
    if urlsplit(response_url).netloc not in allowed:
        return False
    body = {"response_type": "ephemeral", "replace_original": False, "text": escape_within(text, PRIVATE_LIMIT)}
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
    pause: Callable[[float], None] = time.sleep

    @property
    def name(self) -> str:
        """The name in notices and logs."""
        return "slack"

    @property
    def pace(self) -> Pace:
        """A bot edits its message and answers it; a webhook can only post."""
        return Pace.THREAD if self.credentials.token else Pace.NEWS

    def show(
        self, incident: Incident, responses: Sequence[Response], place: str | None, notes: Sequence[str] = ()
    ) -> str | None:
        """Post the incident, or bring its message up to date; where somebody removed it, post it again.

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
        return self._put(render(incident, responses, action_mode=self.action_mode, notes=notes), place)

    def summarise(self, summary: Summary, place: str | None) -> str | None:
        """Post a digest or a storm, or bring it up to date; a webhook posts each state.

        Raises:
            Unavailable: Slack did not take it.
        """
        message = render_summary(summary)
        return self._post_plainly(message) if not self.credentials.token else self._put(message, place)

    def reply(self, place: str, lines: Sequence[str], *, lead: str = "") -> int:
        """Answer the message at a place, with a lead for everybody in the channel; give how many lines were taken.

        Raises:
            Unavailable: Slack did not take it.
        """
        channel, _, ts = place.rpartition("/")
        message, taken = (render_news(lead, lines), len(lines)) if lead else render_details(lines)
        where = {"channel": channel, "thread_ts": ts, "reply_broadcast": bool(lead)}
        try:
            self._api.call("chat.postMessage", {**where, **message})
        except NotFound:
            return len(lines)  # the message is gone, and its thread with it; the next change posts it again
        return taken

    def _put(self, message: Mapping[str, object], place: str | None) -> str:
        if place is not None:
            channel, _, ts = place.rpartition("/")
            try:
                return _place(self._api.call("chat.update", {"channel": channel, "ts": ts, **message}), channel)
            except NotFound:
                pass  # somebody removed the message; what it is about is not over for that
        body = {"channel": self.credentials.channel, **message}
        return _place(self._api.call("chat.postMessage", body), self.credentials.channel)

    @property
    def _api(self) -> SlackApi:
        return SlackApi(url=self.api_url, token=self.credentials.token, session=self.session, pause=self.pause)

    def announce(self, bulletin: Bulletin) -> None:
        """Post that another channel takes no messages, or takes them again.

        Raises:
            Unavailable: Slack did not take it.
        """
        message: dict[str, object] = {"text": escape_within(f"{bulletin.title}. {bulletin.text}", PRIVATE_LIMIT)}
        if self.credentials.token:
            self._api.call("chat.postMessage", {"channel": self.credentials.channel, **message})
        else:
            self._post_plainly(message)

    def _post_to_webhook(
        self, incident: Incident, responses: Sequence[Response], place: str | None, notes: Sequence[str]
    ) -> str:
        if place is None:
            message = render(incident, responses, action_mode=self.action_mode, notes=notes)
        else:
            message = render_follow_up(incident, responses)
        return self._post_plainly(message)

    def _post_plainly(self, message: Mapping[str, object]) -> str:
        answer = self._api.send(self.credentials.webhook_url, message, {})
        if not answer.ok:
            raise kind_of(answer.status_code)(f"Slack's webhook answered {answer.status_code}")
        return _WEBHOOK


def _place(answer: Mapping[str, object], channel: str) -> str:
    return f"{answer.get('channel', channel)}/{answer['ts']}"
