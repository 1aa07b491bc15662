"""Which functions the practices about rotation functions are for, and where their lines go."""

from __future__ import annotations

from nightlatch.domain.posture.checks import Spared
from nightlatch.domain.posture.functions import FunctionPosture, LogGroupPosture
from nightlatch.domain.posture.unseen import seen


def no_rotator(function: FunctionPosture) -> Spared | None:
    """Spare a function that rotates nothing, and one that is gone: of that, another check tells.

    Raises:
        NotSeen: Nobody could look which functions secrets name.
    """
    if not function.is_rotator:
        return Spared("it rotates no secret")
    return Spared("it does not exist any more") if function.is_gone else None


def lines_of(function: FunctionPosture) -> LogGroupPosture | Spared:
    """Give the log group of a rotation function.

    Raises:
        NotSeen: Nobody could look.
    """
    spared = no_rotator(function)
    if spared is not None:
        return spared
    group = seen(function.log_group)
    return Spared("it has written nothing yet") if group is None else group
