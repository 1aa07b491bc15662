"""Everything nightlatch can do to AWS: one file is one act, and this list says which there are.

An act is data and pure functions; `service/respond.py` carries it out, and nothing else writes to a secret.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from nightlatch.acts import pin_superseded, restore_deleted, resurrect, roll_back, turn_on_rotation
from nightlatch.domain.acting import Act
from nightlatch.domain.actions import ActionKind

_ALL = (
    pin_superseded.ACT,
    restore_deleted.ACT,
    resurrect.ACT,
    roll_back.ACT,
    turn_on_rotation.ACT,
)
ACTS: Mapping[ActionKind, Act] = MappingProxyType({act.kind: act for act in _ALL})
