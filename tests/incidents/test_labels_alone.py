"""Runbooks for going back moved a label and called the service restored; the database knew nothing of it.

The rule kept: before anybody says yes it is said that what the value opens does not follow; where a rotation manages
the value two people must say yes, in Slack, on the command line and by policy alike; and the result says it once more.

Source: stellar-portfolio-rebalancer pull requests 1699, 1609 and 1617 (product.md 3.2, seventh incident).
"""

from __future__ import annotations

import pytest

from incidents.loop import Loop
from nightlatch.acts import ACTS
from nightlatch.cli.acts.plan_page import plan_page
from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.answering.responses import Response, ResponseState
from nightlatch.domain.event.secrets import SecretRef
from nightlatch.service.wish import Preview, preview
from worlds import a_client

FOLLOWS_NOT = "The database or service that it opens does not follow."


@pytest.fixture
def rotated(loop: Loop) -> SecretRef:
    """A secret that a function rotates, overwritten since."""
    lambdas, roles = a_client("lambda"), a_client("iam")
    role = roles.create_role(RoleName="rotation", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    function = lambdas.create_function(
        FunctionName="rotation", Runtime="python3.13", Role=role, Handler="x.y", Code={"ZipFile": b"planted"}
    )["FunctionArn"]
    secret, client = loop.secret(), a_client("secretsmanager")
    client.rotate_secret(
        SecretId=secret.text, RotationLambdaARN=function, RotationRules={"AutomaticallyAfterDays": 30},
        RotateImmediately=False,
    )  # fmt: skip
    client.put_secret_value(SecretId=secret.text, SecretString="overwritten", VersionStages=["AWSCURRENT"])
    return secret


def shown(loop: Loop, secret: SecretRef) -> Preview:
    action = Action(kind=ActionKind.ROLL_BACK, secret=secret)
    return preview(action, acts=ACTS, policy=loop.policy, sight=loop.world.ports().sight, now=loop.clock())


def carried_out(loop: Loop, secret: SecretRef, people: int) -> Response:
    response = loop.world.wish(Action(kind=ActionKind.ROLL_BACK, secret=secret), people=people)
    loop.world.dispatch.respond(response)
    loop.happens()
    return loop.world.ledger.get(response.id)


def test_the_preflight_warns_that_the_database_does_not_follow(loop: Loop, rotated: SecretRef) -> None:
    page = plan_page(shown(loop, rotated), undo=None)

    assert FOLLOWS_NOT in page
    assert "Careful  rotation is on: the database may no longer accept the older password" in page
    assert "2 must say yes" in page


@pytest.mark.parametrize("people", [0, 1])
def test_where_a_rotation_manages_the_value_neither_policy_nor_one_person_goes_back(
    loop: Loop, rotated: SecretRef, people: int
) -> None:
    held = carried_out(loop, rotated, people)

    assert held.state is ResponseState.PROPOSED
    assert "2 people must say yes" in held.waits_because
    assert loop.made == []


def test_two_people_may_and_the_result_says_what_to_do_next(loop: Loop, rotated: SecretRef) -> None:
    done = carried_out(loop, rotated, 2)

    assert done.state is ResponseState.SUCCEEDED
    assert "careful: rotation is on" in done.result
    assert "rotate again if it does not" in done.result
