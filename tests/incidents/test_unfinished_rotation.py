"""A rotation left AWSPENDING where it was, and no later one would start.

The rule kept: whoever goes back is told where AWSPENDING sits, what comes of it and how it is taken off; a version that
a rotation was making is never chosen; and no act of ours moves AWSPENDING.

Source: aws-secrets-manager-rotation-lambdas issue 168, floci pull request 3711 (product.md 3.2, sixth incident);
Secrets Manager API reference, RotateSecret (AWSPENDING on another version than AWSCURRENT).
"""

from __future__ import annotations

import pytest

from incidents.loop import Loop
from nightlatch.acts import ACTS
from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.event.secrets import SecretRef
from nightlatch.domain.secret.versions import PENDING
from nightlatch.service.wish import Preview, preview
from worlds import a_client


def shown(loop: Loop, secret: SecretRef, **wish: str) -> Preview:
    action = Action(kind=ActionKind.ROLL_BACK, secret=secret, **wish)
    return preview(action, acts=ACTS, policy=loop.policy, sight=loop.world.ports().sight, now=loop.clock())


def labels(secret: SecretRef) -> dict[str, list[str]]:
    found: dict[str, list[str]] = a_client("secretsmanager").describe_secret(SecretId=secret.text)["VersionIdsToStages"]
    return found


def written(secret: SecretRef, *stages: str) -> str:
    """Write a version; moto keeps but one of several stages, so the others are attached one by one."""
    client = a_client("secretsmanager")
    made = client.put_secret_value(SecretId=secret.text, SecretString="turned", VersionStages=[stages[0]])
    for stage in stages[1:]:
        client.update_secret_version_stage(SecretId=secret.text, VersionStage=stage, MoveToVersionId=made["VersionId"])
    return str(made["VersionId"])


def test_going_back_from_a_version_that_kept_awspending_says_that_rotation_stops_and_how_to_go_on(loop: Loop) -> None:
    secret = loop.secret()
    current = written(secret, "AWSCURRENT", PENDING)

    [warning] = shown(loop, secret).plan.warnings

    assert f"version {current} keeps AWSPENDING, and no rotation will start" in warning
    assert warning.endswith(f"--version-stage AWSPENDING --remove-from-version-id {current}")


def test_going_back_beside_an_unfinished_rotation_says_both_that_may_come_of_it(loop: Loop) -> None:
    secret = loop.secret()
    written(secret, "AWSCURRENT")
    pending = written(secret, PENDING)

    [warning] = shown(loop, secret).plan.warnings

    assert f"AWSPENDING on version {pending}" in warning
    assert "may move AWSCURRENT again" in warning
    assert "keeps others from starting" in warning


def test_the_way_back_never_leads_to_what_a_rotation_was_making(loop: Loop) -> None:
    secret = loop.secret()
    first = next(iter(labels(secret)))
    written(secret, "AWSCURRENT")
    pending = written(secret, PENDING)

    assert shown(loop, secret).action.to == first
    assert "nobody may have tried it yet" in " ".join(shown(loop, secret, to=pending).plan.warnings)


@pytest.mark.parametrize("stages", [("AWSCURRENT", PENDING), (PENDING,)])
def test_a_rollback_leaves_awspending_where_it_was(loop: Loop, stages: tuple[str, ...]) -> None:
    secret = loop.secret()
    written(secret, "AWSCURRENT")
    pending = written(secret, *stages)
    response = loop.world.wish(Action(kind=ActionKind.ROLL_BACK, secret=secret), people=1)
    loop.world.dispatch.respond(response)

    loop.happens()

    assert loop.made == ["UpdateSecretVersionStage"]
    assert PENDING in labels(secret)[pending]


def test_a_version_that_a_rotation_is_making_is_never_pinned(loop: Loop) -> None:
    secret = loop.secret()
    pending = written(secret, PENDING)
    response = loop.world.wish(Action(kind=ActionKind.PIN_SUPERSEDED, secret=secret, to=pending))
    loop.world.dispatch.respond(response)

    loop.happens()

    assert labels(secret)[pending] == [PENDING]
