"""A benign story of the issue: a declared pipeline brings a service back with a new role, which reads what the old did.

The task lists first and reads twelve secrets in as many seconds: to three rules a sweep, but for who made the role. It
starts again a day and a half later, when the role is no longer young and none of its own pairs two days old. The
control is the same by somebody whom nobody declared.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.account.lineage import Deployer
from nightlatch.domain.judging.findings import Severity
from stories.callers import ACCOUNT, Caller, a_role, a_user, by_way_of
from stories.records import DAY, START, Record, arn_of, call, read
from stories.story import Story, Told

NAMES = [f"shop/{n:02}" for n in range(12)]
BLUE, GREEN = a_role("shop-blue-task", "task-1"), a_role("shop-green-task", "task-2")
PIPELINE = by_way_of(a_role("cdk-cfn-exec-role", "AWSCloudFormation"), "cloudformation.amazonaws.com")
DECLARED = Inventory(
    deployers=(
        Deployer(
            principal=f"arn:aws:iam::{ACCOUNT}:role/cdk-cfn-exec-role",
            owner="shop",
            reason="blue-green deployments",
            expires=START + timedelta(days=90),
        ),
    )
)


def weeks_of_blue() -> Sequence[Record]:
    """The old role reads all it needs, each day."""
    return [read(BLUE, arn_of(name), at=-day * DAY + n) for day in range(1, 22) for n, name in enumerate(NAMES)]


def _starts(at: float) -> list[Record]:
    listing = call(GREEN, "ListSecrets", at=at, maxResults=100)
    return [listing, *(read(GREEN, arn_of(name), at=at + 1 + n) for n, name in enumerate(NAMES))]


def _deployed_by(who: Caller) -> list[Record]:
    answer = {"role": {"roleName": "shop-green-task", "arn": f"arn:aws:iam::{ACCOUNT}:role/shop-green-task"}}
    region, request = "us-east-1", {"roleName": "shop-green-task", "path": "/"}
    made = call(who, "CreateRole", at=0, region=region, source="iam", answer=answer, **request)
    return [made, *_starts(180)]


def deployed() -> Sequence[Record]:
    """The pipeline deploys; the service starts, and starts again on the day after the next."""
    return [*_deployed_by(PIPELINE), *_starts(1.5 * DAY)]


def deployed_by_a_thief() -> Sequence[Record]:
    """Somebody with a key that may create roles makes one of a likely name."""
    return _deployed_by(a_user("svc-backup"))


def deployed_by_the_pipeline() -> Sequence[Record]:
    """The pipeline deploys, and nobody declared it."""
    return _deployed_by(PIPELINE)


_FOUND = (
    Told(catalogue="ACC-01", severity=Severity.HIGH, secrets=len(NAMES)),
    Told(catalogue="ACC-07", severity=Severity.HIGH, secrets=len(NAMES)),
)
STORIES = (Story(name="blue-green-deployment", records=deployed, history=weeks_of_blue, inventory=DECLARED),)
CONTROLS = (
    Story(
        name="a-role-of-a-likely-name",
        records=deployed_by_a_thief,
        history=weeks_of_blue,
        inventory=DECLARED,
        tells=_FOUND,
        incidents=1,
    ),
    Story(
        name="undeclared-blue-green-deployment",
        records=deployed_by_the_pipeline,
        history=weeks_of_blue,
        tells=_FOUND,
        incidents=1,
    ),
)
