"""After this module a reader knows what comes back from one invocation of a function."""

from __future__ import annotations

import json
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """What came of one invocation; `error` is what Lambda calls the function error, or None."""

    function: str
    request_id: str
    payload: bytes
    error: str | None
    cold: bool
    duration_ms: float

    def answer(self) -> object:
        """Read the payload as JSON; None where the function said nothing."""
        return json.loads(self.payload) if self.payload else None

    @property
    def error_type(self) -> str:
        """Name the error as Lambda does, `Sandbox.Timedout` or `ValueError`; empty without one."""
        answer = self.answer() if self.error else None
        return str(answer.get("errorType", "")) if isinstance(answer, dict) else ""
