"""Reading as AWS does: lists that show versions truthfully, and a secret that remembers when it was read.

Source: botocore 1.43 service model, ListSecretVersionIds, DescribeSecret, BatchGetSecretValue (facts 6, 10).
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from moto.secretsmanager.exceptions import InvalidParameterException, SecretNotFoundException, SecretsManagerClientError
from moto.secretsmanager.models import FakeSecret, SecretsManagerBackend, _matches
from moto.secretsmanager.responses import SecretsManagerResponse

from nightlatch.local.fidelity.clock import stage_time
from nightlatch.local.fidelity.correction import Correction, Evidence, Patch
from nightlatch.local.fidelity.deletion import is_pending
from nightlatch.local.fidelity.gate import admit
from nightlatch.local.fidelity.secret_keys import DEFAULT_KEY, refuse_unreadable, used

_MODEL = "botocore 1.43 service model, "
_LISTED_BY_DEFAULT = 100

CORRECTIONS = (
    Correction(
        id="describe-hides-unlabelled",
        aws="VersionIdsToStages shows labelled versions alone",
        moto="shows unlabelled versions with an empty list",
        source=_MODEL + "DescribeSecret",
        evidence=Evidence.VERIFIED,
    ),
    Correction(
        id="list-honours-include-deprecated",
        aws="ListSecretVersionIds hides unlabelled versions unless IncludeDeprecated is true",
        moto="ignores the parameter and always shows them",
        source=_MODEL + "ListSecretVersionIds",
        evidence=Evidence.VERIFIED,
    ),
    Correction(
        id="list-created-date-is-stable",
        aws="a version's CreatedDate is the time it was created",
        moto="gives the time of the call",
        source=_MODEL + "SecretVersionsListEntry",
        evidence=Evidence.VERIFIED,
    ),
    Correction(
        id="list-full-arn",
        aws="ListSecretVersionIds gives the secret's ARN",
        moto="gives its name in the field ARN",
        source=_MODEL + "ListSecretVersionIds",
        evidence=Evidence.VERIFIED,
    ),
    Correction(
        id="list-key-ids",
        aws="each version names the keys it is encrypted under; a changed key reaches the service's own labels alone",
        moto="names no key",
        source="Secrets Manager user guide (2026), security-encryption",
        evidence=Evidence.VERIFIED,
    ),
    Correction(
        id="last-accessed-date",
        aws="a secret that was read shows the day of its last read",
        moto="never shows one",
        source=_MODEL + "DescribeSecret",
        evidence=Evidence.VERIFIED,
    ),
    Correction(
        id="batch-reports-valueless",
        aws="BatchGetSecretValue reports a secret without a value in Errors and gives the others",
        moto="fails the whole call",
        source=_MODEL + "BatchGetSecretValue",
        evidence=Evidence.INFERRED,
    ),
)

_get_secret_value = SecretsManagerBackend.get_secret_value
_to_dict = FakeSecret.to_dict


def _get(self: Any, secret_id: str, version_id: str | None, version_stage: str | None) -> dict[str, Any]:
    answer: dict[str, Any] = _get_secret_value(self, secret_id, version_id, version_stage)
    secret = self.secrets[secret_id]
    refuse_unreadable(secret, answer["VersionId"])
    used(secret, "Decrypt", answer["VersionId"])
    secret.last_accessed_date = _today()
    secret.versions[answer["VersionId"]]["last_accessed_date"] = _today()
    return answer


def _today() -> float:
    """Midnight: the date of a last access has the resolution of a day."""
    return datetime.fromtimestamp(stage_time.time(), UTC).replace(hour=0, minute=0, second=0, microsecond=0).timestamp()


def _describe(self: Any) -> dict[str, Any]:
    described: dict[str, Any] = _to_dict(self)
    described["LastAccessedDate"] = getattr(self, "last_accessed_date", None)
    for key in ("VersionIdsToStages", "SecretVersionsToStages"):
        if key in described:
            described[key] = {version_id: stages for version_id, stages in described[key].items() if stages}
    if self.replicas:
        described["PrimaryRegion"] = self.region
    rules = getattr(self, "rotation_rules", None)  # kept by rotation.py
    if rules and "RotationRules" in described:
        described["RotationRules"] = rules
    return described


def _list_versions(self: Any) -> str:
    secret = self.backend.secrets.get(self._get_param("SecretId", if_none=""))
    if secret is None:
        raise SecretNotFoundException
    deprecated_too = bool(self._get_param("IncludeDeprecated", if_none=False))
    shown = [
        _listed(version_id, version)
        for version_id, version in secret.versions.items()
        if version["version_stages"] or deprecated_too
    ]
    page, token = self.backend._get_secret_values_page_and_next_token(
        shown, self._get_int_param("MaxResults", _LISTED_BY_DEFAULT), self._get_param("NextToken")
    )
    return json.dumps(
        {"ARN": secret.arn, "Name": secret.name, "Versions": page, **({"NextToken": token} if token else {})}
    )


def _listed(version_id: str, version: dict[str, Any]) -> dict[str, Any]:
    entry = {
        "VersionId": version_id,
        "VersionStages": version["version_stages"],
        "CreatedDate": version["createdate"],
        "LastAccessedDate": version.get("last_accessed_date"),
        "KmsKeyIds": version.get("kms_key_ids", [DEFAULT_KEY]),
    }
    return {key: value for key, value in entry.items() if value}


def _batch(
    self: Any,
    secret_id_list: list[str] | None = None,
    filters: list[dict[str, Any]] | None = None,
    max_results: int | None = None,
    next_token: str | None = None,
) -> tuple[list[dict[str, Any]], list[dict[str, str]], str | None]:
    if secret_id_list and filters:
        raise InvalidParameterException("Either 'SecretIdList' or 'Filters' must be provided, but not both.")
    if max_results and not filters:
        raise InvalidParameterException(
            "'Filters' not specified. 'Filters' must also be specified when 'MaxResults' is provided."
        )
    wanted = secret_id_list or [
        secret.arn for secret in self.secrets.values() if not is_pending(secret) and _matches(secret, filters or [])
    ]
    page, token = self._get_secret_values_page_and_next_token(wanted, max_results, next_token)
    values: list[dict[str, Any]] = []
    errors: list[dict[str, str]] = []
    for secret_id in page:
        try:
            admit(self, "GetSecretValue", {"SecretId": secret_id})
            values.append(self.get_secret_value(secret_id, None, None))
        except SecretsManagerClientError as error:
            errors.append({"SecretId": secret_id, "ErrorCode": error.error_type, "Message": error.message})
    return values, errors, token


PATCHES = (
    Patch(SecretsManagerBackend, "get_secret_value", _get),
    Patch(SecretsManagerBackend, "batch_get_secret_value", _batch),
    Patch(FakeSecret, "to_dict", _describe),
    Patch(SecretsManagerResponse, "list_secret_version_ids", _list_versions),
)
