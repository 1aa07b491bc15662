"""Every call that Secrets Manager offers: for rules that judge who calls, whatever the call.

Source: service model of Secrets Manager in botocore 1.44.5 (2026), 26 operations, all of them logged by CloudTrail
(design facts 3.1). A test holds this list against the installed model, so that a new operation is noticed.
"""

from __future__ import annotations

from nightlatch.domain.events import EventName, secrets_manager

SECRETS_MANAGER_CALLS: frozenset[EventName] = secrets_manager(
    "AssociateCrossAccountReplica",
    "BatchGetSecretValue",
    "CancelRotateSecret",
    "CreateSecret",
    "DeleteResourcePolicy",
    "DeleteSecret",
    "DescribeSecret",
    "DisassociateCrossAccountReplica",
    "GetRandomPassword",
    "GetResourcePolicy",
    "GetSecretValue",
    "ListResourcePolicies",
    "ListSecretVersionIds",
    "ListSecrets",
    "PutResourcePolicy",
    "PutSecretValue",
    "RemoveRegionsFromReplication",
    "ReplicateSecretToRegions",
    "RestoreSecret",
    "RotateSecret",
    "StopReplicationToReplica",
    "TagResource",
    "UntagResource",
    "UpdateSecret",
    "UpdateSecretVersionStage",
    "ValidateResourcePolicy",
)
