"""Stands where channels should be whose credentials cannot be read: loud, and in nobody's way.

What is told goes to the other channels; here it fails, so that it is counted, told through the others and kept for a
redrive, until somebody has mended the secret.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nightlatch.domain.answering.circuits import Bulletin
from nightlatch.domain.answering.incidents import Incident
from nightlatch.domain.answering.responses import Response
from nightlatch.domain.answering.summaries import Summary
from nightlatch.domain.errors import Undeliverable


@dataclass(frozen=True, slots=True)
class BrokenChannel:
    """Channels that could not be made."""

    name: str
    reason: str

    def show(
        self, incident: Incident, responses: Sequence[Response], place: str | None, notes: Sequence[str] = ()
    ) -> str | None:
        """Refuse.

        Raises:
            Undeliverable: Always, with what must be mended.
        """
        del incident, responses, place, notes
        raise Undeliverable(self.reason)

    def announce(self, bulletin: Bulletin) -> None:
        """Refuse.

        Raises:
            Undeliverable: Always, with what must be mended.
        """
        del bulletin
        raise Undeliverable(self.reason)

    def summarise(self, summary: Summary, place: str | None) -> str | None:
        """Refuse: a digest or a storm that is not told here must not seem told.

        Raises:
            Undeliverable: Always, with what must be mended.
        """
        del summary, place
        raise Undeliverable(self.reason)
