"""Only what a declared deployer made hands anything down, while the declaration holds and nobody else made it anew."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nightlatch.domain.account.lineage import Deployer, Making, hands_down, role_made
from nightlatch.domain.event.events import IAM
from nightlatch.domain.history.examples import AT, a_denial, an_event

PIPELINE = "arn:aws:iam::111122223333:role/deploy/pipeline"
MALLORY = "arn:aws:iam::111122223333:user/mallory"
ROLE = "arn:aws:iam::111122223333:role/shop-v2"
HOUR = timedelta(hours=1)
DEPLOYERS = (
    Deployer(
        principal="arn:aws:iam::*:role/deploy/*", owner="platform", reason="deploys", expires=AT + timedelta(days=30)
    ),
)


def test_a_role_made_by_a_deployer_hands_down() -> None:
    assert hands_down([Making(PIPELINE, AT)], DEPLOYERS, AT + HOUR) == (AT,)


@pytest.mark.parametrize(
    "makings",
    [
        [],
        [Making(MALLORY, AT)],
        [Making(PIPELINE, AT + 2 * HOUR)],  # made only behind the read
        [Making(PIPELINE, AT - HOUR), Making(MALLORY, AT)],  # made anew by somebody else
        [Making(PIPELINE, AT), Making(MALLORY, AT - HOUR)],  # of a day the first time is known: it may be behind
    ],
)
def test_nothing_else_hands_down(makings: list[Making]) -> None:
    assert hands_down(makings, DEPLOYERS, AT + HOUR) == ()


def test_nobody_hands_down_without_a_declaration() -> None:
    assert hands_down([Making(PIPELINE, AT)], (), AT + HOUR) == ()


def test_a_declaration_holds_as_of_the_making() -> None:
    late = AT + timedelta(days=31)

    assert hands_down([Making(PIPELINE, late)], DEPLOYERS, late + HOUR) == ()
    assert hands_down([Making(PIPELINE, AT)], DEPLOYERS, late) == (AT,)


def test_a_role_that_was_another_ones_before_hands_down() -> None:
    """What stood under the name on an earlier day is gone: nobody can make a role that is there."""
    assert hands_down([Making(MALLORY, AT - timedelta(days=1)), Making(PIPELINE, AT)], DEPLOYERS, AT) == (AT,)


def test_a_role_is_named_by_what_aws_answered() -> None:
    asked = {"roleName": "shop-v3"}
    answered = {"role": {"arn": ROLE, "roleName": "shop-v2"}}

    assert role_made(an_event("CreateRole", source=IAM, request=asked, response=answered)) == ROLE
    assert role_made(an_event("CreateRole", source=IAM, request=asked)) is None
    assert role_made(an_event("CreateRole", source=IAM, response=answered, failure=a_denial("CreateRole"))) is None
    assert role_made(an_event("CreateRole", response=answered)) is None
    assert role_made(an_event("UpdateRole", source=IAM, response=answered)) is None
