"""Replicas that were taken away are made again where they were and under the key that they had, over nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from nightlatch.acts import replicate_again
from nightlatch.domain.answering.acting import Seen, Terms
from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.answering.policy import Policy, Protection
from nightlatch.domain.errors import NotFound, NothingToRestore, Refused
from nightlatch.domain.history.examples import AT, a_secret
from nightlatch.domain.secret.metadata import MetadataSnapshot, ReplicaSettings, SecretMetadata
from nightlatch.domain.secret.versions import SecretState

_SECRET = a_secret()
_STATE = SecretState(arn=_SECRET.text, name=_SECRET.name, versions=())
_ACT = replicate_again.ACT
_TERMS = Terms(policy=Policy(), protection=Protection(), now=AT)
_TAKEN = Action(kind=ActionKind.REPLICATE_AGAIN, secret=_SECRET, regions=("us-east-1", "eu-central-1"))


def shown(*replicas: ReplicaSettings, after_h: float = 0) -> MetadataSnapshot:
    metadata = SecretMetadata(name=_SECRET.name, arn=_SECRET.text, replicas=replicas)
    return MetadataSnapshot(taken_at=AT + timedelta(hours=after_h), metadata=metadata)


_BEFORE = shown(ReplicaSettings(region="eu-central-1", key_id="key-there"), ReplicaSettings(region="us-east-1"))
_AFTER = shown(after_h=1)


def test_they_are_made_where_they_were_under_the_key_that_they_had() -> None:
    seen = Seen(secret=_STATE, snapshots=(_BEFORE, _AFTER))
    action = _ACT.settle(_TAKEN, seen, _TERMS)

    plan = _ACT.plan(action, seen)

    assert plan.warnings == ()
    assert [call.action for call in plan.calls] == sorted(_ACT.calls)
    assert dict(plan.calls[0].parameters) == {
        "SecretId": _SECRET.text,
        "AddReplicaRegions": [{"Region": "eu-central-1", "KmsKeyId": "key-there"}, {"Region": "us-east-1"}],
        "ForceOverwriteReplicaSecret": False,
    }


def test_what_is_there_already_is_not_made_again() -> None:
    for there, left in (("us-east-1",), ["eu-central-1"]), (("us-east-1", "eu-central-1"), []):
        seen = Seen(secret=replace(_STATE, replica_regions=frozenset(there)), snapshots=(_BEFORE,))
        calls = _ACT.plan(_ACT.settle(_TAKEN, seen, _TERMS), seen).calls

        assert [one["Region"] for call in calls for one in call.parameters["AddReplicaRegions"]] == left  # type: ignore[attr-defined]


def test_who_names_no_region_means_those_of_the_last_snapshot_that_shows_any() -> None:
    older = shown(ReplicaSettings(region="sa-east-1"), after_h=-1)
    wish = replace(_TAKEN, regions=())

    assert _ACT.settle(wish, Seen(secret=_STATE, snapshots=(_AFTER, older, _BEFORE)), _TERMS).regions == (
        "eu-central-1",
        "us-east-1",
    )
    with pytest.raises(NothingToRestore):
        _ACT.settle(wish, Seen(secret=_STATE, snapshots=(_AFTER,)), _TERMS)


def test_a_replica_whose_key_nobody_knows_is_said_to_get_that_of_aws() -> None:
    plan = _ACT.plan(_TAKEN, Seen(secret=_STATE))

    assert [warning for warning in plan.warnings if "aws/secretsmanager" in warning] == list(plan.warnings)
    assert len(plan.warnings) == 2


@pytest.mark.parametrize(
    "state",
    [
        replace(_STATE, is_replica=True),
        replace(_STATE, owning_service="rds"),
        replace(_STATE, deleted_at=AT),
    ],
)
def test_a_secret_that_is_not_ours_or_waits_to_be_deleted_is_left_alone(state: SecretState) -> None:
    with pytest.raises(Refused):
        _ACT.settle(_TAKEN, Seen(secret=state), _TERMS)


def test_a_secret_that_is_gone_cannot_be_replicated() -> None:
    with pytest.raises(NotFound):
        _ACT.settle(_TAKEN, Seen(), _TERMS)
