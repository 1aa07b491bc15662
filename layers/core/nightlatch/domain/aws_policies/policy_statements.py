"""What one statement of a policy says: its effect, whom it names, which actions it reaches, in all their spellings.

The grammar is one for all resources: a secret's policy and a key's are read alike. Any JSON value may stand anywhere,
and nothing here raises.

Source: IAM user guide, Principal, NotPrincipal, Action and NotAction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from nightlatch.domain.aws_policies.policy_conditions import account_of, texts_of
from nightlatch.domain.event.parameters import Parameters

SECRETS, KEYS = "secretsmanager", "kms"  # as actions name their service
_ACCOUNT_DIGITS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Principals:
    """Whom a statement names."""

    anyone: bool = False
    services: frozenset[str] = frozenset()
    accounts: frozenset[str] = frozenset()  # of all that it names
    roots: frozenset[str] = frozenset()  # accounts that it names whole: IAM there decides who
    arns: frozenset[str] = frozenset()  # users and roles


EVERYBODY = Principals(anyone=True)


def effect_of(statement: Parameters) -> str:
    """Give `allow` or `deny`, or whatever stands there."""
    return (statement.text("Effect") or "").lower()


def principals_of(statement: Parameters) -> Principals:
    """Read Principal in all its spellings; Allow with NotPrincipal lets in everybody who is not on its list."""
    if statement.has("NotPrincipal"):
        return EVERYBODY if effect_of(statement) == "allow" else Principals()
    value = statement.get("Principal")
    kinds = value if isinstance(value, Mapping) else {"aws": value}
    texts = {str(kind).lower(): texts_of(named) for kind, named in kinds.items()}
    named = [text for kind, several in texts.items() if kind != "service" for text in several]
    everyone = [text for several in texts.values() for text in several if _is_anyone(text)]
    if everyone:
        return EVERYBODY
    whole = [text for text in named if text.endswith(":root") or len(text) == _ACCOUNT_DIGITS]
    return Principals(
        services=frozenset(texts.get("service", ())),
        accounts=frozenset(account for text in named if (account := account_of(text)) is not None),
        roots=frozenset(account for text in whole if (account := account_of(text)) is not None),
        arns=frozenset(text for text in named if text.startswith("arn:") and not text.endswith(":root")),
    )


def principals_named(value: object) -> tuple[str, ...]:
    """Give every text of a Principal or NotPrincipal, of whatever kind."""
    kinds = value.values() if isinstance(value, Mapping) else (value,)
    return tuple(text for named in kinds for text in texts_of(named))


def is_about(statement: Parameters, service: str) -> bool:
    """Tell whether the actions can mean one of a service's; none shown counts as any."""
    if statement.has("NotAction"):
        excluded = {action.lower() for action in texts_of(statement.get("NotAction"))}
        return not excluded & {"*", f"{service}:*"}
    actions = actions_of(statement)
    return not actions or any(fnmatchcase(service, action.split(":", 1)[0]) for action in actions)


def reaches(statement: Parameters, action: str) -> bool:
    """Tell whether the actions include one, written in lower case; none shown counts as any."""
    if statement.has("NotAction"):
        excluded = [one.lower() for one in texts_of(statement.get("NotAction"))]
        return not any(fnmatchcase(action, pattern) for pattern in excluded)
    patterns = actions_of(statement)
    return not patterns or any(fnmatchcase(action, pattern) for pattern in patterns)


def covers(denial: Parameters, allowance: Parameters, service: str) -> bool:
    """Tell whether a Deny forbids everything that an Allow permits."""
    denied, allowed = frozenset(actions_of(denial)), frozenset(actions_of(allowance))
    return bool(denied & {"*", f"{service}:*"}) or (bool(allowed) and allowed <= denied)


def actions_of(statement: Parameters) -> tuple[str, ...]:
    """Give the actions in lower case, wildcards as they stand."""
    return tuple(action.lower() for action in texts_of(statement.get("Action")))


def _is_anyone(text: str) -> bool:
    """Tell whether a principal stands for every account: the star, or an ARN with a wildcard for its account."""
    if set(text) == {"*"}:
        return True
    parts = text.split(":", 5)
    return len(parts) > 4 and parts[0] == "arn" and "*" in parts[4]  # noqa: PLR2004 - the account is the fifth part
