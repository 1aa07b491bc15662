"""What stops with a principal is read off the history in DynamoDB; that of a hunt is asked for nobody's uses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from nightlatch.adapters.history.baselines import TrailBaselines
from nightlatch.adapters.history.known_uses import radius_known
from nightlatch.adapters.history.trails_dynamodb import DynamoTrails
from nightlatch.adapters.history.waits_dynamodb import DynamoWaits
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.event.events import SecretEvent
from nightlatch.domain.history.examples import AT, a_role, a_secret, an_event
from worlds import a_table, on_moto

_APP = a_role("app", "worker")
_NOW = AT + timedelta(hours=1)


@pytest.fixture
def stores(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[DynamoTrails, DynamoWaits]]:
    with on_moto(monkeypatch):
        table, _ = a_table()
        yield DynamoTrails(table), DynamoWaits(table)


def remembered(stores: Any, events: Iterable[SecretEvent]) -> Any:
    trails, waits = stores
    list(TrailBaselines(trails, waits, inventory=Inventory(), now=lambda: _NOW).observe(list(events)))
    return trails


def test_secrets_read_and_changed_networks_and_clients_are_known(stores: Any) -> None:
    trails = remembered(
        stores,
        [
            an_event("GetSecretValue", secret=a_secret("prod/db"), by=_APP),
            an_event("GetSecretValue", secret=a_secret("prod/mail"), by=_APP, after_s=5),
            an_event("PutSecretValue", secret=a_secret("prod/feed"), by=_APP, after_s=9),
            an_event("GetSecretValue", secret=a_secret("prod/other"), by=a_role("another")),
        ],
    )

    radius = radius_known(trails, _APP.key, _NOW)

    assert (radius.read, radius.changed) == (("prod/db", "prod/mail"), ("prod/feed",))
    assert (radius.networks, radius.clients) == (1, 1)
    assert radius.last_used == AT + timedelta(seconds=9)


def test_a_batch_is_no_secret_and_of_whom_nothing_is_kept_nothing_is_known(stores: Any) -> None:
    batch = replace(an_event("BatchGetSecretValue", by=_APP), secrets=(a_secret("prod/db"),))

    trails = remembered(stores, [batch])

    assert radius_known(trails, _APP.key, _NOW).read == ()
    assert radius_known(trails, a_role("nobody").key, _NOW).is_empty
