"""Attack story 1: a key of an IAM user has leaked; who found it lists in four Regions and takes every value."""

from __future__ import annotations

from collections.abc import Sequence

from nightlatch.domain.judging.findings import Severity
from stories.callers import AWAY, a_user
from stories.records import DAY, Record, arn_of, call, read
from stories.story import Story, Told

FULL, EMPTY = ("us-east-1", "eu-west-1"), ("ap-southeast-2", "sa-east-1")
SECRETS = [(f"prod/service-{n:02}/db", FULL[n % 2]) for n in range(40)]
THIEF = a_user("ci-deploy", address=AWAY)


def sweep() -> Sequence[Record]:
    """List everywhere, read forty values by name within twenty seconds, and three of them again by ARN."""
    return [
        call(THIEF, "GetCallerIdentity", at=0, source="sts"),
        *(call(THIEF, "ListSecrets", at=5 + n / 2, region=r, maxResults=100) for n, r in enumerate((*FULL, *EMPTY))),
        *(read(THIEF, name, at=8 + n / 2, region=region) for n, (name, region) in enumerate(SECRETS)),
        *(read(THIEF, arn_of(name, region), at=28 + n, region=region) for n, (name, region) in enumerate(SECRETS[:3])),
    ]


def a_month_of_work() -> Sequence[Record]:
    """What the user does on each day at home: one deployment, which reads its own two secrets."""
    owner = a_user("ci-deploy")
    return [
        read(owner, name, at=-day * DAY + hour * 3600, region="eu-west-1")
        for day in range(1, 32)
        for hour in (0, 3)
        for name in ("ci/registry", "ci/signing")
    ]


_FOUND = (
    Told(catalogue="ACC-01", severity=Severity.HIGH, secrets=40),
    Told(catalogue="ACC-07", severity=Severity.HIGH, secrets=40),
    Told(catalogue="ACC-08", severity=Severity.HIGH),
)
STORIES = (
    Story(name="leaked-key-sweep", records=sweep, tells=_FOUND, incidents=1),
    Story(
        name="leaked-key-sweep-of-a-known-user",
        records=sweep,
        history=a_month_of_work,
        tells=(
            *_FOUND,
            Told(
                catalogue="ACC-12",
                severity=Severity.MEDIUM,
                why="with a month of habits the new network, the new Region and the long-lived key are three signs",
            ),
        ),
        incidents=1,
    ),
)
