"""What the operator chose: who is watched how, what may be done without asking, and who may say yes.

Observe is the default everywhere: nothing is written to any secret and nobody is woken until somebody
decides otherwise. Tier and severity say how bad a thing is; the mode alone says what is done.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from fnmatch import fnmatchcase

from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.answering.routes import Route
from nightlatch.domain.event.principals import Principal
from nightlatch.domain.event.secrets import SecretRef
from nightlatch.domain.judging.findings import Finding
from nightlatch.domain.posture.choices import AuditChoices

NEEDS_PREFIX = frozenset({"deletion.force-delete"})  # what nothing takes back is exempted for a name prefix alone


class Stage(StrEnum):
    """Whether a rule is on trial."""

    LIVE = "live"
    STAGED = "staged"  # judged and recorded, told to nobody, answered by nothing


class Mode(StrEnum):
    """How far nightlatch goes for a secret."""

    OBSERVE = "observe"  # record: history and digest, not one write
    NOTIFY = "notify"  # tell people, with buttons
    PROTECT = "protect"  # also undo by itself

    @property
    def rank(self) -> int:
        """0 (observe) to 2 (protect)."""
        return list(Mode).index(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Protection:
    """What is done for the secrets of one selector."""

    mode: Mode = Mode.OBSERVE
    undo: bool = True  # in protect: take back a windowed deletion at once
    pins: int = 12  # superseded versions kept by a label, 15 at most; 0 for none
    vault_days: int = 0  # how long encrypted copies of values are kept; 0 for no copies
    resurrect: bool = True  # in protect, where there are copies: create a destroyed secret again at once
    prevent: bool = False  # in protect: a guard in the resource policy denies force deletes
    min_window_days: int = 7  # with a guard: shorter recovery windows are denied, too
    keep_policy: bool = True  # with a guard: changing the resource policy is denied, too

    @property
    def is_guarded(self) -> bool:
        """Whether the secret's resource policy shall hold a guard."""
        return self.mode is Mode.PROTECT and self.prevent

    @property
    def resurrects(self) -> bool:
        """Whether a destroyed secret is created again without asking anybody (ruling 9)."""
        return self.mode is Mode.PROTECT and self.resurrect and self.vault_days > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Selector:
    """Secrets by name; the first selector that matches decides."""

    names: tuple[str, ...]  # globs
    protection: Protection

    def covers(self, name: str) -> bool:
        """Tell whether a secret's name matches one of the globs."""
        return any(fnmatchcase(name, glob) for glob in self.names)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exemption:
    """What the operator chose not to hear, by whom, why and until when; never by user agent."""

    rule: str  # glob over rules' ids ("deletion.*"), or a catalogue number
    principal: str  # glob over the principal's ARN
    secrets: str  # name prefix; "" for every secret
    owner: str
    reason: str
    expires: datetime
    starts: datetime | None = None  # a change window begins; always where left out

    def silences(self, finding: Finding) -> bool:
        """Tell whether the finding is wholly what was exempted, and was when it happened."""
        return (
            finding.last_seen < self.expires
            and (self.starts is None or self.starts <= finding.first_seen)
            and (self.rule == finding.catalogue or fnmatchcase(finding.rule, self.rule))
            and (bool(self.secrets) or finding.rule not in NEEDS_PREFIX)
            and any(fnmatchcase(name, self.principal) for name in finding.principal.names)
            and self._covers(finding.secrets)
        )

    def _covers(self, secrets: tuple[SecretRef, ...]) -> bool:
        """Tell whether every secret is under the prefix; a prefix says nothing about what names no secret."""
        if not secrets:
            return not self.secrets
        return all(name.startswith(self.secrets) for secret in secrets for name in secret.names)


