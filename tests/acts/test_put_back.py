"""Metadata are put back part by part, byte for byte, and only where they are otherwise."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightlatch.acts import ACTS
from nightlatch.domain.answering.acting import Call, Seen, Terms
from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.answering.policy import Policy, Protection
from nightlatch.domain.errors import NothingToRestore, Refused
from nightlatch.domain.guarding.guard_texts import merge
from nightlatch.domain.guarding.guards import Guard
from nightlatch.domain.history.examples import AT, a_secret
from nightlatch.domain.secret.metadata import MetadataSnapshot, RotationSettings, SecretMetadata
from nightlatch.domain.secret.metadata_parts import Part
from nightlatch.domain.secret.versions import SecretState

ACT = ACTS[ActionKind.PUT_BACK]
FUNCTION = "arn:aws:lambda:eu-west-1:111122223333:function:rotate"
KEY = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
TEXT = '{ "Version":"2012-10-17",\n  "Statement": [ ] }'
THEN = SecretMetadata(
    name="prod/db",
    arn=a_secret().text,
    description="of old",
    tags=(("aws:cloudformation:stack-name", "shop"), ("team", "a")),
    policy_text=TEXT,
    key_id=KEY,
    rotation=RotationSettings(enabled=True, lambda_arn=FUNCTION, days=30, duration="3h"),
)
NOW = replace(
    THEN,
    description="",
    tags=(("more", "b"), ("team", "c")),
    policy_text=None,
    key_id=None,
    rotation=RotationSettings(),
)


def seen(now: SecretMetadata = NOW, snapshots: Iterable[SecretMetadata] = (THEN,), **changes) -> Seen:
    """A secret as it is now, and snapshots of it an hour apart, the newest first."""
    state = SecretState(arn=now.arn, name=now.name, versions=(), **changes)
    kept = (MetadataSnapshot(taken_at=AT - timedelta(hours=n), metadata=one) for n, one in enumerate(snapshots))
    return Seen(secret=state, metadata=now, snapshots=tuple(kept))


def settled(world: Seen, *parts: Part, **wish) -> Action:
    action = Action(kind=ActionKind.PUT_BACK, secret=a_secret(), parts=parts, **wish)
    return ACT.settle(action, world, Terms(policy=Policy(), protection=Protection(), now=AT))


def calls(world: Seen, *parts: Part) -> tuple[Call, ...]:
    return ACT.plan(settled(world, *parts), world).calls


def asked(call: Call) -> dict[str, object]:
    return {"operation": call.operation, **{k: v for k, v in call.parameters.items() if k != "SecretId"}}


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        (Part.POLICY, [{"operation": "PutResourcePolicy", "ResourcePolicy": TEXT, "BlockPublicPolicy": True}]),
        (
            Part.TAGS,
            [
                {"operation": "TagResource", "Tags": [{"Key": "team", "Value": "a"}]},
                {"operation": "UntagResource", "TagKeys": ["more"]},
            ],
        ),
        (Part.KEY, [{"operation": "UpdateSecret", "KmsKeyId": KEY}]),
        (Part.DESCRIPTION, [{"operation": "UpdateSecret", "Description": "of old"}]),
        (
            Part.ROTATION,
            [
                {
                    "operation": "RotateSecret",
                    "RotateImmediately": False,
                    "RotationLambdaARN": FUNCTION,
                    "RotationRules": {"AutomaticallyAfterDays": 30, "Duration": "3h"},
                }
            ],
        ),
    ],
)
def test_each_part_is_put_back_alone(part, expected):
    assert [asked(call) for call in calls(seen(), part)] == expected


def test_all_parts_are_put_back_where_none_is_named():
    assert settled(seen()).parts == tuple(Part)
    assert len(calls(seen())) == 6


def test_a_policy_is_checked_by_aws_before_it_is_put():
    (call,) = calls(seen(), Part.POLICY)

    assert call.checked_by is not None
    assert call.checked_by.operation == "ValidateResourcePolicy"
    assert call.checked_by.parameters["ResourcePolicy"] == TEXT


def test_what_was_not_there_is_taken_away():
    world = seen(now=THEN, snapshots=(NOW,))

    names = [call.operation for call in calls(world)]

    assert names == [
        "DeleteResourcePolicy",
        "TagResource",
        "UpdateSecret",
        "CancelRotateSecret",
        "UpdateSecret",
    ]
    assert calls(world, Part.KEY)[0].parameters["KmsKeyId"] == "alias/aws/secretsmanager"


def test_tags_of_aws_itself_are_never_touched():
    for world in (seen(), seen(now=THEN, snapshots=(NOW,))):
        assert "aws:cloudformation" not in str([call.parameters for call in calls(world, Part.TAGS)])


def test_turning_rotation_on_says_that_the_test_step_runs():
    world = seen()

    assert any("test step" in said for said in ACT.plan(settled(world, Part.ROTATION), world).warnings)


def test_the_snapshot_is_the_one_that_held_at_the_moment():
    older = replace(THEN, description="older still")
    world = seen(snapshots=(NOW, THEN, older))

    assert settled(world, at=AT - timedelta(hours=1)).snapshot == THEN.digest
    assert settled(world, at=AT - timedelta(minutes=90)).snapshot == older.digest
    assert settled(world).snapshot == THEN.digest
    with pytest.raises(NothingToRestore, match="snapshots list"):
        settled(world, at=AT - timedelta(hours=9))


def test_a_snapshot_of_an_earlier_secret_of_the_name_is_not_taken():
    other = replace(THEN, arn=a_secret(suffix="ZzZzZz").text)

    with pytest.raises(NothingToRestore):
        settled(seen(snapshots=(other,)))


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ({"owning_service": "rds"}, "managed by rds"),
        ({"is_replica": True}, "replica"),
        ({"deleted_at": AT}, "nightlatch restore"),
    ],
)
def test_a_secret_that_is_not_ours_to_act_on_is_left_alone(state, said):
    with pytest.raises(Refused, match=said):
        settled(seen(**state))


names = st.text(min_size=1, max_size=5).filter(lambda name: not name.startswith("aws:"))
tag_lists = st.dictionaries(names, st.text(max_size=5), max_size=6).map(lambda tags: tuple(sorted(tags.items())))


@given(before=tag_lists, after=tag_lists)
def test_whatever_the_tags_were_the_calls_make_them_so(before, after):
    world = seen(now=replace(NOW, tags=after), snapshots=(replace(THEN, tags=before),))
    tags = dict(after)

    for call in calls(world, Part.TAGS) if before != after else ():
        if call.operation == "TagResource":
            tags.update({one["Key"]: one["Value"] for one in call.parameters["Tags"]})
        else:
            for name in call.parameters["TagKeys"]:
                del tags[name]

    assert tags == dict(before)


def test_a_policy_that_cannot_be_read_keeps_nobody_from_putting_the_earlier_one_back():
    world = seen(replace(NOW, policy_text='{"Statement":'))

    action = settled(world, Part.POLICY)

    assert ACT.people(action, world) == 2
    assert [call.operation for call in ACT.plan(action, world).calls] == ["PutResourcePolicy"]


GUARD = Guard(account_id="111122223333", spared=("arn:aws:iam::*:role/break-glass",))


@pytest.mark.parametrize(
    ("then", "parts", "people"),
    [
        (None, (Part.POLICY,), 2),
        (TEXT, (Part.POLICY,), 2),
        (merge(TEXT, replace(GUARD, keeps_policy=False)), (Part.POLICY,), 2),
        (merge(None, GUARD), (Part.POLICY,), 1),
        (TEXT, (Part.TAGS,), 1),
    ],
)
def test_a_policy_from_before_the_guard_needs_two_like_the_removal_of_a_guard(then, parts, people):
    now = replace(NOW, policy_text=merge(TEXT, GUARD))
    world = seen(now, (replace(THEN, policy_text=then),))

    action = settled(world, *parts)

    assert ACT.people(action, world) == people
    assert any("the guard" in warning for warning in ACT.plan(action, world).warnings) == (people == 2)


def test_what_is_said_afterwards_names_the_moment_that_was_wished_not_when_it_was_seen_again():
    before = seen(snapshots=(NOW, THEN))
    action = settled(before, Part.TAGS, at=AT - timedelta(hours=1))
    put_back = MetadataSnapshot(taken_at=AT, metadata=THEN)
    after = replace(before, metadata=THEN, snapshots=(put_back, *before.snapshots))

    assert "as it was at 2026-" in ACT.plan(action, before).says
    assert ACT.plan(action, after).says == ACT.plan(action, before).says


@pytest.mark.parametrize(
    ("wish", "why"),
    [
        ({"at": AT - timedelta(days=9)}, "no snapshot of its metadata is as old as"),
        ({"snapshot": "ffff"}, "there is no snapshot ffff"),
        ({}, r"every snapshot of its metadata shows the same as now \(tags\)"),
    ],
)
def test_where_nothing_can_be_put_back_the_reason_and_the_next_command_are_said(wish, why):
    with pytest.raises(NothingToRestore, match=f"{why}.*; nightlatch snapshots list prod/db shows"):
        settled(seen(now=THEN), Part.TAGS, **wish)
