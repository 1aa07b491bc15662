"""What stops with a principal is counted from what it was seen to do, and from nothing that AWS refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from nightlatch.domain.containing.blast_radius import BlastRadius, radius_of, radius_of_uses
from nightlatch.domain.event.events import Failure, Origin, SecretEvent
from nightlatch.domain.history.examples import AT, a_role, a_secret, an_event, sightings

_UPTO = AT + timedelta(hours=1)


def _call(name: str, secret: str, key: str = "ASIAONE", address: str = "198.51.100.7", **more: object) -> SecretEvent:
    event = an_event(name, secret=a_secret(secret), by=replace(a_role(), access_key_id=key), **more)  # type: ignore[arg-type]
    return replace(event, origin=Origin(address=address))


def test_secrets_sessions_and_networks_are_each_counted_once() -> None:
    trail = sightings(
        [
            _call("GetSecretValue", "prod/db"),
            _call("GetSecretValue", "prod/db", after_s=1),
            _call("GetSecretValue", "prod/mail", key="ASIATWO", address="203.0.113.9", after_s=2),
            _call("PutSecretValue", "prod/feed", after_s=3),
        ]
    )

    radius = radius_of(trail, upto=_UPTO)

    assert (radius.read, radius.changed) == (("prod/db", "prod/mail"), ("prod/feed",))
    assert (radius.sessions, radius.networks) == (2, 2)
    assert radius.last_used == AT + timedelta(seconds=3)


def test_what_aws_refused_what_came_later_and_what_is_older_than_a_day_count_for_nothing() -> None:
    refused = _call("GetSecretValue", "prod/db", failure=Failure("AccessDenied"))
    later = _call("GetSecretValue", "prod/db", after_s=7_200)
    old = _call("GetSecretValue", "prod/db", after_s=-90_000)

    radius = radius_of(sightings([refused, later, old]), upto=_UPTO)

    assert radius.is_empty
    assert radius.text == "nothing is known of what it does with secrets in the last day"


def test_a_listing_changes_nothing() -> None:
    assert radius_of(sightings([_call("DescribeSecret", "prod/db")]), upto=_UPTO).changed == ()


def test_many_secrets_are_counted_and_the_first_are_named() -> None:
    names = tuple(f"prod/{n}" for n in range(7))
    radius = BlastRadius(span=timedelta(days=90), read=names, sessions=1, networks=3, clients=2, last_used=AT)

    assert radius.lines[0] == (
        "in the last 90 days it read 7 secrets (prod/0, prod/1, prod/2, prod/3, prod/4 and 2 more) and changed none"
    )
    assert radius.lines[1] == "it was used from 1 session, 3 networks, 2 kinds of client"
    assert radius.lines[2].startswith("last seen 20")


def test_uses_older_than_the_span_are_left_out() -> None:
    span = timedelta(days=90)

    radius = radius_of_uses(
        {"prod/db": AT, "prod/old": AT - timedelta(days=91)}, {"prod/feed": AT - timedelta(days=1)},
        networks=0, clients=1, span=span, upto=AT,
    )  # fmt: skip

    assert (radius.read, radius.changed, radius.networks, radius.clients) == (("prod/db",), ("prod/feed",), None, 1)
    assert radius.last_used == AT
