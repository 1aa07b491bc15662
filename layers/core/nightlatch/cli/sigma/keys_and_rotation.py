"""The rules about rotation and keys, as far as one record tells."""

from __future__ import annotations

from nightlatch.cli.sigma.parts import CALLED_BY_AWS, FAILED, YES, Search, SigmaPart, api, calls, listed, page
from nightlatch.domain.event.events import KMS, LAMBDA, SECRETS_MANAGER
from nightlatch.domain.judging.findings import Severity

_LAMBDA_API, _KMS_API = "lambda/latest/api", "kms/latest/APIReference"
_KEYS: Search = [
    {"requestParameters.keyId|expand": listed("protected_keys", "{}", "*:key/{}")},
    {"resources.ARN|expand": listed("protected_keys", "{}", "*:key/{}")},
]
_HELD = "Which keys secrets need the rule also learns from records; here only those listed count."

PARTS = (
    SigmaPart(
        rule="rotation.cancelled",
        title="AWS Secrets Manager Rotation Switched Off",
        detects="Detects a rotation that was switched off: a value that was stolen stays good.",
        less=(
            "The rule waits for the deletion that would explain it, and knows schedules that were stretched beyond a "
            "year and many rotations switched off at once. So what is HIGH for the rule is one level lower here."
        ),
        level=Severity.MEDIUM,
        searches={"selection": calls("CancelRotateSecret"), "filter_main_failed": FAILED},
        condition="selection and not 1 of filter_main_*",
        falsepositives=("A secret that is deleted right after", "A migration that switches rotation off for an hour"),
        references=(api("CancelRotateSecret"),),
    ),
    SigmaPart(
        rule="rotation.function-tampered",
        title="AWS Secrets Manager Rotation Function Changed",
        detects="Detects a change of a function that rotates secrets, which sees every future value in clear.",
        less=(
            "Which functions rotate the rule also learns from records; here only those listed count. A change of "
            "timeout, memory or description alone is LOW for the rule, and rights of the function's role count for it."
        ),
        searches={
            "selection_call": {
                "eventSource": LAMBDA,
                "eventName|startswith": ["UpdateFunctionCode", "UpdateFunctionConfiguration", "AddPermission"],
            },
            "selection_function": {
                "requestParameters.functionName|expand": listed(
                    "rotation_functions", "{}", "{}:*", "*:function:{}", "*:function:{}:*"
                )
            },
            "filter_main_failed": FAILED,
            "filter_main_trial": {"requestParameters.dryRun": YES},
            "filter_main_service": {
                "eventName|startswith": "AddPermission",
                "requestParameters.principal": SECRETS_MANAGER,
            },
        },
        condition="all of selection_* and not 1 of filter_main_*",
        falsepositives=("A deployment of the function", "More time or memory for the function"),
        references=(api("UpdateFunctionCode", _LAMBDA_API), api("UpdateFunctionConfiguration", _LAMBDA_API)),
    ),
    SigmaPart(
        rule="key.swapped",
        title="AWS Secrets Manager Secret Moved to a KMS Key",
        detects="Detects a secret for which a KMS key is named: once a new version follows, only that key opens it.",
        less=(
            "Whose key it is, whether the secret had it before and the version that locks it in are known to the rule "
            "alone, which is CRITICAL then; so are secrets that are made under a strange key."
        ),
        level=Severity.MEDIUM,
        searches={
            "selection": {**calls("UpdateSecret"), "requestParameters.kmsKeyId|exists": True},
            "filter_main_failed": FAILED,
            "filter_main_aws_key": {"requestParameters.kmsKeyId|endswith": "alias/aws/secretsmanager"},
        },
        condition="selection and not 1 of filter_main_*",
        falsepositives=("Infrastructure code that names the same key with every change", "A migration to another key"),
        references=(api("UpdateSecret"), page("secretsmanager/latest/userguide/manage_update-encryption-key")),
    ),
    SigmaPart(
        rule="key.lost",
        title="AWS KMS Key of Secrets Taken Away",
        detects="Detects a key that protects secrets being disabled, scheduled for deletion or emptied.",
        less=_HELD,
        searches={
            "selection_call": calls("DisableKey", "ScheduleKeyDeletion", "DeleteImportedKeyMaterial", source=KMS),
            "selection_key": _KEYS,
            "filter_main_failed": FAILED,
        },
        condition="all of selection_* and not 1 of filter_main_*",
        falsepositives=("A key that is retired after its secrets were moved",),
        references=(api("DisableKey", _KMS_API), api("ScheduleKeyDeletion", _KMS_API)),
    ),
    SigmaPart(
        rule="key.opened",
        title="AWS KMS Key of Secrets Cut Off",
        detects="Detects a key that protects secrets losing a grant, or getting a policy past the lock-out check.",
        less=(
            f"{_HELD} Whom a policy or a new grant lets in, and whether the account itself has lost the key, Sigma "
            "cannot read out of it."
        ),
        searches={
            "selection_key": _KEYS,
            "cut_policy": {
                **calls("PutKeyPolicy", source=KMS),
                "requestParameters.bypassPolicyLockoutSafetyCheck": YES,
            },
            "cut_grant": calls("RevokeGrant", source=KMS),
            "filter_main_failed": FAILED,
            "filter_main_aws": CALLED_BY_AWS,
            "filter_main_through_aws": {"userIdentity.invokedBy|endswith": ".amazonaws.com"},
        },
        condition="selection_key and 1 of cut_* and not 1 of filter_main_*",
        falsepositives=("A migration of the key's policy",),
        references=(api("PutKeyPolicy", _KMS_API), api("RevokeGrant", _KMS_API)),
    ),
)
