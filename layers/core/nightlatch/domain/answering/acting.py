"""An act as data: what it looks at, a pure plan of AWS calls, and how many people must say yes.

    look (Seen) ──> settle (the wish becomes certain, once) ──> plan (what is left to do) ──> the first call ──┐
                                                                  ▲                                            │
                                                                  └──────────────── look again <───────────────┘

A plan is made from the world as it is, again after every call, until nothing is left. So a crash between any two calls
is healed by trying again, what a dry-run prints is what is done, and the empty plan at the end is the verification.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.answering.policy import Policy, Protection
from nightlatch.domain.containing.iam_identities import IdentityState
from nightlatch.domain.secret.copies import Copy
from nightlatch.domain.secret.key_states import KeyState
from nightlatch.domain.secret.metadata import MetadataSnapshot, SecretMetadata
from nightlatch.domain.secret.versions import SecretState

_IN_WORDS = frozenset({"Description", "Tags", "ExternalSecretRotationMetadata"})  # parameters that hold anything
_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One AWS call that is to be made."""

    service: str  # boto3's name: `secretsmanager`, `kms`, `iam`
    operation: str  # AWS's name: `UpdateSecretVersionStage`
    parameters: Mapping[str, object]  # as boto3 takes them; never a value
    version_id: str | None = None  # the version whose label it moves: the native label event names nobody
    value_from: str | None = None  # id of the vault's copy whose value goes along; only the vault's adapter sees it
    checked_by: Call | None = None  # asked right before: where AWS finds fault, the call is not made
    may_be_refused: bool = False  # worth one try: where AWS says no, or it shows nothing, the next call is made
    otherwise: str = ""  # what people can do where AWS refuses it
    is_extra: bool = False  # worth a try, too, and without it the act is done all the same

    @property
    def action(self) -> str:
        """The IAM action that allows it, for all calls but those that AWS names otherwise."""
        return f"{self.service}:{self.operation}"

    @property
    def command(self) -> str:
        """The same call for the AWS command line, to be pasted into bash or zsh."""
        return self._line(self.parameters)

    @property
    def noted(self) -> str:
        """The same for a record that is kept: people write credentials into descriptions and tags."""
        return self._line({name: "(...)" if name in _IN_WORDS else value for name, value in self.parameters.items()})

    def _line(self, parameters: Mapping[str, object]) -> str:
        options = [_option(_kebab(name), value) for name, value in parameters.items()]
        if self.value_from is not None:
            options.append(f"--secret-string <the value of copy {self.value_from}>")
        return " ".join(["aws", self.service, _kebab(self.operation), *options])


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is left to do, in order; nothing, where the world is as wished."""

    calls: tuple[Call, ...]
    says: str  # what is told once it is done
    already: str = ""  # what is told where nothing was to be done
    shows: tuple[str, ...] = ()  # what would become of what, said before anybody says yes
    warnings: tuple[str, ...] = ()  # what may come of it, said before anybody says yes
    takes_note: bool = False  # that the ledger holds it is the deed, or a part of it, whatever calls there are

    @property
    def preflight(self) -> tuple[str, ...]:
        """All that is said before anybody says yes."""
        return (*self.shows, *(f"careful: {warning}" for warning in self.warnings))


class Need(StrEnum):
    """What an act must look at before it can be planned."""

    SECRET = "secret"  # noqa: S105 - a word, not a value; described, with its versions; it must be there
    NAMESAKE = "namesake"  # whichever secret bears the name now, described like SECRET; there may be none
    METADATA = "metadata"  # of the secret or namesake: what it is beside its value, the resource policy included
    SNAPSHOTS = "snapshots"  # what its metadata were before
    COPIES = "copies"  # what the vault holds of it
    READERS = "readers"  # who has read the current version, as far as a day's history tells
    IDENTITY = "identity"  # the user or role that is the target, with its inline policies and keys
    KEY = "key"  # the KMS key that is the target, with its state


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The world as far as an act asked to look."""

    secret: SecretState | None = None
    metadata: SecretMetadata | None = None
    snapshots: tuple[MetadataSnapshot, ...] = ()  # the newest first
    copies: tuple[Copy, ...] = ()  # the newest first
    readers: tuple[str, ...] | None = None  # ARNs or names; None where history could not be asked
    identity: IdentityState | None = None
    key: KeyState | None = None
    last_current: Mapping[str, str] = field(default_factory=dict)  # ARN -> copied version that was current at last
    earlier: tuple[str, ...] = ()  # ARNs that the secret had before nightlatch created it again, the latest first

    def is_its_own(self, arn: str) -> bool:
        """Tell whether an ARN is the secret's, or one that it had before; that a name is equal proves nothing."""
        return arn in self.earlier or (self.secret is not None and arn == self.secret.arn)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the operator allows, and when it is."""

    policy: Policy
    protection: Protection  # of the secret by the name that AWS gives
    now: datetime
    suspects: frozenset[str] = frozenset()  # versions that it is offered to go back from: not worth keeping
    by_policy: bool = False  # nobody was asked: the policy alone said yes


@dataclass(frozen=True, slots=True)
class Moved:
    """A secret that has another ARN now; who points to the old one is worth knowing."""

    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequel:
    """What follows from an act that is done."""

    offers: tuple[Action, ...] = ()  # to be decided by people, in the same incident
    moved: Moved | None = None


def nothing_follows(action: Action, seen: Seen) -> Sequel:
    """End with the act, which is the rule."""
    del action, seen
    return Sequel()


def one_person(action: Action, seen: Seen) -> int:
    """Ask one person, which is the rule; product.md 2.2 names the acts that need two."""
    del action, seen
    return 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One thing that nightlatch can do to AWS."""

    kind: ActionKind
    label: str  # what a button says
    consequence: str  # what will be so afterwards, for whoever is asked to confirm
    needs: frozenset[Need]
    calls: frozenset[str]  # the IAM action of every call that a plan may hold, checks included
    settle: Callable[[Action, Seen, Terms], Action]  # makes the wish certain, or raises Refused; asked once
    plan: Callable[[Action, Seen], Plan]  # of a settled action: what is left; may raise WorldMoved
    people: Callable[[Action, Seen], int] = field(default=one_person)  # how many distinct people must say yes
    sequel: Callable[[Action, Seen], Sequel] = field(default=nothing_follows)  # of the world as it is afterwards

    @property
    def operations(self) -> frozenset[str]:
        """The calls by AWS's names, as they come back in CloudTrail."""
        return frozenset(call.partition(":")[2] for call in self.calls)


def _kebab(name: str) -> str:
    return _WORDS.sub("-", name).lower()


def _option(name: str, value: object) -> str:
    """Write one option; a truth is a flag without a word behind it, for the AWS command line takes none."""
    if isinstance(value, bool):
        return f"--{name}" if value else f"--no-{name}"
    return f"--{name} {_written(value)}"


def _written(value: object) -> str:
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, (list, tuple)) and all(isinstance(one, str) for one in value):
        return " ".join(_quoted(str(one)) for one in value)
    return shlex.quote(json.dumps(value, default=str))


def _quoted(text: str) -> str:
    """Quote for a shell; what is no printable character goes as an escape that the shell takes back, in one line."""
    if text.isprintable():
        return shlex.quote(text)
    return f"$'{''.join(map(_escaped, text))}'"


def _escaped(char: str) -> str:
    if char in {"\\", "'"}:
        return f"\\{char}"
    if char.isprintable():
        return char
    # Not \x: what a shell makes of it is a byte, and no character from U+0080 on.
    return f"\\u{ord(char):04x}" if "\x7f" < char <= "\xff" else char.encode("unicode_escape").decode()
