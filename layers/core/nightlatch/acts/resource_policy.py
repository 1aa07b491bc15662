"""The calls that change a secret's resource policy: merged into what others wrote, or given back as it was.

AWS is asked about a policy right before it is put, and refuses one that would let anybody in, whoever wished it.
"""

from __future__ import annotations

from nightlatch.domain.answering.acting import Call, Seen, Terms
from nightlatch.domain.answering.guard_upkeep import guard_wanted
from nightlatch.domain.errors import Refused
from nightlatch.domain.guarding.guard_texts import remove
from nightlatch.domain.guarding.guards import Guard
from nightlatch.domain.secret.metadata import SecretMetadata
from nightlatch.domain.secret.versions import SecretState

PUT_CALLS = frozenset({"secretsmanager:PutResourcePolicy", "secretsmanager:ValidateResourcePolicy"})
POLICY_CALLS = PUT_CALLS | {"secretsmanager:DeleteResourcePolicy"}


def metadata_of(seen: Seen, secret: SecretState) -> SecretMetadata:
    """Give what was looked at beside the versions.

    Raises:
        Refused: It was not looked at.
    """
    if seen.metadata is None:
        raise Refused(f"secret {secret.name}: its resource policy was not looked at; ask again")
    return seen.metadata


def guard_of(secret: SecretState, seen: Seen, terms: Terms) -> Guard:
    """Make out the guard that the operator's policy means for a secret as it is.

    Raises:
        Refused: Nobody would be left to take it away, or it would keep nobody out.
    """
    account, replicated = secret.arn.split(":")[4], bool(metadata_of(seen, secret).replicas)
    return guard_wanted(terms.policy, terms.protection, account, replicated=replicated)


def put_policy(secret: SecretState, text: str) -> Call:
    """Write the call that puts a policy, which AWS checks first."""
    policy = {"SecretId": secret.arn, "ResourcePolicy": text}
    return Call(
        service="secretsmanager",
        operation="PutResourcePolicy",
        parameters={**policy, "BlockPublicPolicy": True},
        checked_by=Call(service="secretsmanager", operation="ValidateResourcePolicy", parameters=policy),
    )


def without_guard(secret: SecretState, text: str | None) -> tuple[Call, ...]:
    """Write the call that takes a guard out and gives back what others wrote; none where there is no guard.

    Raises:
        Refused: The text is no policy.
    """
    left = None if text is None else remove(text)
    if left == text:
        return ()
    if left is not None:
        return (put_policy(secret, left),)
    parameters = {"SecretId": secret.arn}
    return (Call(service="secretsmanager", operation="DeleteResourcePolicy", parameters=parameters),)
