"""The detections that one record decides, as Sigma rules for whoever searches CloudTrail elsewhere.

Which rules these are is decided rule by rule: every rule of the catalogue is in `PARTS`, with its documents, or in
`NEEDS_HISTORY`, with the reason why no single record can tell. Tests hold both against the catalogue and its examples.
"""

from __future__ import annotations

from nightlatch.cli.sigma import access, deletions, keys_and_rotation, monitor, openings
from nightlatch.cli.sigma.history import NEEDS_HISTORY
from nightlatch.cli.sigma.parts import SigmaPart

__all__ = ["NEEDS_HISTORY", "PARTS", "SigmaPart"]

PARTS: tuple[SigmaPart, ...] = (
    *access.PARTS,
    *deletions.PARTS,
    *openings.PARTS,
    *keys_and_rotation.PARTS,
    *monitor.PARTS,
)
