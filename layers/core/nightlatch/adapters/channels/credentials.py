"""Reads the one secret that holds the credentials of PagerDuty, Teams and the webhook, and makes these channels.

    {"pagerduty": {"routing_key": "..."},
     "teams": {"url": "https://..."},
     "webhook": {"url": "https://...", "signing_keys": ["..."]}}

Each part may be left out. The addresses are credentials like the keys: nothing of the document is ever repeated.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from nightlatch.adapters.channels.pagerduty import URL, PagerDutyChannel
from nightlatch.adapters.channels.sending import checked_url
from nightlatch.adapters.channels.teams import TeamsChannel
from nightlatch.adapters.channels.webhook import WebhookChannel
from nightlatch.adapters.clock import Clock
from nightlatch.domain.errors import InvalidPolicy
from nightlatch.service.channel_ports import Channel

_Text = Annotated[str, Field(min_length=1)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class _PagerDuty(_Part):
    routing_key: _Text = Field(repr=False)
    url: _Text = Field(URL, repr=False)  # https://events.eu.pagerduty.com/v2/enqueue for the EU


class _Teams(_Part):
    url: _Text = Field(repr=False)


class _Webhook(_Part):
    url: _Text = Field(repr=False)
    signing_keys: Annotated[tuple[Annotated[str, Field(min_length=16)], ...], Field(min_length=1, max_length=2)] = (
        Field(repr=False)
    )


class _Document(_Part):
    pagerduty: _PagerDuty | None = None
    teams: _Teams | None = None
    webhook: _Webhook | None = None


def read_channels(text: str, *, action_mode: str, now: Clock) -> tuple[Channel, ...]:
    """Make the channels that the document has credentials for.

    Raises:
        InvalidPolicy: It is no such document; the message names places in it and nothing of its content.
    """
    document = _read(text)
    channels: list[Channel] = []
    if document.pagerduty is not None:
        url = checked_url(document.pagerduty.url, "pagerduty")
        channels.append(PagerDutyChannel(routing_key=document.pagerduty.routing_key, url=url))
    if document.teams is not None:
        channels.append(TeamsChannel(url=checked_url(document.teams.url, "teams"), action_mode=action_mode))
    if document.webhook is not None:
        url = checked_url(document.webhook.url, "webhook")
        channels.append(WebhookChannel(url=url, signing_keys=document.webhook.signing_keys, now=now))
    return tuple(channels)


def _read(text: str) -> _Document:
    try:
        found = json.loads(text)
        if isinstance(found, Mapping):
            return _Document.model_validate(found)
    except ValidationError as error:
        known = {"pagerduty", "teams", "webhook", "routing_key", "url", "signing_keys"}
        places = {".".join(p for p in map(str, one["loc"]) if p in known) or "an unknown key" for one in error.errors()}
        raise InvalidPolicy(
            f"the channels' secret is wrong in {', '.join(sorted(places))}; see docs/channels.md"
        ) from None
    except ValueError:
        pass
    raise InvalidPolicy("the channels' secret must be a JSON object; see docs/channels.md")
