"""What an audit asks of the world: postures, page by page, and a book that keeps what was found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from nightlatch.domain.event.secrets import SecretRef
from nightlatch.domain.posture.accounts import AccountPosture
from nightlatch.domain.posture.findings import PostureFinding
from nightlatch.domain.posture.functions import FunctionPosture
from nightlatch.domain.posture.reports import Kept, Run
from nightlatch.domain.posture.secrets import Protected, SecretPosture
from nightlatch.domain.posture.unseen import Gap
from nightlatch.domain.posture.use import SecretUse


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretPage:
    """A part of AWS's list of secrets; one that vanished meanwhile is no longer in it."""

    secrets: tuple[SecretPosture, ...]
    token: str | None  # where it goes on; None at its end
    vanished: tuple[str, ...] = ()  # ARNs of those that were listed and gone when they were looked at
    left_out: tuple[str, ...] = ()  # ARNs of those that were listed and not looked at on purpose


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionPage:
    """A part of AWS's list of functions."""

    functions: tuple[FunctionPosture, ...]
    token: str | None


class Premises(Protocol):
    """The account as it stands, without its values; every answer that was refused is a gap in the posture.

    All may raise Unavailable; secrets and functions also Refused, where the list itself is refused, and WorldMoved,
    where it can no longer be gone on with.
    """

    @property
    def account_id(self) -> str:
        """Whose premises they are."""

    @property
    def region(self) -> str:
        """Where."""

    @property
    def calls(self) -> int:
        """How many calls were made to AWS so far."""

    def secrets(self, token: str | None) -> SecretPage:
        """Look at the secrets of a page."""

    def functions(self, token: str | None, rotators: dict[str, tuple[str, ...]]) -> FunctionPage:
        """Look at the functions of a page; those that rotate secrets more closely, and those of them that are gone."""

    def account(self, secrets: int) -> AccountPosture:
        """Look at what is one for all secrets."""


class Uses(Protocol):
    """How secrets are used, counted from records."""

    def of(self, secrets: Sequence[SecretRef]) -> Mapping[SecretRef, SecretUse] | Gap:
        """Give the use of some secrets; one of which nothing was counted is in it, without readers."""


class Protections(Protocol):
    """What nightlatch does for secrets."""

    def of(self, secrets: Sequence[SecretRef]) -> Mapping[SecretRef, Protected] | Gap:
        """Give it for some secrets."""

    def restore_proven_at(self) -> datetime | Gap | None:
        """Say when a restore drill last proved any copy; None: never, NO_COPIES: there are none to prove."""


class Book(Protocol):
    """Where findings are kept from audit to audit. All may raise Unavailable."""

    def begin(self, now: datetime, *, account_id: str, region: str, at_once: bool) -> Run | None:
        """Go on with the audit that stopped, or begin one that is due, or `at_once`; None where neither is the case."""

    def keep(
        self, run: Run, findings: Sequence[PostureFinding], doubtful: Sequence[str], spared: Sequence[str] = ()
    ) -> None:
        """Keep a page and how far the run is with it; the same page twice is kept once.

        Raises:
            Unavailable: It could not be kept, or somebody else goes on with this audit.

        Args:
            run: As it stands with this page; one without any page takes the place of the audit that is under way.
            findings: Of the page.
            doubtful: Ids that findings would have that could not be judged; where such a finding is open, it stays.
            spared: Ids that findings would have about which nobody asks; where one is open, it is not fixed by that.
        """

    def finish(self, run: Run) -> None:
        """Compare with the audit before: what was open is fixed where its check judged again and did not find it."""

    def last(self) -> Run | None:
        """Give the last audit that was finished."""

    def findings(self) -> Iterator[Kept]:
        """Give what the last finished audit found, and what was over with it, one after another."""


@dataclass(frozen=True, slots=True)
class AuditPorts:
    """The world, as far as an audit needs it."""

    premises: Premises
    book: Book
