"""Writing a version as AWS does: labels stay, old unlabelled versions go, every version knows its key.

Source: Secrets Manager user guide (2026), whats-in-a-secret and security-encryption (facts 6.1, 6.3).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from moto.secretsmanager.models import FakeSecret, SecretsManagerBackend

from nightlatch.local.aws.happenings import Happening, Kind, happened
from nightlatch.local.fidelity import refusals
from nightlatch.local.fidelity.clock import stage_time
from nightlatch.local.fidelity.correction import Correction, Evidence, Patch
from nightlatch.local.fidelity.labels import (
    CURRENT,
    LABEL_LIMIT,
    SERVICE_LABELS,
    after_put,
    announced,
    read_labels,
    write_labels,
)
from nightlatch.local.fidelity.secret_keys import (
    DEFAULT_KEY,
    TRIAL,
    can_be_decrypted,
    refuse_unwritable,
    used,
)

DEPRECATED_KEPT = 100
YOUNG = timedelta(hours=24)

_GUIDE = "Secrets Manager user guide (2026), whats-in-a-secret"

CORRECTIONS = (
    Correction(
        id="put-keeps-custom-labels",
        aws="a put leaves the custom labels of the version that was current where they are",
        moto="replaces all labels of the former current version by AWSPREVIOUS",
        source=_GUIDE,
        evidence=Evidence.VERIFIED,
    ),
    Correction(
        id="one-current-version",
        aws="a put after a rollback moves AWSCURRENT away from the version that bears it",
        moto="takes the label from the version written last, so that two versions bear AWSCURRENT",
        source="botocore 1.43 service model, PutSecretValue",
        evidence=Evidence.VERIFIED,
    ),
    Correction(
        id="previous-follows-current",
        aws="after a put, AWSPREVIOUS is on the version that AWSCURRENT has just left",
        moto="puts it on the version written last, also when a rollback had made another one current",
        source="botocore 1.43 service model, PutSecretValue",
        evidence=Evidence.VERIFIED,
    ),
    Correction(
        id="read-follows-current",
        aws="a read without VersionStage gives the version that bears AWSCURRENT, also after a rollback",
        moto="gives the version written last",
        source="botocore 1.43 service model, GetSecretValue",
        evidence=Evidence.VERIFIED,
    ),
    Correction(
        id="put-label-limit",
        aws="a put whose labels would exceed 20 on the secret is refused with LimitExceededException",
        moto="has no limit",
        source="Secrets Manager user guide (2026), reference_limits; that the service's labels count is inferred",
        evidence=Evidence.INFERRED,
    ),
    Correction(
        id="old-versions-collected",
        aws="unlabelled versions beyond 100 and older than 24 hours are removed, oldest first",
        moto="keeps every version for ever",
        source=_GUIDE,
        evidence=Evidence.VERIFIED,
    ),
)

_add_secret = SecretsManagerBackend._add_secret


def about(secret: Any, kind: Kind, **details: Any) -> Happening:
    """Write a happening about a secret of moto's."""
    return Happening(
        kind=kind, arn=secret.arn, name=secret.name, account_id=secret.account_id, region=secret.region, **details
    )


def refuse_too_many(labels: Mapping[str, str]) -> None:
    """Refuse a set of labels that AWS's quota does not allow."""
    if len(labels) > LABEL_LIMIT:
        raise refusals.too_many_labels(LABEL_LIMIT)


def settle(secret: Any, before: Mapping[str, str]) -> None:
    """Finish a change of labels: announce what moved, then let old unlabelled versions go."""
    for label, version_id in announced(before, read_labels(secret.versions)):
        happened(about(secret, Kind.LABEL_UPDATED, label=label, version_id=version_id))
    for version_id in _collectable(secret.versions, stage_time.time()):
        del secret.versions[version_id]
        happened(about(secret, Kind.VERSION_COLLECTED))


def _collectable(versions: Mapping[str, dict[str, Any]], now: float) -> tuple[str, ...]:
    deprecated = sorted(
        (version["createdate"], version_id) for version_id, version in versions.items() if not version["version_stages"]
    )
    surplus = deprecated[: max(0, len(deprecated) - DEPRECATED_KEPT)]
    return tuple(version_id for created, version_id in surplus if now - created >= YOUNG.total_seconds())


def _add_version(  # noqa: PLR0913 - the signature is moto's
    self: Any,
    secret_id: str,
    secret_string: str | None = None,
    secret_binary: str | None = None,
    *,
    version_stages: list[str] | None = None,
    kms_key_id: str | None = None,
    **details: Any,
) -> tuple[Any, bool]:
    known = self.secrets.get(secret_id)
    if secret_string is not None or secret_binary is not None or kms_key_id is not None:
        refuse_unwritable(self.account_id, self.region_name, kms_key_id or getattr(known, "kms_key_id", None))
    before = {} if known is None else read_labels(known.versions)
    if secret_string is not None or secret_binary is not None:
        refuse_too_many(after_put(before, "", version_stages or [CURRENT]))
    secret, written = _add_secret(
        self,
        secret_id,
        secret_string=secret_string,
        secret_binary=secret_binary,
        version_stages=version_stages,
        kms_key_id=kms_key_id,
        **details,
    )
    _use_keys(secret, changed_to=kms_key_id)
    if written:
        used(secret, "GenerateDataKey", str(details["version_id"] or secret.default_version_id), secret.kms_key_id)
        settle(secret, before)
    return secret, bool(written)


def _use_keys(secret: Any, *, changed_to: str | None) -> None:
    """Try a new key as Secrets Manager does, and remember what is under which."""
    if changed_to is not None:
        for operation in ("GenerateDataKey", "Decrypt"):
            used(secret, operation, TRIAL, changed_to)
    _record_keys(secret, changed=changed_to is not None)


def _record_keys(secret: Any, *, changed: bool) -> None:
    """Remember under which keys each version is encrypted.

    A change of key re-encrypts only the versions with the service's own labels that can be decrypted, and keeps their
    old copy too; a version that is merely pinned stays under the old key.
    """
    key = secret.kms_key_id
    key = DEFAULT_KEY if key in (None, SecretsManagerBackend.DEFAULT_KMS_KEY_ALIAS) else key
    for version_id, version in secret.versions.items():
        keys = version.setdefault("kms_key_ids", [key])
        lost = not can_be_decrypted(secret, version)
        if changed and key not in keys and not lost and SERVICE_LABELS.intersection(version["version_stages"]):
            used(secret, "Decrypt", version_id, keys[0])
            used(secret, "Encrypt", version_id, key)
            keys.insert(0, key)


def _put_current(self: Any, secret_version: dict[str, Any], version_id: str) -> None:
    labels = after_put(read_labels(self.versions), version_id, secret_version["version_stages"])
    self.versions[version_id] = secret_version
    write_labels(self.versions, labels)


def _current_version_id(self: Any) -> str | None:
    return read_labels(self.versions).get(CURRENT)


def _remember_default(self: Any, version_id: str | None) -> None:
    # moto assigns the attribute in several places; keeping it lets a secret outlive the correction.
    self.__dict__["default_version_id"] = version_id


PATCHES = (
    Patch(SecretsManagerBackend, "_add_secret", _add_version),
    Patch(FakeSecret, "reset_default_version", _put_current),
    Patch(FakeSecret, "default_version_id", property(_current_version_id, _remember_default)),
)
