"""The open problems in DynamoDB: one item per incident, one per principal or subject that says which are recent.

    pk                sk          holds                                            kept
    incident#<id>     incident    the incident as JSON, its revision               400 days after its last event
    open#<key>        open        the latest incidents of this key, how the        the same
                                  last of them began
    incidents         <begin>#<id>  that it exists, for lists (`incident_list.py`) the same
    record#<day>      <finding>   what nobody is told of now (`recorded.py`)       90 days

A fold reads, lets the domain add, and writes on condition that nobody wrote between; who loses reads again. An
incident is opened by putting it on the list, on condition that the list is as it was read, so two handlers cannot open
two for one problem. The list holds the incident as it began: whoever finds it listed and not yet written writes it.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from nightlatch.adapters.clock import Clock
from nightlatch.adapters.codec import decode, encode
from nightlatch.adapters.incident_list import listed
from nightlatch.adapters.packing import packed, unpacked
from nightlatch.adapters.recorded import DynamoRecorded
from nightlatch.adapters.table import Conflict, Table
from nightlatch.adapters.wire import Item, Value, key_part
from nightlatch.domain.answering.incidents import Incident, add, link, note, open_incident
from nightlatch.domain.errors import NotFound, Unavailable
from nightlatch.domain.judging.findings import Finding

INCIDENTS_KEPT = timedelta(days=400)
MOST_RECENT = 8  # incidents of one key that a late finding may still belong to
_ATTEMPTS = 40
_LONGEST_PAUSE_S = 0.2
_Got = TypeVar("_Got")


class DynamoIncidents:
    """The port `Incidents` on the incident table; safe under concurrent handlers."""

    def __init__(self, table: Table, *, now: Clock, pause: Callable[[float], None] = time.sleep) -> None:
        self._table = table
        self._now = now
        self._pause = pause
        self._recorded = DynamoRecorded(table, now=now)

    def fold(self, finding: Finding, *, policy_digest: str) -> tuple[Incident, bool]:
        """Add a finding to the open incident it belongs to, or open one; say whether anything is new.

        Raises:
            Unavailable: The table could not be asked, or too many handlers write the incident now.
        """
        fresh = open_incident(finding, policy_digest=policy_digest)
        return self._trying(fresh.key, lambda: self._fold_once(finding, fresh))

    def link(self, incident_id: str, response_id: str) -> Incident:
        """Attach a response to an incident.

        Raises:
            NotFound: There is no such incident.
            Unavailable: The table could not be asked.
        """
        return self.change(incident_id, lambda one: link(one, response_id))

    def note(self, incident_id: str, text: str) -> Incident:
        """Add to an incident what was found out later.

        Raises:
            NotFound: There is no such incident.
            Unavailable: The table could not be asked.
        """
        return self.change(incident_id, lambda one: note(one, text))

    def change(self, incident_id: str, alter: Callable[[Incident], Incident]) -> Incident:
        """Write what a pure function makes of an incident; it may be asked several times.

        Raises:
            NotFound: There is no such incident.
            Unavailable: The table could not be asked.
        """
        return self._trying(incident_id, lambda: self._change_once(incident_id, alter))

    def get(self, incident_id: str) -> Incident:
        """Give an incident.

        Raises:
            NotFound: There is no such incident.
            Unavailable: The table could not be asked.
        """
        item = self._table.get(f"incident#{key_part(incident_id)}", "incident")
        if item is None:
            raise NotFound(f"incident {incident_id} does not exist")
        return _unpacked(item["incident"])

    def record(self, finding: Finding, why: str) -> None:
        """Keep a finding for history and digest; of two with one id the one with more behind it stays.

        Raises:
            Unavailable: The table could not be asked.
        """
        self._recorded.record(finding, why)

    def _trying(self, what: str, attempt: Callable[[], _Got]) -> _Got:
        for tried in range(_ATTEMPTS):
            try:
                return attempt()
            except Conflict:
                # Handlers that collide must not collide again in step.
                self._pause(random.uniform(0, min(_LONGEST_PAUSE_S, 0.005 * 2**tried)))  # noqa: S311 - no secret
        raise Unavailable(f"incident {what} is being written by too many at once; try again later")

    def _fold_once(self, finding: Finding, fresh: Incident) -> tuple[Incident, bool]:
        place = self._table.get(_open_key(fresh.key), "open") or {}
        recent = str(place.get("ids", "")).split()
        for incident_id in recent:
            known = self._find(incident_id) or self._begin(incident_id, place)
            if known is not None and known.accepts(finding):
                return self._add(known, finding)
        self._list(fresh, place, recent)
        opened = self._begin(fresh.id, {"began": packed(encode(fresh))})
        return (fresh, True) if opened is None or opened == fresh else self._add(opened, finding)

    def _add(self, known: Incident, finding: Finding) -> tuple[Incident, bool]:
        added = add(known, finding)
        if added is known:
            return known, False
        self._replace(added, known.revision)
        return added, True

    def _change_once(self, incident_id: str, change: Callable[[Incident], Incident]) -> Incident:
        known = self.get(incident_id)
        changed = change(known)
        if changed is not known:
            self._replace(changed, known.revision)
        return changed

    def _find(self, incident_id: str) -> Incident | None:
        try:
            return self.get(incident_id)
        except NotFound:
            return None

    def _list(self, fresh: Incident, place: Item, recent: list[str]) -> None:
        others = [incident_id for incident_id in recent if incident_id != fresh.id]
        pointer: Item = {
            "pk": _open_key(fresh.key),
            "sk": "open",
            "ids": " ".join([fresh.id, *others][:MOST_RECENT]),
            "began": packed(encode(fresh)),
            "expires_at": _item(fresh, self._now())["expires_at"],
        }
        unchanged = "#ids = :seen" if place else "attribute_not_exists(#pk)"
        self._table.put(pointer, when=unchanged, given={"seen": place["ids"]} if place else {})

    def _begin(self, incident_id: str, place: Item) -> Incident | None:
        """Write a listed incident as it began, unless it is there; None where the list does not say how."""
        began = _unpacked(place["began"]) if "began" in place else None
        if began is None or began.id != incident_id:
            return None
        self._table.put(listed(began, _item(began, self._now())))
        try:
            self._table.put(_item(began, self._now()), when="attribute_not_exists(#pk)")
        except Conflict:
            return self._find(incident_id)
        return began

    def _replace(self, incident: Incident, revision: int) -> None:
        self._table.put(_item(incident, self._now()), when="#revision = :seen", given={"seen": revision})


def _item(incident: Incident, now: datetime) -> Item:
    return {
        "pk": f"incident#{key_part(incident.id)}",
        "sk": "incident",
        "incident": packed(encode(incident)),
        "revision": incident.revision,
        "expires_at": _seconds(max(now, incident.last_seen) + INCIDENTS_KEPT),
    }


def _unpacked(body: Value) -> Incident:
    return decode(Incident, unpacked(body))


def _open_key(key: str) -> str:
    return f"open#{key_part(key)}"


def _seconds(at: datetime) -> int:
    return int(at.timestamp())
