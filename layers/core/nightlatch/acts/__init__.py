"""Everything nightlatch can do to AWS: one file is one act, and this list says which there are.

An act is data and pure functions; `service/respond.py` carries it out, and nothing else writes to a secret.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from nightlatch.acts import (
    allow_deletion,
    apply_guard,
    deactivate_key,
    deny_secrets,
    end_allowance,
    lift_deny,
    lift_revocation,
    pin_superseded,
    pin_version,
    put_back,
    reactivate_key,
    remove_guard,
    replicate_again,
    rescue_key,
    restore_deleted,
    resurrect,
    revoke_sessions,
    roll_back,
    turn_on_rotation,
    unpin,
)
from nightlatch.domain.answering.acting import Act
from nightlatch.domain.answering.actions import ActionKind

_ALL = (
    pin_superseded.ACT,
    pin_version.ACT,
    unpin.PRUNE,
    unpin.PURGE,
    restore_deleted.ACT,
    resurrect.ACT,
    roll_back.ACT,
    turn_on_rotation.ACT,
    put_back.ACT,
    deactivate_key.ACT,
    reactivate_key.ACT,
    revoke_sessions.ACT,
    lift_revocation.ACT,
    deny_secrets.ACT,
    lift_deny.ACT,
    rescue_key.ACT,
    replicate_again.ACT,
    apply_guard.ACT,
    remove_guard.ACT,
    allow_deletion.ACT,
    end_allowance.ACT,
)
ACTS: Mapping[ActionKind, Act] = MappingProxyType({act.kind: act for act in _ALL})
