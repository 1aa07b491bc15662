"""The name of a secret that was deleted by force stays taken for a few seconds, as on AWS, whose deletion is a job.

How long is a setting: AWS promises nothing, and 5 to 27 seconds were measured [P]. Whoever creates the secret again
has to back off and try again.

Source: botocore 1.43 service model, DeleteSecret (ForceDeleteWithoutRecovery); which error AWS gives meanwhile is
written nowhere, so it is the one of a name that waits to be deleted (facts 5.1).
"""

from __future__ import annotations

from datetime import timedelta

from nightlatch.local.fidelity.clock import stage_time
from nightlatch.local.fidelity.correction import MEASURED_FOR_ACTS, Correction, Evidence

CORRECTIONS = (
    Correction(
        id="name-held-after-force-delete",
        aws="for some seconds after a forced deletion its name cannot be created again; then it can, with another ARN",
        moto="gives the name back at once",
        source="botocore 1.43 service model, DeleteSecret; that the error is InvalidRequestException is inferred",
        evidence=Evidence.INFERRED,
        measured_on=MEASURED_FOR_ACTS,
    ),
)


class _HeldNames:
    """Names that were deleted by force a moment ago, per account and Region."""

    def __init__(self) -> None:
        self.hold_for = timedelta()
        self.until: dict[tuple[str, str, str], float] = {}


_held = _HeldNames()


def hold_names(hold_for: timedelta) -> None:
    """Forget every name, and hold for this long those that are deleted from now on."""
    _held.hold_for = hold_for
    _held.until.clear()


def hold(account_id: str, region: str, name: str) -> None:
    """Take the name of a secret that was deleted just now."""
    _held.until[account_id, region, name] = stage_time.time() + _held.hold_for.total_seconds()


def is_held(account_id: str, region: str, name: str) -> bool:
    """Tell whether a name is still taken."""
    return stage_time.time() < _held.until.get((account_id, region, name), 0.0)


PATCHES = ()
