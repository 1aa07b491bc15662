"""What the auditor judges by: it knows the decoys, so that no report tells of one that nobody reads it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fakes_canaries import a_decoy
from nightlatch.adapters.ledger.decoys import DynamoDecoys
from nightlatch.checks import monitoring_unused
from nightlatch.config import load_settings
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.answering.policy import Policy
from nightlatch.domain.posture.checks import Outcome, judge
from nightlatch.domain.posture.examples import NOW, ago
from nightlatch.domain.posture.terms import Terms
from nightlatch.domain.posture.unseen import NOT_COUNTED
from nightlatch.wiring.audit_world import AuditWorld
from nightlatch.wiring.world import World
from posture_worlds import an_arn, named
from worlds import a_table, on_moto


def test_a_decoy_that_was_planted_is_told_of_by_no_word(monkeypatch: pytest.MonkeyPatch) -> None:
    with on_moto(monkeypatch):
        table, _ = a_table()
        DynamoDecoys(table).keep(a_decoy("prod/admin", planted_at=ago(days=300), arn=an_arn("prod/admin"), revision=0))
        settings = load_settings(
            {"NIGHTLATCH_STATE_TABLE": table._name, "NIGHTLATCH_RESPONSE_TABLE": table._name}  # one is both here
        )

        by = AuditWorld(settings, World(settings)).yardstick(Policy())

    assert outcome("prod/admin", by.inventory) is Outcome.CLEAN
    assert outcome("prod/other", by.inventory) is Outcome.VIOLATED


def outcome(name: str, inventory: Inventory) -> Outcome:
    unread = replace(named(name), last_read=None, use=NOT_COUNTED)
    [judgement] = judge(unread, (monitoring_unused.CHECK,), Terms(now=NOW, inventory=inventory))
    return judgement.outcome
