"""A day of the people: who looks after a team's secrets, who is on call at night, who fixes a value by hand."""

from __future__ import annotations

from datetime import timedelta

from simulation.callers import Caller, in_console
from simulation.organisation import Organisation
from simulation.records import Pen, Record, Secret, answer, day_at, draw, is_working_day, pick, version

_OFFICE = "198.51.100.80"
_FIXES_A_WEEK = 2
_LOOKS = ("DescribeSecret", "GetResourcePolicy", "ListSecretVersionIds")


def own_secrets(org: Organisation, number: int) -> list[Secret]:
    """Give the team's secrets that a person works with."""
    some = org.team_secrets
    return [some[(3 * number + n) % len(some)] for n in range(4)]


def working_day(org: Organisation, day: int) -> list[Record]:
    """Read one or two of the team's secrets, with the command line, from the office or from home."""
    pen = Pen(11, day)
    for number, who in enumerate(org.people):
        if not is_working_day(day) or draw("works", day, number) < 0.4:
            continue
        for n in range(1 + int(2 * draw("reads", day, number))):
            at = day_at(day, 8 + 9 * draw("reads at", day, number, n))
            secret = pick(own_secrets(org, number), "reads", day, number, n)
            pen.call("GetSecretValue", who.at(_place(number, day)), at, {"secretId": secret.name})
    return pen.records


def on_call(org: Organisation, day: int) -> list[Record]:
    """Wake one of two people every other night: they click through the console, from wherever they are."""
    pen = Pen(12, day)
    if draw("paged", day) < 0.5:
        return []
    number = (2 * (day // 7) + int(2 * draw("who", day))) % len(org.people)
    who = in_console(org.people[number]).at(_away(number, day))
    at = day_at(day, 0.5 + 4 * draw("paged at", day))
    for n in range(9):
        pen.call("ListSecrets", who, at + timedelta(seconds=5 * n), {"maxResults": 100})
    for n in range(12):
        secret = pick(org.everything, "looks", day, n)
        for name in _LOOKS:
            pen.call(name, who, at + timedelta(seconds=60 + 9 * n), {"secretId": secret.name})
    read = [*own_secrets(org, number)[:3], pick(org.databases, "new", day)]
    for n, secret in enumerate(read):
        pen.call("GetSecretValue", who, at + timedelta(seconds=200 + 20 * n), {"secretId": secret.name})
    return pen.records


def fixes(org: Organisation, day: int) -> list[Record]:
    """Let three people put a value right by hand, twice a week each, in the console."""
    pen = Pen(13, day)
    for number, who in enumerate(org.people[:3]):
        if not is_working_day(day) or draw("fixes", day, number) >= _FIXES_A_WEEK / 5:
            continue
        secret = pick(own_secrets(org, number), "fixes", day, number)
        at = day_at(day, 9 + 7 * draw("fixes at", day, number))
        by = in_console(who).at(_place(number, day))
        pen.call("GetSecretValue", by, at, {"secretId": secret.arn})
        request = {"secretId": secret.arn, "clientRequestToken": version(secret, f"{number}-{day}")}
        pen.call("PutSecretValue", by, at + timedelta(minutes=2), request, response=answer(secret))
        pen.label(secret, version(secret, f"{number}-{day}"), at + timedelta(minutes=2))
    return pen.records


def _place(number: int, day: int) -> str:
    """Give where somebody works today: the office, or their home, whose address the provider changes each week."""
    if draw("at home", number, day) < 0.5:
        return _OFFICE
    return f"2001:db8:{number:x}:{day // 7:x}::7"


def _away(number: int, day: int) -> str:
    """Give where somebody is at night: at home through the company's network, or elsewhere."""
    return pick([_place(number, day), f"2001:db8:f{day:02x}::9", "198.51.100.81"], "away", number, day)


def caller(org: Organisation, number: int) -> Caller:
    """Give one of the people, counted from the last: those that attacks take over are on no rota."""
    return org.people[-1 - number % len(org.people)]
