"""What AWS answered, as far as CloudTrail tells it: an error, a few elements of the response, or nothing.

Secrets Manager's records show less than its API answers, and each call something else; the table holds what
real records and fixtures show. For other services the whole answer is told, by the model and without
sensitive members.

Source: real CloudTrail records of 2023 and 2024; botocore service models (facts 3.3, 3.4, section 11 for what
is open).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from botocore.parsers import create_parser

from nightlatch.local.narrator.calls import ApiCall
from nightlatch.local.narrator.services import is_read_only
from nightlatch.local.narrator.shapes import told

_REFUSED_FROM = 400
_MESSAGE_LIMIT = 1024  # CloudTrail cuts longer messages and user agents

# Members of the API's answer that the record shows, under the record's spelling. Create and put show the ARN
# alone [R], delete spells it aRN [R], the policy call shows arn and name [R]; the others are inferred.
_ARN_AND_NAME = {"ARN": "arn", "Name": "name"}
_SECRETS_MANAGER: Mapping[str, Mapping[str, str]] = {
    "CreateSecret": {"ARN": "arn"},
    "PutSecretValue": {"ARN": "arn"},
    "UpdateSecret": {**_ARN_AND_NAME, "VersionId": "versionId"},
    "UpdateSecretVersionStage": _ARN_AND_NAME,
    "DeleteSecret": {"ARN": "aRN", "Name": "name", "DeletionDate": "deletionDate"},
    "RestoreSecret": _ARN_AND_NAME,
    "RotateSecret": {**_ARN_AND_NAME, "VersionId": "versionId"},
    "CancelRotateSecret": {**_ARN_AND_NAME, "VersionId": "versionId"},
    "PutResourcePolicy": _ARN_AND_NAME,
    "DeleteResourcePolicy": _ARN_AND_NAME,
    "ReplicateSecretToRegions": {"ARN": "arn"},
    "RemoveRegionsFromReplication": {"ARN": "arn"},
    "StopReplicationToReplica": {"ARN": "arn"},
    "TagResource": {},
    "UntagResource": {},
}


# What moto answers though AWS would not: a packed policy size belongs to calls with a session policy.
_NOT_AWS: Mapping[tuple[str, str], frozenset[str]] = {("sts", "AssumeRole"): frozenset({"packedPolicySize"})}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The HTTP answer that moto gave."""

    status: int
    headers: Mapping[str, str]  # names in lower case
    body: bytes

    @property
    def is_refusal(self) -> bool:
        """Whether AWS would have raised an error."""
        return self.status >= _REFUSED_FROM


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error as CloudTrail tells it."""

    code: str
    message: str

    @property
    def hides_parameters(self) -> bool:
        """Denied and throttled calls have requestParameters null in real records."""
        return self.code in {"AccessDenied", "ThrottlingException"}


def parsed(call: ApiCall, answer: Answer) -> dict[str, Any]:
    """Read the answer as a client would."""
    response: dict[str, Any] = _parser(call.protocol).parse(
        {"status_code": answer.status, "headers": dict(answer.headers), "body": answer.body},
        call.operation.output_shape,
    )
    return response


def refusal(call: ApiCall, response: Mapping[str, Any]) -> Refusal:
    """Read the error of a refused call under the name that CloudTrail gives it."""
    error = response.get("Error", {})
    code = str(error.get("Code") or "Unknown")
    return Refusal(_told_code(call, code), str(error.get("Message") or "")[:_MESSAGE_LIMIT])


def has_told_answer(call: ApiCall) -> bool:
    """Tell whether anything of the answer goes into the record; what only reads says null, save STS and KMS.

    AssumeRole is called reading and shows its answer all the same; KMS names the key that answered.
    """
    return call.service in {"sts", "kms"} or not is_read_only(call.service, call.name)


def response_elements(call: ApiCall, response: Mapping[str, Any]) -> dict[str, Any] | None:
    """Tell what CloudTrail shows of a successful answer."""
    if is_read_only(call.service, call.name) and (call.service, call.name) != ("sts", "AssumeRole"):
        return None
    everything = told(call.operation.output_shape, response)
    if everything is None:
        return None
    if call.service != "secretsmanager":
        invented = _NOT_AWS.get((call.service, call.name), frozenset())
        return {name: value for name, value in everything.items() if name not in invented}
    shown = _SECRETS_MANAGER[call.name]
    spelled = {member[:1].lower() + member[1:]: name for member, name in shown.items()}
    return {name: everything[member] for member, name in spelled.items() if member in everything} or None


def _told_code(call: ApiCall, code: str) -> str:
    if code == "AccessDeniedException":
        return "AccessDenied"  # real records of Secrets Manager (TrailDiscover, 2024)
    for shape in call.operation.error_shapes:
        # IAM answers NoSuchEntity and its records say NoSuchEntityException: the name of the shape.
        if shape.metadata.get("error", {}).get("code") == code:
            return str(shape.name)
    return code


@cache
def _parser(protocol: str) -> Any:
    return create_parser(protocol)
