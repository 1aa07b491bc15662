"""What stands beside a call: resources that STS and KMS name, Lambda's defaults, the reads behind a batch read.

Secrets Manager's own records name no resources. A BatchGetSecretValue record shows only what was asked for;
AWS documents one GetSecretValue record more for each secret that was read [V], whose user agent and request
id only a real account can tell [B]: here they repeat the caller's.

Source: real AssumeRole and GenerateDataKey records; botocore 1.43 service model, BatchGetSecretValue (facts
1, 3.7).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from moto.core.utils import get_service_model

from nightlatch.local.narrator.answers import Refusal
from nightlatch.local.narrator.calls import ApiCall
from nightlatch.local.narrator.records import Told
from nightlatch.local.narrator.shapes import told

_DENIED = "AccessDeniedException"


def resources_of(call: ApiCall, account_id: str, response: Mapping[str, Any]) -> tuple[dict[str, str], ...]:
    """Name the resources of a call where real records name them."""
    match call.service:
        case "sts" if call.name == "AssumeRole":
            return _resource(call.parameters.get("RoleArn"), account_id, "AWS::IAM::Role")
        case "kms":
            metadata = response.get("KeyMetadata", {})
            arn = metadata.get("Arn") or response.get("KeyId") or call.parameters.get("KeyId")
            return _resource(arn, account_id, "AWS::KMS::Key")
        case _:
            return ()


def request_of(call: ApiCall, account_id: str) -> dict[str, Any] | None:
    """Tell what was asked, with what services add: KMS its algorithm, Lambda defaults and the ARN in parts [R]."""
    request = told(call.operation.input_shape, call.parameters)
    if call.service == "kms" and call.name in {"Decrypt", "Encrypt"}:
        return {"encryptionAlgorithm": "SYMMETRIC_DEFAULT", **(request or {})}
    if (call.service, call.name) != ("lambda", "UpdateFunctionCode") or request is None:
        return request
    function_name = str(request["functionName"]).split(":function:")[-1].split(":")[0]
    return {
        "publish": False,
        "dryRun": False,
        **request,
        "fullyQualifiedArn": {
            "arnPrefix": {"partition": "aws", "region": call.signed_by.region, "account": account_id},
            "relativeId": {"functionName": function_name},
            "functionQualifier": {},
        },
    }


def fanned_out(batch: Told, response: Mapping[str, Any]) -> Iterator[Told]:
    """Write the reads behind a batch read, the denied ones included."""
    asked = set(batch.call.parameters.get("SecretIdList") or ())
    for value in response.get("SecretValues", ()):
        known_as = (value["Name"], value["ARN"])
        secret_id = next((name for name in known_as if name in asked), value["ARN"])
        yield replace(_read(batch), request={"secretId": secret_id})
    for error in response.get("Errors", ()):
        if error.get("ErrorCode") == _DENIED:
            denied = Refusal("AccessDenied", str(error.get("Message", "")))
            yield replace(_read(batch), request=None, refusal=denied)


def _read(batch: Told) -> Told:
    operation = get_service_model("secretsmanager").operation_model("GetSecretValue")
    return replace(batch, call=replace(batch.call, operation=operation, parameters={}), response=None)


def _resource(arn: object, account_id: str, kind: str) -> tuple[dict[str, str], ...]:
    if not isinstance(arn, str) or not arn.startswith("arn:"):
        return ()
    return ({"ARN": arn, "accountId": account_id, "type": kind},)
