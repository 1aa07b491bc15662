"""What a bucket's or a key's own policy says to a request, beside what the caller's identity policies say.

A Deny of either outweighs everything. A bucket's Allow is enough by itself, within the account. A key lets nobody in
but whom its policy names; where that names the account, the identity policies decide, for the account's root user alone
is named by it directly. What a secret's own policy denies is judged in `local/fidelity`.

Source: IAM user guide, reference_policies_evaluation-logic; KMS developer guide, key-policy-overview and
key-policy-default (naming the account delegates to IAM).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from moto.s3.models import s3_backends

from nightlatch.local.aws.callers import Caller
from nightlatch.local.fidelity.deny import as_list, listed_in
from nightlatch.local.fidelity.keys import find_key
from nightlatch.local.permissions.policies import Request, Statement, Verdict, read_statement

_BUCKETS = "arn:aws:s3:::"
_ANYBODY = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """One statement of a resource's policy that is about people and roles."""

    principals: frozenset[str]
    all_but_principals: bool
    statement: Statement

    def names(self, names: Iterable[str]) -> bool:
        """Tell whether its Principal means somebody by one of these names."""
        meant = _ANYBODY in self.principals or not self.principals.isdisjoint(names)
        return meant != self.all_but_principals


def judge(request: Request, caller: Caller, identity: Verdict) -> Verdict:
    """Add the resource's own policy to the verdict of the identity policies.

    Raises:
        NotAPolicy: The resource's policy is none.
        CannotEvaluate: It says something that the stage cannot judge.
    """
    policy = _policy_of(request, caller.account_id)
    if policy is None or identity is Verdict.DENIED:
        return identity
    about = [shared for shared in parse_shared(policy) if shared.statement.covers(request)]
    if any(shared.statement.is_deny and shared.names(caller.names) for shared in about):
        return Verdict.DENIED_BY_RESOURCE
    allowing = [shared for shared in about if not shared.statement.is_deny]
    if any(shared.names((caller.arn, caller.principal_arn)) for shared in allowing):
        return Verdict.ALLOWED
    if request.action.startswith("kms:") and not any(shared.names(caller.names) for shared in allowing):
        return Verdict.NOT_ALLOWED_BY_RESOURCE if identity is Verdict.ALLOWED else identity
    return identity


@lru_cache(maxsize=256)
def parse_shared(policy: str) -> tuple[Shared, ...]:
    """Read the statements of a resource's policy that are about people and roles; services are no callers here.

    Raises:
        NotAPolicy: The text is no policy document.
        CannotEvaluate: A statement says something that the stage cannot judge.
    """
    return tuple(_shared(statement) for statement in listed_in(policy) if _principals(statement))


def _shared(statement: dict[str, Any]) -> Shared:
    rest = {name: value for name, value in statement.items() if name not in {"Principal", "NotPrincipal"}}
    return Shared(
        principals=frozenset(_principals(statement)),
        all_but_principals="NotPrincipal" in statement,
        statement=read_statement(rest),
    )


def _principals(statement: dict[str, Any]) -> list[str]:
    element = statement.get("Principal", statement.get("NotPrincipal", {}))
    return [_ANYBODY] if element == _ANYBODY else [str(one) for one in as_list(element.get("AWS", []))]


def _policy_of(request: Request, account_id: str) -> str | None:
    """Give the policy of the bucket or the key that a request is about."""
    if request.action.startswith("s3:") and request.resource.startswith(_BUCKETS):
        name = request.resource.removeprefix(_BUCKETS).split("/", 1)[0]
        bucket = s3_backends[account_id]["aws"].buckets.get(name)
        return None if bucket is None or bucket.policy is None else bucket.policy.decode()
    if request.action.startswith("kms:") and request.resource.startswith("arn:"):
        key = find_key(account_id, "", request.resource)
        return None if key is None else str(key.policy)
    return None
