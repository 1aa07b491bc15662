"""What nightlatch has made of the shots of live fire, read off its tables.

After this module a reader knows that an alert counts as told when a channel has marked as shown a revision of the
incident in which the deletion stands: an incident that was shown before, for something else, does not count.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from nightlatch.adapters.aws_errors import asking
from nightlatch.adapters.circuits import DynamoCircuits
from nightlatch.adapters.history.uses import keys_of
from nightlatch.adapters.notices import DynamoNotices
from nightlatch.adapters.storms import DynamoStorms
from nightlatch.adapters.table import Table
from nightlatch.domain.answering.incidents import Incident
from nightlatch.domain.answering.routes import ChannelName
from nightlatch.domain.event.calls import READ_VALUES
from nightlatch.domain.event.secrets import SecretRef, may_be_same
from nightlatch.reach.connection import Connection
from nightlatch.service.live_fire_ports import Told

_MOST_INCIDENTS = 50
_AROUND = timedelta(days=30)
_DELETIONS = "deletion."
CHANNELS = (*(name.value for name in ChannelName), "channels-secret")  # the last where the secret of some is unreadable


class Spotted:
    """The port `Spotter`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._begun = connection.now()
        self._revisions: dict[str, int] = {}  # of each incident, when the deletion was first seen in it
        table = Table(connection.client("dynamodb"), connection.settings.incident_table)
        self._notices = DynamoNotices(table, now=connection.now)
        self._storms = DynamoStorms(table, now=connection.now)
        self._circuits = DynamoCircuits(table, now=connection.now)

    def has_judged(self, call: str, secret: SecretRef, times: int = 1) -> bool:
        """Tell whether so many calls on the secret stand in its history: nobody but us knows it."""
        trails, keys = self._connection.trails, keys_of(secret)
        if call in READ_VALUES:
            return any(trails.readers(keys).values())
        now = self._connection.now()  # the secret is new: all that is known of it is ours
        seen = (one for key in keys for one in trails.between(f"secret:{key}", now - _AROUND, now + _AROUND))
        return len({one.event_id for one in seen if one.name == call}) >= times

    def told_of(self, secret: SecretRef) -> Told | None:
        """Give the incident that tells of its deletion, and who has taken it."""
        incident = next(self._about(secret), None)
        if incident is None:
            return None
        since = self._revisions.setdefault(incident.id, incident.revision)
        shown = self._notices.shown_on(incident.id, since=since)
        failing, is_held = tuple(self._failing()), self._is_held(incident.id)
        return Told(incident=incident.id, shown_on=shown, is_held=is_held, failing=failing)

    def is_restored(self, secret: SecretRef) -> bool:
        """Tell whether its deletion is cancelled."""
        with asking(f"secret {secret.name}"):
            found = self._connection.client("secretsmanager").describe_secret(SecretId=secret.text)
        return "DeletedDate" not in found

    def _about(self, secret: SecretRef) -> Iterator[Incident]:
        for incident in self._connection.incident_list.newest(_MOST_INCIDENTS):
            deletions = (finding for finding in incident.findings if finding.rule.startswith(_DELETIONS))
            if any(may_be_same(secret, other) for finding in deletions for other in finding.secrets):
                yield incident

    def _is_held(self, incident_id: str) -> bool:
        storm = self._storms.standing()
        return storm is not None and any(one.incident_id == incident_id for one in self._storms.kept(storm.id))

    def _failing(self) -> Iterator[tuple[str, str]]:
        """Name the channels that have failed since the shots; one that failed long ago may be there no more."""
        for name in CHANNELS:
            circuit = self._circuits.of(name)
            is_lately = circuit.left_alone_until is None or circuit.left_alone_until >= self._begun
            if circuit.is_failing and is_lately:
                yield name, circuit.reason
