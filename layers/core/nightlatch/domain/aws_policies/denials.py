"""What a resource policy forbids: each Deny statement as a digest that spelling does not change, and whom it shuts out.

Two statements say the same whatever their Sid, the order of their lists, and whether one text stands in a list or by
itself. A Deny to everybody with no condition exempts nobody, the owner included; with a condition somebody is left, and
who that is cannot be said from the policy alone.

Source: IAM user guide, JSON policy elements (Principal, Action, NotAction, Condition); Secrets Manager user guide,
resource policies.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from hashlib import sha256
from json import dumps

from nightlatch.domain.aws_policies.policy_conditions import texts_of
from nightlatch.domain.event.parameters import Parameters

_SERVICE = "secretsmanager"
_USES = ("getsecretvalue", "putsecretvalue", "putresourcepolicy", "deleteresourcepolicy")
_DELETION = "deletesecret"


@dataclass(frozen=True, slots=True, kw_only=True)
class Denial:
    """One Deny statement, less its wording."""

    digest: str
    shuts_out: bool  # nobody may use the secret, or change its policy, any more
    bars_deletion: bool  # nobody may delete it any more


def denials_of(policy: Mapping[str, object] | None) -> tuple[Denial, ...]:
    """Give the Deny statements of a policy, sorted by their digests."""
    statements = Parameters(policy or {}).children("Statement")
    denied = (_denial(statement) for statement in statements if (statement.text("Effect") or "").lower() == "deny")
    return tuple(sorted(denied, key=lambda denial: denial.digest))


def _denial(statement: Parameters) -> Denial:
    said = {name.lower(): _plain(value) for name, value in statement.fields.items() if name.lower() != "sid"}
    is_total = _is_everybody(statement) and not statement.get("Condition")
    return Denial(
        digest=sha256(dumps(said, sort_keys=True, default=str).encode()).hexdigest()[:16],
        shuts_out=is_total and any(_forbids(statement, action) for action in _USES),
        bars_deletion=is_total and _forbids(statement, _DELETION),
    )


def _plain(value: object) -> object:
    """Write one meaning in one way: lists sorted, a single text as a list of one."""
    if isinstance(value, Mapping):
        return {str(name): _plain(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return sorted((_plain(item) if isinstance(item, Mapping) else item for item in value), key=repr)
    return [value]


def _is_everybody(statement: Parameters) -> bool:
    principal = statement.get("Principal")
    named = principal.values() if isinstance(principal, Mapping) else (principal,)
    return any("*" in texts_of(some) for some in named)


def _forbids(statement: Parameters, action: str) -> bool:
    """Tell whether a statement's actions cover one of Secrets Manager's, given in lower case."""
    field = "NotAction" if statement.has("NotAction") else "Action"
    patterns = (pattern.lower() for pattern in texts_of(statement.get(field)))
    named = any(fnmatchcase(f"{_SERVICE}:{action}", pattern) for pattern in patterns)
    return named != (field == "NotAction")
