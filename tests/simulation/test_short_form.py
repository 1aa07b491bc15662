"""The whole catalogue over a simulated organisation: attacks are told by the rule meant for them, benign life is not.

The short form of what `make quality` plays for a month: a tenth of the size, three days after fifteen of learning.
"""

from __future__ import annotations

import pytest

from simulation.attacks import ATTACKS, Attack
from simulation.life import SHORT
from simulation.played import Played, played

pytestmark = pytest.mark.xdist_group("simulation")  # played once, for all of these

MOST_A_WEEK = 1


@pytest.fixture(scope="module")
def short() -> Played:
    """Play the short form, once."""
    return played(SHORT, with_attacks=True)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_an_attack_is_told_by_the_rules_meant_for_it(short: Played, attack: Attack) -> None:
    (caught,) = (one for one in short.caught if one.attack is attack)

    assert (caught.missed, caught.wrong) == (frozenset(), frozenset())


def test_benign_life_wakes_somebody_once_a_week_at_most(short: Played) -> None:
    woken = [f"{finding.rule}: {finding.title}" for finding in short.false_in(SHORT.learning, SHORT.days)]

    assert len(woken) <= MOST_A_WEEK, woken


def test_while_it_learns_benign_life_wakes_nobody(short: Played) -> None:
    assert short.false_in(0, SHORT.learning) == ()


def test_a_first_read_is_a_line_of_the_digest(short: Played) -> None:
    assert short.noted["access.first-read"] > 0
