"""Fakes of the ports that planting decoys stands on, and a decoy to begin with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from nightlatch.domain.account.decoys import Decoy, Kind, Planted
from nightlatch.domain.errors import NightlatchError, NotFound, WorldMoved
from nightlatch.domain.history.examples import ACCOUNT, AT, REGION
from nightlatch.service.canary_ports import Neighbour, Standing

TOKEN = "5ad1c0de-0000-4000-8000-000000000001"


def a_decoy(name: str = "prod/db-admin", **changes) -> Decoy:
    """A decoy that ana planted, with an ARN."""
    arn = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{name}-AbCdEf"
    decoy = Decoy(
        name=name,
        account_id=ACCOUNT,
        region=REGION,
        memo="stands in the wiki of the orders team",
        kind=Kind.DATABASE,
        by="ana (U0ANA)",
        planted_at=AT,
        token=TOKEN,
        arn=arn,
    )
    return replace(decoy, **changes)


class FakeRegistry:
    """The registry in memory."""

    def __init__(self, *decoys: Decoy) -> None:
        self.by_id = {one.id: one for one in decoys}

    def all(self) -> Planted:
        return Planted(decoys=tuple(self.by_id.values()))

    def keep(self, decoy: Decoy) -> Decoy:
        stored = self.by_id.get(decoy.id)
        if (stored.revision if stored else 0) != decoy.revision:
            raise WorldMoved(f"somebody else changed the decoy {decoy.name} meanwhile")
        self.by_id[decoy.id] = replace(decoy, revision=decoy.revision + 1)
        return self.by_id[decoy.id]

    def forget(self, decoy: Decoy) -> None:
        if self.by_id.get(decoy.id) == decoy:
            del self.by_id[decoy.id]


class FakeGround:
    """Secrets Manager, as far as decoys need it, and the neighbours; `calls` is what it was asked."""

    def __init__(self, *neighbours: Neighbour) -> None:
        self.neighbours = {one.name: one for one in neighbours}
        self.standing: dict[str, Standing] = {}
        self.likes: dict[str, Neighbour | None] = {}
        self.calls: list[str] = []
        self.fails: dict[str, NightlatchError] = {}

    def some(self) -> Sequence[Neighbour]:
        return list(self.neighbours.values())

    def named(self, name: str) -> Neighbour:
        if name not in self.neighbours:
            raise NotFound(f"secret {name}: there is none to look like")
        return self.neighbours[name]

    def look(self, name: str) -> Standing | None:
        self._called("look")
        return self.standing.get(name)

    def create(self, decoy: Decoy, like: Neighbour | None) -> str:
        if decoy.name in self.standing:
            self.calls.append("create")
            raise WorldMoved(f"the name {decoy.name} is taken")
        arn = a_decoy(decoy.name).arn
        self.standing[decoy.name] = Standing(arn=arn, versions=frozenset({decoy.token}), is_leaving=False)
        self.likes[decoy.name] = like
        try:
            self._called("create")
        except NightlatchError as failure:
            if not getattr(failure, "made", False):
                del self.standing[decoy.name]
            raise
        return arn

    def restore(self, decoy: Decoy) -> None:
        assert decoy.arn, "only what AWS has made can be called"
        self._called("restore")

    def delete(self, decoy: Decoy, days: int) -> datetime:
        assert decoy.arn, "only what AWS has made can be called"
        self._called("delete")
        return AT + timedelta(days=days)

    def touch(self, decoy: Decoy) -> None:
        assert decoy.arn, "only what AWS has made can be called"
        self._called("touch")

    def _called(self, name: str) -> None:
        self.calls.append(name)
        if name in self.fails:
            raise self.fails[name]
