"""All secrets as far as they are known: tier, key, rotation, guard, replicas, vault; never a value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Flask, render_template, request

from nightlatch.adapters.inventory.holdings_dynamodb import DynamoHoldings
from nightlatch.console.desk import Desk
from nightlatch.domain.account.holding import Holding
from nightlatch.domain.guarding.guards import NO_FORCE_DELETE
from nightlatch.domain.secret.copies import Copy

A_PAGE = 50  # secrets: for each one the latest snapshot is looked up


@dataclass(frozen=True, slots=True, kw_only=True)
class Posture:
    """What is known of one secret."""

    holding: Holding
    guarded: bool | None  # None where no snapshot of its policy has been taken yet
    copies: int
    mode: str  # observe, notify or protect

    @property
    def key(self) -> str:
        """What follows the account in the key's ARN."""
        return _short(self.holding.key) or "AWS's own"

    @property
    def rotated_by(self) -> str:
        """The function or role that rotates it."""
        return _short(self.holding.rotated_by)

    @property
    def primary(self) -> str:
        """The Region of the primary of a replica."""
        one = self.holding
        return one.primary_region or "" if one.primary_region not in {None, one.secret.region} else ""

    @property
    def marks(self) -> list[str]:
        """What somebody should know beside that."""
        one = self.holding
        managed = f"managed by {one.owning_service}" if one.owning_service else ""
        lowered = "its tag says less now; that counts a day later" if one.lowered_at else ""
        return [mark for mark in ("scheduled for deletion" if one.deleted_at else "", managed, lowered) if mark]


class PosturePages:
    """The list of secrets."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def add_to(self, app: Flask) -> None:
        """Add the page."""
        app.add_url_rule("/secrets", "secrets", self.all)

    def all(self) -> str:
        """Show what is known, a page at a time, by the names that hold some text."""
        connection = self._desk.connection
        taking, holdings = DynamoHoldings(connection.state).last()
        wanted, page = request.args.get("q", "").strip(), _page(request.args)
        found = [one for one in holdings.secrets if wanted.lower() in one.secret.name.lower()]
        ordered = sorted(found, key=_order)
        some = ordered[page * A_PAGE : (page + 1) * A_PAGE]
        return render_template(
            "secrets.html",
            rows=self._postures(some),
            taking=taking,
            known=len(holdings.secrets),
            found=len(found),
            q=wanted,
            page=page,
            pages=-(-len(found) // A_PAGE),
            now=connection.now(),
        )

    def _postures(self, holdings: Sequence[Holding]) -> list[Posture]:
        connection = self._desk.connection
        policy = connection.policy()
        return [
            Posture(
                holding=one,
                guarded=self._is_guarded(one),
                copies=len(_of(one, connection.copies.of(one.secret))),
                mode=policy.protection_of(one.secret.name).mode.value,
            )
            for one in holdings
        ]

    def _is_guarded(self, one: Holding) -> bool | None:
        snapshot = self._desk.connection.snapshots.latest(one.secret)
        return None if snapshot is None else NO_FORCE_DELETE in (snapshot.metadata.policy_text or "")


def _of(one: Holding, copies: Sequence[Copy]) -> list[Copy]:
    return [copy for copy in copies if copy.secret_arn == one.arn]


def _order(one: Holding) -> tuple[int, str]:
    """Put what matters most first."""
    return (-(one.tier.rank if one.tier else 0), one.secret.name)


def _page(fields: Mapping[str, str]) -> int:
    text = fields.get("page", "0")
    return min(int(text), 99_999) if text.isascii() and text.isdigit() else 0


def _short(arn: str | None) -> str:
    return (arn or "").split(":", 5)[-1]
