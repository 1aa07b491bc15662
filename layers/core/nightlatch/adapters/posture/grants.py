"""Who may do everything with every secret, by the account's IAM policies.

A statement counts that allows, by one entry of its actions or by leaving Secrets Manager out of its NotAction, to read,
to delete and to open secrets, on whatever secret there is. A condition on tags of the secret makes it narrow; any other
leaves it as wide for whoever fulfils it. What a Deny, a boundary or an organization's policy takes away again is not
weighed. Policies that nobody has are nobody's grants.

Source: IAM API reference, GetAccountAuthorizationDetails (default versions are marked; documents come decoded).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from nightlatch.adapters.posture.paged import pages
from nightlatch.adapters.posture.questions import Questions
from nightlatch.domain.account.partitions import partition_of
from nightlatch.domain.aws_policies.policy_conditions import texts_of
from nightlatch.domain.aws_policies.policy_statements import effect_of, reaches
from nightlatch.domain.event.parameters import Parameters
from nightlatch.domain.posture.accounts import GrantPosture
from nightlatch.domain.posture.unseen import Gap

_LIST = "iam:GetAccountAuthorizationDetails"
_KINDS = ["User", "Role", "Group", "LocalManagedPolicy", "AWSManagedPolicy"]
_MOST_PAGES = 1_000  # of a hundred entries: ten times what an account's quotas let it have
_MOST_NAMED = 20  # of those who have a policy
_EVERYTHING = ("secretsmanager:getsecretvalue", "secretsmanager:deletesecret", "secretsmanager:putresourcepolicy")
_OF_TAGS = ("secretsmanager:resourcetag/", "aws:resourcetag/")
_MOST_LEFT_OUT = 3


@dataclass(frozen=True, slots=True)
class _Wide:
    """What was met so far; it grows with the policies of an account, not with its people."""

    actions: dict[str, tuple[str, ...]] = field(default_factory=dict)  # by policy
    holders: dict[str, list[str]] = field(default_factory=dict)  # by policy, the first of them
    unreadable: list[str] = field(default_factory=list)


def grants_seen(questions: Questions, *, account_id: str, region: str) -> tuple[GrantPosture, ...] | Gap:
    """Look at every policy of the account.

    Raises:
        Unavailable: AWS cannot be reached at all, or does not accept the credentials.
    """
    met = _Wide()
    probes = tuple(f"{_anywhere(region)}:{account_id}:secret:{name}" for name in ("a-AbCdEf", "z/9-012345"))
    for answer in pages(questions, _LIST, after="Marker", most=_MOST_PAGES, Filter=_KINDS):
        if isinstance(answer, Gap):
            return answer
        for name, holder, document in _inline(answer):
            met.holders[name] = [holder]
            _note(met, name, document, probes)
        for arn, document in _managed(answer):
            _note(met, arn, document, probes)
        for arn, holder in _attachments(answer):
            held = met.holders.setdefault(arn, [])
            if len(held) < _MOST_NAMED:
                held.append(holder)
        if met.unreadable:
            return Gap(_LIST, f"{met.unreadable[0]} is no JSON, so that nobody can tell what it allows; look at it")
    return tuple(_grants(met))


def _anywhere(region: str) -> str:
    """Begin the ARN of a secret, in the partition that a Region belongs to."""
    return f"arn:{partition_of(region)}:secretsmanager:{region}"


def _grants(met: _Wide) -> Iterator[GrantPosture]:
    for policy in sorted(met.actions):
        if held := met.holders.get(policy):
            yield GrantPosture(
                policy=policy,
                actions=met.actions[policy],
                attached_to=tuple(held),
                is_by_aws=":iam::aws:policy/" in policy,
            )


def _note(met: _Wide, policy: str, document: object, probes: tuple[str, ...]) -> None:
    read = Parameters({"document": document}).document("document")
    if read is None:
        met.unreadable.append(policy)
        return
    statements = Parameters(read).children("Statement")
    wide = dict.fromkeys(action for one in statements for action in _wide_actions(one, probes))
    if wide:
        met.actions[policy] = tuple(wide)
    elif policy in met.holders and policy not in met.actions and not policy.startswith("arn:"):
        del met.holders[policy]  # an inline policy that is not too wide is not remembered


def _wide_actions(statement: Parameters, probes: tuple[str, ...]) -> Iterator[str]:
    if effect_of(statement) != "allow" or not _is_for_any(statement, probes) or _is_by_tag(statement):
        return
    if statement.has("NotAction"):
        if all(reaches(statement, action) for action in _EVERYTHING):
            left_out = texts_of(statement.get("NotAction"))
            more = " and more" if len(left_out) > _MOST_LEFT_OUT else ""
            yield f"everything but {', '.join(left_out[:_MOST_LEFT_OUT])}{more}"
        return
    for written in texts_of(statement.get("Action")):
        if all(fnmatchcase(action, written.lower()) for action in _EVERYTHING):
            yield written


def _is_for_any(statement: Parameters, probes: tuple[str, ...]) -> bool:
    if statement.has("NotResource"):
        left_out = texts_of(statement.get("NotResource"))
        return not all(any(fnmatchcase(probe, pattern) for pattern in left_out) for probe in probes)
    named = texts_of(statement.get("Resource"))
    return any(all(fnmatchcase(probe, pattern) for probe in probes) for pattern in named)


def _is_by_tag(statement: Parameters) -> bool:
    condition = statement.get("Condition")
    tests = condition.values() if isinstance(condition, Mapping) else ()
    return any(str(key).lower().startswith(_OF_TAGS) for test in tests if isinstance(test, Mapping) for key in test)


def _inline(answer: Mapping[str, Any]) -> Iterator[tuple[str, str, object]]:
    for kind in ("User", "Role", "Group"):
        for owner in answer.get(f"{kind}DetailList", ()):
            for policy in owner.get(f"{kind}PolicyList", ()):
                name = f"inline policy {policy['PolicyName']} of {owner[f'{kind}Name']}"
                yield name, str(owner["Arn"]), policy.get("PolicyDocument")


def _managed(answer: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    for policy in answer.get("Policies", ()):
        for one in policy.get("PolicyVersionList", ()):
            if one.get("IsDefaultVersion"):
                yield str(policy["Arn"]), one.get("Document")


def _attachments(answer: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for kind in ("User", "Role", "Group"):
        for owner in answer.get(f"{kind}DetailList", ()):
            for policy in owner.get("AttachedManagedPolicies", ()):
                yield str(policy["PolicyArn"]), str(owner["Arn"])
