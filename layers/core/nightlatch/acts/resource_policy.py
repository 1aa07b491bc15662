"""The calls that change a secret's resource policy: merged into what others wrote, or given back as it was."""

from __future__ import annotations

from nightlatch.domain.acting import Call
from nightlatch.domain.guard_texts import remove
from nightlatch.domain.versions import SecretState

POLICY_CALLS = frozenset({"secretsmanager:PutResourcePolicy", "secretsmanager:DeleteResourcePolicy"})


def put_policy(secret: SecretState, text: str) -> Call:
    """Write the call that puts a policy of ours; AWS is asked to refuse it where it would let anybody in."""
    parameters = {"SecretId": secret.arn, "ResourcePolicy": text, "BlockPublicPolicy": True}
    return Call(service="secretsmanager", operation="PutResourcePolicy", parameters=parameters)


def without_guard(secret: SecretState, text: str | None) -> tuple[Call, ...]:
    """Write the call that takes a guard out; none where there is none.

    What others wrote is given back byte for byte, even if it lets anybody in: it stood there before.

    Raises:
        Refused: The text is no policy.
    """
    left = None if text is None else remove(text)
    if left == text:
        return ()
    if left is None:
        delete = Call(service="secretsmanager", operation="DeleteResourcePolicy", parameters={"SecretId": secret.arn})
        return (delete,)
    put = {"SecretId": secret.arn, "ResourcePolicy": left}
    return (Call(service="secretsmanager", operation="PutResourcePolicy", parameters=put),)
