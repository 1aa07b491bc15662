"""Posture checks: one file is one check, in the same shape as a detection; one that is not in this tuple is none."""

from typing import Any

from nightlatch.checks import rotation_off
from nightlatch.domain.posture.checks import Check

CHECKS: tuple[Check[Any], ...] = (rotation_off.CHECK,)
