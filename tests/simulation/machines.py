"""A day of the machines: infrastructure code, the secrets operator, rotations, services that start, scanners, stacks.

Source: design detections, section 5 (benign stories); AWS's rotation template for one user, whose four steps make 14
calls.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from simulation.callers import Caller, role
from simulation.organisation import CLOUDFORMATION, Organisation
from simulation.records import IAM, Pen, Record, Secret, answer, day_at, draw, is_working_day, pick, version

_ABSENT = (
    "ResourceNotFoundException",
    "Secrets Manager can't find the specified secret value for VersionId and staging label: AWSPENDING",
)
SCANS = (0.5, 6.5, 12.5, 18.5)  # hours
_STACKS = 12  # on a working day


def terraform(org: Organisation, day: int) -> list[Record]:
    """Refresh all that it manages, each night: look at it, read back what it wrote; write two anew.

    What it manages it creates on the first day: a new account, whose whole history is here.
    """
    pen, by = Pen(1, day), org.terraform
    managed = [secret for service in org.services[::2] for secret in service.secrets]
    fresh = {pick(managed, "terraform", day, n) for n in range(2)} if day > 0 else set()
    at = day_at(day, 1)
    for secret in managed:
        at += timedelta(seconds=1)
        if day == 0:
            request = {"name": secret.name, "clientRequestToken": version(secret, 0), "description": "an application"}
            pen.call("CreateSecret", by, at, request, response=answer(secret))
            pen.label(secret, version(secret, 0), at)
        pen.call("DescribeSecret", by, at, {"secretId": secret.arn})
        pen.call("GetResourcePolicy", by, at, {"secretId": secret.arn})
        if secret in fresh:
            request = {"secretId": secret.arn, "clientRequestToken": version(secret, day)}
            pen.call("PutSecretValue", by, at + timedelta(seconds=1), request, response=answer(secret))
            pen.label(secret, version(secret, day), at + timedelta(seconds=1))
        written = max(d for d in range(day + 1) if d == 0 or secret in _fresh(managed, d))
        read = {"secretId": secret.arn, "versionId": version(secret, written)}
        pen.call("GetSecretValue", by, at + timedelta(seconds=2), read)
    return pen.records


def _fresh(managed: list[Secret], day: int) -> set[Secret]:
    return {pick(managed, "terraform", day, n) for n in range(2)}


def secrets_operator(org: Organisation, day: int, every_min: int) -> list[Record]:
    """Refresh each secret, again and again; the operator's pod starts anew each hour or so."""
    pen = Pen(2, day)
    for minute in range(0, 24 * 60, every_min):
        by = role(
            "external-secrets", f"provider-{day}-{minute // 60}", address="203.0.113.30", agent=org.operator.agent
        )
        for n, secret in enumerate(org.cluster_secrets):
            at = day_at(day) + timedelta(minutes=minute, seconds=n)
            pen.call("GetSecretValue", by, at, {"secretId": secret.name, "versionStage": "AWSCURRENT"})
    return pen.records


def rotations(org: Organisation, day: int) -> list[Record]:
    """Rotate the databases of this weekday; one in fifty fails at first and succeeds an hour later."""
    pen = Pen(3, day)
    for number, secret in enumerate(org.databases):
        if number % 7 == day % 7:
            at = day_at(day, 2) + timedelta(seconds=40 * number)
            by = org.rotators[number % len(org.rotators)]
            if draw("fails", day, number) < 1 / 50:
                run = f"Rotation-{secret.arn}-{version(secret, f'{day} failed')}"
                pen.service("RotationStarted", secret, at, run=run)
                pen.call("DescribeSecret", by, at + timedelta(seconds=1), {"secretId": secret.arn})
                pen.service("RotationFailed", secret, at + timedelta(seconds=5), run=run)
                at += timedelta(hours=1)
            rotate(pen, secret, by, at, day)
    return pen.records


def rotate(pen: Pen, secret: Secret, by: Caller, at: datetime, day: int) -> None:
    """Write one rotation: what the service says, and the 14 calls of the function's four steps."""
    token, ref = version(secret, day), {"secretId": secret.arn}
    pending = {**ref, "versionId": token, "versionStage": "AWSPENDING"}
    current = {**ref, "versionStage": "AWSCURRENT"}
    run = f"Rotation-{secret.arn}-{token}"
    staged = {**ref, "clientRequestToken": token, "versionStages": ["AWSPENDING"]}
    finish = {
        **ref,
        "versionStage": "AWSCURRENT",
        "moveToVersionId": token,
        "removeFromVersionId": version(secret, day - 7),
    }

    def step(second: int) -> datetime:
        return at + timedelta(seconds=second)

    pen.service("RotationStarted", secret, at, run=run)
    pen.call("DescribeSecret", by, step(1), ref)
    pen.call("GetSecretValue", by, step(1), current)
    pen.call("GetSecretValue", by, step(2), refused=_ABSENT)
    pen.call("GetRandomPassword", by, step(2), {"excludeCharacters": "/@\"'\\"})
    pen.call("PutSecretValue", by, step(3), staged, response=answer(secret))
    pen.label(secret, token, step(3), "AWSPENDING")
    pen.call("DescribeSecret", by, step(5), ref)
    pen.call("GetSecretValue", by, step(5), {**ref, "versionStage": "AWSPREVIOUS"})
    pen.call("GetSecretValue", by, step(6), pending)
    pen.call("GetSecretValue", by, step(6), current)
    pen.call("DescribeSecret", by, step(9), ref)
    pen.call("GetSecretValue", by, step(9), pending)
    pen.call("DescribeSecret", by, step(12), ref)
    pen.call("DescribeSecret", by, step(12), ref)
    pen.call("UpdateSecretVersionStage", by, step(13), finish, response=answer(secret, "aRN"))
    pen.label(secret, token, step(13))
    pen.service("RotationSucceeded", secret, step(14), run=run)


