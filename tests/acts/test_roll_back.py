"""Going back by a label, to a moment, or out of the vault: which version, in which way, and who must agree."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from nightlatch.acts import ACTS
from nightlatch.domain.answering.acting import Seen, Terms
from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.answering.policy import Policy, Protection
from nightlatch.domain.errors import NothingToRestore, WorldMoved
from nightlatch.domain.history.examples import AT, a_secret
from nightlatch.domain.secret.copies import Copy, client_token, copy_id
from nightlatch.domain.secret.fingerprints import Kind, Shape
from nightlatch.domain.secret.versions import CURRENT, PREVIOUS, SecretState, Version

ACT = ACTS[ActionKind.ROLL_BACK]


def hours_ago(hours: float) -> datetime:
    return AT - timedelta(hours=hours)


def version(version_id: str, hours: float, *labels: str) -> Version:
    return Version(id=version_id, labels=frozenset(labels), created_at=hours_ago(hours))


def a_copy(version_id: str, hours: float, arn: str = a_secret().text) -> Copy:
    return Copy(
        id=copy_id(arn, version_id),
        secret_arn=arn,
        secret_name="prod/db",
        version_id=version_id,
        taken_at=hours_ago(hours),
        expires_at=AT + timedelta(days=90),
        labels=(CURRENT,),
        metadata_digest="",
        shape=Shape(kind=Kind.TEXT, whole="", size_class=4),
        place="copies/90/x",
        object_version="1",
    )


def a_world(*versions: Version, copies: tuple[Copy, ...] = (), **changes) -> Seen:
    labelled = versions or (version("v2", 1, CURRENT), version("v1", 5, PREVIOUS))
    return Seen(secret=SecretState(arn=a_secret().text, name="prod/db", versions=labelled, **changes), copies=copies)


def settled(world: Seen, *, doubted: frozenset[str] = frozenset(), **wish) -> Action:
    action = Action(kind=ActionKind.ROLL_BACK, secret=a_secret(), **wish)
    return ACT.settle(action, world, Terms(policy=Policy(), protection=Protection(), now=AT, suspects=doubted))


def test_a_moment_means_the_version_that_was_the_youngest_then():
    world = a_world(version("v3", 1, CURRENT), version("v2", 5, PREVIOUS), version("v1", 9))

    assert settled(world, at=hours_ago(3)).to == "v2"
    assert settled(world, at=hours_ago(6)).to == "v1"
    with pytest.raises(NothingToRestore, match="no version is known from before"):
        settled(world, at=hours_ago(10))


def test_a_version_may_be_named_by_a_label_or_as_messages_show_it():
    world = a_world(version("v2", 1, CURRENT), version("1a2b3c4d-5e6f", 5, PREVIOUS))

    assert settled(world, to="1a2b3c4d").to == "1a2b3c4d-5e6f"
    assert settled(world, to=PREVIOUS).to == "1a2b3c4d-5e6f"
    with pytest.raises(NothingToRestore, match=r"has no version 1a2b3c4e, .* snapshots list prod/db"):
        settled(world, to="1a2b3c4e")


def test_a_moment_after_a_rollback_is_warned_about_for_versions_do_not_tell_when_they_were_current():
    world = a_world(version("v2", 1, PREVIOUS), version("v1", 5, CURRENT))

    [warning] = ACT.plan(settled(world, at=hours_ago(0)), world).warnings

    assert "if that was before then, this is not what readers got: see when by nightlatch timeline prod/db" in warning
    assert ACT.plan(settled(world, to="v2"), world).warnings == ()


def test_a_pending_version_was_never_current():
    world = a_world(version("v3", 1, CURRENT), version("v2", 5, "AWSPENDING"), version("v1", 9, PREVIOUS))

    assert settled(world, at=hours_ago(3)).to == "v1"


def test_a_version_that_is_gone_comes_back_out_of_the_vault_as_a_new_one():
    kept = a_copy("v0", 9)
    world = a_world(copies=(kept,))

    action = settled(world, to="v0")
    plan = ACT.plan(action, world)

    assert (action.copy, action.to, action.away_from) == (kept.id, client_token(kept), "v2")
    (call,) = plan.calls
    assert (call.operation, call.value_from) == ("PutSecretValue", kept.id)
    assert call.parameters == {"SecretId": a_secret().text, "ClientRequestToken": client_token(kept)}
    assert "the value of version v0 from the vault" in plan.says


def test_a_moment_may_mean_a_version_that_only_the_vault_has():
    assert settled(a_world(copies=(a_copy("v0", 9),)), at=hours_ago(7)).copy == a_copy("v0", 9).id


@pytest.mark.parametrize("wish", [{"to": "v0"}, {"at": hours_ago(7)}, {"to": "v1"}])
def test_a_wish_of_the_command_line_is_settled_twice_and_means_the_same(wish):
    world = a_world(copies=(a_copy("v0", 9),))
    once = settled(world, **wish)

    assert ACT.settle(once, world, Terms(policy=Policy(), protection=Protection(), now=AT)) == once


def test_a_settled_wish_whose_copy_has_expired_is_refused_with_where_to_look():
    world = a_world(copies=(a_copy("v0", 9),))

    with pytest.raises(NothingToRestore, match="nightlatch snapshots list prod/db"):
        ACT.settle(settled(world, to="v0"), a_world(), Terms(policy=Policy(), protection=Protection(), now=AT))


def test_a_copy_that_was_taken_again_counts_from_the_first_time():
    again = replace(a_copy("v0", 1), first_taken_at=hours_ago(9))

    assert settled(a_world(copies=(again,)), at=hours_ago(7)).copy == again.id


def test_a_value_that_came_back_before_is_made_current_by_its_label():
    kept = a_copy("v0", 9)
    token = client_token(kept)
    world = a_world(version("v2", 1, CURRENT), version(token, 3), copies=(kept,))

    (call,) = ACT.plan(settled(world, to="v0"), world).calls

    assert call.operation == "UpdateSecretVersionStage"
    assert call.parameters["MoveToVersionId"] == token


def test_once_it_is_current_nothing_is_left_to_do():
    kept = a_copy("v0", 9)
    action = settled(a_world(copies=(kept,)), to="v0")
    after = a_world(version(client_token(kept), 0, CURRENT), version("v2", 1, PREVIOUS), copies=(kept,))

    assert ACT.plan(action, after).calls == ()


def test_a_value_is_not_put_over_one_that_somebody_wrote_meanwhile():
    kept = a_copy("v0", 9)
    action = settled(a_world(copies=(kept,)), to="v0")
    after = a_world(version("v3", 0, CURRENT), version("v2", 1, PREVIOUS), copies=(kept,))

    with pytest.raises(WorldMoved, match="somebody writes it now"):
        ACT.plan(action, after)


def test_what_neither_aws_nor_the_vault_knows_is_said_with_where_to_look():
    with pytest.raises(NothingToRestore, match="nightlatch snapshots list prod/db"):
        settled(a_world(), to="v0")


@pytest.mark.parametrize(
    ("world", "people"),
    [
        (a_world(copies=(a_copy("v0", 9),)), 1),
        (a_world(copies=(a_copy("v0", 9),), rotation_enabled=True), 2),
        (a_world(copies=(a_copy("v0", 9, a_secret(suffix="ZzZzZz").text),)), 2),
    ],
)
def test_two_must_agree_where_a_rotation_manages_the_value_or_it_is_another_secrets(world, people):
    assert ACT.people(settled(world, to="v0"), world) == people


def test_the_value_of_a_deleted_namesake_is_told_as_such():
    world = a_world(copies=(a_copy("v0", 9, a_secret(suffix="ZzZzZz").text),))

    assert any("only bears its name" in said for said in ACT.plan(settled(world, to="v0"), world).warnings)


def test_who_mended_by_hand_is_not_undone_by_the_offer_about_the_mending():
    """Ana went back from what mallory wrote, by hand; both calls are found, and each finding offers a way back."""
    mended = a_world(version("v2", 1, PREVIOUS), version("v1", 5, CURRENT), version("v0", 9))

    with pytest.raises(NothingToRestore, match="somebody went back from version v2 already"):
        settled(mended, away_from="v1", doubted=frozenset({"v1", "v2"}))
    assert settled(mended, away_from="v1", doubted=frozenset({"v1"})).to == "v2"


def test_a_way_back_leads_past_the_versions_that_other_offers_go_back_from():
    flooded = a_world(version("v3", 1, CURRENT), version("v2", 2, PREVIOUS), version("v1", 5))

    assert settled(flooded, away_from="v3", doubted=frozenset({"v3", "v2"})).to == "v1"
    assert settled(flooded, away_from="v3", doubted=frozenset({"v3"})).to == "v2"


def test_who_names_a_doubted_version_gets_it_and_is_warned():
    world = a_world()
    wish = settled(world, to="v1", doubted=frozenset({"v1"}))

    plan = ACT.plan(wish, world)

    assert wish.to == "v1"
    assert any("offered to go back from version v1, too" in one for one in plan.warnings)
    assert len(plan.calls) == 1
