"""Attack story 5: the function that rotates a secret gets other code and a layer, and rotates; next day it is swapped.

ROT-04 is raised when the changed function rotates within a day, so CRITICAL stands here (and in `test_attacks.py`).
The rotation function must be silent: it is told by its session inside an open rotation, not because it is a role.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.judging.findings import Severity
from stories.callers import ACCOUNT, OUTSIDE, Caller, a_role
from stories.records import DAY, REGION, Record, call, version_of
from stories.rotating import a_rotation
from stories.story import Story, Told

DEV = a_role("dev-ci", "build-117")
FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:rotate-db"
THEIRS = f"arn:aws:lambda:{REGION}:{OUTSIDE}:function:rotate-db"
ROTATOR = a_role("rotate-db-role", "rotate-db", path="/service-role/")
SECRET = "prod/db"


def _change(name: str, at: float, **request: Any) -> Record:
    qualified = {
        "arnPrefix": {"partition": "aws", "region": REGION, "account": ACCOUNT},
        "relativeId": {"functionName": "rotate-db"},
        "functionQualifier": {},
    }
    asked = {"functionName": "rotate-db", **request, "fullyQualifiedArn": qualified}
    return call(DEV, name, at=at, source="lambda", **asked)


def hijack() -> Sequence[Record]:
    """Change the function, let it rotate, and a day later name another account's."""
    return [
        _change("UpdateFunctionCode20150331v2", 0, publish=False, dryRun=False),
        _change(
            "UpdateFunctionConfiguration20150331v2",
            120,
            layers=[f"arn:aws:lambda:{REGION}:{ACCOUNT}:layer:telemetry:3"],
            environment={},
        ),
        _rotate(DEV, 300),
        *a_rotation(SECRET, ROTATOR, at=301),
        _rotate(DEV, DAY, rotationLambdaARN=THEIRS),
    ]


def _rotate(who: Caller, at: float, **request: Any) -> Record:
    token = version_of(f"rotate-{at}")
    return call(who, "RotateSecret", SECRET, at=at, clientRequestToken=token, rotateImmediately=True, **request)


STORIES = (
    Story(
        name="rotation-hijack",
        records=hijack,
        inventory=Inventory(rotation_functions=frozenset({f"{FUNCTION}:live"})),
        tells=(
            Told(catalogue="ROT-03", severity=Severity.HIGH, secrets=1),
            Told(catalogue="ROT-04", severity=Severity.CRITICAL, secrets=1),
        ),
        incidents=2,  # by one principal, but a day lies between them
    ),
)
