"""By whose word nightlatch made a call: a role's ARN says that nightlatch did it, and never who wanted it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from nightlatch.domain.answering.responses import Response, Signal


@dataclass(frozen=True, slots=True)
class OwnCall:
    """One call of nightlatch's, and the response that it was made for."""

    response: Response
    request_id: str  # AWS's; empty where it was not written down

    @property
    def word(self) -> str:
        """Say who had said yes when the call was made, and how they were known.

        What was held in between, and approved by somebody else, is not theirs who came first; nor the other way round.
        """
        until = replace(self.response, steps=self.response.steps[: self._place])
        if until.is_by_policy:
            return "by policy"
        how = {step.actor: step.how for step in until.steps if step.signal is Signal.APPROVE}
        people = [f"{who} [{how[who]}]" if how[who] else who for who in until.persons]
        return f"approved by {' and '.join(people)}" if people else ""

    @property
    def _place(self) -> int:
        """Find the call among the steps; a call that no step was written of is the last thing that was done."""
        calls = (n for n, step in enumerate(self.response.steps) if self.request_id == step.request_id != "")
        return next(calls, len(self.response.steps))
