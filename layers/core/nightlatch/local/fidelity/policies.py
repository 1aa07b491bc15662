"""Resource policies as AWS takes them: malformed ones refused, public ones blocked, any one validated on request.

AWS judges "public" with an automated reasoning engine; here a statement is public that allows any principal
without a condition on who calls or where from. A text that is no policy is refused on both calls, for both declare
that error; whoever validates must expect it beside the answer that says no. What the stage cannot judge in a Deny is
refused when it is put, never ignored. The text is kept byte for byte.

Source: botocore 1.43 service model, PutResourcePolicy and ValidateResourcePolicy (facts 3.4, 5.3).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from moto.core.utils import get_service_model
from moto.secretsmanager.responses import SecretsManagerResponse

from nightlatch.local.fidelity import refusals
from nightlatch.local.fidelity.conditions import CannotEvaluate
from nightlatch.local.fidelity.correction import MEASURED_FOR_ACTS, Correction, Evidence, Patch
from nightlatch.local.fidelity.deny import NotAPolicy, as_list, parse_denials, principals_of, statements_of
from nightlatch.local.fidelity.gate import would_lock_out
from nightlatch.local.fidelity.operators import like

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
        id="unknown-policy-action",
        aws="a policy that names an action Secrets Manager does not have is refused",
        moto="stores any text",
        source="only a real account can tell",
        evidence=Evidence.BELIEVED,
        measured_on=MEASURED_FOR_ACTS,
    ),
    Correction(
        id="policy-size",
        aws="a policy of more than 20,480 characters is refused with ValidationException",
        moto="stores any text",
        source="botocore 1.43 service model, NonEmptyResourcePolicyType; the code is believed",
        evidence=Evidence.VERIFIED,
        measured_on=MEASURED_FOR_ACTS,
    ),
    Correction(
        id="validate-resource-policy",
        aws="ValidateResourcePolicy tells whether a policy is public or locks the caller out",
        moto="does not know the call",
        source="botocore 1.43 service model, ValidateResourcePolicy; the names of the checks are believed",
        evidence=Evidence.VERIFIED,
    ),
)

POLICY_LIMIT = 20_480  # characters
_PREFIX = "secretsmanager:"
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
    if unknown := unknown_actions(policy):
        raise refusals.malformed_policy(f"there is no action {', '.join(unknown)}")
    if self._get_bool_param("BlockPublicPolicy", if_none=False) and is_public(policy):
        raise refusals.public_policy()
    return str(_put_resource_policy(self))


def _validate(self: Any) -> str:
    policy = str(self._get_param("ResourcePolicy", ""))
    check_policy(policy)
    secret_id = self._get_param("SecretId")
    secret = None if secret_id is None else self.backend.describe_secret(secret_id)
    errors = []
    if unknown := unknown_actions(policy):
        errors.append({"CheckName": "Syntax", "ErrorMessage": f"There is no action {', '.join(unknown)}."})
    if is_public(policy):
        errors.append(
            {"CheckName": "PublicAccess", "ErrorMessage": "The policy grants access to a wide range of principals."}
        )
    if secret is not None and would_lock_out(policy, secret):
        errors.append({"CheckName": "LockOut", "ErrorMessage": "The policy denies its author to change it again."})
    return json.dumps({"PolicyValidationPassed": not errors, "ValidationErrors": errors})


def check_policy(policy: str) -> None:
    """Refuse a text that is no policy or too long, and a Deny that the stage cannot judge.

    Raises:
        JsonRESTError: MalformedPolicyDocumentException or ValidationException, as moto's own exception.
    """
    if len(policy) > POLICY_LIMIT:
        raise refusals.too_long("resourcePolicy", POLICY_LIMIT)
    try:
        parse_denials(policy)
    except NotAPolicy as error:
        raise refusals.malformed_policy(str(error)) from error
    except CannotEvaluate as error:
        raise refusals.malformed_policy(
            f"nightlatch's local stage cannot judge {error} in a Deny, though AWS may: write it otherwise"
        ) from error


def unknown_actions(policy: str) -> tuple[str, ...]:
    """Name the actions of a policy that Secrets Manager does not have; a wildcard must reach at least one."""
    patterns = [
        str(pattern)
        for statement in statements_of(policy)
        for pattern in as_list(statement.get("Action", statement.get("NotAction")))
    ]
    known = [f"{_PREFIX}{name}".casefold() for name in get_service_model("secretsmanager").operation_names]
    return tuple(pattern for pattern in patterns if not any(like(action, pattern.casefold()) for action in known))


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