def deployments(org: Organisation, day: int) -> list[Record]:
    """Start containers and instances, which read their secrets; twice a week a service comes back with a new role."""
    pen = Pen(4, day)
    for number, service in enumerate(org.services):
        # A service's role has the number of the last deployment that brought it a new one.
        release = sum(_renews(org, earlier) == number for earlier in range(day + 1))
        is_new = _renews(org, day) == number
        starts = max(1 + int(3 * draw("starts", day, number)), 3 if is_new else 1)
        times = [day_at(day, 6 + 16 * draw("hour", day, number, start)) for start in range(starts)]
        if is_new:
            deploy(pen, org.pipeline, service.caller("first task", release), min(times) - timedelta(minutes=4))
        for start, at in enumerate(times):
            for n, secret in enumerate(service.secrets):
                by = service.caller(f"task-{day}-{number}-{start}", release)
                pen.call("GetSecretValue", by, at + timedelta(milliseconds=200 * n), {"secretId": secret.arn})
    return pen.records


def deploy(pen: Pen, by: Caller, made: Caller, at: datetime) -> None:
    """Make the role of a release; IAM writes its records in us-east-1, wherever it is called from."""
    request = {"roleName": made.name, "path": made.path, "assumeRolePolicyDocument": "{}"}
    answered = {"role": {"roleName": made.name, "path": made.path, "arn": made.arn, "roleId": "AROAEXAMPLERELEASE01"}}
    pen.call("CreateRole", by, at, request, response=answered, source=IAM, region="us-east-1")


def _renews(org: Organisation, day: int) -> int | None:
    """Say which service gets a new role on a day."""
    return int(draw("renewed", day) * len(org.services)) if day > 0 and day % 7 in {0, 3} else None


def reports(org: Organisation, day: int) -> list[Record]:
    """Let the old jobs read their three secrets each night."""
    pen = Pen(5, day)
    for number, by in enumerate(org.reporting):
        for n in range(3):
            secret = org.databases[(3 * number + n) % len(org.databases)]
            at = day_at(day, 4) + timedelta(seconds=30 * n + number)
            pen.call("GetSecretValue", by, at, {"secretId": secret.name})
    return pen.records


def scans(org: Organisation, day: int, gone: Collection[Secret] = (), hours: Sequence[float] = SCANS) -> list[Record]:
    """Let AWS Config look at all there is, each six hours."""
    pen, by = Pen(6, day), org.recorder
    alive = [secret for secret in org.everything if secret not in gone]
    for hour in hours:
        at = day_at(day, hour)
        for _ in range(0, len(alive), 100):
            pen.call("ListSecrets", by, at, {"maxResults": 100})
        for n, secret in enumerate(alive):
            pen.call("DescribeSecret", by, at + timedelta(milliseconds=100 * n), {"secretId": secret.arn})
            pen.call("GetResourcePolicy", by, at + timedelta(milliseconds=100 * n + 50), {"secretId": secret.arn})
    return pen.records


def stacks(org: Organisation, day: int) -> list[Record]:
    """Bring test stacks up and down: each creates four secrets, its tests read them, and it deletes them by force."""
    pen = Pen(7, day)
    count = max(1, _STACKS * len(org.everything) // 500) if is_working_day(day) else 0
    for number in range(count):
        at = day_at(day, 8 + 9 * draw("stack", day, number))
        place = {"address": CLOUDFORMATION, "agent": CLOUDFORMATION, "through": CLOUDFORMATION}
        by = role("ci-deploy", f"run-{day}-{number}", **place)
        tests = role("ci-test", f"run-{day}-{number}", address="203.0.113.40")
        some = [Secret(f"ci-tmp/{day}-{number}/{n}") for n in range(4)]
        for n, secret in enumerate(some):
            when = at + timedelta(seconds=2 * n)
            request = {"name": secret.name, "clientRequestToken": version(secret, 0)}
            pen.call("CreateSecret", by, when, request, response=answer(secret))
            pen.label(secret, version(secret, 0), when)
            pen.call("GetSecretValue", tests, at + timedelta(minutes=3, seconds=n), {"secretId": secret.arn})
            end = at + timedelta(minutes=12, seconds=2 * n)
            force = {"secretId": secret.arn, "forceDeleteWithoutRecovery": True}
            pen.call("DeleteSecret", by, end, force, response=answer(secret, "aRN", deletionDate="Mar 2, 2026"))
            pen.deletion(secret, end)
    return pen.records
