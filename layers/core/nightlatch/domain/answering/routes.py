"""The routes that an operator writes: findings by what they are about, and the channels that hear of them.

Tags are those that the inventory saw. Whoever may tag a secret can thereby choose among the routes that the operator
wrote, and no other place: a tag's own text is never an address.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase

from nightlatch.domain.judging.findings import Finding, Severity


class ChannelName(StrEnum):
    """Every channel that there is."""

    SLACK = "slack"
    SNS = "sns"
    EVENTBRIDGE = "eventbridge"
    SECURITY_HUB = "security-hub"
    PAGERDUTY = "pagerduty"
    TEAMS = "teams"
    WEBHOOK = "webhook"


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Findings by what they are about, and who hears of them; what is left empty fits everything."""

    channels: tuple[ChannelName, ...]
    at_least: Severity = Severity.INFORMATIONAL
    rules: tuple[str, ...] = ()  # prefixes of rules' ids, or catalogue numbers
    accounts: frozenset[str] = frozenset()
    names: tuple[str, ...] = ()  # globs over secrets' names
    tags: tuple[tuple[str, str], ...] = ()  # (key, glob over its value), each on one of the secrets
    slack_channel: str = ""  # another channel of the same workspace

    def fits(self, finding: Finding) -> bool:
        """Tell whether a finding takes this route."""
        rule = not self.rules or any(finding.rule.startswith(one) or finding.catalogue == one for one in self.rules)
        account = not self.accounts or finding.account_id in self.accounts
        return finding.severity.rank >= self.at_least.rank and rule and account and self._is_about(finding)

    def _is_about(self, finding: Finding) -> bool:
        names = [name for secret in finding.secrets for name in secret.names]
        named = not self.names or any(fnmatchcase(name, glob) for name in names for glob in self.names)
        tagged = all(any(key == k and fnmatchcase(value, glob) for k, value in finding.tags) for key, glob in self.tags)
        return named and tagged
