"""Looks at the paths as AWS has them: trails of this Region, our rules and their targets, who the topic tells.

What may not be looked at is named as a gap with the permission that is missing, and so is what AWS does not answer now;
the rest is looked at all the same.

Source: botocore 1.44 service models: events DescribeRule and ListTargetsByRule; sns ListSubscriptionsByTopic and
GetSubscriptionAttributes; cloudtrail DescribeTrails (includeShadowTrails), GetTrailStatus, GetEventSelectors. That a
member account may ask for the selectors of its organisation's trail only a real account can tell; where it may not, it
is a gap.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from nightlatch.adapters.aws_codes import is_for_later
from nightlatch.adapters.aws_errors import code_of
from nightlatch.domain.account.trail_coverage import Loss, losses
from nightlatch.domain.event.parameters import Parameters
from nightlatch.domain.watching.paths import Paths, RuleSeen, SubscriptionSeen, TrailSeen
from nightlatch.domain.watching.patterns import read_pattern

_GONE = "ResourceNotFoundException"
_PENDING = "PendingConfirmation"
_MOST_PAGES = 10
_MOST_UNANSWERED = 3
_NEEDED = {Loss.CHANGES, Loss.READS}
_SELECTORS = ("EventSelectors", "AdvancedEventSelectors")
_Got = TypeVar("_Got")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ours:
    """What of our stack is looked at."""

    rules: tuple[str, ...]  # names
    topic: str  # ARN; empty for none
    region: str


class AwsPaths:
    """The port `Look`.

    Args:
        clients: Gives the client of a service.
        ours: What of our stack to look at.
    """

    def __init__(self, clients: Callable[[str], Any], ours: Ours) -> None:
        self._clients = clients
        self._ours = ours

    def paths(self) -> Paths:
        """Look at all of them; what cannot be looked at, or not now, is a gap."""
        look = _Tried()
        rules = [(name, self._rule(name, look)) for name in self._ours.rules]
        trails = look.at("cloudtrail:DescribeTrails", lambda: self._trails(look))
        told = self._told(look) if self._ours.topic else None
        unseen = {f"rule:{name}" for name, rule in rules if rule is None}
        unseen |= {"events"} if unseen else set()  # what comes through such a rule nobody knows
        unseen |= {"trail"} if trails is None else set()
        unseen |= {"subscription"} if told is None and self._ours.topic else set()
        unseen |= {f"subscription:{one.name}" for one in told or () if one.has_filter is None}
        return Paths(
            rules=tuple(rule for _, rule in rules if rule is not None),
            trails=trails,
            subscriptions=told,
            gaps=tuple(look.gaps),
            unseen=frozenset(unseen),
        )

    def _told(self, look: _Tried) -> tuple[SubscriptionSeen, ...] | None:
        try:
            return look.at("sns:ListSubscriptionsByTopic", lambda: self._subscriptions(look))
        except _Gone:  # with the topic all of its subscriptions
            return ()

    def _rule(self, name: str, look: _Tried) -> RuleSeen | None:
        """Give a rule as it stands; None where nobody may look."""
        events = self._clients("events")
        try:
            rule = look.at("events:DescribeRule", lambda: events.describe_rule(Name=name))
            found = look.at("events:ListTargetsByRule", lambda: events.list_targets_by_rule(Rule=name))
        except _Gone:
            return RuleSeen(name=name)
        if rule is None or found is None:
            return None
        pattern = rule.get("EventPattern")
        return RuleSeen(
            name=name,
            state=rule.get("State"),
            pattern=read_pattern(pattern) if pattern else None,
            targets=tuple(target["Arn"] for target in found.get("Targets", ())),
        )

    def _trails(self, look: _Tried) -> tuple[TrailSeen, ...]:
        cloudtrail = self._clients("cloudtrail")
        listed = cloudtrail.describe_trails(includeShadowTrails=True)["trailList"]
        here = [one for one in listed if one.get("IsMultiRegionTrail") or one.get("HomeRegion") == self._ours.region]
        seen = [found for one in here if (found := self._trail(one, look)) is not None]
        if len(seen) < len(here) and not any(one.is_logging and not _NEEDED & {*one.losses} for one in seen):
            raise _Unseen
        return tuple(seen)

    def _trail(self, listed: Mapping[str, Any], look: _Tried) -> TrailSeen | None:
        cloudtrail, arn = self._clients("cloudtrail"), listed.get("TrailARN") or listed["Name"]
        status = look.at("cloudtrail:GetTrailStatus", lambda: cloudtrail.get_trail_status(Name=arn))
        chosen = look.at("cloudtrail:GetEventSelectors", lambda: cloudtrail.get_event_selectors(TrailName=arn))
        if status is None or chosen is None:
            return None
        found = {name[0].lower() + name[1:]: chosen[name] for name in _SELECTORS if chosen.get(name)}
        lost = losses(Parameters(found))
        return TrailSeen(name=listed["Name"], is_logging=bool(status.get("IsLogging")), losses=lost)

    def _subscriptions(self, look: _Tried) -> tuple[SubscriptionSeen, ...]:
        sns = self._clients("sns")
        listed: list[dict[str, str]] = []
        asked: dict[str, str] = {"TopicArn": self._ours.topic}
        for _ in range(_MOST_PAGES):
            page = sns.list_subscriptions_by_topic(**asked)
            listed += page.get("Subscriptions", ())
            if not page.get("NextToken"):
                break
            asked["NextToken"] = page["NextToken"]
        return tuple(self._subscription(one, look) for one in listed)

    def _subscription(self, listed: dict[str, str], look: _Tried) -> SubscriptionSeen:
        arn = listed["SubscriptionArn"]
        name = f"{listed.get('Protocol', 'unknown')}:{arn.rsplit(':', 1)[-1]}"
        if arn == _PENDING:
            return SubscriptionSeen(name=name, is_confirmed=False)
        try:
            found = look.at(
                "sns:GetSubscriptionAttributes",
                lambda: self._clients("sns").get_subscription_attributes(SubscriptionArn=arn),
            )
        except _Gone:
            return SubscriptionSeen(name=name, is_confirmed=False)
        if found is None:
            return SubscriptionSeen(name=name, has_filter=None)
        has_filter = found["Attributes"].get("FilterPolicy", "{}").strip() not in {"", "{}", "null"}
        return SubscriptionSeen(name=name, has_filter=has_filter)


class _Gone(Exception):
    """What was asked about is not there."""


class _Unseen(Exception):
    """Too little of something may be looked at to say anything."""


class _Tried:
    """Tries to look, and remembers what could not be looked at, each call once.

    Where AWS does not answer at all, it stops asking: the function has other things to do in its time.
    """

    def __init__(self) -> None:
        self.gaps: list[str] = []
        self._unanswered = 0

    def at(self, action: str, ask: Callable[[], _Got]) -> _Got | None:
        """Look; None where that is not allowed, or where AWS gives no answer now.

        Raises:
            _Gone: It is not there.
        """
        if self._unanswered >= _MOST_UNANSWERED:
            self._miss(action, "was not asked, for AWS does not answer")
            return None
        try:
            return ask()
        except _Unseen:
            return None
        except ClientError as error:
            code = code_of(error)
            if code in {_GONE, "NotFound", "NotFoundException"}:
                raise _Gone from None
            if is_for_later(code, int(error.response["ResponseMetadata"].get("HTTPStatusCode", 0))):
                self._unanswered += 1
                self._miss(action, f"could not be asked ({code})")
            else:
                self._miss(action, f"was refused ({code})")
        except BotoCoreError as error:
            self._unanswered += 1
            self._miss(action, f"could not be asked ({error})")
        return None

    def _miss(self, action: str, why: str) -> None:
        if action not in [gap.split(" ")[0] for gap in self.gaps]:
            self.gaps.append(f"{action} {why}")
