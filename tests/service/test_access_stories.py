"""The stories of the design that turn on who reads what: attacks are told, and what looks like them wakes nobody."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from nightlatch.adapters.baselines import TrailBaselines
from nightlatch.adapters.trails_memory import MemoryTrails, MemoryWaits
from nightlatch.detections import CATALOGUE
from nightlatch.domain.events import Failure, SecretEvent, Tick
from nightlatch.domain.examples import (
    ACCOUNT,
    AT,
    REGION,
    a_denial,
    a_person,
    a_role,
    a_secret,
    a_service_event,
    a_user,
    an_event,
    an_outsider,
)
from nightlatch.domain.findings import Finding, Severity
from nightlatch.domain.inventory import Inventory
from nightlatch.domain.policy import Mode, Policy, Protection
from nightlatch.domain.secrets import secret_ref
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


def test_story_1_a_leaked_key_lists_in_four_regions_and_reads_forty_secrets_by_name():
    key = a_user("ci-deploy")
    lists = [
        replace(an_event("ListSecrets", by=key, after_s=n), region=region)
        for n, region in enumerate(("us-east-1", REGION, "ap-southeast-2", "sa-east-1"))
    ]
    names = [an_event(secret=a_secret(f"prod/{n}", suffix=None), by=key, after_s=8 + n / 2) for n in range(40)]
    again = [an_event(secret=a_secret(f"prod/{n}"), by=key, after_s=30 + n) for n in range(3)]

    found = Account().judge(*lists, *names, *again)

    assert {"ACC-01", "ACC-07", "ACC-08"} == loud(found)
    assert {worst(found, rule) for rule in ("ACC-01", "ACC-07", "ACC-08")} == {Severity.HIGH}
    assert max(len(finding.secrets) for finding in found if finding.catalogue == "ACC-07") == 40


def test_story_2_a_person_fetches_everything_in_five_regions():
    mallory, regions = a_person("mallory"), (REGION, "us-east-1", "us-west-2", "sa-east-1", "eu-north-1")
    asked = {"filters": [{"key": "tag-key", "values": ["!none"]}]}
    batches = [
        replace(an_event("BatchGetSecretValue", by=mallory, after_s=60 * n + 2 * page, request=asked), region=region)
        for n, region in enumerate(regions)
        for page in range(3)
    ]

    found = Account().judge(*batches)

    assert (worst(found, "ACC-02"), worst(found, "ACC-08")) == (Severity.HIGH, Severity.HIGH)


def test_story_3_an_outside_account_reads_what_a_policy_has_just_opened():
    alice, secret = a_role("dev-alice"), a_secret("prod/payments")
    tries = [
        an_event(secret=s, by=alice, after_s=n, failure=a_denial("GetSecretValue", s.text))
        for n, s in enumerate([secret, *(a_secret(f"prod/{n}") for n in range(5))])
    ]
    allow = {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::999988887777:root"},
        "Action": "secretsmanager:GetSecretValue",
        "Resource": "*",
    }
    policy = an_event(
        "PutResourcePolicy",
        secret=secret,
        by=a_role("ops", "ben"),
        after_s=240,
        request={"resourcePolicy": json.dumps({"Statement": allow})},
    )
    theirs = an_event(secret=secret, by=an_outsider(), after_s=360)
    hers = an_event(secret=secret, by=alice, after_s=420)

    found = Account().judge(*tries, policy, theirs, hers)

    assert (worst(found, "ACC-13"), worst(found, "POL-02")) == (Severity.HIGH, Severity.HIGH)
    assert worst(found, "ACC-05") is Severity.CRITICAL


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


def test_benign_2_an_operator_refreshes_two_hundred_known_secrets_and_one_new():
    eso = a_role("eso", "hourly")
    past = [e for day in (30, 20, 3, 1) for e in on_each("GetSecretValue", 200, by=eso, start_s=-day * DAY)]
    asked = {"request": {"versionStage": "AWSCURRENT"}}
    minutes = [
        e for m in range(3) for e in on_each("GetSecretValue", 201, by=eso, start_s=60 * m, every_s=0.1, **asked)
    ]

    found = Account(*past).judge(*minutes)

    assert [(f.catalogue, f.severity, len(f.secrets)) for f in found] == [("ACC-03", Severity.LOW, 1)]


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


def test_benign_4_an_engineer_on_call_clicks_through_the_console_at_night():
    ana, night = replace(a_person("ana"), from_console=True), AT.replace(hour=2)
    past = [an_event(secret=a_secret(f"app/{n}"), by=ana, after_s=-day * DAY) for day in (30, 9, 2) for n in range(3)]
    clicks = [
        *(an_event("ListSecrets", by=ana, at=night, after_s=5 * n) for n in range(9)),
        *(
            an_event(name, secret=a_secret(f"app/{n}"), by=ana, at=night, after_s=60 + 9 * n)
            for n in range(12)
            for name in ("DescribeSecret", "GetResourcePolicy", "ListSecretVersionIds")
        ),
        *(an_event(secret=a_secret(f"app/{n}"), by=ana, at=night, after_s=200 + n) for n in range(4)),
    ]

    found = Account(*past).judge(*clicks)

    assert loud(found) == set()
    assert [(f.catalogue, f.principal.session_name, len(f.secrets)) for f in found] == [("ACC-03", "ana", 1)]


@pytest.mark.parametrize(
    "who",
    [
        a_role("aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig", "AWSConfig-Describe"),
        replace(a_role("config-recorder"), invoked_by="config.amazonaws.com"),
    ],
    ids=["service-linked", "own role"],
)
def test_benign_7_config_records_all_secrets_in_all_regions(who):
    regions = (REGION, "us-east-1", "us-west-2", "sa-east-1", "eu-north-1")
    calls = ("DescribeSecret", "GetResourcePolicy", "ListSecretVersionIds")
    lists = [replace(an_event("ListSecrets", by=who, after_s=n), region=region) for n, region in enumerate(regions)]
    looks = [
        replace(an_event(name, secret=secret, by=who, after_s=number * 60 + n), region=region)
        for number, region in enumerate(regions)
        for n in range(40)
        for secret in (secret_ref(f"app/{n}", account_id=ACCOUNT, region=region),)
        for name in calls
    ]

    assert loud(Account().judge(*lists, *looks)) == set()
