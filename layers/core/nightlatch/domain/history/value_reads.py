"""Which reads of values count against a principal, and which something explains.

A read explains itself where the reader wrote that very version (a read-back), where AWS made the call on somebody's
way, or where it is a step of a rotation. Reads and writes come through two lanes, so the write behind a read-back may
come after it.

Source: design detections, section 2 (read-back, known pair); a real run in which all 40 Terraform reads were such.
"""

from __future__ import annotations

from datetime import timedelta

from nightlatch.domain.history.sightings import Sighting

WRITES_COME = timedelta(minutes=1)  # how long the writes that explain reads may come behind them


def is_own_read(read: Sighting) -> bool:
    """Tell whether AWS answered a read to the principal itself, and nothing explains it."""
    explained = read.read_back or read.by_service or read.rotating
    return read.succeeded and bool(read.secrets) and not explained


def is_unknown(sighting: Sighting) -> bool:
    """Tell whether neither the principal nor the role that it replaces was known to use the secret."""
    return not (sighting.known or sighting.inherited)


def is_plain(read: Sighting) -> bool:
    """Tell whether a read names no version: it is no read-back, whatever writes are still to come."""
    return read.version_id is None
