"""A destroyed secret comes back as it was, but for its ARN; never over somebody else's, never from a wrong copy."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from acts.acting_world import ActingWorld
from acts.scenes_of_the_lost import DESTROYED_AT, FUNCTION, VAULTED, a_function, a_policy, destroyed, everything, of_aws
from builders import a_response
from fakes_snapshots import V2
from nightlatch.acts import ACTS
from nightlatch.cli.verbs.rescue import a_key
from nightlatch.domain.answering.acting import Moved
from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.answering.keeping import Kept
from nightlatch.domain.answering.policy import Mode, Policy, Protection
from nightlatch.domain.answering.responses import Response, ResponseState, Signal, advance
from nightlatch.domain.errors import NotYet, Refused
from nightlatch.domain.secret.copies import Copy, client_token, copy_id
from nightlatch.domain.secret.metadata import ReplicaSettings
from nightlatch.local import fidelity
from nightlatch.service.respond import PAUSE_S, respond
from nightlatch.service.wish import preview
from worlds import a_client, on_moto

IN_PROTECT_WITHOUT_VAULT = Policy(default=Protection(mode=Mode.PROTECT))


@pytest.fixture
def world(monkeypatch) -> Iterator[ActingWorld]:
    with on_moto(monkeypatch):
        yield ActingWorld()


def resurrected(world: ActingWorld, arn: str, *, people: int = 0, **changes: Any) -> Response:
    world.wish(Action(kind=ActionKind.RESURRECT, secret=of_aws(arn), at=DESTROYED_AT), people=people, **changes)
    return world.respond()


def arn_now(name: str = "prod/db") -> str:
    return str(a_client("secretsmanager").describe_secret(SecretId=name)["ARN"])


def value_now(name: str = "prod/db") -> str:
    return str(a_client("secretsmanager").get_secret_value(SecretId=name)["SecretString"])


def warned(done: Response, words: str) -> bool:
    return f"careful: {words}" in done.result


def test_everything_comes_back_but_the_arn(world):
    before = destroyed(world)
    was = world.snapshots.stored[0].metadata

    done = resurrected(world, before)

    now = everything()
    assert done.state is ResponseState.SUCCEEDED, done.result
    assert value_now() == "from the vault"
    assert (now["Description"], now["KmsKeyId"], now["replicas"]) == (was.description, was.key_id, ["eu-central-1"])
    assert now["policy"] == was.policy_text == a_policy(before)
    assert now["Tags"] == [{"Key": "team", "Value": "payments"}]
    assert arn_now() != before


def test_the_new_arn_is_told_first_and_what_is_not_as_before_after_it(world):
    before = destroyed(world)

    done = resurrected(world, before)

    assert f" as {arn_now()}, with the value of version " in done.result
    assert "its rotation is off until you turn it on" in done.result
    assert warned(done, f"its resource policy names the old ARN {before}")
    assert warned(done, "AWS alone sets aws:cloudformation:stack-name")


def test_the_ledger_quotes_no_description_and_no_tag(world):
    done = resurrected(world, destroyed(world))

    noted = " ".join(step.note for step in done.steps)
    assert "aws secretsmanager create-secret --name prod/db" in noted
    assert "the shop" not in noted
    assert "payments" not in noted


def test_its_rotation_stays_off_and_is_offered_in_the_same_incident(world):
    before = destroyed(world)

    done = resurrected(world, before)

    (offered,) = (world.ledger.get(one) for one in done.led_to)
    assert everything()["RotationEnabled"] is None
    assert offered.state is ResponseState.PROPOSED
    assert (offered.action.kind, offered.action.name) == (ActionKind.TURN_ON_ROTATION, "prod/db")
    assert (offered.incident_id, offered.caused_by) == (done.incident_id, done.caused_by)


def test_one_approval_turns_the_rotation_on_as_it_was_and_rotates_nothing(world):
    (offer,) = resurrected(world, destroyed(world)).led_to
    a_function()
    world.ledger.move(_approved(world.ledger.get(offer), "ana"), was=ResponseState.PROPOSED)

    done = respond(offer, acts=ACTS, policy=VAULTED, ports=world.ports(), now=DESTROYED_AT + timedelta(minutes=1))

    assert done.state is ResponseState.SUCCEEDED, done.result
    found = a_client("secretsmanager").describe_secret(SecretId="prod/db")
    assert (found["RotationEnabled"], found["RotationLambdaARN"]) == (True, FUNCTION)
    assert found["RotationRules"] == {"AutomaticallyAfterDays": 30}
    assert len(found["VersionIdsToStages"]) == 1
    assert value_now() == "from the vault"


def _approved(offer: Response, by: str) -> Response:
    return advance(offer, Signal.APPROVE, actor=by, now=DESTROYED_AT)


def test_who_points_to_the_old_arn_is_asked_for_in_its_incident(world):
    before = destroyed(world)

    done = resurrected(world, before)

    assert world.enquiries.asked == [(Moved(old=before, new=arn_now()), done.incident_id)]


def test_a_secret_is_back_even_where_nobody_can_be_asked_who_points_to_it(world):
    before = destroyed(world)
    world.enquiries.fails_with = NotYet("the auditor is busy")

    done = resurrected(world, before)

    assert done.state is ResponseState.SUCCEEDED
    assert f"nightlatch references {before}" in done.result


def test_a_name_that_aws_still_holds_is_tried_again_until_it_is_free(world):
    class Held:
        """A hand that AWS tells to wait."""

        def __init__(self, hand: Any, times: int) -> None:
            self._hand, self._left = hand, times

        def perform(self, call: Any, on: str) -> str:
            if call.operation == "CreateSecret" and self._left:
                self._left -= 1
                raise NotYet("held")
            return str(self._hand.perform(call, on))

    before = destroyed(world)
    world.wish(Action(kind=ActionKind.RESURRECT, secret=of_aws(before), at=DESTROYED_AT))
    ports = world.ports()

    done = world.respond(replace(ports, hand=Held(ports.hand, 9)))

    assert done.state is ResponseState.SUCCEEDED
    assert world.pauses == [PAUSE_S] * 9


def test_what_aws_says_of_a_held_name_means_not_yet(world):
    fidelity.hold_names(timedelta(hours=1))
    before = destroyed(world)
    call = next(
        one
        for one in preview(
            Action(kind=ActionKind.RESURRECT, secret=of_aws(before)),
            acts=ACTS,
            policy=VAULTED,
            sight=world.ports().sight,
            now=DESTROYED_AT,
        ).plan.calls
        if one.operation == "CreateSecret"
    )

    with pytest.raises(NotYet, match="still holds the name"):
        world.ports().hand.perform(call, "prod/db")


def test_a_deletion_that_is_not_final_yet_is_cancelled_and_nothing_is_created(world):
    destroyed(world)
    client = a_client("secretsmanager")
    again = client.create_secret(Name="prod/db", SecretString="planted")["ARN"]
    as_if_it_were_that(world, again)
    client.delete_secret(SecretId="prod/db", RecoveryWindowInDays=7)

    done = resurrected(world, again)

    assert done.state is ResponseState.SUCCEEDED, done.result
    assert "under the ARN that it had" in done.result
    assert arn_now() == again
    assert done.led_to == ()
    assert world.enquiries.asked == []


def test_a_secret_that_is_there_is_left_as_it_is(world):
    destroyed(world)
    again = a_client("secretsmanager").create_secret(Name="prod/db", SecretString="planted")["ARN"]
    as_if_it_were_that(world, again)

    done = resurrected(world, again)

    assert done.state is ResponseState.SUCCEEDED
    assert not any(step.signal is Signal.CALL for step in done.steps)


def as_if_it_were_that(world: ActingWorld, arn: str) -> None:
    """Let what was kept be of the secret that is there now."""
    kept, (copy,) = world.snapshots.stored[0], world.copies.by_id.values()
    world.snapshots.stored = [replace(kept, metadata=replace(kept.metadata, arn=arn))]
    digest = world.snapshots.stored[0].digest
    world.copies.by_id = {copy.id: replace(copy, secret_arn=arn, metadata_digest=digest)}


def test_a_name_that_somebody_created_again_is_never_taken_over_by_policy(world):
    before = destroyed(world)
    theirs = a_client("secretsmanager").create_secret(Name="prod/db", SecretString="theirs")["ARN"]

    done = resurrected(world, before)

    assert done.state is ResponseState.FAILED
    assert f"created again by somebody, as {theirs}; no resurrection (ruling 9)" in done.result
    assert "Two people may" in done.result
    assert value_now() == "theirs"


def test_two_people_may_put_the_old_value_into_what_somebody_created_again(world):
    before = destroyed(world)
    theirs = a_client("secretsmanager").create_secret(Name="prod/db", SecretString="theirs")["ARN"]

    asked = resurrected(world, before, people=1)

    assert asked.state is ResponseState.PROPOSED
    assert asked.waits_because.startswith("2 people must say yes")
    assert value_now() == "theirs"

    world.ledger.move(_approved(asked, "ben"), was=ResponseState.PROPOSED)
    done = world.respond()

    assert done.state is ResponseState.SUCCEEDED, done.result
    assert (arn_now(), value_now()) == (theirs, "from the vault")
    assert everything()["policy"] is None


def test_a_name_that_somebody_takes_while_we_try_is_left_to_them(world):
    class Overtaken:
        """A hand before which somebody else is."""

        def __init__(self, hand: Any) -> None:
            self._hand = hand

        def perform(self, call: Any, on: str) -> str:
            if call.operation == "CreateSecret":
                a_client("secretsmanager").create_secret(Name="prod/db", SecretString="theirs")
            return str(self._hand.perform(call, on))

    before = destroyed(world)
    world.wish(Action(kind=ActionKind.RESURRECT, secret=of_aws(before), at=DESTROYED_AT))
    ports = world.ports()

    done = world.respond(replace(ports, hand=Overtaken(ports.hand)))

    assert done.state is ResponseState.FAILED
    assert "no resurrection (ruling 9)" in done.result
    assert value_now() == "theirs"


def test_a_policy_that_aws_no_longer_takes_does_not_keep_the_value_and_the_replicas_away(world):
    before = destroyed(world)
    kept = world.snapshots.stored[0]
    public = json.dumps({"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]})
    opened = replace(kept.metadata, policy_text=public)
    world.snapshots.stored.append(replace(kept, taken_at=DESTROYED_AT - timedelta(minutes=2), metadata=opened))

    done = resurrected(world, before)

    assert done.state is ResponseState.FAILED
    assert f"as {arn_now()}" in done.result
    assert "but not everything was done: PutResourcePolicy: " in done.result
    assert everything()["replicas"] == ["eu-central-1"]
    assert everything()["policy"] is None


def test_policy_alone_resurrects_nothing_that_is_not_opted_into_the_vault(world):
    before = destroyed(world)
    world.policy = IN_PROTECT_WITHOUT_VAULT

    done = resurrected(world, before)

    assert done.state is ResponseState.FAILED
    assert "the policy resurrects nothing by itself" in done.result


def test_a_person_may_resurrect_what_the_policy_no_longer_vaults(world):
    before = destroyed(world)
    world.policy = IN_PROTECT_WITHOUT_VAULT

    assert resurrected(world, before, people=1).state is ResponseState.SUCCEEDED


def test_what_was_never_copied_cannot_come_back_and_the_message_says_what_would_have_helped(world):
    before = destroyed(world)
    world.copies.by_id.clear()

    done = resurrected(world, before)

    assert done.state is ResponseState.FAILED
    assert "the policy opts secrets in beforehand (snapshots.vault)" in done.result


def test_a_copy_of_an_earlier_secret_of_the_name_is_never_given_to_a_later_one(world):
    destroyed(world)

    done = resurrected(world, destroyed_later())

    assert done.state is ResponseState.FAILED
    assert "an earlier one of its name: nightlatch restore prod/db" in done.result


def destroyed_later() -> str:
    client = a_client("secretsmanager")
    arn = client.create_secret(Name="prod/db", SecretString="planted")["ARN"]
    client.delete_secret(SecretId="prod/db", ForceDeleteWithoutRecovery=True)
    return str(arn)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"owning_service": "rds"}, "was managed by rds"),
        ({"primary_region": "eu-central-1"}, "was a replica; replicate it again from eu-central-1"),
    ],
)
def test_what_was_never_ours_to_make_is_not_made_again(world, change, words):
    before = destroyed(world)
    kept = world.snapshots.stored[0]
    world.snapshots.stored = [replace(kept, metadata=replace(kept.metadata, **change))]

    done = resurrected(world, before)

    assert done.state is ResponseState.FAILED
    assert words in done.result


def test_after_a_rollback_the_value_that_was_current_comes_back_and_not_the_newest(world):
    before = destroyed(world)
    (good,) = world.copies.by_id.values()
    bad = replace(good, id=copy_id(before, V2), version_id=V2, taken_at=good.taken_at + timedelta(minutes=5))
    world.copies.keep(bad)
    world.snapshots.note(Kept(arn=before, digest="", looked_at=DESTROYED_AT, copied=good.version_id))

    done = resurrected(world, before)

    assert [*everything()["versions"]] == [client_token(good)]
    assert f"with the value of version {good.version_id}" in done.result


def test_replicas_that_were_taken_away_right_before_the_deletion_come_back_too(world):
    before = destroyed(world)
    kept = world.snapshots.stored[0]
    stripped = replace(kept, taken_at=DESTROYED_AT - timedelta(minutes=2), metadata=replace(kept.metadata, replicas=()))
    world.snapshots.stored.append(stripped)

    resurrected(world, before)

    assert kept.metadata.replicas == (ReplicaSettings(region="eu-central-1", key_id=kept.metadata.replicas[0].key_id),)
    assert everything()["replicas"] == ["eu-central-1"]


def test_a_name_alone_stands_for_the_secret_of_that_name_that_was_copied_last(world):
    before = destroyed(world)
    world.wish(Action(kind=ActionKind.RESURRECT, secret=world.secret("prod/db")), people=1)

    done = world.respond()

    assert done.state is ResponseState.SUCCEEDED
    assert done.action.secret == of_aws(before)


def test_a_last_value_that_is_in_doubt_comes_back_and_the_doubt_is_told(world):
    before = destroyed(world)
    (copy,) = world.copies.by_id.values()
    doubted = Action(kind=ActionKind.ROLL_BACK, secret=of_aws(before), away_from=copy.version_id)
    world.ledger.propose(a_response(action=doubted, now=DESTROYED_AT, id="r-2", button="b-2"))

    done = resurrected(world, before)

    assert done.state is ResponseState.SUCCEEDED
    assert warned(done, f"it was offered to go back from version {copy.version_id}, and nobody has answered")


def moved_to(world: ActingWorld, key: str) -> str | None:
    """Let it have been moved to another key two minutes before the end; give the one that it was copied under."""
    kept = world.snapshots.stored[0]
    moved = replace(kept.metadata, key_id=key)
    world.snapshots.stored.append(replace(kept, taken_at=DESTROYED_AT - timedelta(minutes=2), metadata=moved))
    return kept.metadata.key_id


def test_it_comes_back_under_the_key_of_its_copy_whatever_key_it_was_moved_to_afterwards(world):
    before = destroyed(world)
    theirs = "arn:aws:kms:eu-west-1:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    ours = moved_to(world, theirs)

    done = resurrected(world, before)

    assert done.state is ResponseState.SUCCEEDED, done.result
    assert everything()["KmsKeyId"] == ours
    assert warned(done, f"its key was {ours} when its value was copied, and {theirs} at the end")


def test_another_key_is_two_peoples_choice(world):
    before = destroyed(world)
    chosen = a_client("kms").create_key()["KeyMetadata"]["KeyId"]
    wish = Action(kind=ActionKind.RESURRECT, secret=of_aws(before), at=DESTROYED_AT, key_id=chosen)
    world.wish(wish, people=1)

    asked = world.respond()

    assert asked.state is ResponseState.PROPOSED
    assert asked.waits_because.startswith("2 people must say yes to this")
    world.ledger.move(_approved(asked, "ben"), was=ResponseState.PROPOSED)
    done = world.respond()
    assert done.state is ResponseState.SUCCEEDED, done.result
    assert everything()["KmsKeyId"] == chosen
    assert warned(done, f"it is created under {chosen}, which was chosen")


def test_where_nobody_knows_which_key_the_value_was_under_two_people_decide(world):
    before = destroyed(world)
    (copy,) = world.copies.by_id.values()
    world.copies.keep(replace(copy, metadata_digest="expired"))

    asked = resurrected(world, before)

    assert asked.waits_because == "2 people must say yes to this"


def test_a_key_that_kms_will_not_use_is_told_with_both_ways_out(world):
    class Disabled:
        """A hand whose key is disabled."""

        def perform(self, call: Any, on: str) -> str:
            raise Refused(f"secret {on}: KMS does not let the key be used ({call.operation})")

    before = destroyed(world)
    world.wish(Action(kind=ActionKind.RESURRECT, secret=of_aws(before), at=DESTROYED_AT))
    key = world.snapshots.stored[0].metadata.key_id

    done = world.respond(replace(world.ports(), hand=Disabled()))

    assert done.state is ResponseState.FAILED
    [named] = re.findall(r"nightlatch rescue-key (\S+?)\)", done.result)
    assert a_key(named).endswith(f":key/{key}")  # the verb takes no bare id
    assert f"nightlatch restore {before} --key KEY" in done.result


def test_a_key_that_is_known_by_an_alias_alone_is_named_by_nobody_as_a_key_to_put_back(world):
    before = destroyed(world)
    kept = world.snapshots.stored[0]
    aliased = replace(kept, metadata=replace(kept.metadata, key_id="alias/orders"))
    world.snapshots.stored = [aliased]
    (copy,) = world.copies.by_id.values()
    world.copies.by_id = {copy.id: replace(copy, metadata_digest=aliased.digest)}
    wish = Action(kind=ActionKind.RESURRECT, secret=of_aws(before))

    planned = preview(wish, acts=ACTS, policy=VAULTED, sight=world.ports().sight, now=DESTROYED_AT).plan
    created = next(one for one in planned.calls if one.operation == "CreateSecret")

    assert "rescue-key" not in created.otherwise  # an alias may lead to another key by now
    assert f"nightlatch restore {before} --key KEY" in created.otherwise


def test_what_an_attacker_created_under_an_id_that_he_could_work_out_is_not_taken_for_ours(world):
    before = destroyed(world)
    (kept,) = world.copies.by_id.values()
    a_client("secretsmanager").create_secret(
        Name="prod/db", SecretString="the attacker's", ClientRequestToken=worked_out(kept)
    )

    done = resurrected(world, before)

    assert done.state is ResponseState.FAILED
    assert "created again by somebody" in done.result


def worked_out(copy: Copy) -> str:
    """Give a version id from what is public: the ARN, and the id of the version."""
    shape = replace(copy.shape, whole="")  # keyed by KMS: nobody outside works it out
    return client_token(replace(copy, shape=shape))
