"""The port `Uses` on what was counted, wherever that stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nightlatch.domain.errors import Refused, Unavailable
from nightlatch.domain.event.secrets import SecretRef
from nightlatch.domain.posture.counts import keys_of
from nightlatch.domain.posture.unseen import NOT_COUNTED, Gap
from nightlatch.domain.posture.use import SecretUse
from nightlatch.service.use_ports import Counted

_COUNTS = "nightlatch:counts"  # apart from NOT_COUNTED, which is a choice: here somebody has counted, and none may look


class CountedUses:
    """How secrets are used, as an audit asks."""

    def __init__(self, counted: Counted) -> None:
        self._counted = counted

    def of(self, secrets: Sequence[SecretRef]) -> Mapping[SecretRef, SecretUse] | Gap:
        """Give the use of some secrets; a gap where nothing was counted, or nobody could ask."""
        keys = {secret: keys_of(secret) for secret in secrets}
        try:
            span = self._counted.span()
            if span is None:
                return NOT_COUNTED
            totals = self._counted.totals({key for some in keys.values() for key in some})
        except (Refused, Unavailable) as error:
            return Gap(_COUNTS, f"what was counted could not be read ({error})", is_once=True)
        return {secret: totals.use_of(some, span) for secret, some in keys.items()}
