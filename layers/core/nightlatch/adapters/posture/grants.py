"""Who may come to every secret, by the account's IAM policies: its own, those of AWS, and those written on a principal.

A permissions boundary counts where it was seen and leaves none of what a policy grants; what a Deny of another policy
or an organization's policy takes away again is not weighed. Policies that nobody has are nobody's grants, and roles
that are linked to a service of AWS are AWS's: nobody else can take them on or change them.

Source: IAM API reference, GetAccountAuthorizationDetails (default versions are marked; documents come decoded), and
service-linked roles (path /aws-service-role/).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from nightlatch.adapters.posture.paged import pages
from nightlatch.adapters.posture.questions import Questions
from nightlatch.domain.aws_policies.wide_grants import WideGrant, secrets_like, wide_grant
from nightlatch.domain.event.parameters import Parameters
from nightlatch.domain.posture.accounts import GrantPosture
from nightlatch.domain.posture.unseen import Gap

_LIST = "iam:GetAccountAuthorizationDetails"
_KINDS = ["User", "Role", "Group", "LocalManagedPolicy", "AWSManagedPolicy"]
_MOST_PAGES = 1_000  # of a hundred entries: ten times what an account's quotas let it have
_MOST_NAMED = 20  # of those who have a policy
_OF_SERVICES = ":role/aws-service-role/"
_UNBOUND = ""


@dataclass(frozen=True, slots=True)
class _Met:
    """What was met so far; it grows with the policies of an account, not with its people."""

    grants: dict[str, WideGrant] = field(
        default_factory=dict
    )  # by policy; of managed ones those that grant nothing, too
    holders: dict[str, dict[str, list[str]]] = field(default_factory=dict)  # by policy and boundary, the first of them
    unreadable: list[str] = field(default_factory=list)


def grants_seen(questions: Questions, *, account_id: str, region: str) -> tuple[GrantPosture, ...] | Gap:
    """Look at every policy of the account.

    Raises:
        Unavailable: AWS cannot be reached at all, or does not accept the credentials.
    """
    met = _Met()
    secrets = secrets_like(account_id, region)
    for answer in pages(questions, _LIST, after="Marker", most=_MOST_PAGES, Filter=_KINDS):
        if isinstance(answer, Gap):
            return answer
        for owner, name, document in _inline(answer):
            if _note(met, name, document, secrets):
                _hold(met, name, owner)
        for arn, document in _managed(answer):
            _note(met, arn, document, secrets, is_managed=True)
        for arn, owner in _attachments(answer):
            _hold(met, arn, owner)
        if met.unreadable:
            return Gap(_LIST, f"{met.unreadable[0]} is no JSON, so that nobody can tell what it allows; look at it")
    return tuple(_grants(met))


def _grants(met: _Met) -> Iterator[GrantPosture]:
    for policy in sorted(met.grants):
        grant, by_boundary = met.grants[policy], met.holders.get(policy, {})
        held = [one for boundary, some in by_boundary.items() if _is_left(met, grant, boundary) for one in some]
        if grant.powers and held:
            yield GrantPosture(
                policy=policy,
                actions=grant.actions,
                attached_to=tuple(held[:_MOST_NAMED]),
                is_by_aws=":iam::aws:policy/" in policy,
            )


def _is_left(met: _Met, grant: WideGrant, boundary: str) -> bool:
    """Tell whether a boundary leaves any of what is granted; one that was not seen takes nothing away."""
    bounding = met.grants.get(boundary)
    return bounding is None or bool(grant.powers & bounding.powers)


def _note(met: _Met, policy: str, document: object, secrets: tuple[str, ...], *, is_managed: bool = False) -> bool:
    """Keep what a policy grants, and tell whether that is too much; of inline ones no other is remembered."""
    read = Parameters({"document": document}).document("document")
    if read is None:
        met.unreadable.append(policy)
        return False
    grant = wide_grant(Parameters(read), secrets)
    if is_managed or grant.powers:
        met.grants[policy] = grant
    return bool(grant.powers)


def _hold(met: _Met, policy: str, owner: Mapping[str, Any]) -> None:
    if _OF_SERVICES in str(owner["Arn"]):
        return
    boundary = str((owner.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn") or _UNBOUND)
    held = met.holders.setdefault(policy, {}).setdefault(boundary, [])
    if len(held) < _MOST_NAMED:
        held.append(str(owner["Arn"]))


def _inline(answer: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], str, object]]:
    for kind, owner in _owners(answer):
        for policy in owner.get(f"{kind}PolicyList", ()):
            yield owner, f"inline policy {policy['PolicyName']} of {owner[f'{kind}Name']}", policy.get("PolicyDocument")


def _managed(answer: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    for policy in answer.get("Policies", ()):
        for one in policy.get("PolicyVersionList", ()):
            if one.get("IsDefaultVersion"):
                yield str(policy["Arn"]), one.get("Document")


def _attachments(answer: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for _, owner in _owners(answer):
        for policy in owner.get("AttachedManagedPolicies", ()):
            yield str(policy["PolicyArn"]), owner


def _owners(answer: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for kind in ("User", "Role", "Group"):
        for owner in answer.get(f"{kind}DetailList", ()):
            yield kind, owner
