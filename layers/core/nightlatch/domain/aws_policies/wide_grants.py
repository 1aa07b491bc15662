"""Which IAM policies let their holders come to any secret of an account, however they are written.

Two powers count: to read values, and to write resource policies, by which a holder lets itself read. A policy gives one
where a statement allows it by any spelling of the action (or by leaving it out of a NotAction) on whatever secret
there is, and no Deny of the same policy takes it back. A condition on which secret it is (a tag, an ARN, the rotation
function) makes a statement narrow, if it fails where its key is missing and names something; any other condition leaves
it as wide for whoever fulfils it. A prefix of names (`secret:prod/*`) is a choice, however many secrets it meets.

Source: IAM user guide, policy evaluation (an explicit Deny wins), Action, NotAction, Resource, NotResource; service
authorization reference, condition keys of Secrets Manager.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from string import ascii_lowercase, digits

from nightlatch.domain.aws_policies.policy_conditions import comparisons, texts_of
from nightlatch.domain.aws_policies.policy_statements import actions_of, effect_of, reaches
from nightlatch.domain.event.parameters import Parameters
from nightlatch.domain.event.partitions import partition_of

READING, OPENING = "secretsmanager:getsecretvalue", "secretsmanager:putresourcepolicy"
_MOST_LEFT_OUT = 3
_ANY = "foranyvalue:"
_MATCHES = frozenset({"stringequals", "stringequalsignorecase", "stringlike", "arnequals", "arnlike"})
_OF_TAGS = ("secretsmanager:resourcetag/", "aws:resourcetag/")
_OF_SECRETS = frozenset({"secretsmanager:secretid", "secretsmanager:resource/allowrotationlambdaarn"})
_SUFFIXES = ("-AbCdEf", "/9-012345", ".x_y-ZzZzZz")  # two secrets of names that have no character in common, and more


@dataclass(frozen=True, slots=True)
class WideGrant:
    """What a policy lets its holders do with any secret; of nothing where there is nothing."""

    powers: frozenset[str] = frozenset()  # of READING and OPENING
    actions: tuple[str, ...] = ()  # as the statements write them, such as `secretsmanager:*`


def secrets_like(account_id: str, region: str) -> tuple[str, ...]:
    """Give ARNs of secrets of every beginning: what reaches them all reaches any."""
    begin = f"arn:{partition_of(region)}:secretsmanager:{region}:{account_id}:secret:"
    letters = ascii_lowercase + digits
    return tuple(f"{begin}{first}{_SUFFIXES[number % len(_SUFFIXES)]}" for number, first in enumerate(letters))


def wide_grant(policy: Parameters, secrets: tuple[str, ...]) -> WideGrant:
    """Say what a policy grants on all of some secrets.

    Args:
        policy: Its document.
        secrets: As `secrets_like` gives them.
    """
    statements = [one for one in policy.children("Statement") if _is_for_all(one, secrets)]
    denied = {power for one in statements for power in _denied(one)}
    powers = {READING, OPENING} - denied
    if READING in denied:  # nor does a policy that it writes help whom an explicit Deny forbids to read
        powers.clear()
    allowing = [one for one in statements if _allows(one) and not _is_narrowed(one, secrets)]
    granted = {power for power in powers if any(reaches(one, power) for one in allowing)}
    said = dict.fromkeys(action for one in allowing for action in _said(one, granted))
    return WideGrant(frozenset(granted), tuple(said))


def _allows(statement: Parameters) -> bool:
    return effect_of(statement) == "allow" and (statement.has("NotAction") or bool(actions_of(statement)))


def _denied(statement: Parameters) -> tuple[str, ...]:
    if effect_of(statement) != "deny" or statement.get("Condition"):
        return ()
    return tuple(power for power in (READING, OPENING) if reaches(statement, power))


def _said(statement: Parameters, powers: set[str]) -> Iterator[str]:
    """Give the entries of a statement that give a power."""
    if not any(reaches(statement, power) for power in powers):
        return
    if statement.has("NotAction"):
        left_out = texts_of(statement.get("NotAction"))
        more = " and more" if len(left_out) > _MOST_LEFT_OUT else ""
        yield f"everything but {', '.join(left_out[:_MOST_LEFT_OUT])}{more}"
        return
    for written in texts_of(statement.get("Action")):
        if any(fnmatchcase(power, written.lower()) for power in powers):
            yield written


def _is_for_all(statement: Parameters, secrets: tuple[str, ...]) -> bool:
    if statement.has("NotResource"):
        return not _reach_all(texts_of(statement.get("NotResource")), secrets)
    return _reach_all(texts_of(statement.get("Resource")), secrets)


def _reach_all(patterns: tuple[str, ...], secrets: tuple[str, ...]) -> bool:
    """Tell whether patterns meet every secret, one or several together."""
    return all(any(fnmatchcase(secret, pattern) for pattern in patterns) for secret in secrets)


def _is_narrowed(statement: Parameters, secrets: tuple[str, ...]) -> bool:
    return any(
        operator.removeprefix(_ANY) in _MATCHES and bool(values) and _is_of_some(key, values, secrets)
        for operator, key, values in comparisons(statement.get("Condition"))
    )


def _is_of_some(key: str, values: tuple[str, ...], secrets: tuple[str, ...]) -> bool:
    """Tell whether a condition is on which secret it is, and its values leave some out."""
    if key.startswith(_OF_TAGS):
        return all(value.strip("*?") for value in values)
    return key in _OF_SECRETS and all(value.strip("*?") for value in values) and not _reach_all(values, secrets)
