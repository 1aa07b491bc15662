"""Calls of other services over real history: the keys and functions that secrets need, and nightlatch itself.

Told as stories: a rotation hijacked, a secret copied out, a key taken away, and an honest apply.
"""

from __future__ import annotations

import json
from datetime import timedelta
from itertools import permutations

import pytest

from fakes import FakeDispatch, FakeIncidents, FakeLedger, FixedClock
from nightlatch.adapters.history.baselines import TrailBaselines
from nightlatch.adapters.history.trails_memory import MemoryTrails, MemoryWaits
from nightlatch.adapters.records.cloudtrail import parse
from nightlatch.detections import CATALOGUE
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.answering.policy import Policy
from nightlatch.domain.event.events import SecretEvent, Tick
from nightlatch.domain.history.examples import ACCOUNT, AT, REGION
from nightlatch.domain.judging.findings import Finding, Severity, fold
from nightlatch.service.effects import LiveEffects
from nightlatch.service.pipeline import Ports, handle

KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:rotate-db"
OVER = AT + timedelta(days=2)


def arn(name: str = "prod/db", region: str = REGION) -> str:
    """Write the full ARN of a secret."""
    return f"arn:aws:secretsmanager:{region}:{ACCOUNT}:secret:{name}-AbCdEf"


def record(service: str, name: str, *, who: str = "mallory", after_s: float = 0, **fields: object) -> SecretEvent:
    """Parse a record of a call by an IAM user, in the shape that CloudTrail writes."""
    at = AT + timedelta(seconds=after_s)
    return parse(
        {
            "eventVersion": "1.11",
            "eventSource": f"{service}.amazonaws.com",
            "eventName": name,
            "eventTime": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "eventID": f"{name}-{who}-{after_s}-{json.dumps(fields, sort_keys=True)}",
            "eventType": "AwsApiCall",
            "awsRegion": REGION,
            "recipientAccountId": ACCOUNT,
            "readOnly": False,
            "userIdentity": {
                "type": "IAMUser",
                "arn": f"arn:aws:iam::{ACCOUNT}:user/{who}",
                "accountId": ACCOUNT,
                "userName": who,
            },
            **fields,
        }
    )


def secret_call(name: str, *, response: object = None, **more: object) -> SecretEvent:
    """Parse a call of Secrets Manager on prod/db."""
    keys = ("who", "after_s", "awsRegion")
    fields = {key: more.pop(key) for key in keys if key in more}
    request = {"secretId": "prod/db", **more}
    return record(
        "secretsmanager", name, requestParameters=request, responseElements=response or {"arn": arn()}, **fields
    )  # type: ignore[arg-type]


class Live:
    """The whole catalogue over one history, batch by batch."""

    def __init__(self, **inventory: frozenset[str]) -> None:
        clock = FixedClock(AT)
        ledger = FakeLedger(clock)
        self.baselines = TrailBaselines(MemoryTrails(), MemoryWaits(), inventory=Inventory(**inventory), now=clock)  # type: ignore[arg-type]
        effects = LiveEffects(FakeIncidents(), ledger, ledger, FakeDispatch(), lambda: "button")
        self.ports = Ports(self.baselines, ledger, effects)
        self.found: list[Finding] = []

    def __call__(self, *batch: SecretEvent | Tick) -> None:
        self.found += handle(batch, rules=CATALOGUE, policy=Policy(), ports=self.ports, now=AT).findings

    def of(self, rule: str) -> tuple[Finding, ...]:
        return fold(tuple(finding for finding in self.found if finding.rule == rule))


ROTATE = secret_call("RotateSecret", who="ana", after_s=-86_400, rotationLambdaARN=f"{FUNCTION}:live")
DECRYPT = record(
    "kms",
    "Decrypt",
    who="app",
    after_s=-60,
    requestParameters={"encryptionContext": {"SecretARN": arn(), "SecretVersionId": "v"}},
    resources=[{"ARN": KEY, "accountId": ACCOUNT, "type": "AWS::KMS::Key"}],
)
CODE = record(
    "lambda",
    "UpdateFunctionCode20150331v2",
    requestParameters={"functionName": "rotate-db", "publish": True},
    responseElements={"functionArn": f"{FUNCTION}:8", "functionName": "rotate-db"},
)
DISABLE = record("kms", "DisableKey", requestParameters={"keyId": KEY[-36:]}, resources=[{"ARN": KEY}])


