"""A vaulted secret is destroyed with the plain `aws` command line, and comes back: value, tags, policy, key.

Its rotation waits for one approval, and the message says who still points to the old ARN.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from nightlatch.local.aws.moto_server import ACCOUNT_ID
from nightlatch.local.scenes.command_line import delete_by_force
from nightlatch.local.scenes.company import a_function, a_value
from nightlatch.local.scenes.theatre import Theatre
from nightlatch.local.scenes.timeline import SceneFailed, Timeline
from nightlatch.local.scenes.watching import (
    PATIENCE_S,
    await_button,
    await_message,
    await_sight,
    message_now,
    press_button,
    title_now,
)

NAME = "prod/ledger/db"
WITHIN_S = 60.0
READER = "app"  # the company's role that reads it
_DONE = "✅"
_KEPT_FIELDS = ("Name", "Description", "KmsKeyId")


def resurrection(theatre: Theatre, timeline: Timeline) -> None:
    """Destroy a vaulted secret, see it back as it was, and press the button that turns its rotation on."""
    old = _made(theatre)
    before, value = _all_of_it(theatre), _value(theatre)
    timeline.note(f"{NAME} is in the vault: it has tags, a policy, a key of its own and rotates every 30 days")
    messages = len(theatre.slack.messages())
    since = timeline.seconds
    timeline.note(delete_by_force(theatre, NAME, role="cleanup", session="old-things"))
    new = _await_return(theatre, old)
    await_sight(theatre, lambda: _all_of_it(theatre) == before, "its tags, policy and key as they were")
    took = timeline.seconds - since
    timeline.note(f"it is back {took:.1f} s after that, with the same tags, policy and key, as {new}")
    if took > WITHIN_S:
        raise SceneFailed(f"it took {took:.1f} s to come back; {WITHIN_S:g} s are promised")
    if _value(theatre) != value:
        raise SceneFailed("its value is another than before")
    timeline.note(f"role {READER} reads it again, and gets the same value (compared, not shown)")
    message = await_message(theatre, messages, NAME, "an incident for the deletion")
    _told(theatre, timeline, message, new)
    _rotation_by_one_press(theatre, timeline, message)


def _made(theatre: Theatre) -> str:
    """Let Terraform make the secret and what uses it, and wait until the keeper has put it into the vault."""
    manager = theatre.as_role("terraform", "apply")
    made = manager.create_secret(
        Name=NAME,
        SecretString=a_value(),
        Description="Where the ledger lies",
        KmsKeyId=theatre.company.ledger_key_arn,
        Tags=[{"Key": "team", "Value": "ledger"}, {"Key": "env", "Value": "prod"}],
    )
    arn = str(made["ARN"])
    manager.put_resource_policy(SecretId=arn, ResourcePolicy=_policy(), BlockPublicPolicy=True)
    manager.rotate_secret(
        SecretId=arn,
        RotationLambdaARN=theatre.company.rotation_function,
        RotationRules={"AutomaticallyAfterDays": 30},
        RotateImmediately=False,
    )
    a_function(theatre.stage.client, "ledger-report", {"LEDGER_SECRET": arn})
    _value(theatre)
    theatre.stage.settle(PATIENCE_S)
    await_sight(theatre, lambda: _is_kept(theatre, arn), "the secret in the vault, with its rotation in a snapshot")
    return arn


def _is_kept(theatre: Theatre, arn: str) -> bool:
    """Look into nightlatch's own table, as its operator may."""
    table = theatre.variables("Keeper")["NIGHTLATCH_SNAPSHOT_TABLE"]
    items = theatre.stage.client("dynamodb").scan(TableName=table)["Items"]
    mine = [text for text in (json.dumps(item, default=str) for item in items) if arn in text]
    return any("copies/" in text for text in mine) and any("rotate-ledger" in text for text in mine)


def _await_return(theatre: Theatre, old: str) -> str:
    def look() -> str | None:
        arn = _described(theatre).get("ARN")
        return str(arn) if arn not in {None, old} else None

    return await_sight(theatre, look, f"{NAME} under a new ARN")


def _told(theatre: Theatre, timeline: Timeline, message: Mapping[str, Any], new: str) -> None:
    await_sight(theatre, lambda: new in _whole(theatre, message), "the new ARN in the message")
    timeline.note("the message tells the new ARN")
    await_sight(theatre, lambda: "LEDGER_SECRET" in _whole(theatre, message), "who still points to the old ARN")
    timeline.note("and who still points to the old one: role app read it, function ledger-report has it in a variable")
    if _described(theatre).get("RotationEnabled"):
        raise SceneFailed("its rotation is on, and nobody has said so")


def _rotation_by_one_press(theatre: Theatre, timeline: Timeline, message: Mapping[str, Any]) -> None:
    button = await_button(theatre, message["ts"], "approve-", "rotation")
    answer = press_button(theatre, message["ts"], button["action_id"], person="U01ANA")
    timeline.note(f"its rotation is off; ana pressed {button['text']['text']!r}: {answer}")
    await_sight(theatre, lambda: bool(_described(theatre).get("RotationEnabled")), "its rotation on")
    timeline.note("its rotation is on again, and nothing was rotated")
    await_sight(theatre, lambda: _DONE in title_now(theatre, message), "the message saying what was done")
    timeline.note(title_now(theatre, message))


def _whole(theatre: Theatre, message: Mapping[str, Any]) -> str:
    return json.dumps(message_now(theatre, message["ts"]))


def _all_of_it(theatre: Theatre) -> Mapping[str, Any]:
    """Give what a secret is beside its value, its ARN and its dates; nothing where it is gone."""
    found = _described(theatre)
    if not found:
        return {}
    policy = theatre.as_role("terraform", "apply").get_resource_policy(SecretId=NAME).get("ResourcePolicy")
    tags = sorted((tag["Key"], tag["Value"]) for tag in found.get("Tags", ()))
    return {**{name: found.get(name) for name in _KEPT_FIELDS}, "tags": tags, "policy": policy}


def _described(theatre: Theatre) -> Mapping[str, Any]:
    try:
        found: Mapping[str, Any] = theatre.as_role("terraform", "apply").describe_secret(SecretId=NAME)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
        return {}
    return found


def _value(theatre: Theatre) -> str:
    """Read it as the company does; it is compared and never shown."""
    return str(theatre.as_role(READER, "app").get_secret_value(SecretId=NAME)["SecretString"])


def _policy() -> str:
    statement = {
        "Sid": "ReadByTheLedger",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT_ID}:role/{READER}"},
        "Action": "secretsmanager:GetSecretValue",
        "Resource": "*",
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=2)
