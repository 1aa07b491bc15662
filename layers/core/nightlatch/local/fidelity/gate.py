"""The gate of every Secrets Manager call: denied first, then refused while pending, then one at a time.

Three things that moto lacks stand at one place, because AWS too checks them before it looks at anything else:
the Deny statements of the secret's policy (ruling 29), the refusal of everything but reading about a secret
that waits to be deleted, and that two calls never interleave (moto's stores are plain dictionaries, and the
stage serves many threads).

Source: Secrets Manager user guide (2026), deleted-secrets; service authorization reference (2026) (facts 5).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import nullcontext
from contextvars import ContextVar
from threading import RLock
from typing import Any

from moto.secretsmanager.models import ReplicaSecret
from moto.secretsmanager.responses import SecretsManagerResponse
from werkzeug.exceptions import HTTPException

from nightlatch.local.aws.callers import Caller, identify
from nightlatch.local.fidelity import refusals
from nightlatch.local.fidelity.condition_keys import carried, of_secret
from nightlatch.local.fidelity.correction import MEASURED_FOR_ACTS, Correction, Evidence, Patch
from nightlatch.local.fidelity.deletion import is_pending
from nightlatch.local.fidelity.deny import Call, is_denied

CORRECTIONS = (
    Correction(
        id="pending-refuses-writes",
        aws="a secret that waits to be deleted refuses all but describe, list versions, restore and force delete",
        moto="lets values, labels, tags and policies be written and the policy be read",
        source="Secrets Manager user guide (2026), deleted-secrets; that all of them are refused is inferred",
        evidence=Evidence.INFERRED,
    ),
    Correction(
        id="pending-text",
        aws="the refusal says: because it was marked for deletion",
        moto="says: currently marked deleted, with a client's prefix and stray spaces",
        source="Secrets Manager user guide (2026), deleted-secrets",
        evidence=Evidence.VERIFIED,
    ),
    Correction(
        id="deny-is-enforced",
        aws="an explicit Deny in the secret's resource policy refuses the call with AccessDeniedException",
        moto="stores the policy and never reads it",
        source="IAM user guide, reference_policies_evaluation-logic",
        evidence=Evidence.VERIFIED,
    ),
    Correction(
        id="replica-refuses-writes",
        aws="a replica refuses every write with InvalidRequestException",
        moto="refuses with InvalidParameterException",
        source="botocore 1.43 service model, InvalidRequestException; the code and the text are believed",
        evidence=Evidence.BELIEVED,
        measured_on=MEASURED_FOR_ACTS,
    ),
)

# What changes a secret, or is about its rotation: of a replica only the primary's Region may be asked.
_REFUSED_ON_A_REPLICA = frozenset(
    {
        "CancelRotateSecret",
        "DeleteResourcePolicy",
        "DeleteSecret",
        "PutResourcePolicy",
        "PutSecretValue",
        "RemoveRegionsFromReplication",
        "ReplicateSecretToRegions",
        "RestoreSecret",
        "RotateSecret",
        "TagResource",
        "UntagResource",
        "UpdateSecret",
        "UpdateSecretVersionStage",
    }
)

_REFUSED_WHILE_PENDING = frozenset(
    {
        "GetSecretValue",
        "PutSecretValue",
        "UpdateSecret",
        "UpdateSecretVersionStage",
        "TagResource",
        "UntagResource",
        "GetResourcePolicy",
        "PutResourcePolicy",
        "DeleteResourcePolicy",
        "ValidateResourcePolicy",
        "RotateSecret",
        "CancelRotateSecret",
        "DeleteSecret",
        "ReplicateSecretToRegions",
        "RemoveRegionsFromReplication",
        "StopReplicationToReplica",
    }
)

_caller: ContextVar[Caller | None] = ContextVar("nightlatch_caller", default=None)
_one_at_a_time = RLock()
_call_action = SecretsManagerResponse.call_action


def admit(backend: Any, action: str, parameters: Mapping[str, Any]) -> None:
    """Let a call about one secret pass, or refuse it as AWS would.

    Raises:
        JsonRESTError: AccessDeniedException or InvalidRequestException, as moto's own exception.
    """
    secret = backend.secrets.get(str(parameters.get("SecretId", "")))
    if secret is None:
        return
    caller = _caller.get()
    if caller is not None and is_denied(_policy_of(secret), _call(caller, action, parameters, secret)):
        raise refusals.access_denied(caller.arn, f"secretsmanager:{action}", str(parameters["SecretId"]))
    if isinstance(secret, ReplicaSecret) and action in _REFUSED_ON_A_REPLICA:
        raise refusals.invalid_request(refusals.ON_A_REPLICA)
    forced = action == "DeleteSecret" and parameters.get("ForceDeleteWithoutRecovery") is True
    if is_pending(secret) and action in _REFUSED_WHILE_PENDING and not forced:
        raise refusals.invalid_request(refusals.PENDING_DELETION)


def would_lock_out(policy: str, secret: Any) -> bool:
    """Tell whether a policy would deny the present caller to change that policy again."""
    caller = _caller.get()
    return caller is not None and any(
        is_denied(policy, _call(caller, action, {}, secret)) for action in ("PutResourcePolicy", "DeleteResourcePolicy")
    )


def _policy_of(secret: Any) -> str | None:
    # The resource policy replicates with the secret.
    holder = secret.source if isinstance(secret, ReplicaSecret) else secret
    policy: str | None = holder.policy
    return policy


def _call(caller: Caller, action: str, parameters: Mapping[str, Any], secret: Any) -> Call:
    return Call(
        action=f"secretsmanager:{action}",
        resource=secret.arn,
        principals=caller.names,
        keys={**caller.condition_keys(), **of_secret(secret), **carried(action, parameters)},
    )


def _answer(self: Any) -> Any:
    action = self._get_action()
    # A rotation calls its function, and the function calls Secrets Manager: RotateSecret cannot hold the turn
    # meanwhile.
    turn = nullcontext() if action == "RotateSecret" else _one_at_a_time
    token = _caller.set(identify(self.access_key, self.current_account))
    try:
        with turn:
            return _admitted(self, action)
    finally:
        _caller.reset(token)


def _admitted(self: Any, action: str) -> Any:
    try:
        admit(self.backend, action, json.loads(self.body or "{}"))
    except HTTPException as refusal:
        headers: dict[str, Any] = {**dict(refusal.get_headers() or []), "status": refusal.code}
        status, headers, body = self._transform_response(self.response_headers, (refusal.description, headers))
        return status, *self._enrich_response(headers, body)
    return _call_action(self)


PATCHES = (Patch(SecretsManagerResponse, "call_action", _answer),)