def test_a_hijacked_function_is_known_by_the_rotation_that_named_its_alias():
    live = Live()
    layer = record(
        "lambda",
        "UpdateFunctionConfiguration20150331v2",
        after_s=120,
        requestParameters={"functionName": FUNCTION, "layers": ["arn:layer"], "environment": {}},
    )

    live(ROTATE)
    live(CODE)
    live(layer)

    (found,) = live.of("rotation.function-tampered")
    assert found.severity is Severity.HIGH
    assert found.count == 2
    assert "prod/db" in found.title


@pytest.mark.parametrize(
    ("shown_by", "event", "rule"),
    [(ROTATE, CODE, "rotation.function-tampered"), (DECRYPT, DISABLE, "key.lost")],
)
def test_in_whatever_order_the_records_come_the_same_is_found(shown_by, event, rule):
    outcomes = set()
    for order in permutations([shown_by, event, event]):
        live = Live()
        for one in order:
            live(one)
        live(Tick(OVER))
        outcomes.add(tuple((f.id, f.severity, f.event_ids, tuple(s.name for s in f.secrets)) for f in live.of(rule)))

    ((only,),) = outcomes
    assert only[3] == ("prod/db",)


@pytest.mark.parametrize("event", [CODE, DISABLE])
def test_what_no_secret_needs_is_silent_for_ever(event):
    live = Live()

    live(event)
    live(Tick(OVER))

    assert live.found == []


def test_a_key_that_reads_showed_is_told_with_its_secret_when_its_policy_opens():
    policy = json.dumps({"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"}]})
    opened = record("kms", "PutKeyPolicy", requestParameters={"keyId": KEY, "policyName": "default", "policy": policy})
    live = Live()

    live(DECRYPT, opened)

    (found,) = live.of("key.opened")
    assert found.severity is Severity.HIGH
    assert "prod/db" in found.title


def test_a_secret_copied_out_is_one_critical_finding_of_two_regions():
    far = "sa-east-1"
    copy = {"region": far, "kmsKeyId": f"arn:aws:kms:{far}:{ACCOUNT}:key/own"}
    stop = record(
        "secretsmanager",
        "StopReplicationToReplica",
        after_s=600,
        awsRegion=far,
        requestParameters={"secretId": arn(region=far)},
        responseElements={"arn": arn(region=far)},
    )
    tie = secret_call(
        "AssociateCrossAccountReplica",
        after_s=900,
        crossAccountReplicaARN=arn().replace(ACCOUNT, "999988887777"),
        replicaRestriction="NoRestriction",
    )
    replicate = secret_call("ReplicateSecretToRegions", addReplicaRegions=[copy], forceOverwriteReplicaSecret=True)
    live = Live()

    for one in (replicate, stop, tie):
        live(one)

    (loose,), (tied,) = live.of("replica.unapproved"), live.of("replica.cross-account")
    assert (loose.severity, tied.severity) == (Severity.CRITICAL, Severity.CRITICAL)
    assert loose.count == 2
    assert [secret.region for secret in loose.named or loose.secrets] == [REGION]


def test_a_move_and_the_rotation_that_locks_it_are_one_finding_live_too():
    live = Live()
    write = record(
        "secretsmanager",
        "PutSecretValue",
        who="rotator",
        after_s=3_600,
        requestParameters={"secretId": arn(), "clientRequestToken": "v-2", "versionStages": ["AWSPENDING"]},
        responseElements={"arn": arn()},
    )

    live(secret_call("UpdateSecret", kmsKeyId=KEY))
    live(write)

    (found,) = live.of("key.swapped")
    assert found.severity is Severity.CRITICAL
    assert found.count == 2


def test_an_honest_apply_of_forty_secrets_under_a_key_of_ours_wakes_nobody():
    names = [f"prod/{n}" for n in range(40)]
    live = Live()
    for n, name in enumerate(names):
        created = {"name": name, "kmsKeyId": KEY, "forceOverwriteReplicaSecret": False, "clientRequestToken": f"c{n}"}
        put = {"secretId": arn(name), "clientRequestToken": f"p{n}"}
        again = {"secretId": arn(name), "kmsKeyId": KEY, "description": "x"}
        answer = {"responseElements": {"arn": arn(name)}, "who": "terraform"}
        live(
            record("secretsmanager", "CreateSecret", after_s=n, requestParameters=created, **answer),  # type: ignore[arg-type]
            record("secretsmanager", "PutSecretValue", after_s=n + 1, requestParameters=put, **answer),  # type: ignore[arg-type]
            record("secretsmanager", "UpdateSecret", after_s=n + 600, requestParameters=again, **answer),  # type: ignore[arg-type]
        )
    live(Tick(OVER))

    assert [f.rule for f in live.found if f.severity.rank >= Severity.MEDIUM.rank] == []
