"""Benign story 5: CloudFormation takes a test stack of eight secrets down, by force or by a custom resource's window.

Declared for `ci-tmp/` it is a note. The same undeclared is the control: a call by way of CloudFormation keeps its
principal and silences nothing (ruling 42), so DEL-03 is as CRITICAL as without a stack.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from nightlatch.domain.answering.policy import Exemption, Policy
from nightlatch.domain.judging.findings import Severity
from stories.callers import ACCOUNT, Caller, a_role, by_way_of
from stories.records import START, Record, arn_of, by_service, call
from stories.story import Story, Told

NAMES = [f"ci-tmp/build-117/{n}" for n in range(8)]
DEPLOYER = by_way_of(a_role("deploy", "build-117"), "cloudformation.amazonaws.com")
CUSTOM = a_role("ci-teardown-role", "ci-teardown")


def _deletions(who: Caller, **how: Any) -> list[Record]:
    return [call(who, "DeleteSecret", arn_of(name), at=2 * n, **how) for n, name in enumerate(NAMES)]


def by_force() -> Sequence[Record]:
    """What CloudFormation does by itself; the service destroys each within half a minute."""
    ends = [
        by_service(step, name, at=2 * n + after)
        for n, name in enumerate(NAMES)
        for step, after in (("StartSecretVersionDelete", 4), ("EndSecretVersionDelete", 5 + 3 * n))
    ]
    return [*_deletions(DEPLOYER, forceDeleteWithoutRecovery=True), *ends]


def with_a_window() -> Sequence[Record]:
    """What a custom resource's function does instead."""
    return _deletions(CUSTOM, recoveryWindowInDays=7)


def _teardown(role: str) -> Policy:
    exemption = Exemption(
        rule="deletion.*",
        principal=f"arn:aws:iam::{ACCOUNT}:role/{role}",
        secrets="ci-tmp/",
        owner="ci",
        reason="test stacks are taken down after each build",
        expires=START + timedelta(days=90),
    )
    return Policy(exemptions=(exemption,))


def _notes(*catalogue: str) -> tuple[Told, ...]:
    return tuple(Told(catalogue=number, severity=Severity.LOW, secrets=len(NAMES)) for number in catalogue)


STORIES = (
    Story(
        name="declared-stack-goes-by-force",
        records=by_force,
        policy=_teardown("deploy"),
        notes=_notes("DEL-02", "DEL-03"),
    ),
    Story(
        name="declared-stack-goes-with-a-window",
        records=with_a_window,
        policy=_teardown("ci-teardown-role"),
        notes=_notes("DEL-01", "DEL-03"),
    ),
)
CONTROLS = (
    Story(
        name="undeclared-stack-goes-by-force",
        records=by_force,
        tells=(
            Told(catalogue="DEL-02", severity=Severity.CRITICAL, secrets=len(NAMES)),
            Told(catalogue="DEL-03", severity=Severity.CRITICAL, secrets=len(NAMES)),
        ),
        incidents=1,
    ),
    Story(
        name="undeclared-stack-goes-with-a-window",
        records=with_a_window,
        tells=(
            Told(catalogue="DEL-03", severity=Severity.CRITICAL, secrets=len(NAMES)),
            Told(
                catalogue="DEL-01",
                severity=Severity.HIGH,
                secrets=len(NAMES),
                why="a window can be taken back, so each has its restore; the shortest window is HIGH",
            ),
        ),
        incidents=1,
    ),
)
