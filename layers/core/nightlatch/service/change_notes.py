"""What a message about a changed value says of the change: which keys, how large, or why that cannot be told.

The keeper copies a new version at the same moment as the detector judges the change, so it is waited for, but not for
long: telling people goes first. Whatever cannot be looked up leaves the message as it is (alert open).

Source: ruling 12.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from nightlatch.domain.answering.actions import ActionKind
from nightlatch.domain.answering.incidents import Incident
from nightlatch.domain.answering.responses import Response
from nightlatch.domain.errors import Unavailable
from nightlatch.domain.event.events import LABEL_UPDATED
from nightlatch.domain.event.secrets import SecretRef
from nightlatch.service.comparing import change_words
from nightlatch.service.snapshot_ports import Copies

_WRITES = frozenset({"PutSecretValue", "UpdateSecret", "UpdateSecretVersionStage", LABEL_UPDATED})
_ROOM = "change."
_MOST = 5  # secrets; an incident about more is about their number
_LOOKS, _LOOK_AGAIN_S = 4, 0.4
NOT_THERE = "the value changed; it cannot be compared, for no version of it is in the vault"
NOT_YET = "the value changed; it is not compared yet: nightlatch diff {name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeNotes:
    """Looks changes of values up for messages."""

    copies: Copies
    pause: Callable[[float], None]  # waits so many seconds

    def of(self, incident: Incident, responses: Sequence[Response]) -> tuple[str, ...]:
        """Give a line for each secret whose value an incident is about."""
        written = {r.action.secret: r.action.away_from for r in responses if r.action.kind is ActionKind.ROLL_BACK}
        secrets = tuple(dict.fromkeys(_changed(incident)))
        if len(secrets) > _MOST:
            return ()
        try:
            return tuple(f"{one.name}: {self._line(one, incident, written.get(one))}" for one in secrets)
        except Unavailable:
            return ()

    def _line(self, secret: SecretRef, incident: Incident, version_id: str | None) -> str:
        if not self.copies.of(secret):
            return NOT_THERE
        for look in range(_LOOKS):
            if look:
                self.pause(_LOOK_AGAIN_S)
            if version_id is not None or self._is_fresh(secret, incident):
                words = change_words(secret, version_id=version_id, copies=self.copies)
                if words is not None:
                    return words
        return NOT_YET.format(name=secret.name)

    def _is_fresh(self, secret: SecretRef, incident: Incident) -> bool:
        """Tell whether the newest copy can be of what the incident is about."""
        newest = next(iter(self.copies.of(secret)), None)
        return newest is not None and newest.taken_at >= incident.opened_at


def _changed(incident: Incident) -> Iterator[SecretRef]:
    for finding in incident.findings:
        if finding.rule.startswith(_ROOM) and _WRITES.intersection(finding.calls):
            yield from finding.secrets
