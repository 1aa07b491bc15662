"""When two findings wish the same, there is one offer and one button; whichever comes second finds what stands.

What happened after an act had begun is news: the same version may be brought back once more, and gets another offer.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from nightlatch.domain.answering.responses import Response, ResponseState, has_run_out

_BEGUN = frozenset({ResponseState.RUNNING, ResponseState.SUCCEEDED})


def answers(standing: Response, wanted: Response, happened_at: datetime, now: datetime) -> bool:
    """Tell whether what was offered or done before is the answer to what is wanted now.

    A response that a brake holds is no answer to an order: the brake may be off by now. Nor is an offer that somebody
    has said yes to already, where the new finding would change what they said yes to.

    Args:
        standing: What was offered, is being done or was done.
        wanted: What a finding asks for.
        happened_at: When it happened what the finding is about.
        now: When it is asked.
    """
    if standing.state in _BEGUN and standing.started_at is not None:
        return standing.action.is_same_deed(wanted.action) and happened_at < standing.started_at
    if not standing.action.is_same_wish(wanted.action):
        return False
    if standing.state is ResponseState.DENIED:
        return happened_at < standing.steps[-1].at
    if standing.state is ResponseState.PROPOSED:
        is_ordered = wanted.state is ResponseState.APPROVED
        may_join = not standing.yeses or with_what_is_new(standing, wanted) is standing
        return may_join and not has_run_out(standing, now) and not (is_ordered and standing.waits_because)
    return standing.state is ResponseState.APPROVED


def with_what_is_new(standing: Response, wanted: Response) -> Response:
    """Give an offer with what another finding knows beyond it, and the very same where that is nothing.

    Whoever acted in either event may not decide, and the way back ends at no version that either finding doubts; where
    that may change the way back, it must be looked at again.
    """
    by = wanted.caused_by
    known = {one.key for one in standing.actors}
    also_by = standing.also_by if not by.is_somebody or by.key in known else (*standing.also_by, by)
    avoid = tuple(sorted({*standing.action.avoid, *wanted.action.avoid}))
    if len(avoid) == len(standing.action.avoid):
        return standing if also_by == standing.also_by else replace(standing, also_by=also_by)
    return replace(standing, also_by=also_by, action=replace(standing.action, avoid=avoid), preflight=())
