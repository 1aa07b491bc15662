"""Replicas as AWS keeps them: a replica can be cut loose and becomes a secret of its own.

Source: botocore 1.43 service model, StopReplicationToReplica and ReplicateSecretToRegions (facts 5.1).
"""

from __future__ import annotations

import copy
import json
from typing import Any

from moto.secretsmanager.exceptions import SecretNotFoundException
from moto.secretsmanager.models import ReplicaSecret, SecretsManagerBackend
from moto.secretsmanager.responses import SecretsManagerResponse

from nightlatch.local.fidelity import refusals
from nightlatch.local.fidelity.correction import Correction, Evidence, Patch

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
        source="botocore 1.43 service model, ReplicateSecretToRegions",
        evidence=Evidence.VERIFIED,
    ),
    Correction(
        id="primary-region",
        aws="a primary with replicas is listed and described with its own Region as PrimaryRegion",
        moto="names the Region of replicas alone",
        source="botocore 1.43 service model, SecretListEntry (PrimaryRegion: where the secret originated)",
        evidence=Evidence.VERIFIED,
    ),
)

_replicate = SecretsManagerBackend.replicate_secret_to_regions
_remove_regions = SecretsManagerBackend.remove_regions_from_replication


def _stop_replication(self: Any) -> str:
    secrets = self.backend.secrets
    replica = secrets.get(self._get_param("SecretId"))
    if replica is None:
        raise SecretNotFoundException
    if not isinstance(replica, ReplicaSecret):
        raise refusals.invalid_request("The secret is not a replica: call this operation in the replica's Region.")
    alone = copy.copy(replica.source)
    alone.arn, alone.region = replica.arn, replica.region
    alone.versions = copy.deepcopy(replica.source.versions)
    alone.tags = copy.deepcopy(replica.source.tags)
    alone.replicas = []
    replica.source.replicas.remove(replica)
    dict.pop(secrets, replica.arn)
    secrets[alone.name] = alone
    return json.dumps({"ARN": alone.arn})


def _replicate_with_arn(self: Any, secret_id: str, *args: Any, **kwargs: Any) -> tuple[str, list[dict[str, Any]]]:
    _, statuses = _replicate(self, secret_id, *args, **kwargs)
    return self.secrets[secret_id].arn, statuses


def _remove_with_arn(self: Any, secret_id: str, *args: Any, **kwargs: Any) -> tuple[str, list[dict[str, Any]]]:
    _, statuses = _remove_regions(self, secret_id, *args, **kwargs)
    return self.secrets[secret_id].arn, statuses


PATCHES = (
    Patch(SecretsManagerResponse, "stop_replication_to_replica", _stop_replication),
    Patch(SecretsManagerBackend, "replicate_secret_to_regions", _replicate_with_arn),
    Patch(SecretsManagerBackend, "remove_regions_from_replication", _remove_with_arn),
)
