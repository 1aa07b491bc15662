"""What is otherwise in who hears of what and when, in words: routes, the digest's hour, what makes a storm."""

from __future__ import annotations

from collections.abc import Iterator

from nightlatch.domain.answering.policy import Policy
from nightlatch.domain.answering.routes import Route
from nightlatch.domain.judging.findings import Severity


def changed_telling(before: Policy, after: Policy) -> Iterator[tuple[str, str, bool]]:
    """Give the part, each change in words, and whether it wants a second look: a route may narrow who hears."""
    was, becomes = (dict.fromkeys(map(route_in_words, policy.routes)) for policy in (before, after))
    yield from (("routes", words, True) for words in becomes if words not in was)
    yield from (("routes", f"no longer: {words}", True) for words in was if words not in becomes)
    if before.routes != after.routes and set(was) == set(becomes):
        yield "routes", "the routes stand in another order; the first that fits decides", True
    if before.digest_hour != after.digest_hour:
        yield "telling", f"the digest comes at {after.digest_hour}:00 UTC, came at {before.digest_hour}:00", False
    if before.storm_after != after.storm_after:
        text = f"{after.storm_after} incidents within five minutes are told in one message, {before.storm_after} were"
        yield "telling", text, after.storm_after < before.storm_after


def route_in_words(route: Route) -> str:
    """Say which findings a route is for, and who hears of them."""
    worse = "" if route.at_least is Severity.INFORMATIONAL else f" of {route.at_least} or worse"
    rules = f" of rules {', '.join(route.rules)}" if route.rules else ""
    names = f" on secrets {', '.join(route.names)}" if route.names else ""
    accounts = f" in account {', '.join(sorted(route.accounts))}" if route.accounts else ""
    tags = f" tagged {', '.join(f'{key}={value}' for key, value in route.tags)}" if route.tags else ""
    place = f" (Slack channel {route.slack_channel})" if route.slack_channel else ""
    return f"findings{worse}{rules}{names}{accounts}{tags} go to {', '.join(route.channels)} alone{place}"
