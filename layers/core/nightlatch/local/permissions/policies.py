"""Whether a role's identity policies allow one action on one resource: an explicit Deny, else an Allow, else no.

Pure: the policies and the question come in, the verdict goes out. What is not known here (an element, a policy
variable, a condition operator or key) is an error, because a statement that is silently passed over would prove
a permission that does not stand.

Source: IAM user guide, reference_policies_evaluation-logic and reference_policies_elements (an action is compared
without regard to case, a resource with it; a `*` in a resource may stand for colons too).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import lru_cache
from typing import Any

from nightlatch.local.fidelity.conditions import CannotEvaluate, Condition, of_secrets_manager, parse_conditions
from nightlatch.local.fidelity.deny import NotAPolicy, as_list, listed_in
from nightlatch.local.fidelity.operators import like

# The keys that `needs` gives to every request that carries them on AWS.
_KNOWN_KEYS = frozenset(
    {
        "aws:viaawsservice",
        "kms:macalgorithm",
        "kms:requestalias",
        "kms:viaservice",
        "s3:if-none-match",
        "s3:object-lock-mode",
        "s3:prefix",
        "s3:versionid",
        "s3:x-amz-server-side-encryption",
        "s3:x-amz-server-side-encryption-aws-kms-key-id",
        "secretsmanager:kmskeyarn",
    }
)
_KNOWN_PREFIX = "kms:encryptioncontext:"
# Every service that knows tags carries these, and the stage gives them for secrets alone.
_OF_TAGS = ("aws:resourcetag/", "aws:requesttag/")
_ELEMENTS = frozenset({"Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"})


class Verdict(StrEnum):
    """What the policies say to a request."""

    ALLOWED = "allowed"
    DENIED = "denied by a statement"
    NOT_ALLOWED = "allowed by no statement"
    DENIED_BY_RESOURCE = "denied by a statement of the resource's own policy"
    NOT_ALLOWED_BY_RESOURCE = "allowed by no statement of the resource's own policy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One permission that a call needs."""

    action: str  # "dynamodb:GetItem"
    resource: str  # an ARN, or `*` where AWS asks about none
    keys: Mapping[str, str] = field(default_factory=dict)  # condition keys in lower case
    named: str = ""  # how the caller names the resource, where a refusal repeats that
    through: str = ""  # the service that asks on the caller's behalf, as SNS asks KMS: "sns"
    granted_elsewhere: bool = False  # a policy of AWS's own lets the caller in: only an explicit Deny refuses


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement of an identity policy, ready to be asked."""

    sid: str
    is_deny: bool
    actions: tuple[str, ...]
    all_but_actions: bool
    resources: tuple[str, ...]
    all_but_resources: bool
    conditions: tuple[Condition, ...]

    def covers(self, request: Request) -> bool:
        """Tell whether the statement is about the request.

        Raises:
            CannotEvaluate: It asks for the tags of something that is no secret.
        """
        asked = request.action.casefold()
        named = any(like(asked, pattern.casefold()) for pattern in self.actions)
        located = any(like(request.resource, pattern) for pattern in self.resources)
        if named == self.all_but_actions or located == self.all_but_resources:
            return False
        if not asked.startswith("secretsmanager:") and any(one.key.startswith(_OF_TAGS) for one in self.conditions):
            raise CannotEvaluate(f"the tags that {request.action} carries")
        return all(condition.holds(request.keys) for condition in self.conditions)


def decide(policies: Iterable[str], request: Request) -> Verdict:
    """Judge a request by all policies of an identity.

    Raises:
        NotAPolicy: One of the texts is no policy document.
        CannotEvaluate: One of them says something that the stage cannot judge.
    """
    return _verdict((statement for policy in policies for statement in parse_policy(policy)), request)


def decide_denials(policies: Iterable[str], request: Request) -> Verdict:
    """Judge a request of somebody who may do whatever no statement denies: what is allowed is not even read.

    Raises:
        NotAPolicy: One of the texts is no policy document.
        CannotEvaluate: A Deny among them says something that the stage cannot judge.
    """
    denials = (statement for policy in policies for statement in parse_denials(policy))
    return _verdict(denials, replace(request, granted_elsewhere=True))


def _verdict(statements: Iterable[Statement], request: Request) -> Verdict:
    about = [statement for statement in statements if statement.covers(request)]
    if any(statement.is_deny for statement in about):
        return Verdict.DENIED
    return Verdict.ALLOWED if about or request.granted_elsewhere else Verdict.NOT_ALLOWED


@lru_cache(maxsize=512)
def parse_policy(policy: str) -> tuple[Statement, ...]:
    """Read the statements of an identity policy.

    Raises:
        NotAPolicy: The text is no policy document.
        CannotEvaluate: A statement says something that the stage cannot judge.
    """
    return tuple(read_statement(one) for one in listed_in(policy))


@lru_cache(maxsize=512)
def parse_denials(policy: str) -> tuple[Statement, ...]:
    """Read the Deny statements of an identity policy, and nothing of the others.

    Raises:
        NotAPolicy: The text is no policy document.
        CannotEvaluate: A Deny says something that the stage cannot judge.
    """
    return tuple(read_statement(one) for one in listed_in(policy) if one.get("Effect") == "Deny")


def read_statement(statement: Any) -> Statement:
    """Read one statement of an identity policy.

    Raises:
        NotAPolicy: It is none.
        CannotEvaluate: It says something that the stage cannot judge.
    """
    if not isinstance(statement, dict) or statement.get("Effect") not in {"Allow", "Deny"}:
        raise NotAPolicy("a statement has no Effect of Allow or Deny")
    if unknown := statement.keys() - _ELEMENTS:
        raise CannotEvaluate(f"the element {', '.join(sorted(unknown))} of an identity policy")
    if "${" in json.dumps(statement):
        raise CannotEvaluate("a policy variable")
    actions, all_but_actions = _either(statement, "Action")
    resources, all_but_resources = _either(statement, "Resource")
    return Statement(
        sid=str(statement.get("Sid", "")),
        is_deny=statement["Effect"] == "Deny",
        actions=actions,
        all_but_actions=all_but_actions,
        resources=resources,
        all_but_resources=all_but_resources,
        conditions=parse_conditions(statement.get("Condition", {}), _is_known),
    )


def _is_known(key: str) -> bool:
    return key in _KNOWN_KEYS or key.startswith(_KNOWN_PREFIX) or of_secrets_manager(key)


def _either(statement: Mapping[str, Any], element: str) -> tuple[tuple[str, ...], bool]:
    """Read Action or NotAction, Resource or NotResource; exactly one of the two must be there."""
    negated = f"Not{element}"
    if (element in statement) == (negated in statement):
        raise NotAPolicy(f"a statement needs either {element} or {negated}")
    patterns = tuple(str(one) for one in as_list(statement.get(element, statement.get(negated))))
    return patterns, negated in statement
