"""Whether the ways to people and machines stand: what each channel needs, and how each has done lately.

After this module a reader knows what is looked at for each channel that the stack was given, and that no credential's
value is ever read for it: whether the secret is there and has a current version is enough.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from nightlatch.domain.watching.diagnosis import Line, Verdict
from nightlatch.domain.watching.doctor.gaps import Gap, unseen

ENABLED = "Enabled"
_PENDING = "PendingDeletion"
_PAGE = "docs/channels.md"
PAGES = {"SlackSecretArn": "docs/slack.md"}  # by the parameter that names the credentials; else `_PAGE`


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialsSeen:
    """The secret that holds a channel's credentials."""

    secret: str  # name or ARN, as the stack was given it
    is_there: bool = True
    is_leaving: bool = False  # waits to be deleted
    has_value: bool = True  # a version is current


def of_credentials(about: str, seen: CredentialsSeen | Gap | None, parameter: str) -> Line:
    """Judge the credentials of a channel; None where the stack was given none."""
    if isinstance(seen, Gap):
        return unseen(about, seen)
    if seen is None:
        return Line(about=about, verdict=Verdict.OK, said=f"not asked for ({parameter} is empty)")
    if not seen.is_there:
        said = f"the secret {seen.secret} is gone: it tells nobody; make it anew, and give its ARN to {parameter}"
        return Line(about=about, verdict=Verdict.FAIL, said=said, fix=PAGES.get(parameter, _PAGE))
    if seen.is_leaving:
        fix = f"aws secretsmanager restore-secret --secret-id {seen.secret}"
        return Line(about=about, verdict=Verdict.FAIL, said="their secret waits to be deleted", fix=fix)
    if not seen.has_value:
        fix = f"aws secretsmanager put-secret-value --secret-id {seen.secret} --secret-string file://credentials.json"
        return Line(about=about, verdict=Verdict.FAIL, said="their secret has no value yet", fix=fix)
    return Line(about=about, verdict=Verdict.OK, said="their secret is there and has a value")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeySeen:
    """A KMS key that something of ours needs."""

    key: str
    state: str  # Enabled, Disabled, PendingDeletion, ...; empty where it is gone


def of_key(about: str, seen: KeySeen | Gap | None, *, lost: str) -> Line:
    """Judge a key; None where AWS's own key, or none, is used.

    Args:
        about: What needs it.
        seen: How it is.
        lost: What does not work without it, as the end of a sentence.
    """
    if isinstance(seen, Gap):
        return unseen(about, seen)
    if seen is None:
        return Line(about=about, verdict=Verdict.OK, said="no key of your own is needed")
    if seen.state == ENABLED:
        return Line(about=about, verdict=Verdict.OK, said="its key is enabled")
    if seen.state == _PENDING:
        fix = f"aws kms cancel-key-deletion --key-id {seen.key} && aws kms enable-key --key-id {seen.key}"
    else:
        fix = f"aws kms enable-key --key-id {seen.key}" if seen.state else f"aws kms describe-key --key-id {seen.key}"
    said = f"its key {f'is {seen.state}' if seen.state else 'is gone'}: {lost}"
    return Line(about=about, verdict=Verdict.FAIL, said=said, fix=fix)


def of_bus(bus: str, is_there: bool | Gap | None) -> Line:  # noqa: FBT001 - an answer, no option
    """Judge the event bus that incidents are put on; None where it belongs to another account or Region."""
    about = "event bus of incidents"
    if not bus:
        return Line(about=about, verdict=Verdict.OK, said="not asked for (EventBusArn is empty)")
    if isinstance(is_there, Gap):
        return unseen(about, is_there)
    if is_there is None:
        return unseen(about, Gap(f"{bus} is not of this account and Region; look there: aws events describe-event-bus"))
    if not is_there:
        fix = f"aws events create-event-bus --name {bus.rsplit('/', 1)[-1]}"
        return Line(about=about, verdict=Verdict.FAIL, said=f"{bus} is gone", fix=fix)
    return Line(about=about, verdict=Verdict.OK, said="it is there")


def of_hub(*, is_asked: bool, is_on: bool | Gap) -> Line:
    """Judge Security Hub."""
    about = "Security Hub"
    if not is_asked:
        return Line(about=about, verdict=Verdict.OK, said="not asked for (SecurityHub is no)")
    if isinstance(is_on, Gap):
        return unseen(about, is_on)
    if not is_on:
        said = "it is not on in this Region: no finding can be kept there"
        fix = "aws securityhub enable-security-hub --no-enable-default-standards"
        return Line(about=about, verdict=Verdict.FAIL, said=said, fix=fix)
    return Line(about=about, verdict=Verdict.OK, said="it is on")


@dataclass(frozen=True, slots=True, kw_only=True)
class Failing:
    """A channel that did not take the last message."""

    channel: str
    since: datetime | None
    reason: str


def of_circuits(failing: Collection[Failing]) -> Iterator[Line]:
    """Judge how the channels have done lately, by what the notifier wrote down."""
    for one in failing:
        since = f" since {one.since:%Y-%m-%d %H:%M} UTC" if one.since is not None else ""
        said = f"takes no messages{since}: {one.reason}"
        fix = PAGES["SlackSecretArn"] if one.channel == "slack" else _PAGE
        yield Line(about=f"channel {one.channel}", verdict=Verdict.FAIL, said=said, fix=fix)
    if not failing:
        yield Line(about="channels", verdict=Verdict.OK, said="each took its last message, or none was sent yet")
