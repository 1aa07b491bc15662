"""The answers with which Secrets Manager refuses, in AWS's own words where they are known.

Source: Secrets Manager user guide (2026), deleted-secrets and troubleshoot; botocore 1.43 service model
(facts 3.4).
"""

from __future__ import annotations

from moto.secretsmanager.exceptions import InvalidParameterException, InvalidRequestException, SecretsManagerClientError

PENDING_DELETION = "You can't perform this operation on the secret because it was marked for deletion."
NAME_PENDING_DELETION = (
    "You can't create this secret because a secret with this name is already scheduled for deletion."
)
NO_ROTATION_FUNCTION = (
    "You tried to enable rotation on a secret that doesn't already have a Lambda function ARN configured "
    "and you didn't include such an ARN as a parameter in this call."
)
ROTATION_UNFINISHED = "A previous rotation isn't complete. That rotation will be reattempted."
ON_A_REPLICA = "Operation not permitted on a replica secret. Call must be made in primary secret's region."
BROAD_ACCESS = "You can't grant a wide range of principals access to the secret while BlockPublicPolicy is true."


def invalid_request(message: str) -> Exception:
    """Refuse because of the state the secret is in."""
    return _typed(InvalidRequestException(message))


def invalid_parameter(message: str) -> Exception:
    """Refuse because the parameters contradict each other or the secret."""
    return _typed(InvalidParameterException(message))


def too_many_labels(limit: int) -> Exception:
    """Refuse because the secret would bear more labels than the quota; the text is ours, only the code is known [V]."""
    return _typed(
        SecretsManagerClientError("LimitExceededException", f"A secret can have at most {limit} staging labels.")
    )


def malformed_policy(reason: str) -> Exception:
    """Refuse a resource policy that is no policy, in AWS's words [R]; the reason in brackets is the stage's."""
    text = f"This policy has invalid syntax. ({reason})"
    return _typed(SecretsManagerClientError("MalformedPolicyDocumentException", text))


def too_long(member: str, limit: int) -> Exception:
    """Refuse a parameter that is longer than the service model allows, in the words AWS has for it everywhere [B]."""
    text = (
        f"1 validation error detected: Value at '{member}' failed to satisfy constraint: "
        f"Member must have length less than or equal to {limit}"
    )
    return _typed(SecretsManagerClientError("ValidationException", text))


def public_policy() -> Exception:
    """Refuse a policy that would open the secret to a wide range of principals; the text is ours [V for the code]."""
    return _typed(SecretsManagerClientError("PublicPolicyException", BROAD_ACCESS))


def access_denied(arn: str, action: str, resource: str) -> Exception:
    """Refuse because a statement of the secret's own policy denies the caller [B for the last words]."""
    return _typed(
        SecretsManagerClientError(
            "AccessDeniedException",
            f"User: {arn} is not authorized to perform: {action} on resource: {resource} "
            "with an explicit deny in a resource-based policy",
        )
    )


def _typed(error: object) -> Exception:
    """Give moto's untyped exceptions a type, in one place."""
    assert isinstance(error, Exception)  # noqa: S101 - a fact about moto's class tree, for the type checker
    return error
