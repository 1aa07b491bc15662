"""Takes the inventory: lists the secrets, looks at what they need where the list does not tell, and keeps each page.

ListSecrets tells nearly everything, a hundred secrets at a time. Further calls are made only for what it leaves open:
where a primary has its replicas, which key is behind an alias, which role a rotation function runs with. What cannot be
looked at is a gap that is told, for "could not look" is never "nothing there".

Source: rulings 23 (resumable, gentle on quotas) and 34; design detections, shared rules (tags are read at inventory
time, design gap G12).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from nightlatch.domain.account.holding import Found, Holding, RotationFunction
from nightlatch.domain.account.holdings import Holdings
from nightlatch.domain.account.missed import missed_rotation
from nightlatch.domain.account.takings import Taking, settled
from nightlatch.domain.errors import NotFound, Refused, WorldMoved
from nightlatch.domain.event.resources import unqualified
from nightlatch.service.stock_ports import Account, Page, StockPorts

OVERDUE = "rotation.failing"  # the rule that judges a rotation which did not come, at the next tick
_AWS_KEY = "alias/aws/"
_ALIAS = "alias/"
_Got = TypeVar("_Got")


class Progress(StrEnum):
    """How far one invocation came."""

    FRESH = "fresh"  # nothing to do yet, or somebody else does it
    STOPPED = "stopped"  # time was over; the next invocation goes on
    RESTARTS = "restarts"  # AWS no longer knows the place in its list; the next invocation begins anew
    FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class Stocktaking:
    """What one invocation came to."""

    progress: Progress
    taking: Taking | None = None


def take_stock(
    ports: StockPorts, *, now: Callable[[], datetime], until: datetime, at_once: bool = False
) -> Stocktaking:
    """Go on with the inventory, or begin one that is due, until it is finished or the time is over.

    Raises:
        Unavailable: AWS or the store could not be asked; what was kept stays, and the next invocation goes on.
    """
    taking = ports.takings.begin(now(), at_once=at_once)
    if taking is None:
        return Stocktaking(Progress.FRESH)
    before = ports.before()
    look = _Look(ports.account, before, taking.begun_at)
    if taking.pages == 0:
        taking = _keep(ports, taking, Found(own=look.own_parts()), None, look)
    while now() < until:
        try:
            page = ports.account.secrets(taking.token)
        except WorldMoved:
            ports.takings.drop(taking)
            return Stocktaking(Progress.RESTARTS, taking)
        found = look.at(page)
        for one in found.secrets:
            missed = missed_rotation(one, at=taking.begun_at, before=before.begun_at)
            if missed is not None:
                ports.postpone(missed, OVERDUE, taking.begun_at)
        ports.sweep(page.listed, now())
        taking = _keep(ports, taking, found, page.token, look)
        if page.token is None:
            taking = replace(taking, finished_at=now())
            ports.takings.finish(taking)
            return Stocktaking(Progress.FINISHED, taking)
    ports.takings.pause(taking)
    return Stocktaking(Progress.STOPPED, taking)


def _keep(ports: StockPorts, taking: Taking, found: Found, token: str | None, look: _Look) -> Taking:
    further = taking.with_page(len(found.secrets), token, look.gaps())
    ports.takings.keep(further, taking.pages, found)
    return further


class _Look:
    """Looks at what the list leaves open; each key and function once in an invocation."""

    def __init__(self, account: Account, before: Holdings, at: datetime) -> None:
        self._account = account
        self._before = {one.arn: one for one in before.secrets}
        self._since = before.begun_at
        self._at = at
        self._keys: dict[str, str] = {}
        self._roles: dict[str, str | None] = {}
        self._gaps: list[str] = []

    def at(self, page: Page) -> Found:
        """Complete a page."""
        secrets = tuple(self._completed(one) for one in page.secrets)
        used = dict.fromkeys(one.rotated_by for one in page.secrets if one.rotated_by and _is_function(one.rotated_by))
        functions = tuple(RotationFunction(arn=unqualified(arn), role=self._role_of(arn)) for arn in used)
        return Found(secrets=secrets, functions=functions)

    def own_parts(self) -> tuple[str, ...]:
        """Name our own parts, none where nobody may look."""
        return self._tried(self._account.own_parts, "its own stack") or ()

    def gaps(self) -> tuple[str, ...]:
        """Give what could not be looked at since this was last asked."""
        gaps, self._gaps = tuple(self._gaps), []
        return gaps

    def _completed(self, listed: Holding) -> Holding:
        seen = replace(
            listed,
            key=self._key_of(listed.key),
            rotated_by=listed.rotated_by and unqualified(listed.rotated_by),
            replica_regions=self._replicas_of(listed),
        )
        counted = settled(seen, self._before.get(listed.arn), self._at, since=self._since)
        return replace(counted, created_at=None)

    def _replicas_of(self, listed: Holding) -> tuple[str, ...]:
        """Ask for replicas only where AWS says that the secret began here and has a Region of origin at all."""
        if listed.primary_region != listed.secret.region:
            return ()
        found = self._tried(lambda: self._account.replica_regions(listed.arn), f"the replicas of {listed.secret.name}")
        return found or ()

    def _key_of(self, key: str | None) -> str | None:
        """Give the key behind an alias, none for a key of AWS itself, which nobody can take away."""
        if key is None or _AWS_KEY in key:
            return None
        if _ALIAS not in key:
            return key
        if key not in self._keys:
            self._keys[key] = self._tried(lambda: self._account.key_behind(key), f"the key behind {key}") or key
        return self._keys[key]

    def _role_of(self, function: str) -> str | None:
        if function not in self._roles:
            self._roles[function] = self._tried(lambda: self._account.role_of(function), f"the function {function}")
        return self._roles[function]

    def _tried(self, ask: Callable[[], _Got], what: str) -> _Got | None:
        try:
            return ask()
        except (NotFound, Refused) as error:
            self._gaps.append(f"{what}: {error}")
            return None


def _is_function(arn: str) -> bool:
    return ":function:" in arn
