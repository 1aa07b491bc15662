"""The calls that change a secret's resource policy: merged into what others wrote, or given back as it was."""

from __future__ import annotations

from nightlatch.domain.acting import Call
from nightlatch.domain.guard_texts import remove
from nightlatch.domain.versions import SecretState

PUT_CALLS = frozenset({"secretsmanager:PutResourcePolicy", "secretsmanager:ValidateResourcePolicy"})
POLICY_CALLS = PUT_CALLS | {"secretsmanager:DeleteResourcePolicy"}


def put_policy(secret: SecretState, text: str) -> Call:
    """Write the call that puts a policy, which AWS validates first and refuses where it would let anybody in."""
    parameters = {"SecretId": secret.arn, "ResourcePolicy": text, "BlockPublicPolicy": True}
    return Call(service="secretsmanager", operation="PutResourcePolicy", parameters=parameters)


def without_guard(secret: SecretState, text: str | None) -> tuple[Call, ...]:
    """Write the call that takes a guard out; none where there is none.

    What others wrote is given back byte for byte. Where that lets anybody in AWS refuses it: the role that acts may put
    no such policy, whoever wished it.

    Raises:
        Refused: The text is no policy.
    """
    left = None if text is None else remove(text)
    if left == text:
        return ()
    if left is None:
        delete = Call(service="secretsmanager", operation="DeleteResourcePolicy", parameters={"SecretId": secret.arn})
        return (delete,)
    return (put_policy(secret, left),)
