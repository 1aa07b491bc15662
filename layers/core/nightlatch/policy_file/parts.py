"""What every part of a policy document shares: unknown keys are errors, and nothing changes after reading."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    """A part of a document, frozen and closed."""

    model_config = ConfigDict(extra="forbid", frozen=True)