@dataclass(frozen=True, slots=True, kw_only=True)
class Approver:
    """A person who may press buttons, tied to the AWS principals that are also theirs."""

    slack_id: str
    name: str
    principals: tuple[str, ...] = ()  # globs over principal ARNs and session names

    def is_also(self, principal: Principal) -> bool:
        """Tell whether an AWS principal may be this very person: in doubt they may not decide about what it did."""
        return self.signs_as(principal) or self.names(principal.session_name or "")

    def signs_as(self, principal: Principal) -> bool:
        """Tell whether they sign in as an AWS principal; anybody chooses how a session is called."""
        return self.names(principal.key) or self.names(principal.arn or "")

    @property
    def title(self) -> str:
        """What the ledger calls them."""
        return f"{self.name} ({self.slack_id})"

    def names(self, identity: str) -> bool:
        """Tell whether one of their globs fits a name."""
        return bool(identity) and any(fnmatchcase(identity, glob) for glob in self.principals)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much nightlatch does by itself before it asks a person."""

    act_within: timedelta = timedelta(hours=1)  # older events and orders are told, never acted on
    acts_per_secret_h: int = 3
    pins_per_secret_h: int = 6  # a flood of writes must not push every older pin out
    acts_per_h: int = 200  # on all secrets together
    war_after: int = 2  # times that the same thing is put right in a day


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The whole of the operator's choices, with a digest that every alert shows."""

    default: Protection = field(default_factory=Protection)
    selectors: tuple[Selector, ...] = ()
    exemptions: tuple[Exemption, ...] = ()
    ask_first: tuple[Exemption, ...] = ()  # whose deletions are undone only when a person says so
    staged: frozenset[str] = frozenset()  # ids of rules that are only recorded until somebody promotes them
    approvers: tuple[Approver, ...] = ()
    inventory: Inventory = field(default_factory=Inventory)
    own_roles: frozenset[str] = frozenset()
    containment: bool = False  # the stack may write to IAM: stopping a principal is offered as a button
    acting_role: str = ""  # the responder's ARN, which a guard must not shut out
    routes: tuple[Route, ...] = ()  # who hears of what; everybody of everything without any
    limits: Limits = field(default_factory=Limits)
    buttons_live: timedelta = timedelta(hours=8)
    digest: str = "built-in"
    digest_hour: int = 7  # UTC, at which what nobody was told of yesterday is told in one message
    storm_after: int = 10  # incidents within five minutes, after which one message takes the place of many
    audit: AuditChoices = field(default_factory=AuditChoices)

    def mode_to_tell(self, secrets: tuple[SecretRef, ...]) -> Mode:
        """Give the most attentive mode among every reading of the secrets: alert open.

        What is about no secret (a trail stopped, nightlatch itself blind) is about all of them.
        """
        names = [name for secret in secrets for name in secret.names]
        everywhere = {self.default.mode, *(selector.protection.mode for selector in self.selectors)}
        modes = {self.protection_of(name).mode for name in names} or everywhere
        return max(modes, key=lambda mode: mode.rank)

    def protection_to_act(self, secret: SecretRef) -> Protection:
        """Give the protection of a secret by the likeliest reading of how it was called.

        The responder asks `protection_of` again with the name that AWS gives: act closed.
        """
        return self.protection_of(secret.names[0])

    def may_be_vaulted(self, secret: SecretRef) -> bool:
        """Tell whether copies are kept of anything that the reference can mean: only then is there a way back."""
        return any(self.protection_of(name).vault_days for name in secret.names)

    @property
    def keeps_copies(self) -> bool:
        """Whether copies are kept of any secret that there may be."""
        return any(one.vault_days > 0 for one in (self.default, *(selector.protection for selector in self.selectors)))

    def protection_of(self, name: str) -> Protection:
        """Give the protection of a secret whose name is certain."""
        return next((s.protection for s in self.selectors if s.covers(name)), self.default)

    def entry_of(self, name: str) -> tuple[str, Protection]:
        """Give the same, and which entry of the policy file says so, as a person finds it there."""
        for place, selector in enumerate(self.selectors):
            if selector.covers(name):
                return f"secrets[{place}] ({', '.join(selector.names)})", selector.protection
        return "defaults", self.default

    def least_protection_of(self, names: Sequence[str]) -> Protection:
        """Give the protection under which least is done of some secrets that an act is for, all at once."""
        return min(map(self.protection_of, names), key=lambda one: (one.mode.rank, one.undo))

    def approver(self, slack_id: str) -> Approver | None:
        """Find who a Slack user is; nobody unless the operator said so."""
        return next((approver for approver in self.approvers if approver.slack_id == slack_id), None)
