"""An audit of a part: some checks, or some secrets alone; what nobody asked about is not looked at."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from hashlib import sha256
from typing import Any

from nightlatch.domain.event.secrets import secret_ref
from nightlatch.domain.posture.accounts import AccountPosture
from nightlatch.domain.posture.checks import Check
from nightlatch.domain.posture.functions import FunctionPosture
from nightlatch.domain.posture.practices import Practice
from nightlatch.domain.posture.secrets import SecretPosture
from nightlatch.service.audit_ports import FunctionPage, Premises, SecretPage

_ID_LENGTH = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What alone is asked about; all of it where nothing is said."""

    checks: tuple[str, ...] = ()  # globs over ids
    practices: tuple[Practice, ...] = ()
    names: tuple[str, ...] = ()  # globs over names of secrets; functions and the account are left out with them

    @property
    def is_whole(self) -> bool:
        """Whether nothing is left out."""
        return not (self.checks or self.practices or self.names)

    @property
    def id(self) -> str:
        """Tell scopes apart, for an audit is compared with one of the same scope; empty for the whole."""
        if self.is_whole:
            return ""
        parts = (sorted(set(self.checks)), sorted(one.short for one in set(self.practices)), sorted(set(self.names)))
        return sha256(repr(parts).encode(errors="replace")).hexdigest()[:_ID_LENGTH]

    def of(self, checks: Sequence[Check[Any]]) -> tuple[Check[Any], ...]:
        """Give the checks that are asked for."""
        return tuple(check for check in checks if self._asks_for(check))

    def _asks_for(self, check: Check[Any]) -> bool:
        by_name = not self.checks or any(fnmatchcase(check.id, glob) for glob in self.checks)
        by_practice = not self.practices or check.practice in self.practices
        return by_name and by_practice and (not self.names or check.about is SecretPosture)

    def covers(self, name: str) -> bool:
        """Tell whether a secret is asked about."""
        return not self.names or any(fnmatchcase(name, glob) for glob in self.names)

    def words(self) -> Iterator[str]:
        """Say it as the command line does."""
        yield from (f"--check {one}" for one in self.checks)
        yield from (f"--practice {one.short}" for one in self.practices)
        yield from (f"--secret {one}" for one in self.names)


def _name_of(arn: str) -> str:
    return secret_ref(arn, account_id="", region="", by_aws=True).name


class ScopedPremises:
    """The port `Premises`, of which only what is in the scope is seen.

    Args:
        premises: All of it.
        scope: What is asked about.
        checks: Those that will judge; what none of them is about is not looked at.
    """

    def __init__(self, premises: Premises, scope: Scope, checks: Collection[Check[Any]]) -> None:
        self._premises = premises
        self._scope = scope
        self._abouts = frozenset(check.about for check in checks)

    @property
    def account_id(self) -> str:
        """Whose premises they are."""
        return self._premises.account_id

    @property
    def region(self) -> str:
        """Where."""
        return self._premises.region

    @property
    def calls(self) -> int:
        """How many calls were made to AWS so far."""
        return self._premises.calls

    def secrets(self, token: str | None) -> SecretPage:
        """Look at the secrets of a page; which functions rotate them is known from them."""
        if not self._abouts & {SecretPosture, FunctionPosture}:
            return SecretPage(secrets=(), token=None)
        page = self._premises.secrets(token)
        return replace(
            page,
            secrets=tuple(one for one in page.secrets if self._scope.covers(one.name)),
            left_out=tuple(arn for arn in page.left_out if self._scope.covers(_name_of(arn))),
        )

    def functions(self, token: str | None, rotators: dict[str, tuple[str, ...]]) -> FunctionPage:
        """Look at the functions of a page."""
        if FunctionPosture not in self._abouts:
            return FunctionPage(functions=(), token=None)
        return self._premises.functions(token, rotators)

    def account(self, secrets: int) -> AccountPosture:
        """Look at what is one for all secrets."""
        if AccountPosture not in self._abouts:
            return AccountPosture(account_id=self.account_id, region=self.region, secrets=secrets)
        return self._premises.account(secrets)
