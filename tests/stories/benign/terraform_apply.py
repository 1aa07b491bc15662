"""Benign story 1: Terraform makes forty secrets, plans again a month later, and one day destroys half of them.

Nothing is declared anywhere. What it reads is what it wrote (a read-back), what it writes is what it made.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from nightlatch.domain.judging.findings import Severity
from stories.callers import ACCOUNT, Caller, a_role, a_user
from stories.records import DAY, Record, arn_of, call, read, version_of
from stories.story import Story, Told

NAMES = [f"shop/service-{n:02}/db" for n in range(40)]
_ONE_ROLE = {
    "Effect": "Allow",
    "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:role/shop"},
    "Action": "secretsmanager:GetSecretValue",
    "Resource": "*",
}
POLICY = json.dumps({"Version": "2012-10-17", "Statement": [_ONE_ROLE]})


def _refreshes(who: Caller, at: float) -> Iterator[Record]:
    """Look at everything, as each plan begins."""
    for n, name in enumerate(NAMES):
        yield call(who, "DescribeSecret", arn_of(name), at=at + n / 4)
        yield call(who, "GetResourcePolicy", arn_of(name), at=at + 1 + n / 4)
        yield read(who, arn_of(name), at=at + 2 + n / 4, versionId=version_of(name))


def _makes(who: Caller) -> Iterator[Record]:
    for n, name in enumerate(NAMES):
        token = version_of(f"create-{name}")
        yield call(who, "CreateSecret", at=n / 4, name=name, clientRequestToken=token)
        yield call(who, "PutSecretValue", arn_of(name), at=2 + n / 4, clientRequestToken=version_of(name))
    yield from _refreshes(who, 4)
    for n, name in enumerate(NAMES):
        yield call(who, "PutResourcePolicy", arn_of(name), at=20 + n / 4, resourcePolicy=POLICY, blockPublicPolicy=True)


def _destroys(who: Caller, at: float) -> Iterator[Record]:
    yield from _refreshes(who, at)
    for n, name in enumerate(NAMES[:20]):
        yield call(who, "DeleteSecret", arn_of(name), at=at + 30 + n / 4, recoveryWindowInDays=7)


def applied_and_planned(who: Caller) -> Sequence[Record]:
    """Apply, and plan again a month later."""
    return [*_makes(who), *_refreshes(who, 31 * DAY)]


def partly_destroyed(who: Caller) -> Sequence[Record]:
    """Apply, and a month later destroy twenty."""
    return [*_makes(who), *_destroys(who, 31 * DAY)]


USER, ROLE = a_user("terraform"), a_role("terraform", "GitHubActions", web=True)
_MASS = (
    Told(catalogue="DEL-03", severity=Severity.CRITICAL, secrets=20),
    Told(
        catalogue="DEL-01",
        severity=Severity.HIGH,
        secrets=20,
        why="one finding beside DEL-03, in the same incident: it carries the restore buttons (ruling 9)",
    ),
)
STORIES = (
    Story(name="terraform-user-applies", records=lambda: applied_and_planned(USER)),
    Story(name="terraform-role-applies", records=lambda: applied_and_planned(ROLE)),
)
CONTROLS = (
    Story(name="terraform-user-destroys", records=lambda: partly_destroyed(USER), tells=_MASS, incidents=1),
    Story(name="terraform-role-destroys", records=lambda: partly_destroyed(ROLE), tells=_MASS, incidents=1),
)
