"""When people are told of many things at once instead of one by one."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from nightlatch.policy_file.parts import Part


class TellingPart(Part):
    """The hour of the digest, and how many incidents make a storm."""

    digest_hour: Annotated[int, Field(ge=0, le=23)] = 7  # UTC
    storm_after: Annotated[int, Field(ge=1, le=1_000)] = 10  # incidents within five minutes
