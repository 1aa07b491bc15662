"""The routes that an operator writes: findings by what they are about, and the channels that hear of them.

Tags are those that the inventory saw. Whoever may tag a secret can thereby choose among the routes that the operator
wrote, and no other place: a tag's own text is never an address.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from fnmatch import fnmatchcase

from nightlatch.domain.event.secrets import SecretRef
from nightlatch.domain.judging.findings import MOST_TAGS, Finding, Severity


class ChannelName(StrEnum):
    """Every channel that there is."""

    SLACK = "slack"
    SNS = "sns"
    EVENTBRIDGE = "eventbridge"
    SECURITY_HUB = "security-hub"
    PAGERDUTY = "pagerduty"
    TEAMS = "teams"
    WEBHOOK = "webhook"


class Fit(IntEnum):
    """Whether a route is for something; where that may be, it adds its channels and takes no others away."""

    NO = 0
    MAYBE = 1
    YES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Findings by what they are about, and who hears of them; what is left empty fits everything."""

    channels: tuple[ChannelName, ...]
    at_least: Severity = Severity.INFORMATIONAL
    rules: tuple[str, ...] = ()  # prefixes of rules' ids, or catalogue numbers
    accounts: frozenset[str] = frozenset()
    names: tuple[str, ...] = ()  # globs over secrets' names
    tags: tuple[tuple[str, str], ...] = ()  # (key, glob over its value), all of them on the secret
    slack_channel: str = ""  # another channel of the same workspace

    def fit(self, finding: Finding, secret: SecretRef | None) -> Fit:
        """Tell whether a finding takes this route for one of its secrets, or for none where it is about none."""
        rule = not self.rules or any(finding.rule.startswith(one) or finding.catalogue == one for one in self.rules)
        account = not self.accounts or finding.account_id in self.accounts
        if finding.severity.rank < self.at_least.rank or not rule or not account:
            return Fit.NO
        return min(self._named(secret), self._tagged(finding))

    def _named(self, secret: SecretRef | None) -> Fit:
        if not self.names:
            return Fit.YES
        if secret is None or not any(map(self._fits_name, secret.names)):
            return Fit.NO
        return Fit.YES if self._fits_name(secret.name) else Fit.MAYBE  # a text may mean another secret, too

    def _fits_name(self, name: str) -> bool:
        return any(fnmatchcase(name, glob) for glob in self.names)

    def _tagged(self, finding: Finding) -> Fit:
        """Tell whether tags fit: a finding keeps them together, so which of several secrets bears one is not known."""
        if not self.tags:
            return Fit.YES
        are_cut = len(finding.tags) >= MOST_TAGS
        fits = all(any(key == k and fnmatchcase(value, glob) for k, value in finding.tags) for key, glob in self.tags)
        if not fits:
            return Fit.MAYBE if are_cut else Fit.NO
        has_one_value_each = len({key for key, _ in finding.tags}) == len(finding.tags)
        return Fit.YES if len(finding.secrets) <= 1 and has_one_value_each else Fit.MAYBE
