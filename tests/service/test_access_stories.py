"""What reads look like after a month of history, when they come ahead of what explains them, as two lanes let them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from nightlatch.adapters.history.baselines import TrailBaselines
from nightlatch.adapters.history.trails_memory import MemoryTrails, MemoryWaits
from nightlatch.detections import CATALOGUE
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.answering.policy import Mode, Policy, Protection
from nightlatch.domain.event.events import Failure, SecretEvent, Tick
from nightlatch.domain.history.examples import (
    AT,
    a_person,
    a_role,
    a_secret,
    a_service_event,
    a_user,
    an_event,
)
from nightlatch.domain.judging.findings import Finding, Severity
from nightlatch.service.effects import NoEffects, NothingIsOwn
from nightlatch.service.pipeline import Ports, handle

DAY = 86_400.0


class Account:
    """A month of history, and every finding since."""

    def __init__(self, *history: SecretEvent, inventory: Inventory | None = None) -> None:
        self.baselines = TrailBaselines(
            MemoryTrails(), MemoryWaits(), inventory=inventory or Inventory(), now=lambda: AT
        )
        self.baselines.learn([an_event("ListSecrets", by=a_role("auditor"), after_s=-40 * DAY), *history])

    def judge(self, *events: SecretEvent, size: int = 50) -> Sequence[Finding]:
        """Judge events in batches, reads a little ahead of writes as they come through their own lane."""
        ports = Ports(self.baselines, NothingIsOwn(), NoEffects())
        policy = Policy(default=Protection(mode=Mode.NOTIFY))
        ordered = sorted(events, key=lambda event: event.at - timedelta(seconds=20 * event.read_only))
        batches: list[list[SecretEvent | Tick]] = [[*ordered[n : n + size]] for n in range(0, len(ordered), size)]
        batches.append([Tick(max(event.at for event in events) + timedelta(hours=1))])
        found: list[Finding] = []
        for batch in batches:
            found.extend(handle(batch, rules=CATALOGUE, policy=policy, ports=ports, now=AT).findings)
        return found


def loud(found: Sequence[Finding]) -> set[str]:
    """Name the rules that told somebody, or would have without a policy: MEDIUM and above."""
    return {finding.catalogue for finding in found if finding.severity.rank >= Severity.MEDIUM.rank}


def worst(found: Sequence[Finding], rule: str) -> Severity | None:
    return max((f.severity for f in found if f.catalogue == rule), key=lambda s: s.rank, default=None)


def on_each(name: str, count: int, *, by, start_s: float = 0, every_s: float = 1, **more) -> list[SecretEvent]:
    return [
        an_event(name, secret=a_secret(f"app/{n}"), by=by, after_s=start_s + every_s * n, **more) for n in range(count)
    ]


# Attacks


def test_a_decoy_is_told_whatever_else_is_known():
    found = Account(inventory=Inventory(decoys=frozenset({"app/admin"}))).judge(
        an_event("DescribeSecret", secret=a_secret("app/admin"), by=a_role("app"))
    )

    assert worst(found, "ACC-09") is Severity.CRITICAL


def test_an_application_that_still_reads_a_deleted_secret_is_told_once_beside_the_deletion():
    failure = Failure(
        "InvalidRequestException", "You can't perform this operation on the secret because it was marked for deletion."
    )
    delete = an_event("DeleteSecret", secret=a_secret(), by=a_person("ben"))
    tries = [an_event(secret=a_secret(), by=a_role("app"), after_s=60 * n, failure=failure) for n in range(1, 30)]

    found = [f for f in Account().judge(delete, *tries, size=1) if f.catalogue == "ACC-14"]

    assert [(finding.severity, finding.count) for finding in found] == [(Severity.MEDIUM, 1)]


# Benign stories


@pytest.mark.parametrize("who", [a_user("terraform"), a_role("terraform")], ids=["user", "role"])
@pytest.mark.parametrize("size", [1, 7, 500])
def test_benign_1_terraform_applies_forty_secrets_and_plans_a_month_later(who, size):
    def looks(start_s: float) -> list[SecretEvent]:
        reads = [
            an_event(secret=a_secret(f"app/{n}"), by=who, after_s=start_s + 6 + n, version_id=f"v-{n}")
            for n in range(40)
        ]
        return [
            *on_each("DescribeSecret", 40, by=who, start_s=start_s + 4),
            *on_each("GetResourcePolicy", 40, by=who, start_s=start_s + 5),
            *reads,
        ]

    made = on_each("CreateSecret", 40, by=who)
    puts = [
        an_event("PutSecretValue", secret=a_secret(f"app/{n}"), by=who, after_s=2 + n, version_id=f"v-{n}")
        for n in range(40)
    ]
    account = Account()

    applied = account.judge(*made, *puts, *looks(0), size=size)
    planned = account.judge(*looks(30 * DAY), size=size)

    assert (loud(applied), loud(planned)) == (set(), set())


@pytest.mark.parametrize("registered", [{"rotate-db"}, set()], ids=["registered", "not registered"])
@pytest.mark.parametrize("size", [1, 50, 1_000])
def test_benign_3_one_role_rotates_forty_secrets_in_half_an_hour(registered, size):
    role, events = a_role("rotator", "rotate-db"), []
    for n in range(40):
        secret, start = a_secret(f"app/{n}"), 45.0 * n
        ref = {"secret": secret, "by": role}
        absent = Failure("ResourceNotFoundException", "Secrets Manager can't find the specified secret value")
        events += [
            a_service_event("RotationStarted", secret=secret, after_s=start),
            an_event("DescribeSecret", **ref, after_s=start + 1),
            an_event(**ref, after_s=start + 2, request={"versionStage": "AWSCURRENT"}),
            an_event(**ref, after_s=start + 3, failure=absent),
            an_event(
                "PutSecretValue", **ref, after_s=start + 5, version_id=f"n-{n}",
                request={"versionStages": ["AWSPENDING"]},
            ),
            an_event("DescribeSecret", **ref, after_s=start + 6),
            an_event(**ref, after_s=start + 7, version_id=f"n-{n}", request={"versionStage": "AWSPENDING"}),
            an_event(**ref, after_s=start + 8, request={"versionStage": "AWSPREVIOUS"}),
            an_event(
                "UpdateSecretVersionStage", **ref, after_s=start + 9, version_id=f"n-{n}",
                request={"versionStage": "AWSCURRENT", "moveToVersionId": f"n-{n}"},
            ),
            a_service_event("RotationSucceeded", secret=secret, after_s=start + 10),
        ]  # fmt: skip

    found = Account(inventory=Inventory(rotation_functions=frozenset(registered))).judge(*events, size=size)

    assert loud(found) == set()
