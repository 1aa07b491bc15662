"""What each attack does, call by call, as the trail shows it.

Source: design detections, section 4 (attack stories).
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from simulation.callers import Caller, in_console, role
from simulation.machines import deploy
from simulation.organisation import Organisation
from simulation.people import caller as employee
from simulation.records import ACCOUNT, STRANGER, Pen, Secret, answer, day_at, version

_ELSEWHERE = "203.0.113.66"
_CLOUDTRAIL = "cloudtrail.amazonaws.com"


def sweep(pen: Pen, org: Organisation, at: datetime) -> None:
    """List, then read forty secrets in half a minute, with a key that somebody else's job uses."""
    by = org.reporting[0].at(_ELSEWHERE)
    pen.call("ListSecrets", by, at, {"maxResults": 100})
    for n, secret in enumerate(org.everything[:40]):
        pen.call("GetSecretValue", by, at + timedelta(seconds=5 + n // 2), {"secretId": secret.name})


def slow_sweep(pen: Pen, org: Organisation, at: datetime) -> None:
    """Read one more secret every 55 minutes, by the role of a workload that was taken over."""
    service = org.services[0]
    by = role(
        f"svc-{service.name}", "task-taken-over", path="/service/", address="203.0.113.10", agent="aws-sdk-go-v2/1"
    )
    others = [secret for secret in org.everything if secret not in service.secrets]
    for n, secret in enumerate(others[:24]):
        pen.call("GetSecretValue", by, at + timedelta(minutes=55 * n), {"secretId": secret.arn})


def likely_name(pen: Pen, org: Organisation, at: datetime) -> None:
    """Make a role that is called like the next release of the largest service, and read with it what that reads."""
    service = max(org.services, key=lambda one: len(one.secrets))
    by = service.caller("task-of-a-thief", release=99).at(_ELSEWHERE)
    deploy(pen, employee(org, 0).at(_ELSEWHERE), by, at)
    some = dict.fromkeys((*service.secrets, *org.databases[:12]))
    for n, secret in enumerate(list(some)[:12]):
        pen.call("GetSecretValue", by, at + timedelta(minutes=3, seconds=n), {"secretId": secret.arn})


def batch(pen: Pen, org: Organisation, at: datetime) -> None:
    """Fetch everything by a filter that leaves nothing out, page after page."""
    by = employee(org, 0).at(_ELSEWHERE)
    asked = {"filters": [{"key": "tag-key", "values": ["!none"]}]}
    for page in range(3):
        when = at + timedelta(seconds=2 * page)
        pen.call("BatchGetSecretValue", by, when, asked)
        for secret in org.everything[20 * page : 20 * page + 20]:
            pen.call("GetSecretValue", by, when, {"secretId": secret.arn})


def _denied(by: Caller, action: str, target: str) -> tuple[str, str]:
    who = by.identity(day_at(0))["arn"]
    text = (
        f"User: {who} is not authorized to perform: secretsmanager:{action} on resource: {target}"
        f" because no identity-based policy allows the secretsmanager:{action} action"
    )
    return "AccessDenied", text


def probing(pen: Pen, org: Organisation, at: datetime) -> None:
    """Be refused at six secrets, let a colleague's session open one, and read it."""
    by = role("dev-tools", "notebook", address="203.0.113.50", agent="Boto3/1.34")
    for n, secret in enumerate(org.databases[:6]):
        refused = _denied(by, "GetSecretValue", secret.name)
        pen.call("GetSecretValue", by, at + timedelta(seconds=10 * n), refused=refused)
    target = org.databases[2]
    _let_in(pen, employee(org, 1), target, by.arn, at + timedelta(minutes=4))
    pen.call("GetSecretValue", by, at + timedelta(minutes=7), {"secretId": target.name})


def _let_in(pen: Pen, by: Caller, secret: Secret, whom: str, at: datetime) -> None:
    allow = {
        "Effect": "Allow",
        "Principal": {"AWS": whom},
        "Action": "secretsmanager:GetSecretValue",
        "Resource": "*",
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    request = {"secretId": secret.arn, "resourcePolicy": policy, "blockPublicPolicy": True}
    pen.call("PutResourcePolicy", by, at, request, response=answer(secret))


def force_delete(pen: Pen, org: Organisation, at: datetime) -> None:
    """Delete without recovery."""
    by, secret = employee(org, 2), org.unused[0]
    request = {"secretId": secret.name, "forceDeleteWithoutRecovery": True}
    pen.call("DeleteSecret", by, at, request, response=answer(secret, "aRN"))
    pen.deletion(secret, at)


def planted_value(pen: Pen, org: Organisation, at: datetime) -> None:
    """Write a value of a secret that an application reads."""
    by, secret = employee(org, 2), org.services[0].secrets[0]
    request = {"secretId": secret.name, "clientRequestToken": version(secret, "planted")}
    pen.call("PutSecretValue", by, at, request, response=answer(secret))
    pen.label(secret, version(secret, "planted"), at)


def label_flip(pen: Pen, org: Organisation, at: datetime) -> None:
    """Bring the value before back for nine minutes."""
    by, secret = employee(org, 3), org.databases[0]
    day = (at - day_at(0)).days
    rotated = day - day % 7
    good, old = version(secret, rotated), version(secret, rotated - 7)
    for minute, there, back in ((0, old, good), (9, good, old)):
        request = {
            "secretId": secret.arn,
            "versionStage": "AWSCURRENT",
            "moveToVersionId": there,
            "removeFromVersionId": back,
        }
        when = at + timedelta(minutes=minute)
        pen.call("UpdateSecretVersionStage", by, when, request, response=answer(secret, "aRN"))
        pen.label(secret, there, when)


def foreign_policy(pen: Pen, org: Organisation, at: datetime) -> None:
    """Let another account in, which reads at once."""
    secret = org.databases[4]
    _let_in(pen, employee(org, 4), secret, f"arn:aws:iam::{STRANGER}:root", at)
    theirs = Caller(kind="account", name=STRANGER, address=_ELSEWHERE)
    pen.call("GetSecretValue", theirs, at + timedelta(minutes=6), {"secretId": secret.arn})


def rotation_cancelled(pen: Pen, org: Organisation, at: datetime) -> None:
    """Switch a rotation off; its owner finds out three hours later."""
    by, secret = in_console(employee(org, 5)), org.databases[1]
    pen.call("CancelRotateSecret", by, at, {"secretId": secret.arn}, response=answer(secret, "aRN"))
    on_again = {"secretId": secret.arn, "rotationRules": {"automaticallyAfterDays": 7}, "rotateImmediately": False}
    owner = in_console(org.people[0])
    pen.call("RotateSecret", owner, at + timedelta(hours=3), on_again, response=answer(secret, "aRN"))


def trail_stopped(pen: Pen, org: Organisation, at: datetime) -> None:
    """Stop the trail; somebody starts it again half an hour later."""
    trail = {"name": f"arn:aws:cloudtrail:eu-west-1:{ACCOUNT}:trail/main"}
    pen.call("StopLogging", org.reporting[0].at(_ELSEWHERE), at, trail, source=_CLOUDTRAIL)
    pen.call("StartLogging", org.people[0], at + timedelta(minutes=30), trail, source=_CLOUDTRAIL)


def read_then_deleted(pen: Pen, org: Organisation, at: datetime) -> None:
    """Read a secret and schedule it for deletion."""
    by, secret = employee(org, 1), org.unused[1]
    pen.call("GetSecretValue", by, at, {"secretId": secret.name})
    request = {"secretId": secret.name, "recoveryWindowInDays": 30}
    pen.call("DeleteSecret", by, at + timedelta(minutes=40), request, response=answer(secret, "aRN"))


def mass_deletion(pen: Pen, org: Organisation, at: datetime) -> None:
    """Schedule five secrets for deletion within two minutes."""
    by = org.reporting[-1].at(_ELSEWHERE)
    for n, secret in enumerate(org.unused[2:7]):
        request = {"secretId": secret.name, "recoveryWindowInDays": 7}
        pen.call("DeleteSecret", by, at + timedelta(seconds=20 * n), request, response=answer(secret, "aRN"))
