"""Replicas as AWS keeps them: under a key of their own, read where they are, written in the primary's Region alone.

A replica can be cut loose and becomes a secret of its own. Replicating again to a Region where it failed takes the
place of the failure. AWS replicates within seconds; here it is done with the call.

Source: botocore 1.43 service model, StopReplicationToReplica, ReplicateSecretToRegions and ReplicationStatusType;
Secrets Manager user guide (2026), replicate-secrets (tags and resource policies replicate) (facts 5.1, 6.5).
"""

from __future__ import annotations

import copy
import json
from typing import Any

from moto.secretsmanager.exceptions import SecretNotFoundException
from moto.secretsmanager.models import FakeSecret, ReplicaSecret, SecretsManagerBackend
from moto.secretsmanager.responses import SecretsManagerResponse

from nightlatch.local.aws.happenings import Kind, happened
from nightlatch.local.fidelity import refusals
from nightlatch.local.fidelity.correction import MEASURED_FOR_ACTS, Correction, Evidence, Patch
from nightlatch.local.fidelity.secret_keys import used
from nightlatch.local.fidelity.versions import about

_REPLICATE = "botocore 1.43 service model, ReplicateSecretToRegions"

CORRECTIONS = (
    Correction(
        id="stop-replication",
        aws="StopReplicationToReplica, called where the replica is, makes it a secret of its own",
        moto="does not know the call",
        source="botocore 1.43 service model, StopReplicationToReplica",
        evidence=Evidence.VERIFIED,
    ),
    Correction(
        id="replicate-full-arn",
        aws="ReplicateSecretToRegions and RemoveRegionsFromReplication give the secret's ARN",
        moto="give back what the caller typed",
        source=_REPLICATE,
        evidence=Evidence.VERIFIED,
    ),
    Correction(
        id="primary-region",
        aws="a primary with replicas is listed and described with its own Region as PrimaryRegion",
        moto="names the Region of replicas alone",
        source="botocore 1.43 service model, SecretListEntry (PrimaryRegion: where the secret originated)",
        evidence=Evidence.VERIFIED,
    ),
    Correction(
        id="replica-key",
        aws="a replica is under the key that was asked for in its Region, and shows that one",
        moto="forgets the key that was asked for, and shows the primary's",
        source=_REPLICATE,
        evidence=Evidence.VERIFIED,
        measured_on=MEASURED_FOR_ACTS,
    ),
    Correction(
        id="replicate-again",
        aws="replicating again to a Region where a name stood in the way replaces the failed entry",
        moto="lists the Region twice",
        source=_REPLICATE + " (ForceOverwriteReplicaSecret); that the entry is one is inferred",
        evidence=Evidence.INFERRED,
        measured_on=MEASURED_FOR_ACTS,
    ),
    Correction(
        id="replica-shows-its-policy",
        aws="GetResourcePolicy in the replica's Region gives the policy of the primary",
        moto="refuses, as if it were a write",
        source="Secrets Manager user guide (2026), replicate-secrets; that it may be read there is inferred",
        evidence=Evidence.INFERRED,
        measured_on=MEASURED_FOR_ACTS,
    ),
)

_NAME_TAKEN = "Secret with this name already exists in this region"

_replicate = SecretsManagerBackend.replicate_secret_to_regions
_remove_regions = SecretsManagerBackend.remove_regions_from_replication
_get_resource_policy = SecretsManagerBackend.get_resource_policy
_create_replicas = FakeSecret.create_replicas
_to_dict = ReplicaSecret.to_dict


def _stop_replication(self: Any) -> str:
    secrets = self.backend.secrets
    replica = secrets.get(self._get_param("SecretId"))
    if replica is None:
        raise SecretNotFoundException
    if not isinstance(replica, ReplicaSecret):
        raise refusals.invalid_request("The secret is not a replica: call this operation in the replica's Region.")
    alone = copy.copy(replica.source)
    alone.arn, alone.region, alone.kms_key_id = replica.arn, replica.region, replica.config["KmsKeyId"]
    alone.versions = copy.deepcopy(replica.source.versions)
    alone.tags = copy.deepcopy(replica.source.tags)
    alone.replicas = []
    replica.source.replicas.remove(replica)
    dict.pop(secrets, replica.arn)
    secrets[alone.name] = alone
    return json.dumps({"ARN": alone.arn})


def _create(self: Any, replica_regions: list[dict[str, str]], force_overwrite: bool) -> list[Any]:  # noqa: FBT001
    made: list[Any] = _create_replicas(self, replica_regions, force_overwrite=force_overwrite)
    for wish, replica in zip(replica_regions, made, strict=True):
        replica.config["KmsKeyId"] = wish.get("KmsKeyId") or SecretsManagerBackend.DEFAULT_KMS_KEY_ALIAS
        happened(about(self, Kind.REPLICATION_STARTED))
        if replica.has_replica:
            if self.default_version_id is not None:
                used(self, "Decrypt", self.default_version_id)
                used(replica, "GenerateDataKey", self.default_version_id)
            happened(about(self, Kind.REPLICATION_SUCCEEDED))
        else:
            replica.message = replica.config["StatusMessage"] = _NAME_TAKEN
            happened(about(self, Kind.REPLICATION_FAILED))
    return made


def _replicate_again(
    self: Any, secret_id: str, replica_regions: list[dict[str, str]], *args: Any, **kwargs: Any
) -> tuple[str, list[dict[str, Any]]]:
    secret = self.describe_secret(secret_id)
    again = {wish["Region"] for wish in replica_regions}
    if isinstance(secret, FakeSecret):
        secret.replicas = [one for one in secret.replicas if one.has_replica or one.region not in again]
    _, statuses = _replicate(self, secret_id, replica_regions, *args, **kwargs)
    return secret.arn, statuses


def _remove_with_arn(self: Any, secret_id: str, *args: Any, **kwargs: Any) -> tuple[str, list[dict[str, Any]]]:
    _, statuses = _remove_regions(self, secret_id, *args, **kwargs)
    return self.secrets[secret_id].arn, statuses


def _policy_of(self: Any, secret_id: str) -> str:
    secret = self.secrets.get(secret_id)
    if not isinstance(secret, ReplicaSecret):
        return str(_get_resource_policy(self, secret_id))
    shown = {"ARN": secret.arn, "Name": secret.name, "ResourcePolicy": secret.source.policy}
    return json.dumps({name: value for name, value in shown.items() if value is not None})


def _described(self: Any) -> dict[str, Any]:
    described: dict[str, Any] = _to_dict(self)
    described.pop("KmsKeyId", None)
    if self.config["KmsKeyId"] != SecretsManagerBackend.DEFAULT_KMS_KEY_ALIAS:
        described["KmsKeyId"] = self.config["KmsKeyId"]
    return described


PATCHES = (
    Patch(SecretsManagerResponse, "stop_replication_to_replica", _stop_replication),
    Patch(SecretsManagerBackend, "replicate_secret_to_regions", _replicate_again),
    Patch(SecretsManagerBackend, "remove_regions_from_replication", _remove_with_arn),
    Patch(SecretsManagerBackend, "get_resource_policy", _policy_of),
    Patch(FakeSecret, "create_replicas", _create),
    Patch(ReplicaSecret, "to_dict", _described),
)
