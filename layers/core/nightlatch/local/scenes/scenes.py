"""The four scenes of the demonstration, each a function that plays, watches, measures and insists.

A benign Terraform run must stay silent; a sweep with a stolen key must become one incident; a bad value
must be rolled back by one press; a deletion must be restored by itself.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping

from botocore.exceptions import ClientError

from nightlatch.local.aws.moto_server import ACCOUNT_ID
from nightlatch.local.scenes.company import LEGACY_SECRET, SSO_ROLE, STOLEN_USER, a_value
from nightlatch.local.scenes.theatre import Theatre
from nightlatch.local.scenes.timeline import SceneFailed, Timeline
from nightlatch.local.scenes.watching import (
    PATIENCE_S,
    await_button,
    await_message,
    await_sight,
    current_version,
    message_now,
    press_button,
    title_now,
    title_of,
)
from nightlatch.local.slack.workspace import buttons_of

NEW_SECRETS = 12
DONE = "✅"

Scene = Callable[[Theatre, Timeline], None]


def terraform(theatre: Theatre, timeline: Timeline) -> None:
    """Apply twelve new secrets as Terraform does, each read back; nobody is told anything."""
    before = len(theatre.slack.messages())
    manager = theatre.as_role("terraform", "apply")
    for number in range(NEW_SECRETS):
        name, token = f"prod/reporting/{number:02}", str(uuid.uuid4())
        arn = manager.create_secret(Name=name)["ARN"]
        manager.put_secret_value(SecretId=arn, SecretString=a_value(), ClientRequestToken=token)
        manager.describe_secret(SecretId=arn)
        manager.put_resource_policy(SecretId=arn, ResourcePolicy=_narrow_policy(), BlockPublicPolicy=True)
        manager.get_resource_policy(SecretId=arn)
        manager.get_secret_value(SecretId=arn, VersionId=token)
    timeline.note(f"terraform created, wrote and read back {NEW_SECRETS} secrets ({NEW_SECRETS * 6} calls)")
    theatre.stage.settle(PATIENCE_S)
    messages = theatre.slack.messages()[before:]
    if messages:
        raise SceneFailed(f"an ordinary Terraform run was reported: {title_of(messages[0])}")
    timeline.note("all of it judged, nothing to tell: silent")


def sweep(theatre: Theatre, timeline: Timeline) -> None:
    """Read every secret with a stolen key; one incident names them."""
    before = len(theatre.slack.messages())
    thief = theatre.stage.client("secretsmanager", theatre.company.stolen_key)
    thief.list_secrets(MaxResults=100)
    names = [name for name in theatre.company.names if name != LEGACY_SECRET]
    for name in names:
        thief.get_secret_value(SecretId=name)
    timeline.note(f"a stolen key of {STOLEN_USER} listed and read {len(names)} secrets")
    message = await_message(theatre, before, STOLEN_USER, "an incident for the sweep")
    timeline.note("an incident is on the page")
    # Two detectors may share the reads; whoever comes second adds to the same message.
    counted = f"{len(names)} secrets"
    await_sight(theatre, lambda: counted in title_now(theatre, message), f"an incident of {counted}")
    others = [other for other in theatre.slack.messages()[before:] if other["ts"] != message["ts"]]
    if others:
        raise SceneFailed(f"the sweep must be one incident; there is another: {title_of(others[0])}")
    timeline.note(title_now(theatre, message))


def bad_value(theatre: Theatre, timeline: Timeline) -> None:
    """Write a bad value as a person, press Roll back as another, and see the old version current again."""
    name = "prod/orders/db"
    good = theatre.company.versions[name]
    before = len(theatre.slack.messages())
    theatre.as_role(SSO_ROLE, "ben").put_secret_value(SecretId=name, SecretString=a_value())
    timeline.note(f"ben wrote a new value into {name}; readers get it now")
    message = await_message(theatre, before, name, f"an incident for the value written into {name}")
    timeline.note(title_of(message))
    approve = await_button(theatre, message["ts"], "approve-")
    answer = press_button(theatre, message["ts"], approve["action_id"], person="U01ANA")
    timeline.note(f"ana pressed {approve['text']['text']!r}: {answer}")
    await_sight(theatre, lambda: current_version(theatre, name) == good, f"{name} back on version {good}")
    timeline.note("the version from before is current again")
    await_sight(theatre, lambda: DONE in title_now(theatre, message), "the message saying what was done")
    if buttons_of(message_now(theatre, message["ts"])):
        raise SceneFailed("the message says what was done and still offers to do it")
    timeline.note("the message says so, and the button is gone")


def deletion(theatre: Theatre, timeline: Timeline) -> None:
    """Schedule the deletion of a protected secret; it is restored without anybody's doing."""
    name = LEGACY_SECRET
    before = len(theatre.slack.messages())
    theatre.as_role("cleanup", "old-things").delete_secret(SecretId=name, RecoveryWindowInDays=7)
    timeline.note(f"role cleanup scheduled the deletion of {name}; readers fail now")
    await_sight(theatre, lambda: _is_readable(theatre, name), f"{name} readable again")
    timeline.note("restored: readers get it again")
    # By who did it: whoever still reads what awaits deletion, as this scene does, is an incident of its own.
    message = await_message(theatre, before, "cleanup", "an incident for the deletion")
    await_sight(theatre, lambda: DONE in title_now(theatre, message), "the message saying what was done")
    timeline.note(title_now(theatre, message))


SCENES: Mapping[str, Scene] = {
    "An ordinary Terraform run": terraform,
    "A sweep with a stolen key": sweep,
    "A bad value, rolled back in one click": bad_value,
    "A deletion, undone": deletion,
}


def _is_readable(theatre: Theatre, name: str) -> bool:
    try:
        theatre.as_role("app", "app").get_secret_value(SecretId=name, VersionStage="AWSCURRENT")
    except ClientError as error:
        if error.response["Error"]["Code"] != "InvalidRequestException":
            raise
        return False
    return True


def _narrow_policy() -> str:
    statement = {
        "Sid": "ReadByReporting",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT_ID}:role/app"},
        "Action": "secretsmanager:GetSecretValue",
        "Resource": "*",
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
