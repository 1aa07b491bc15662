"""What one correction of moto is: a difference from AWS that was measured, with its source and its date.

The corrections are values so that a test can walk over all of them, ask whether AWS's behaviour holds on the
stage, and ask whether uncorrected moto is still wrong; when moto is fixed that second test fails and the
correction can go.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

MEASURED_ON = date(2026, 11, 23)
MEASURED_FOR_ACTS = date(2026, 11, 30)  # what only those depend on who undo, guard and contain
MOTO_VERSION = "5.2.5"


class Evidence(StrEnum):
    """How sure we are of what AWS does; the marks of the facts page."""

    VERIFIED = "V"  # stated by the AWS source that is named
    REAL = "R"  # seen in a real record
    INFERRED = "I"  # follows from verified facts; no source states it
    BELIEVED = "B"  # only a real account can tell


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """One behaviour of AWS that moto does not have."""

    id: str
    aws: str
    moto: str
    source: str
    evidence: Evidence
    measured_on: date = MEASURED_ON


@dataclass(frozen=True, slots=True)
class Patch:
    """One attribute of moto's insides and what stands there while the stage is up."""

    owner: Any
    name: str
    replacement: object
