"""The ways to people: what is not there, waits to go, has no value or is switched off is a line with what mends it."""

from __future__ import annotations

import pytest

from nightlatch.domain.history.examples import AT
from nightlatch.domain.watching.diagnosis import Verdict
from nightlatch.domain.watching.doctor.channels import (
    CredentialsSeen,
    Failing,
    KeySeen,
    of_bus,
    of_circuits,
    of_credentials,
    of_hub,
    of_key,
)
from nightlatch.domain.watching.doctor.gaps import Gap

REFUSED = Gap("was refused (AccessDenied); allow it, then ask again")
BUS = "arn:aws:events:eu-west-1:111122223333:event-bus/security"


@pytest.mark.parametrize(
    ("seen", "verdict", "fix"),
    [
        (None, Verdict.OK, ""),
        (CredentialsSeen(secret="slack"), Verdict.OK, ""),
        (CredentialsSeen(secret="slack", is_there=False), Verdict.FAIL, "docs/slack.md"),
        (
            CredentialsSeen(secret="slack", is_leaving=True),
            Verdict.FAIL,
            "aws secretsmanager restore-secret --secret-id slack",
        ),
        (
            CredentialsSeen(secret="slack", has_value=False),
            Verdict.FAIL,
            "aws secretsmanager put-secret-value --secret-id slack --secret-string file://credentials.json",
        ),
        (REFUSED, Verdict.UNSEEN, ""),
    ],
    ids=["not asked for", "well", "gone", "leaving", "empty", "refused"],
)
def test_credentials_are_there_and_have_a_value_or_it_is_said(seen, verdict, fix):
    line = of_credentials("credentials of Slack", seen, "SlackSecretArn")

    assert (line.verdict, line.fix) == (verdict, fix)


@pytest.mark.parametrize(
    ("seen", "verdict", "fix"),
    [
        (None, Verdict.OK, ""),
        (KeySeen(key="k", state="Enabled"), Verdict.OK, ""),
        (KeySeen(key="k", state="Disabled"), Verdict.FAIL, "aws kms enable-key --key-id k"),
        (
            KeySeen(key="k", state="PendingDeletion"),
            Verdict.FAIL,
            "aws kms cancel-key-deletion --key-id k && aws kms enable-key --key-id k",
        ),
        (KeySeen(key="k", state=""), Verdict.FAIL, "aws kms describe-key --key-id k"),
        (REFUSED, Verdict.UNSEEN, ""),
    ],
    ids=["none", "enabled", "disabled", "leaving", "gone", "refused"],
)
def test_a_key_that_cannot_be_used_says_what_is_lost(seen, verdict, fix):
    line = of_key("key of the topic", seen, lost="no alert gets out")

    assert (line.verdict, line.fix) == (verdict, fix)
    assert ("no alert gets out" in line.said) is (verdict is Verdict.FAIL)


@pytest.mark.parametrize(
    ("bus", "is_there", "verdict"),
    [
        ("", False, Verdict.OK),
        (BUS, True, Verdict.OK),
        (BUS, False, Verdict.FAIL),
        (BUS, None, Verdict.UNSEEN),
        (BUS, REFUSED, Verdict.UNSEEN),
    ],
    ids=["not asked for", "there", "gone", "of another account", "refused"],
)
def test_the_bus_is_there_or_it_is_said(bus, is_there, verdict):
    line = of_bus(bus, is_there)

    assert line.verdict is verdict
    assert line.fix == ("aws events create-event-bus --name security" if verdict is Verdict.FAIL else "")


@pytest.mark.parametrize(
    ("is_asked", "is_on", "verdict"),
    [
        (False, False, Verdict.OK),
        (True, True, Verdict.OK),
        (True, False, Verdict.FAIL),
        (True, REFUSED, Verdict.UNSEEN),
    ],
)
def test_security_hub_must_be_on_where_it_is_asked_for(is_asked, is_on, verdict):
    line = of_hub(is_asked=is_asked, is_on=is_on)

    assert line.verdict is verdict
    assert line.fix.startswith("aws securityhub enable-security-hub") is (verdict is Verdict.FAIL)


def test_a_channel_that_takes_no_messages_is_named_with_its_reason():
    [slack, sns] = of_circuits(
        [Failing(channel="slack", since=AT, reason="invalid_auth"), Failing(channel="sns", since=None, reason="slow")]
    )
    [well] = of_circuits([])

    assert (slack.about, slack.verdict, slack.fix) == ("channel slack", Verdict.FAIL, "docs/slack.md")
    assert f"since {AT:%Y-%m-%d %H:%M} UTC: invalid_auth" in slack.said
    assert (sns.said, sns.fix) == ("takes no messages: slow", "docs/channels.md")
    assert well.verdict is Verdict.OK
