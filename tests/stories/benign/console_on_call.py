"""Benign story 4: an engineer on call clicks through the console at two at night, first from the VPN, then from home.

No rota can be declared as such. Either the nights on call are among what is known of the person, or they are declared
as an exemption for the change window (the policy's `starts` and `expires`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from nightlatch.domain.answering.policy import Exemption, Policy
from nightlatch.domain.judging.findings import Severity
from stories.callers import AWAY, Caller, a_person
from stories.records import DAY, START, Record, arn_of, call, read
from stories.story import Story, Told

AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36"
VPN, HOME = (a_person("ana", in_console=True, agent=AGENT), a_person("ana", in_console=True, agent=AGENT, address=AWAY))
NAMES = [f"shop/{n:02}" for n in range(12)]
NIGHT = -7 * 3600.0  # two at night; `START` is at nine
MOVED = 6  # so many secrets she looks at before she is on another network
HOURS, WEEKEND = range(9, 17), (5, 6)


def _reads_one(at: float, day: int) -> Record:
    return read(VPN, arn_of(NAMES[day % 3]), at=at)


def days_and_nights() -> Sequence[Record]:
    """A month in which she works by day, and one week by night as well."""
    return [*working_days(), *(_reads_one(NIGHT - day * DAY, day) for day in range(10, 17))]


def working_days() -> Sequence[Record]:
    """A month in which she works by day."""
    return [
        _reads_one((hour - 9) * 3600 - day * DAY, day)
        for day in range(1, 32)
        if (START - timedelta(days=day)).weekday() not in WEEKEND
        for hour in HOURS
    ]


def clicks() -> Sequence[Record]:
    """Sign in, page through the list, look at twelve secrets and read four, one of them for the first time."""

    def look(who: Caller, n: int, name: str) -> list[Record]:
        calls = ("DescribeSecret", "GetResourcePolicy", "ListSecretVersionIds")
        return [call(who, one, arn_of(name), at=NIGHT + 70 + 20 * n + 3 * k) for k, one in enumerate(calls)]

    login = call(
        VPN,
        "ConsoleLogin",
        at=NIGHT,
        source="signin",
        answer={"ConsoleLogin": "Success"},
    )
    return [
        {**login, "eventType": "AwsConsoleSignIn", "additionalEventData": {"MFAUsed": "Yes"}},
        *(call(VPN, "ListSecrets", at=NIGHT + 5 + 6 * n, maxResults=100) for n in range(9)),
        *(record for n, name in enumerate(NAMES) for record in look(VPN if n < MOVED else HOME, n, name)),
        *(read(HOME, arn_of(name), at=NIGHT + 320 + 20 * n) for n, name in enumerate(NAMES[:4])),
    ]


ROTA = Exemption(
    rule="access.*",
    principal="*/ana",
    secrets="shop/",
    owner="platform",
    reason="on call this week",
    starts=START - timedelta(days=1),
    expires=START + timedelta(days=6),
)
NEW = Told(catalogue="ACC-03", severity=Severity.LOW, secrets=1)
STORIES = (
    Story(name="on-call-nights-are-known", records=clicks, history=days_and_nights, notes=(NEW,)),
    Story(
        name="on-call-nights-are-declared",
        records=clicks,
        history=working_days,
        policy=Policy(exemptions=(ROTA,)),
        notes=(NEW,),
    ),
)
