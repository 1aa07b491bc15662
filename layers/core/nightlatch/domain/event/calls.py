"""Every call that Secrets Manager offers, and which of them do what.

Source: service model of Secrets Manager in botocore 1.44.5 (2026), 26 operations, all of them logged by CloudTrail
(design facts 3.1). A test holds this list against the installed model, so that a new operation is noticed.
"""

from __future__ import annotations

from nightlatch.domain.event.events import EventName, secrets_manager

READ_PREFIXES = ("Get", "List", "Describe", "BatchGet", "Validate")  # where a record does not say so itself
READ_VALUES = ("GetSecretValue", "BatchGetSecretValue")
MAKE_VERSIONS = ("CreateSecret", "PutSecretValue", "UpdateSecret")  # the last where it is given a value
SET_KEYS = ("CreateSecret", "UpdateSecret", "ReplicateSecretToRegions")

# Calls of IAM by which a role or a user may gain a right: given to it, or no longer withheld from it.
CHANGE_RIGHTS = (
    "AddUserToGroup",
    "AttachRolePolicy",
    "AttachUserPolicy",
    "DeleteRolePermissionsBoundary",
    "DeleteRolePolicy",
    "DeleteUserPermissionsBoundary",
    "DeleteUserPolicy",
    "DetachRolePolicy",
    "DetachUserPolicy",
    "PutRolePermissionsBoundary",
    "PutRolePolicy",
    "PutUserPermissionsBoundary",
    "PutUserPolicy",
    "RemoveUserFromGroup",
)

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
