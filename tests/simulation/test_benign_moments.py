"""Single moments of benign life, each the smallest that a rule may take for an attack."""

from __future__ import annotations

from datetime import timedelta

import pytest

from simulation.callers import Caller, in_console, person, role
from simulation.judging import Judge
from simulation.machines import deploy
from simulation.organisation import Organisation
from simulation.records import Pen, Secret, answer, day_at, version

TODAY = 20
SECRETS = [Secret(f"shop/{n}") for n in range(30)]
OPERATOR = role("external-secrets", "provider", address="203.0.113.30", agent="external-secrets/0.10")
ANA = in_console(person("ana"))


class Moment:
    """Three weeks in which one caller read some secrets daily, and what is told of today."""

    def __init__(self, usual: Caller, known: int, *, first: int = 0) -> None:
        self.pen = Pen(200, TODAY)
        self._judge = Judge(Organisation().policy)
        for day in range(first, TODAY):
            pen = Pen(201, day)
            for secret in SECRETS[:known]:
                pen.call("GetSecretValue", usual, day_at(day, 9), {"secretId": secret.arn})
            self._judge.day(day, pen.records)

    def reads(self, by: Caller, some: list[Secret]) -> None:
        """Read some secrets, one after the other."""
        for n, secret in enumerate(some):
            at = day_at(TODAY, 9) + timedelta(seconds=n)
            self.pen.call("GetSecretValue", by, at, {"secretId": secret.arn})

    def told(self) -> set[str]:
        """Judge today, and name the rules that wake somebody."""
        self._judge.day(TODAY, self.pen.records)
        return {finding.rule for finding in self._judge.end().folded()}


def test_a_service_of_nine_secrets_starts_with_a_new_role() -> None:
    moment = Moment(role("svc-shop", "task-1"), known=9)
    moment.reads(role("svc-shop-r2", "task-2"), SECRETS[:9])

    assert moment.told() == set()


def test_a_service_of_twelve_secrets_starts_with_a_new_role() -> None:
    moment = Moment(role("svc-shop", "task-1"), known=12)
    new = role("svc-shop-r2", "task-2")
    deploy(moment.pen, Organisation().pipeline, new, day_at(TODAY, 8.9))
    moment.reads(new, SECRETS[:12])

    assert moment.told() == set()


@pytest.mark.parametrize("by", [None, role("svc-shop", "task-1"), person("mallory")])
def test_twelve_reads_of_a_role_that_no_deployer_made_are_told(by: Caller | None) -> None:
    moment = Moment(role("svc-shop", "task-1"), known=12)
    new = role("svc-shop-r2", "task-2")
    if by is not None:
        deploy(moment.pen, by, new, day_at(TODAY, 8.9))
    moment.reads(new, SECRETS[:12])

    assert moment.told() == {"access.bulk-read"}


def test_a_deployed_role_that_reads_beyond_what_it_replaces_is_told() -> None:
    moment = Moment(role("svc-shop", "task-1"), known=5)
    new = role("svc-shop-r2", "task-2")
    deploy(moment.pen, Organisation().pipeline, new, day_at(TODAY, 8.9))
    moment.reads(new, SECRETS[:12])

    assert moment.told() == {"access.bulk-read"}


@pytest.mark.xfail(strict=True, reason="ACC-01: ten distinct reads of which five are new, though each refresh is such")
def test_the_operator_is_given_five_secrets_more() -> None:
    moment = Moment(OPERATOR, known=10)
    moment.reads(OPERATOR, SECRETS[:15])

    assert moment.told() == set()


@pytest.mark.xfail(strict=True, reason="ACC-01: 25 unknown secrets alarm while it learns, too")
def test_the_operator_of_thirty_secrets_is_there_when_nightlatch_is_installed() -> None:
    moment = Moment(OPERATOR, known=0, first=TODAY)
    moment.reads(OPERATOR, SECRETS)

    assert moment.told() == set()


@pytest.mark.xfail(strict=True, reason="CHG-01: a person's first two days of writing a secret are told")
def test_somebody_fixes_a_value_that_they_read_every_day() -> None:
    moment = Moment(ANA, known=1)
    at, secret = day_at(TODAY, 9), SECRETS[0]
    request = {"secretId": secret.arn, "clientRequestToken": version(secret, "fixed")}
    moment.pen.call("PutSecretValue", ANA, at, request, response=answer(secret))
    moment.pen.label(secret, version(secret, "fixed"), at)

    assert moment.told() == set()


@pytest.mark.parametrize(
    "count",
    [
        9,
        pytest.param(
            10,
            marks=pytest.mark.xfail(strict=True, reason="ACC-01: reads by the version that another had written"),
        ),
    ],
)
def test_infrastructure_code_takes_over_secrets_that_others_made(count: int) -> None:
    terraform = role("terraform", "nightly", agent="APN/1.0 HashiCorp/1.0 Terraform/1.9.5")
    moment = Moment(ANA, known=1)
    for n, secret in enumerate(SECRETS[:count]):
        at = day_at(TODAY, 1) + timedelta(seconds=n)
        read = {"secretId": secret.arn, "versionId": version(secret, "made by hand")}
        moment.pen.call("GetSecretValue", terraform, at, read)

    assert moment.told() == set()
