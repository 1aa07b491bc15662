"""A bucket's policy on the stage: kept by moto, judged by the guard alone, for moto knows no conditions.

With the customary statement that denies what does not come over TLS, moto refuses every call.

Source: S3 user guide, security-best-practices (aws:SecureTransport); IAM user guide,
reference_policies_evaluation-logic.
"""

from __future__ import annotations

from typing import Any

from moto.iam.access_control import PermissionResult
from moto.s3.models import FakeBucket

from nightlatch.local.fidelity.correction import MEASURED_FOR_ACTS, Correction, Evidence, Patch

CORRECTIONS = (
    Correction(
        id="bucket-policy-conditions",
        aws="a Deny in a bucket policy whose condition does not hold denies nothing",
        moto="ignores the condition and refuses",
        source="IAM user guide, reference_policies_evaluation-logic",
        evidence=Evidence.VERIFIED,
        measured_on=MEASURED_FOR_ACTS,
    ),
)


def _left_to_the_guard(self: Any, action: str, resource: str) -> PermissionResult:
    del self, action, resource
    return PermissionResult.NEUTRAL


PATCHES = (Patch(FakeBucket, "get_permission", _left_to_the_guard),)
