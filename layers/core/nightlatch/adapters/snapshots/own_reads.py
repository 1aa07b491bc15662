"""Which reads of values were the keeper's own: the role alone proves nothing, for its credentials could be stolen.

pk                    sk      holds                                          kept
read#<request id>     read    that the keeper made this GetSecretValue       30 days

Source: ruling 5.
"""

from __future__ import annotations

from datetime import timedelta

from nightlatch.adapters.clock import Clock
from nightlatch.adapters.stored_items import seconds
from nightlatch.adapters.table import Table
from nightlatch.adapters.wire import key_part
from nightlatch.domain.event.events import SecretEvent
from nightlatch.service.ports import OwnActions

READS_KEPT = timedelta(days=30)
_READ = "GetSecretValue"


class OwnReads:
    """The port `OwnActions`: the ledger's acts, and the keeper's reads."""

    def __init__(self, table: Table, *, now: Clock, acts: OwnActions | None = None) -> None:
        self._table = table
        self._now = now
        self._acts = acts

    def note(self, request_id: str) -> None:
        """Remember the AWS request id of a read of ours.

        Raises:
            Unavailable: The table could not be asked.
        """
        kept = seconds(self._now() + READS_KEPT)
        self._table.put({"pk": f"read#{key_part(request_id)}", "sk": "read", "expires_at": kept})

    def is_own(self, event: SecretEvent) -> bool:
        """Tell whether an event shows an act of ours, or a read that the keeper noted.

        Raises:
            Unavailable: The table could not be asked.
        """
        if event.called(_READ):
            return bool(event.request_id and self._table.get(f"read#{key_part(event.request_id)}", "read"))
        return self._acts is not None and self._acts.is_own(event)
