"""Whatever shows an incident says under which policy it was judged, so that nobody wonders why it was told."""

from __future__ import annotations

import json

from builders import a_response, an_incident
from nightlatch.adapters.slack.message import render
from nightlatch.adapters.sns import human_text

HASH = "policy 0123456789ab"


def test_a_slack_message_bears_the_hash_in_every_mode() -> None:
    for mode in ("slack", "cli", "off"):
        assert HASH in json.dumps(render(an_incident(), [a_response()], action_mode=mode))


def test_a_mail_bears_the_hash() -> None:
    assert HASH in human_text(an_incident(), [a_response()])
