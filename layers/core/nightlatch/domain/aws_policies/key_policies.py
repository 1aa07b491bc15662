"""Whom a key's policy shuts out: the account's own IAM, or everybody who would read a secret under the key.

A key obeys its policy alone. While the policy lets the account itself in, the account's IAM decides; without that, the
few whom it names hold the key, and nobody else can take it back.

Source: KMS developer guide, default key policy ("allows access to the AWS account and enables IAM policies"), policy
conditions (kms:CallerAccount, kms:ViaService); Secrets Manager user guide, permissions for the KMS key.
"""

from __future__ import annotations

from collections.abc import Mapping

from nightlatch.domain.aws_policies.policy_statements import KEYS, effect_of, principals_of, reaches
from nightlatch.domain.aws_policies.resource_policies import Grant, grants
from nightlatch.domain.event.parameters import Parameters

_READING = "kms:decrypt"


def cut_off(document: Mapping[str, object], account: str) -> str | None:
    """Say what a key's policy takes from its own account; None where it takes nothing that can be seen.

    Args:
        document: The policy.
        account: The key's account.
    """
    if any(_forbids_reading(statement, account) for statement in Parameters(document).children("Statement")):
        return "the policy forbids everybody here to decrypt with the key"
    if not any(grant.controls and _lets_in(grant, account) for grant in grants(document, service=KEYS)):
        return "the policy does not let this account itself control the key, only whom it names"
    return None


def _lets_in(grant: Grant, account: str) -> bool:
    """Tell whether a grant is to the account whole, and no condition keeps it to a few of its principals."""
    if any(limit.principals for limit in grant.limits):
        return False
    reached = grant.accounts_reached(frozenset())
    return account in grant.roots or (grant.anyone and (account in reached or not reached))


def _forbids_reading(statement: Parameters, account: str) -> bool:
    """Tell whether a Deny without a condition shuts the whole account out."""
    if effect_of(statement) != "deny" or statement.get("Condition") or not reaches(statement, _READING):
        return False
    who = principals_of(statement)
    return who.anyone or account in who.roots
