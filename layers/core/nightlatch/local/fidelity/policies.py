"""Resource policies as AWS takes them: malformed ones refused, public ones blocked, any one validated on request.

AWS judges "public" with an automated reasoning engine; here a statement is public that allows any principal
without a condition on who calls or where from. What the stage cannot judge in a Deny is refused when it is
put, never ignored.

Source: botocore 1.43 service model, PutResourcePolicy and ValidateResourcePolicy (facts 3.4, 5.3).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from moto.secretsmanager.responses import SecretsManagerResponse

from nightlatch.local.fidelity import refusals
from nightlatch.local.fidelity.conditions import CannotEvaluate
from nightlatch.local.fidelity.correction import Correction, Evidence, Patch
from nightlatch.local.fidelity.deny import NotAPolicy, parse_denials, principals_of, statements_of
from nightlatch.local.fidelity.gate import would_lock_out

CORRECTIONS = (
    Correction(
        id="block-public-policy",
        aws="with BlockPublicPolicy a policy that opens the secret to anybody is refused with PublicPolicyException",
        moto="ignores the parameter",
        source="botocore 1.43 service model, PutResourcePolicy",
        evidence=Evidence.VERIFIED,
    ),
    Correction(
        id="malformed-policy",
        aws="a text that is no policy is refused with MalformedPolicyDocumentException",
        moto="stores any text",
        source="botocore 1.43 service model, PutResourcePolicy",
        evidence=Evidence.VERIFIED,
    ),
    Correction(
        id="validate-resource-policy",
        aws="ValidateResourcePolicy tells whether a policy is public or locks the caller out",
        moto="does not know the call",
        source="botocore 1.43 service model, ValidateResourcePolicy; the names of the checks are believed",
        evidence=Evidence.VERIFIED,
    ),
)

_NARROWING = (
    "aws:principal",
    "aws:source",
    "aws:userid",
    "aws:username",
    "aws:vpc",
)

_put_resource_policy = SecretsManagerResponse.put_resource_policy


def _put(self: Any) -> str:
    policy = str(self._get_param("ResourcePolicy", ""))
    check_policy(policy)
    if self._get_bool_param("BlockPublicPolicy", if_none=False) and is_public(policy):
        raise refusals.public_policy()
    return str(_put_resource_policy(self))


def _validate(self: Any) -> str:
    policy = str(self._get_param("ResourcePolicy", ""))
    check_policy(policy)
    secret_id = self._get_param("SecretId")
    secret = None if secret_id is None else self.backend.describe_secret(secret_id)
    errors = []
    if is_public(policy):
        errors.append(
            {"CheckName": "PublicAccess", "ErrorMessage": "The policy grants access to a wide range of principals."}
        )
    if secret is not None and would_lock_out(policy, secret):
        errors.append({"CheckName": "LockOut", "ErrorMessage": "The policy denies its author to change it again."})
    return json.dumps({"PolicyValidationPassed": not errors, "ValidationErrors": errors})


def check_policy(policy: str) -> None:
    """Refuse a text that is no policy, and a Deny that the stage cannot judge.

    Raises:
        JsonRESTError: MalformedPolicyDocumentException, as moto's own exception.
    """
    try:
        parse_denials(policy)
    except NotAPolicy as error:
        raise refusals.malformed_policy(f"This resource policy contains a syntax error: {error}.") from error
    except CannotEvaluate as error:
        raise refusals.malformed_policy(
            f"nightlatch's local stage cannot judge {error} in a Deny, though AWS may: write it otherwise."
        ) from error


def is_public(policy: str) -> bool:
    """Tell whether a policy allows any principal anywhere."""
    return any(
        statement["Effect"] == "Allow"
        and ("NotPrincipal" in statement or "*" in principals_of(statement))
        and not _is_narrowed(statement.get("Condition", {}))
        for statement in statements_of(policy)
    )


def _is_narrowed(conditions: Mapping[str, Mapping[str, object]]) -> bool:
    """Conditions are ANDed, so one that says who or where from is enough, unless it says anybody."""
    return any(
        key.casefold().startswith(_NARROWING) and "Not" not in operator and value not in ("*", ["*"])
        for operator, under in conditions.items()
        for key, value in under.items()
    )


PATCHES = (
    Patch(SecretsManagerResponse, "put_resource_policy", _put),
    Patch(SecretsManagerResponse, "validate_resource_policy", _validate),
)
