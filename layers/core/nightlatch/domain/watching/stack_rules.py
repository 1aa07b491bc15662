"""The rules of our stack as its template writes them: what each lets through, when it rings, and to whom it hands what.

AWS does not remember what a rule was: whoever changes it by hand changes the only place. So it stands here as well, and
a test holds it against template.yaml.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

ENABLED = "ENABLED"
ALL_EVENTS = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
DISABLED = "DISABLED"
_CALL, _SERVICE_EVENT = "AWS API Call via CloudTrail", "AWS Service Event via CloudTrail"


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetWanted:
    """Whom a rule hands its events to."""

    id: str
    part: str  # logical id of a queue or function of the stack
    given: str = ""  # a constant that it gets instead of the event


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleWanted:
    """A rule of the template."""

    logical_id: str
    targets: tuple[TargetWanted, ...]
    pattern: Mapping[str, object] | None = None  # None for a schedule
    schedule: str = ""
    state: str = ENABLED
    is_optional: bool = False  # by a parameter of the stack


CHANGES = TargetWanted(id="changes-lane", part="ChangesQueue")
READS = TargetWanted(id="reads-lane", part="ReadsQueue")
KEEPER = TargetWanted(id="keeper-lane", part="KeeperQueue")


def _calls(names: str, *services: str, kinds: tuple[str, ...] = (_CALL,)) -> dict[str, object]:
    """Write a pattern for calls of some services: names with spaces between, beginnings with `*` behind them."""
    asked: list[object] = [{"prefix": name[:-1]} if name.endswith("*") else name for name in names.split()]
    return {
        "source": [f"aws.{service}" for service in services],
        "detail-type": list(kinds),
        "detail": {"eventSource": [f"{service}.amazonaws.com" for service in services], "eventName": asked},
    }


_CHANGES = """
CreateSecret PutSecretValue UpdateSecret UpdateSecretVersionStage DeleteSecret RestoreSecret RotateSecret
CancelRotateSecret PutResourcePolicy DeleteResourcePolicy TagResource UntagResource ReplicateSecretToRegions
RemoveRegionsFromReplication StopReplicationToReplica AssociateCrossAccountReplica DisassociateCrossAccountReplica
AcceptCrossAccountReplication
StartSecretVersionDelete EndSecretVersionDelete CancelSecretVersionDelete SecretVersionDeletion RotationStarted
RotationSucceeded RotationFailed RotationAbandoned TestRotationStarted TestRotationSucceeded TestRotationFailed
ReplicationStarted ReplicationSucceeded ReplicationFailed
"""
_READS = """
GetSecretValue BatchGetSecretValue ListSecrets DescribeSecret GetResourcePolicy ListResourcePolicies
ListSecretVersionIds ValidateResourcePolicy GetRandomPassword
"""
_TRAILS = """
StopLogging DeleteTrail UpdateTrail PutEventSelectors PutEventConfiguration DeleteEventDataStore UpdateEventDataStore
StopEventDataStoreIngestion DeleteRule DisableRule EnableRule PutRule PutTargets RemoveTargets
"""
_KEYS = """
CreateKey DisableKey ScheduleKeyDeletion DeleteImportedKeyMaterial PutKeyPolicy CreateGrant RevokeGrant UpdateAlias
DeleteAlias
"""
_FUNCTIONS = """
DeleteFunction* UpdateFunctionCode* UpdateFunctionConfiguration* PutFunctionConcurrency* RemovePermission*
PutFunctionEventInvokeConfig* UpdateFunctionEventInvokeConfig* UpdateAlias* DeleteAlias* UpdateEventSourceMapping*
DeleteEventSourceMapping* AddPermission*
"""
_PATHS = """
DeleteRule DisableRule EnableRule PutRule PutTargets RemoveTargets DeleteTopic SetTopicAttributes
SetSubscriptionAttributes Unsubscribe RemovePermission DeleteQueue PurgeQueue SetQueueAttributes
DeleteAlarms DisableAlarmActions PutMetricAlarm SetAlarmState PutAlarmMuteRule
"""
_STORES = """
DeleteTable UpdateTable UpdateTimeToLive UpdateContinuousBackups PutResourcePolicy DeleteBucket PutBucketPolicy
DeleteBucketPolicy PutBucketLifecycle PutBucketVersioning PutBucketEncryption DeleteBucketEncryption PutBucketAcl
PutBucketReplication PutBucketPublicAccessBlock DeleteBucketPublicAccessBlock DeleteLogGroup DeleteLogStream
PutRetentionPolicy DeleteMetricFilter DisassociateKmsKey
"""
_ROLES = """
CreateRole DeleteRole PutRolePolicy DeleteRolePolicy AttachRolePolicy DetachRolePolicy UpdateAssumeRolePolicy
PutRolePermissionsBoundary DeleteRolePermissionsBoundary PutUserPolicy DeleteUserPolicy AttachUserPolicy
DetachUserPolicy PutUserPermissionsBoundary DeleteUserPermissionsBoundary AddUserToGroup RemoveUserFromGroup
CreatePolicyVersion SetDefaultPolicyVersion DeletePolicy
"""
_USES = _calls("Decrypt", "kms")
_OF_SECRETS = {"encryptionContext": {"SecretARN": [{"exists": True}]}}
_KEY_USES = {
    **_USES,
    "detail": {"eventSource": ["kms.amazonaws.com"], "eventName": ["Decrypt"], "requestParameters": _OF_SECRETS},
}


def _of_calls(logical_id: str, names: str, *services: str) -> RuleWanted:
    return RuleWanted(logical_id=logical_id, pattern=_calls(names, *services), targets=(CHANGES,))


RULES = (
    RuleWanted(
        logical_id="ChangesRule",
        pattern=_calls(_CHANGES, "secretsmanager", kinds=(_CALL, _SERVICE_EVENT)),
        targets=(CHANGES, KEEPER),
    ),
    RuleWanted(logical_id="ReadsRule", pattern=_calls(_READS, "secretsmanager"), state=ALL_EVENTS, targets=(READS,)),
    RuleWanted(
        logical_id="LabelsRule",
        pattern={"source": ["aws.secretsmanager"], "detail-type": ["Secret Label Updated"]},
        targets=(CHANGES, KEEPER),
    ),
    _of_calls("TamperingRule", _TRAILS, "cloudtrail", "events"),
    _of_calls("KeysRule", _KEYS, "kms"),
    RuleWanted(logical_id="KeyUseRule", pattern=_KEY_USES, state=ALL_EVENTS, targets=(READS,), is_optional=True),
    _of_calls("FunctionsRule", _FUNCTIONS, "lambda"),
    _of_calls("PathsRule", _PATHS, "events", "sns", "sqs", "monitoring"),
    _of_calls("StoresRule", _STORES, "dynamodb", "s3", "logs"),
    _of_calls("StackRule", "DeleteStack SetStackPolicy UpdateTerminationProtection", "cloudformation"),
    _of_calls("RolesRule", _ROLES, "iam"),
    RuleWanted(
        logical_id="TickRule",
        schedule="rate(1 minute)",
        targets=(TargetWanted(id="changes-lane", part="ChangesQueue", given='{"nightlatch": "tick"}'),),
    ),
    RuleWanted(
        logical_id="AuditRule", schedule="rate(5 minutes)", targets=(TargetWanted(id="auditor", part="Auditor"),)
    ),
    RuleWanted(
        logical_id="HeartbeatRule",
        schedule="rate(14 minutes)",
        targets=(TargetWanted(id="heartbeat", part="Heartbeat"),),
    ),
    RuleWanted(
        logical_id="DrillRule",
        schedule="rate(7 days)",
        targets=(TargetWanted(id="responder", part="Responder", given='{"drill": null}'),),
        is_optional=True,
    ),
)
