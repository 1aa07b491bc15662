"""Rotation as AWS starts it: never without a function, never twice at once, with its rules kept and its events told.

On AWS RotateSecret returns at once and the function is called afterwards; moto calls it inside the call, so
the events come in the right order but at the time of the call.

Source: botocore 1.43 service model, RotateSecret; Secrets Manager user guide (2026), cloudtrail_log_entries
(facts 3.2, 6.2).
"""

from __future__ import annotations

from typing import Any

from moto.awslambda.utils import get_backend as lambda_backend
from moto.secretsmanager.models import ReplicaSecret, SecretsManagerBackend

from nightlatch.local.aws.happenings import Kind, happened
from nightlatch.local.fidelity import refusals
from nightlatch.local.fidelity.correction import MEASURED_FOR_ACTS, Correction, Evidence, Patch
from nightlatch.local.fidelity.labels import CURRENT, PENDING, read_labels
from nightlatch.local.fidelity.versions import about

CORRECTIONS = (
    Correction(
        id="rotate-needs-a-function",
        aws="RotateSecret on a secret that never had a rotation function is refused with InvalidRequestException",
        moto="moves the labels without any function",
        source="botocore 1.43 service model, InvalidRequestException",
        evidence=Evidence.VERIFIED,
    ),
    Correction(
        id="schedule-expression-kept",
        aws="DescribeSecret shows the rotation rules as they were given, ScheduleExpression and Duration included",
        moto="shows AutomaticallyAfterDays alone",
        source="botocore 1.43 service model, RotationRulesType",
        evidence=Evidence.VERIFIED,
    ),
    Correction(
        id="rotation-keeps-its-function",
        aws="RotateSecret without RotationLambdaARN uses the function that is configured",
        moto="forgets the function",
        source="botocore 1.43 service model, RotateSecret",
        evidence=Evidence.VERIFIED,
    ),
    Correction(
        id="rotation-test-leaves-nothing",
        aws="RotateImmediately=false runs the test step, and the version it made with AWSPENDING is removed again",
        moto="leaves that version and its label",
        source="Secrets Manager user guide (2026), cloudtrail_log_entries",
        evidence=Evidence.INFERRED,
    ),
    Correction(
        id="rotation-test-is-no-rotation",
        aws="RotateImmediately=false leaves LastRotatedDate as it was",
        moto="calls the secret rotated",
        source="botocore 1.43 service model, DescribeSecret (LastRotatedDate)",
        evidence=Evidence.INFERRED,
        measured_on=MEASURED_FOR_ACTS,
    ),
)

_rotate_secret = SecretsManagerBackend.rotate_secret


def _rotate(  # noqa: PLR0913, PLR0917 - the signature is moto's
    self: Any,
    secret_id: str,
    client_request_token: str | None = None,
    rotation_lambda_arn: str | None = None,
    rotation_rules: dict[str, Any] | None = None,
    rotate_immediately: bool = True,  # noqa: FBT001, FBT002 - same
) -> str:
    secret = self.secrets.get(secret_id)
    function = rotation_lambda_arn
    if secret is not None and not isinstance(secret, ReplicaSecret):
        function = rotation_lambda_arn or secret.rotation_lambda_arn
        _check_rotation(self, secret, function)
        happened(about(secret, Kind.ROTATION_STARTED if rotate_immediately else Kind.ROTATION_TEST_STARTED))
    last_rotated = getattr(secret, "last_rotation_date", None)
    answer = _rotate_secret(self, secret_id, client_request_token, function, rotation_rules, rotate_immediately)
    if not rotate_immediately:
        secret.last_rotation_date = last_rotated
    secret.rotation_enabled = True
    secret.rotation_rules = rotation_rules or getattr(secret, "rotation_rules", None)
    happened(about(secret, _outcome(secret) if rotate_immediately else _clear_test(secret)))
    return str(answer)


def _check_rotation(backend: Any, secret: Any, function: str | None) -> None:
    if not function:
        raise refusals.invalid_request(refusals.NO_ROTATION_FUNCTION)
    if _is_unfinished(secret):
        raise refusals.invalid_request(refusals.ROTATION_UNFINISHED)
    # moto asks this after it has moved AWSPENDING; a missing function must leave the labels alone.
    lambda_backend(backend.account_id, backend.region_name).get_function(function)


def _is_unfinished(secret: Any) -> bool:
    labels = read_labels(secret.versions)
    return PENDING in labels and labels[PENDING] != labels.get(CURRENT)


def _outcome(secret: Any) -> Kind:
    """A rotation that left AWSPENDING on a version that did not become current has failed."""
    return Kind.ROTATION_FAILED if _is_unfinished(secret) else Kind.ROTATION_SUCCEEDED


def _clear_test(secret: Any) -> Kind:
    """Take the test's version away; moto discards the function's answer, so a failed test is not seen here."""
    pending = read_labels(secret.versions).get(PENDING)
    if pending is not None:
        del secret.versions[pending]
    return Kind.ROTATION_TEST_SUCCEEDED


PATCHES = (Patch(SecretsManagerBackend, "rotate_secret", _rotate),)
