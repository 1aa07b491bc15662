"""All stories of the design, in its order."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from _pytest.mark import ParameterSet

from stories.attack import (
    batch_catch_all,
    blind_then_destroy,
    copy_out,
    denied_then_granted,
    exfiltrate_and_force_delete,
    leaked_key_sweep,
    rotation_hijack,
)
from stories.benign import (
    account_recorders,
    blue_green,
    console_on_call,
    operator_polling,
    replica_refresh,
    rotation_night,
    stack_delete,
    terraform_apply,
)
from stories.story import Story


def to_judge(stories: Sequence[Story]) -> list[ParameterSet]:
    """Give stories to parametrise over, of which those that a rule misjudges today must fail."""
    return [
        pytest.param(
            story,
            id=story.name,
            marks=[pytest.mark.xfail(strict=True, reason=story.misjudged)] if story.misjudged else [],
        )
        for story in stories
    ]


ATTACKS: tuple[Story, ...] = (
    *leaked_key_sweep.STORIES,
    *batch_catch_all.STORIES,
    *denied_then_granted.STORIES,
    *exfiltrate_and_force_delete.STORIES,
    *rotation_hijack.STORIES,
    *copy_out.STORIES,
    *blind_then_destroy.STORIES,
)

BENIGN: tuple[Story, ...] = (
    *terraform_apply.STORIES,
    *operator_polling.STORIES,
    *rotation_night.STORIES,
    *console_on_call.STORIES,
    *stack_delete.STORIES,
    *replica_refresh.STORIES,
    *account_recorders.STORIES,
    *blue_green.STORIES,
)

# What looks like a benign story and must be told all the same: the page's controls.
CONTROLS: tuple[Story, ...] = (
    *terraform_apply.CONTROLS,
    *stack_delete.CONTROLS,
    *replica_refresh.CONTROLS,
    *blue_green.CONTROLS,
)
