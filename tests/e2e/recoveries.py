"""What people ask for beside secrets: users and roles stopped and let go, keys put back, replicas made again."""

from __future__ import annotations

import json
import uuid
from typing import Any

from e2e.watched import Watched
from nightlatch.domain.answering.actions import ActionKind
from nightlatch.domain.answering.responses import FINAL, Response, ResponseState
from nightlatch.domain.containing.iam_identities import key_target
from nightlatch.local.scenes.company import a_value

_HELD = (
    (ActionKind.DENY_SECRETS, ActionKind.LIFT_DENY),
    (ActionKind.REVOKE_SESSIONS, ActionKind.LIFT_REVOCATION),
)


def done(watched: Watched, kind: ActionKind, secret: str | None = None, **wish: Any) -> Response:
    """Have something done, and give how it ended."""
    response_id = watched.wishes(kind, secret, **wish)

    def ended() -> Response | None:
        response = watched.ledger.get(response_id)
        return response if response.state in FINAL else None

    response = watched.eventually(ended, f"the end of {kind}")
    assert response.state is ResponseState.SUCCEEDED, response.result
    return response


def stop_and_let_go(watched: Watched) -> None:
    """Stop a user and a role in every way, and let them go."""
    iam, mark = watched.client("iam"), uuid.uuid4().hex[:8]
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    role = iam.create_role(RoleName=f"held-{mark}", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    user = iam.create_user(UserName=f"held-{mark}")["User"]["Arn"]
    key = iam.create_access_key(UserName=f"held-{mark}")["AccessKey"]["AccessKeyId"]
    for target in (role, user):
        for stop, let_go in _HELD:
            done(watched, stop, target=target)
            done(watched, let_go, target=target)
    for kind in (ActionKind.DEACTIVATE_KEY, ActionKind.REACTIVATE_KEY):
        done(watched, kind, target=key_target(user, key))
    assert iam.list_role_policies(RoleName=f"held-{mark}")["PolicyNames"] == []
    assert iam.list_user_policies(UserName=f"held-{mark}")["PolicyNames"] == []


def a_key(watched: Watched, region: str | None = None) -> dict[str, str]:
    """Make a key of one's own."""
    client = watched.client("kms") if region is None else watched.theatre.stage.client("kms", region_name=region)
    found: dict[str, str] = client.create_key()["KeyMetadata"]
    return found


def lose_a_key(watched: Watched) -> str:
    """Let a key that a secret needs wait for its deletion, and give the secret; it is put back without asking."""
    kms, key, name = watched.client("kms"), a_key(watched), f"prod/e2e-{uuid.uuid4().hex[:8]}"
    terraform = watched.theatre.as_role("terraform", "apply")
    terraform.create_secret(Name=name, SecretString=a_value(), KmsKeyId=key["KeyId"])
    watched.settle()
    kms.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)
    watched.eventually(lambda: _state(kms, key["KeyId"]) == "Enabled" or None, "the key put back")
    return name


def _state(kms: Any, key: str) -> str:
    return str(kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"])


def replicate_again_under_keys_of_ones_own(watched: Watched) -> None:
    """Take a replica away and have it made again, under the key that the snapshot shows."""
    name, there = f"prod/e2e-{uuid.uuid4().hex[:8]}", a_key(watched, "us-east-1")["Arn"]
    terraform = watched.theatre.as_role("terraform", "apply")
    terraform.create_secret(
        Name=name,
        SecretString=a_value(),
        KmsKeyId=a_key(watched)["KeyId"],
        AddReplicaRegions=[{"Region": "us-east-1", "KmsKeyId": there}],
    )
    watched.settle()
    terraform.remove_regions_from_replication(SecretId=name, RemoveReplicaRegions=["us-east-1"])

    response = done(watched, ActionKind.REPLICATE_AGAIN, name, regions=("us-east-1",))

    assert "careful" not in response.result
    (status,) = watched.client("secretsmanager").describe_secret(SecretId=name)["ReplicationStatus"]
    assert (status["Region"], status["KmsKeyId"]) == ("us-east-1", there)
