"""The audit finds every violation that is planted and nothing on the twins; no check is without a planted violation."""

from __future__ import annotations

import pytest

from checks.planted_world import (
    World,
    a_ground,
    a_stage,
    audited,
    audited_account,
    plant_everything,
    violations,
)
from nightlatch.checks import CHECKS
from nightlatch.domain.posture.accounts import AccountPosture
from nightlatch.domain.posture.findings import FindingKind, PostureFinding
from nightlatch.domain.posture.secrets import SecretPosture
from nightlatch.local.scenes.planted import plots
from nightlatch.local.scenes.planted.accounts import PlantedAccount
from nightlatch.local.scenes.planted.beyond import OF_ACCOUNTS, OF_FUNCTIONS, beyond
from worlds import ACCOUNT, REGION

pytestmark = pytest.mark.xdist_group("planted-account")  # what is planted once is planted on one worker

WHOLE = f"account {ACCOUNT} in {REGION}"
SECRETS_READ_WRITE = {
    "Arn": "arn:aws:iam::aws:policy/SecretsManagerReadWrite",
    "PolicyName": "SecretsManagerReadWrite",
    "PolicyVersionList": [
        {
            "IsDefaultVersion": True,
            "Document": {"Statement": [{"Effect": "Allow", "Action": "secretsmanager:*", "Resource": "*"}]},
        }
    ],
}


@pytest.fixture(scope="module", params=[a_ground, a_stage], ids=["moto", "stage"])
def audit(request: pytest.FixtureRequest) -> tuple[World, list[PostureFinding]]:
    """Plant everything and audit it once; AWS is left before anybody looks at what was found."""
    with request.param() as ground:
        planted = World(ground)
        plant_everything(planted)
        return planted, audited(planted)


@pytest.fixture
def world(audit: tuple[World, list[PostureFinding]]) -> World:
    return audit[0]


@pytest.fixture
def findings(audit: tuple[World, list[PostureFinding]]) -> list[PostureFinding]:
    return audit[1]


def test_every_violation_that_is_planted_is_found_and_nothing_on_the_twins(
    world: World, findings: list[PostureFinding]
) -> None:
    assert violations(findings) == world.expected


def test_all_could_be_judged_but_a_policy_that_nobody_can_read_and_a_function_of_another_account(
    findings: list[PostureFinding],
) -> None:
    others = {(one.kind, one.name) for one in findings if one.kind is not FindingKind.VIOLATION}

    assert others == {(FindingKind.UNSEEN, name) for name in ("prod/policy.unreadable/breaks", "rotate-db")}


def test_each_check_has_something_planted_that_breaks_it(world: World) -> None:
    about = {
        SecretPosture: {*plots.SECRETS, *beyond(world.ground)},
        AccountPosture: {*plots.ACCOUNTS, *OF_ACCOUNTS},
    }
    functions = {*plots.FUNCTIONS, *OF_FUNCTIONS}

    without = [check.id for check in CHECKS if check.id not in about.get(check.about, functions)]

    assert without == []
    assert {check.id for check in CHECKS} == {*functions, *(one for some in about.values() for one in some)}


def test_what_the_stage_cannot_hold_is_named_with_its_reason_and_not_planted_besides(world: World) -> None:
    whys = {**OF_FUNCTIONS, **OF_ACCOUNTS, **{check: one.why for check, one in beyond(world.ground).items()}}

    assert all(why and not why.endswith(".") for why in whys.values())
    assert {*whys}.isdisjoint({*plots.SECRETS, *plots.FUNCTIONS, *plots.ACCOUNTS})


@pytest.mark.parametrize("check", [None, *plots.ACCOUNTS, *OF_ACCOUNTS])
def test_an_account_breaks_what_is_broken_in_it_and_nothing_else(check: str | None) -> None:
    with a_ground() as ground:
        world = World(ground)
        plot = plots.ACCOUNTS.get(check or "")
        if check in OF_ACCOUNTS:
            world.by_aws.append(SECRETS_READ_WRITE)

        found = audited_account(world, plot.breaks if plot else PlantedAccount())

    expected = {check, *(plot.also if plot else ())} - {None}
    assert violations(found) == {(one, WHOLE) for one in expected}
    assert all(one.kind is FindingKind.VIOLATION for one in found)


def test_nothing_that_is_found_repeats_what_was_planted(findings: list[PostureFinding]) -> None:
    said = [repr(one) for one in findings if one.check != "text.credential-in-name"]

    assert not [one for one in said if plots._KEY_FORM in one]
    assert not [one for one in said if "correct-Horse" in one or "the first dog" in one]
