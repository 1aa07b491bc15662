"""What nightlatch created again keeps its past: older values, policies and tags of before come back, and nobody else's.

That it is the same secret stands in the ledger. A namesake gets nothing of it without two people (ruling 9).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from acts.acting_world import AT, ActingWorld
from acts.scenes_of_the_lost import DESTROYED_AT, destroyed, everything, of_aws
from fakes_snapshots import V1, V2, a_copy, a_snapshot
from nightlatch.acts import ACTS
from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.answering.responses import Response, ResponseState
from nightlatch.domain.errors import NothingToRestore
from nightlatch.domain.event.secrets import SecretRef
from nightlatch.domain.secret.copies import client_token
from nightlatch.domain.secret.metadata_parts import Part
from nightlatch.service.respond import respond
from nightlatch.service.wish import Preview, preview
from worlds import a_client, on_moto

LONG_AGO = DESTROYED_AT - timedelta(days=3)
YESTERDAY = DESTROYED_AT - timedelta(days=1)


@pytest.fixture
def world(monkeypatch) -> Iterator[ActingWorld]:
    with on_moto(monkeypatch):
        yield ActingWorld()


def with_a_past(world: ActingWorld) -> str:
    """Destroy a secret of which an older value, and what it was beside it then, are kept, too."""
    arn = destroyed(world)
    then = replace(world.snapshots.stored[0].metadata, tags=(("team", "of old"),), description="of old")
    older = a_snapshot(LONG_AGO, then)
    world.snapshots.stored.append(older)
    world.copies.keep(a_copy(V1, at=LONG_AGO, arn=arn, metadata_digest=older.digest))
    return arn


def respond_to(world: ActingWorld, action: Action, *, people: int = 0, id: str = "r-1") -> Response:  # noqa: A002
    world.wish(action, people=people, id=id)
    return respond(id, acts=ACTS, policy=world.policy, ports=world.ports(), now=AT)


def resurrected(world: ActingWorld, arn: str, **how: Any) -> Response:
    return respond_to(world, Action(kind=ActionKind.RESURRECT, secret=of_aws(arn), at=DESTROYED_AT), **how)


def brought_back(world: ActingWorld) -> tuple[str, str]:
    """Give the ARN that a secret had, and the one that it has since it was created again."""
    old = with_a_past(world)
    done = resurrected(world, old)
    assert done.state is ResponseState.SUCCEEDED, done.result
    return old, arn_now()


def arn_now(name: str = "prod/db") -> str:
    return str(a_client("secretsmanager").describe_secret(SecretId=name)["ARN"])


def previewed(world: ActingWorld, kind: ActionKind, secret: SecretRef | None = None, **wish: Any) -> Preview:
    action = Action(kind=kind, secret=secret or world.secret("prod/db"), **wish)
    return preview(action, acts=ACTS, policy=world.policy, sight=world.ports().sight, now=AT)


def test_the_ledger_holds_which_secret_became_which(world):
    old, new = brought_back(world)

    assert world.ledger.earlier(new) == (old,)


@pytest.mark.parametrize("wish", [{"to": V1}, {"to": V1[:8]}, {"at": YESTERDAY}])
def test_an_older_value_comes_back_as_a_new_version_by_its_id_and_by_a_moment(world, wish):
    brought_back(world)

    done = respond_to(
        world, Action(kind=ActionKind.ROLL_BACK, secret=world.secret("prod/db"), **wish), people=1, id="r-2"
    )

    (copy,) = (one for one in world.copies.all() if one.version_id == V1)
    assert done.state is ResponseState.SUCCEEDED, done.result
    assert everything()["versions"][client_token(copy)] == ["AWSCURRENT"]


def test_the_new_arn_leads_to_the_old_values_too(world):
    old, new = brought_back(world)

    wished = previewed(world, ActionKind.ROLL_BACK, of_aws(new), to=V1)

    assert (wished.people, len(wished.plan.calls)) == (1, 1)
    assert f"of {old}, which this secret was before nightlatch created it again" in wished.plan.shows[0]
    assert not any("only bears its name" in said for said in wished.plan.warnings)


def test_the_value_that_it_came_back_with_is_there_already(world):
    brought_back(world)

    wished = previewed(world, ActionKind.ROLL_BACK, at=DESTROYED_AT - timedelta(minutes=1))

    assert wished.plan.calls == ()


def test_tags_and_description_of_before_come_back_and_nothing_else_changes(world):
    old, _ = brought_back(world)
    action = Action(
        kind=ActionKind.PUT_BACK, secret=world.secret("prod/db"), at=YESTERDAY, parts=(Part.TAGS, Part.DESCRIPTION)
    )

    wished = previewed(world, ActionKind.PUT_BACK, at=YESTERDAY, parts=(Part.TAGS, Part.DESCRIPTION))
    done = respond_to(world, action, people=1, id="r-2")

    now = everything()
    assert done.state is ResponseState.SUCCEEDED, done.result
    assert (now["Tags"], now["Description"]) == ([{"Key": "team", "Value": "of old"}], "of old")
    assert f"the snapshot is of {old}, which this secret was" in wished.plan.preflight[0]


def test_a_policy_of_before_is_warned_about_where_it_names_the_old_arn(world):
    old, _ = brought_back(world)
    a_client("secretsmanager").delete_resource_policy(SecretId="prod/db")

    wished = previewed(world, ActionKind.PUT_BACK, at=YESTERDAY, parts=(Part.POLICY,))

    assert [call.operation for call in wished.plan.calls] == ["PutResourcePolicy"]
    assert f"the policy of then names the old ARN {old}" in wished.plan.warnings


def test_what_was_created_again_twice_keeps_both_pasts(world):
    oldest, old = brought_back(world)
    (first,) = (one for one in world.copies.all() if one.version_id == V1)
    moved_on(world, old)
    a_client("secretsmanager").remove_regions_from_replication(
        SecretId="prod/db", RemoveReplicaRegions=["eu-central-1"]
    )
    a_client("secretsmanager").delete_secret(SecretId="prod/db", ForceDeleteWithoutRecovery=True)

    again = resurrected(world, old, id="r-2")
    wished = previewed(world, ActionKind.ROLL_BACK, of_aws(arn_now()), to=V1)

    assert again.state is ResponseState.SUCCEEDED, again.result
    assert world.ledger.earlier(arn_now()) == (old, oldest)
    assert (wished.action.copy, wished.people) == (first.id, 1)


def moved_on(world: ActingWorld, arn: str) -> None:
    """Keep the secret as the keeper would, under the ARN that it has now."""
    kept = replace(world.snapshots.stored[0].metadata, arn=arn)
    snapshot = a_snapshot(DESTROYED_AT - timedelta(seconds=1), kept)
    world.snapshots.stored.append(snapshot)
    world.copies.keep(a_copy(V2, at=DESTROYED_AT, arn=arn, metadata_digest=snapshot.digest))


# -- and nobody else


def a_namesake() -> str:
    return str(a_client("secretsmanager").create_secret(Name="prod/db", SecretString="theirs")["ARN"])


def test_a_namesake_gets_an_old_value_from_two_people_alone(world):
    with_a_past(world)
    a_namesake()

    wished = previewed(world, ActionKind.ROLL_BACK, to=V1)

    assert wished.people == 2
    assert any("only bears its name" in said for said in wished.plan.warnings)


def test_a_namesake_gets_no_old_policy_at_all(world):
    with_a_past(world)
    a_namesake()

    with pytest.raises(NothingToRestore):
        previewed(world, ActionKind.PUT_BACK, at=YESTERDAY, parts=(Part.POLICY,))


def test_a_value_that_two_people_put_into_a_namesake_does_not_make_it_the_old_secret(world):
    old, theirs = with_a_past(world), a_namesake()
    assert resurrected(world, old, people=2).state is ResponseState.SUCCEEDED
    a_while_after_its_creation(theirs)

    again = resurrected(world, old, people=1, id="r-2")

    assert again.state is ResponseState.PROPOSED
    assert again.waits_because.startswith("2 people must say yes")
    assert world.ledger.earlier(theirs) == ()
    assert everything()["policy"] is None


def a_while_after_its_creation(arn: str) -> None:
    """Let the secret have been made an hour before its value was put: people take longer than a test."""
    from moto.secretsmanager.models import secretsmanager_backends  # noqa: PLC0415 - only this scene looks inside

    for backend in secretsmanager_backends["111122223333"].values():
        for secret in backend.secrets.values():
            if secret.arn == arn:
                secret.created_date -= 3600


def test_by_policy_nothing_follows_into_a_namesake_that_bears_our_version(world):
    old, theirs = with_a_past(world), a_namesake()
    resurrected(world, old, people=2)
    a_while_after_its_creation(theirs)

    again = resurrected(world, old, id="r-2")

    assert again.state is ResponseState.FAILED
    assert "no resurrection (ruling 9)" in again.result


def test_a_moment_means_the_secrets_own_past_before_any_namesakes(world):
    brought_back(world)
    world.copies.keep(a_copy(V2, at=YESTERDAY, arn=of_another()))

    assert previewed(world, ActionKind.ROLL_BACK, at=YESTERDAY).people == 1


def of_another() -> str:
    return "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db-ZzZzZz"


@pytest.mark.parametrize("wish", [{"to": V1}, {"at": YESTERDAY}])
@pytest.mark.parametrize("is_copied", [False, True])
def test_an_id_of_before_that_somebody_gave_to_a_new_version_still_means_the_old_value(world, wish, is_copied):
    old, new = brought_back(world)
    a_client("secretsmanager").put_secret_value(SecretId="prod/db", SecretString="theirs", ClientRequestToken=V1)
    a_client("secretsmanager").put_secret_value(SecretId="prod/db", SecretString="theirs too")

    if is_copied:
        world.copies.keep(a_copy(V1, at=AT, arn=new))

    wished = previewed(world, ActionKind.ROLL_BACK, **wish)

    (call,) = wished.plan.calls
    assert call.operation == "PutSecretValue"
    assert world.copies.get(str(call.value_from)).secret_arn == old


def test_a_resurrection_that_fails_half_way_notes_nothing(world):
    old = with_a_past(world)
    a_namesake()

    assert resurrected(world, old).state is ResponseState.FAILED
    assert world.ledger.moved == {}
