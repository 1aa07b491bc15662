"""Each call of the audit that is denied is a gap by its name, and all else is there; no call is made besides."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from fakes_posture import Watched, all_functions, all_secrets, premises, refusal, refusing
from nightlatch.adapters.posture.needs import NEEDS
from nightlatch.domain.posture.accounts import AccountPosture
from nightlatch.domain.posture.functions import FunctionPosture
from nightlatch.domain.posture.secrets import SecretPosture
from nightlatch.domain.posture.unseen import Gap
from worlds import ACCOUNT, REGION, a_client, on_moto


def _rotating() -> str:
    role = a_client("iam").create_role(RoleName="rotate", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    made = a_client("lambda").create_function(
        FunctionName="rotate-db",
        Runtime="python3.13",
        Role=role,
        Handler="app.handler",
        Code={"ZipFile": b"none"},
    )
    a_client("logs").create_log_group(logGroupName="/aws/lambda/rotate-db")
    return str(made["FunctionArn"])


def _whole(clients: Callable[[str], Any]) -> tuple[SecretPosture, list[FunctionPosture], AccountPosture]:
    port = premises(clients, scans_lines=True, stack="nightlatch")
    (secret,) = all_secrets(port)
    rotators = {_arn_of("rotate-db"): ("prod/db",), _arn_of("rotate-gone"): ("prod/old",)}
    return secret, all_functions(port, rotators), port.account(1)


def _arn_of(function: str) -> str:
    return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{function}"


def _gaps(found: object) -> Iterator[Gap]:
    for name in getattr(found, "__dataclass_fields__", {}):
        value = getattr(found, name)
        if isinstance(value, Gap):
            yield value
        elif hasattr(value, "__dataclass_fields__"):
            yield from _gaps(value)


@pytest.fixture(scope="module", autouse=True)
def _an_account() -> Iterator[None]:
    """Make one of everything that the audit asks for; nothing here changes it."""
    with pytest.MonkeyPatch.context() as patch, on_moto(patch):
        key = a_client("kms").create_key()["KeyMetadata"]["Arn"]
        a_client("secretsmanager").create_secret(Name="prod/db", SecretString="planted", KmsKeyId=key)
        _rotating()
        a_client("s3").create_bucket(Bucket="trail", CreateBucketConfiguration={"LocationConstraint": REGION})
        a_client("cloudtrail").create_trail(Name="all", S3BucketName="trail", IsMultiRegionTrail=True)
        rule = {"Type": "AWS::Events::Rule", "Properties": {"ScheduleExpression": "rate(1 day)"}}
        template = json.dumps({"Resources": {"ReadsRule": rule}})
        a_client("cloudformation").create_stack(StackName="nightlatch", TemplateBody=template)
        yield


# A stack on moto has no alarms, and its list has no replicas: what would be asked is asked here instead.
def _with_primary_and_alarm(**instead: Any) -> Watched:
    def as_primary(asked: Mapping[str, Any], call: Callable[..., Any]) -> Any:
        answer = call(**asked)
        return {**answer, "SecretList": [{**one, "PrimaryRegion": REGION} for one in answer["SecretList"]]}

    def with_alarm(asked: Mapping[str, Any], call: Callable[..., Any]) -> Any:
        alarm = {"ResourceType": "AWS::CloudWatch::Alarm", "LogicalResourceId": "A", "PhysicalResourceId": "alarm"}
        answer = call(**asked)
        return {**answer, "StackResourceSummaries": [*answer["StackResourceSummaries"], alarm]}

    usual = {"secretsmanager__ListSecrets": as_primary, "cloudformation__ListStackResources": with_alarm}
    return Watched(a_client, **usual | instead)


_LISTS = {"secretsmanager:ListSecrets", "lambda:ListFunctions"}


def test_the_audit_needs_just_the_calls_that_it_says_and_each_of_them() -> None:
    watched = _with_primary_and_alarm()

    secret, functions, account = _whole(watched)

    assert {action for action, _ in watched.asked} == set(NEEDS)
    assert not any("Value" in action for action in NEEDS)
    assert not [*_gaps(secret), *(gap for one in functions for gap in _gaps(one)), *_gaps(account)]


@pytest.mark.parametrize("action", sorted(set(NEEDS) - _LISTS))
def test_a_denied_call_is_a_gap_by_its_name_and_all_else_is_there(action: str) -> None:
    secret, functions, account = _whole(_with_primary_and_alarm(**{action.replace(":", "__", 1): refusing(refusal())}))

    gaps = [*_gaps(secret), *(gap for one in functions for gap in _gaps(one)), *_gaps(account)]
    assert gaps
    assert {gap.action for gap in gaps} == {action}
    assert all(f"add {action} to the role" in gap.why for gap in gaps)


def test_nothing_that_is_needed_writes_or_reads_a_value() -> None:
    assert all(need.operation.startswith(("List", "Describe", "Get", "Filter")) for need in NEEDS.values())
    assert {"GetSecretValue", "BatchGetSecretValue", "Decrypt"}.isdisjoint(one.operation for one in NEEDS.values())
    assert all(need.action == action and need.why for action, need in NEEDS.items())
