"""Metadata put back part by part, and a value out of the vault: what people ask for when something was changed."""

from __future__ import annotations

import uuid

from e2e.recoveries import a_key, done
from e2e.watched import Watched
from nightlatch.adapters.snapshots.copies_dynamodb import DynamoCopies
from nightlatch.adapters.snapshots.metadata_dynamodb import DynamoSnapshots
from nightlatch.adapters.table import Table
from nightlatch.domain.answering.actions import ActionKind
from nightlatch.domain.event.secrets import SecretRef, secret_ref
from nightlatch.domain.secret.metadata import SecretMetadata
from nightlatch.local.aws.moto_server import ACCOUNT_ID
from nightlatch.local.scenes.company import a_value
from nightlatch.local.scenes.theatre import REGION


def put_metadata_back(watched: Watched) -> None:
    """Change everything about a secret but its value and policy, put it back as it was, and then as it became."""
    name, manager = f"prod/e2e-{uuid.uuid4().hex[:8]}", watched.theatre.as_role("terraform", "apply")
    manager.create_secret(
        Name=name,
        SecretString=a_value(),
        Description="of old",
        KmsKeyId=a_key(watched)["Arn"],
        Tags=[{"Key": "team", "Value": "a"}],
    )
    before = _kept(watched, name, 1)
    manager.update_secret(SecretId=name, Description="new", KmsKeyId=a_key(watched)["Arn"])
    manager.tag_resource(SecretId=name, Tags=[{"Key": "team", "Value": "b"}, {"Key": "more", "Value": "c"}])
    watched.settle()
    manager.rotate_secret(
        SecretId=name,
        RotationLambdaARN=watched.a_function(),
        RotationRules={"AutomaticallyAfterDays": 30},
        RotateImmediately=False,
    )
    after = _kept(watched, name, 2)

    for wanted in (before, after):
        done(watched, ActionKind.PUT_BACK, name, snapshot=wanted.digest)
        watched.settle()
        assert _shown(_newest(watched, name)) == _shown(wanted)


def roll_back_out_of_the_vault(watched: Watched) -> None:
    """Bring a value back that only the vault has: of a secret that was destroyed and came back with a later one."""
    name, manager = f"prod/orders/e2e-{uuid.uuid4().hex[:8]}", watched.theatre.as_role("terraform", "apply")
    first = manager.create_secret(Name=name, SecretString=a_value(), KmsKeyId=a_key(watched)["Arn"])
    watched.eventually(lambda: _copied(watched, name) == 1 or None, "a copy of the first value")
    manager.put_secret_value(SecretId=name, SecretString=a_value())
    watched.eventually(lambda: _copied(watched, name) == 2 or None, "a copy of the second value")
    manager.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
    watched.eventually(lambda: _arn(watched, name) not in {None, first["ARN"]} or None, f"{name} back by itself")

    response = done(watched, ActionKind.ROLL_BACK, name, people=2, to=first["VersionId"])

    assert f"the value of version {first['VersionId']} from the vault" in response.result


def agree_by_two(watched: Watched) -> None:
    """Roll a secret back that a rotation manages: one press is noted, the second one does it."""
    name = watched.a_secret()
    watched.theatre.as_role("terraform", "apply").rotate_secret(
        SecretId=name,
        RotationLambdaARN=watched.a_function(),
        RotationRules={"AutomaticallyAfterDays": 30},
        RotateImmediately=False,
    )
    watched.settle()
    offer = watched.an_offer(secret=name)
    watched.shows(offer.ts, "2 people must say yes")

    watched.press(offer, person="U01ANA")
    watched.shows(offer.ts, "ana (U01ANA) did")
    assert watched.current(name) == offer.bad

    watched.press(offer, person="U02BEN")
    watched.shows(offer.ts, "approved by ana (U01ANA) and ben (U02BEN)")
    assert watched.current(name) == offer.good


def _shown(metadata: SecretMetadata) -> tuple[object, ...]:
    """Give what is put back; of a rotation that is off AWS keeps the settings."""
    return metadata.description, metadata.tags, metadata.key_id, metadata.rotation.enabled


def _ref(name: str) -> SecretRef:
    return secret_ref(name, account_id=ACCOUNT_ID, region=REGION)


def _table(watched: Watched) -> Table:
    return Table(watched.client("dynamodb"), watched.theatre.variables("Responder")["NIGHTLATCH_SNAPSHOT_TABLE"])


def _newest(watched: Watched, name: str) -> SecretMetadata:
    return DynamoSnapshots(_table(watched)).of(_ref(name))[0].metadata


def _kept(watched: Watched, name: str, at_least: int) -> SecretMetadata:
    """Wait until the keeper has seen that many states, and all is quiet; give the newest."""
    watched.eventually(
        lambda: len(DynamoSnapshots(_table(watched)).of(_ref(name))) >= at_least or None, f"snapshots of {name}"
    )
    watched.settle()
    return _newest(watched, name)


def _copied(watched: Watched, name: str) -> int:
    return len(DynamoCopies(_table(watched), now=watched.theatre.stage.clock.now).of(_ref(name)))


def _arn(watched: Watched, name: str) -> str | None:
    manager = watched.theatre.as_role("terraform", "apply")
    try:
        return str(manager.describe_secret(SecretId=name)["ARN"])
    except manager.exceptions.ResourceNotFoundException:
        return None
