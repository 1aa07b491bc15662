"""Attack story 3: refused six times, then somebody opens a secret to a stranger's account, and both walk in.

The page wants one incident for the secret. An incident turns on who (docs/decisions/0005), and three principals act
here, so there are three; each names prod/payments.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from nightlatch.domain.judging.findings import Severity
from stories.callers import OUTSIDE, a_role, an_outsider
from stories.records import Record, arn_of, call, read, refused
from stories.story import Story, Told

ALICE, BOB = a_role("dev-alice", "alice"), a_role("ops-bob", "bob")
OPENED = "prod/payments"
TRIED = ("crown/vault", "crown/signing", OPENED, "prod/orders", "prod/mail", "prod/search")
_THEIRS = {
    "Effect": "Allow",
    "Principal": {"AWS": f"arn:aws:iam::{OUTSIDE}:root"},
    "Action": "secretsmanager:GetSecretValue",
    "Resource": "*",
}


def granted() -> Sequence[Record]:
    """Six refusals, a policy for a stranger, the stranger's read and then alice's."""
    policy = json.dumps({"Version": "2012-10-17", "Statement": [_THEIRS]}, indent=2)
    return [
        *(refused(ALICE, "GetSecretValue", name, at=n) for n, name in enumerate(TRIED)),
        call(BOB, "PutResourcePolicy", OPENED, at=240, resourcePolicy=policy),
        {**read(an_outsider(), arn_of(OPENED), at=360), "sharedEventID": "00000000-0000-4000-8000-0000000000c1"},
        read(ALICE, OPENED, at=420),
    ]


STORIES = (
    Story(
        name="denied-then-granted",
        records=granted,
        tells=(
            Told(catalogue="ACC-05", severity=Severity.CRITICAL, secrets=len(TRIED)),
            Told(catalogue="ACC-13", severity=Severity.HIGH, secrets=1),
            Told(catalogue="POL-02", severity=Severity.HIGH, secrets=1),
        ),
        incidents=3,
    ),
)
