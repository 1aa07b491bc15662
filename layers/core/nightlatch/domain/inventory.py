"""What the account is known to hold and to trust; what it does not say is unknown, and unknown alone never fires."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from nightlatch.domain.policy_conditions import account_of
from nightlatch.domain.secrets import SecretRef, may_be_same, secret_ref

_DASHED = re.compile(r"\d{4}-\d{4}-\d{4}")
_MEMBER = re.compile(r"arn:[\w-]+:organizations::\d*:account/[^/]+/(\d{12})")  # its own account is the organisation's


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """Entries stand as the operator wrote them: names, ids, aliases, partial or full ARNs, any version."""

    protected_keys: frozenset[str] = frozenset()
    rotation_functions: frozenset[str] = frozenset()
    self_resources: frozenset[str] = frozenset()
    trusted_accounts: frozenset[str] = frozenset()
    decoys: frozenset[str] = frozenset()
    organization_id: str | None = None

    def trusts(self, account_id: str) -> bool:
        """Tell whether the operator named an account as one of theirs, by its id or by any ARN of it."""
        return account_id in {_account(entry) for entry in self.trusted_accounts}

    def is_rotation_function(self, text: str) -> bool:
        """Tell whether a Lambda function's name, ARN, alias or version is a registered rotation function."""
        return _function_name(text) in {_function_name(entry) for entry in self.rotation_functions}

    def is_decoy(self, secret: SecretRef) -> bool:
        """Tell whether a reference may mean one of the decoy secrets."""
        return _mentions(self.decoys, secret)


def _mentions(entries: Iterable[str], secret: SecretRef) -> bool:
    return any(
        may_be_same(secret, secret_ref(entry, account_id=secret.account_id, region=secret.region)) for entry in entries
    )


def _account(text: str) -> str | None:
    """Reduce an account's id, as the console writes it too, or an ARN to the id; None where it names no account."""
    text = text.strip()
    member = _MEMBER.fullmatch(text)
    return account_of(member[1] if member else text.replace("-", "") if _DASHED.fullmatch(text) else text)


def _function_name(text: str) -> str:
    """Reduce a function's name, partial or full ARN, with or without alias or version, to its name.

    Source: Lambda API reference, FunctionName: `name`, `name:alias`, `account:function:name`, full ARN.
    """
    if ":function:" in text:
        text = text.split(":function:", 1)[1]
    return text.split(":", 1)[0]
