"""A stolen key is stopped by one press, and the same message gives it back: on the stage, through Slack."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ClientError

from e2e.recoveries import lose_a_key, replicate_again_under_keys_of_ones_own, stop_and_let_go
from e2e.watched import Offer, Watched
from nightlatch.local.scenes.company import a_value
from nightlatch.local.slack.workspace import buttons_of

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("containing")]
_REFUSED = {"UnrecognizedClientException", "InvalidClientTokenId", "AccessDeniedException", "AccessDenied"}


@dataclass(frozen=True, slots=True)
class Thief:
    """Somebody with a key that is not theirs."""

    name: str
    client: Any
    key: str


def a_thief(watched: Watched) -> Thief:
    """Steal the key of a user whom nobody has seen yet."""
    iam, name = watched.client("iam"), f"ci-{uuid.uuid4().hex[:8]}"
    iam.create_user(UserName=name)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    credentials = {one: key[one] for one in ("AccessKeyId", "SecretAccessKey")}
    return Thief(name, watched.theatre.stage.client("secretsmanager", credentials), key["AccessKeyId"])


def pressed(watched: Watched, ts: str, label: str) -> None:
    """Press the button of a message that says so."""

    def found() -> str | None:
        for one in buttons_of(watched.message(ts)):
            if one["text"]["text"].startswith(label):
                return str(one["value"])
        return None

    button = watched.eventually(found, f"a button {label!r} on message {ts}")
    assert watched.press(Offer(secret="", good="", bad="", ts=ts, button=button, by="")).ok


def is_refused(client: Any, secret: str) -> bool:
    """Try to read a secret, and tell whether AWS said no."""
    try:
        client.get_secret_value(SecretId=secret)
    except ClientError as error:
        return error.response["Error"]["Code"] in _REFUSED
    return False


def a_hostile_deed(watched: Watched, client: Any, about: str) -> str:
    """Destroy a secret, and give the message that tells of it."""
    client.delete_secret(SecretId=watched.a_secret(), ForceDeleteWithoutRecovery=True)
    message = watched.eventually(lambda: next(iter(watched.messages(about)), None), f"a message about {about}")
    return str(message["ts"])


def test_a_stolen_key_is_stopped_by_one_press_and_given_back_by_another(watched: Watched) -> None:
    thief, kept = a_thief(watched), watched.a_secret()
    assert not is_refused(thief.client, kept)

    ts = a_hostile_deed(watched, thief.client, thief.name)
    pressed(watched, ts, "Deactivate key")
    watched.shows(ts, "is inactive")
    assert is_refused(thief.client, kept)

    pressed(watched, ts, "Activate key again")
    watched.shows(ts, "is active again")
    assert not is_refused(thief.client, kept)


def test_a_role_is_denied_secrets_in_the_sessions_that_it_has_already(watched: Watched) -> None:
    role, kept = watched.a_role(), watched.a_secret()
    watched.client("iam").create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17"}))
    client = watched.theatre.as_role(role, "visit")
    assert not is_refused(client, kept)

    ts = a_hostile_deed(watched, client, role)
    pressed(watched, ts, "Deny secrets")
    watched.shows(ts, "is denied every secret")
    assert is_refused(client, kept)

    pressed(watched, ts, "Allow secrets again")
    watched.shows(ts, "not denied secrets any more")
    assert not is_refused(client, kept)


def test_the_message_says_what_else_the_key_is_used_for(watched: Watched) -> None:
    thief = a_thief(watched)
    used = [watched.a_secret() for _ in range(2)]
    for name in used:
        thief.client.get_secret_value(SecretId=name)
    watched.settle()

    ts = a_hostile_deed(watched, thief.client, thief.name)

    watched.shows(ts, "Deactivate key")
    text = json.dumps(watched.message(ts), ensure_ascii=False)
    assert all(name in text for name in used)


def test_our_own_doing_is_nobodys_news(watched: Watched) -> None:
    """What the responder does to IAM and KMS comes back as events, and tells and stops nobody."""
    thief = a_thief(watched)
    ts = a_hostile_deed(watched, thief.client, thief.name)
    pressed(watched, ts, "Deactivate key")
    watched.shows(ts, "is inactive")
    watched.settle()

    assert watched.messages("Responder") == []


def test_a_key_that_secrets_need_is_put_back_at_once(watched: Watched) -> None:
    name = lose_a_key(watched)
    watched.settle()

    assert any("can be read again" in json.dumps(message) for message in watched.messages(name))


def twenty_minutes_later(watched: Watched) -> None:
    """Let rules judge that waited for records which may be late."""
    watched.settle()
    stage = watched.theatre.stage
    stage.clock.advance(20 * 60)
    try:
        stage.tick()
        watched.settle()
    finally:
        stage.clock.follow()


def test_replicas_that_were_taken_away_are_made_again_by_one_press(watched: Watched) -> None:
    someone, name = watched.someone(), f"prod/e2e-{uuid.uuid4().hex[:8]}"
    terraform = watched.theatre.as_role("terraform", "apply")
    terraform.create_secret(Name=name, SecretString=a_value(), AddReplicaRegions=[{"Region": "us-east-1"}])
    watched.settle()

    someone.remove_regions_from_replication(SecretId=name, RemoveReplicaRegions=["us-east-1"])
    twenty_minutes_later(watched)  # the answer does not say on the stage what is left, so late records are waited for
    message = watched.eventually(
        lambda: next((one for one in watched.messages(name) if buttons_of(one)), None), f"an offer about {name}"
    )
    pressed(watched, message["ts"], "Replicate again")
    watched.shows(message["ts"], "is replicated again to us-east-1")

    there = watched.client("secretsmanager").describe_secret(SecretId=name)["ReplicationStatus"]
    assert [one["Region"] for one in there] == ["us-east-1"]


def test_a_replica_comes_back_under_the_key_that_it_had(watched: Watched) -> None:
    replicate_again_under_keys_of_ones_own(watched)


def test_users_and_roles_are_stopped_in_every_way_and_let_go(watched: Watched) -> None:
    stop_and_let_go(watched)
