"""What AWS lists of an account is read as it stands: fake and adapter on moto say the same of the same things."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from fakes import ACCOUNT, REGION, FakeAccount
from nightlatch.adapters.inventory.account import SECONDS_BETWEEN_CALLS, AwsAccount, Pace
from nightlatch.domain.account.holding import Holding
from nightlatch.domain.account.own_parts import part_arn
from nightlatch.domain.account.tiers import Tier
from nightlatch.domain.errors import NotFound, Refused, Unavailable, WorldMoved
from nightlatch.local import fidelity
from worlds import a_client, on_moto

FAR, STACK = "us-east-1", "nightlatch"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/rotate-db-role"
KINDS = ("plain", "crown", "aliased", "primary", "doomed")


@dataclass
class Scene:
    """An account with one secret of each kind, a function `rotate-db` and an alias `alias/secrets`."""

    account: Any
    arns: dict[str, str]
    key: str
    function: str
    queue: str
    stack: str


def pause(_seconds: float) -> None:
    pass


@pytest.fixture(params=["fake", "moto"])
def scene(request, monkeypatch) -> Iterator[Scene]:
    if request.param == "fake":
        yield _fake()
        return
    with on_moto(monkeypatch):
        fidelity.install()
        try:
            yield _on_moto()
        finally:
            fidelity.uninstall()


def _fake() -> Scene:
    arns = {kind: f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{kind}-AbCdEf" for kind in KINDS}
    function = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:rotate-db"
    key = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    queue = f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/q"
    stack = f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{STACK}/1"
    account = FakeAccount(page=100)
    account.listed = [
        Holding(arn=arns["plain"]),
        Holding(arn=arns["crown"], tier=Tier.CROWN, rotated_by=function, tags=(("owner", "payments"),)),
        Holding(arn=arns["aliased"], key="alias/secrets"),
        Holding(arn=arns["primary"], primary_region=REGION),
        Holding(arn=arns["doomed"]),
    ]
    account.replicas = {arns["primary"]: (FAR,)}
    account.keys, account.roles = {"alias/secrets": key}, {function: ROLE}
    account.parts = (stack, queue)
    return Scene(account, arns, key, function, queue, stack)


def _on_moto() -> Scene:
    manager, kms, functions = a_client("secretsmanager"), a_client("kms"), a_client("lambda")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    kms.create_alias(AliasName="alias/secrets", TargetKeyId=key)
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    a_client("iam").create_role(RoleName="rotate-db-role", AssumeRolePolicyDocument=trust)
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as target:
        target.writestr("app.py", "")
    function = functions.create_function(
        FunctionName="rotate-db",
        Runtime="python3.13",
        Role=ROLE,
        Handler="app.handler",
        Code={"ZipFile": code.getvalue()},
        Environment={"Variables": {"PASSWORD": "nobody-reads-this"}},
    )["FunctionArn"]
    arns = {
        "plain": manager.create_secret(Name="plain", SecretString="x")["ARN"],
        "crown": manager.create_secret(
            Name="crown",
            SecretString="x",
            Tags=[
                {"Key": "nightlatch:tier", "Value": "crown"},
                {"Key": "owner", "Value": "payments"},
                {"Key": "note", "Value": "nobody-keeps-this"},
            ],
        )["ARN"],
        "aliased": manager.create_secret(Name="aliased", SecretString="x", KmsKeyId="alias/secrets")["ARN"],
        "primary": manager.create_secret(Name="primary", SecretString="x", AddReplicaRegions=[{"Region": FAR}])["ARN"],
        "doomed": manager.create_secret(Name="doomed", SecretString="x")["ARN"],
    }
    manager.delete_secret(SecretId="doomed", RecoveryWindowInDays=7)
    rules = {"AutomaticallyAfterDays": 30}
    manager.rotate_secret(SecretId="crown", RotationLambdaARN=function, RotationRules=rules, RotateImmediately=False)
    queue = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "q"}}
    stack = a_client("cloudformation").create_stack(
        StackName=STACK, TemplateBody=json.dumps({"Resources": {"Queue": queue}})
    )["StackId"]
    account = AwsAccount(manager, kms, functions, a_client("cloudformation"), stack=stack, pace=Pace(pause=pause))
    url = a_client("sqs").get_queue_url(QueueName="q")["QueueUrl"]
    return Scene(account, arns, key, function, url, stack)


def listed(scene: Scene) -> dict[str, Holding]:
    page = scene.account.secrets(None)
    assert page.token is None
    by_arn = {one.arn: one for one in page.secrets}
    return {kind: by_arn[arn] for kind, arn in scene.arns.items()}


def test_of_its_tags_a_holding_keeps_those_alone_that_say_whose_the_secret_is(scene):
    found = listed(scene)

    assert found["crown"].tags == (("owner", "payments"),)
    assert found["plain"].tags == ()


def test_every_secret_is_listed_those_too_that_wait_to_be_deleted(scene):
    assert set(listed(scene)) == set(KINDS)


def test_the_list_tells_tier_key_rotation_and_origin(scene):
    found = listed(scene)

    assert {kind: one.tier for kind, one in found.items() if one.tier} == {"crown": Tier.CROWN}
    assert {kind: one.key for kind, one in found.items() if one.key} == {"aliased": "alias/secrets"}
    assert {kind: one.rotated_by for kind, one in found.items() if one.rotated_by} == {"crown": scene.function}
    assert {kind for kind, one in found.items() if one.primary_region == REGION} == {"primary"}


def test_what_the_list_leaves_open_can_be_asked(scene):
    assert scene.account.replica_regions(scene.arns["primary"]) == (FAR,)
    assert scene.account.replica_regions(scene.arns["plain"]) == ()
    assert scene.account.key_behind("alias/secrets") == scene.key
    assert scene.account.role_of(scene.function) == ROLE


def test_our_own_parts_are_those_of_the_stack(scene):
    assert set(scene.account.own_parts()) >= {scene.queue}


def test_what_is_gone_is_said_to_be_gone(scene):
    with pytest.raises(NotFound):
        scene.account.replica_regions(f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:gone-AbCdEf")
    with pytest.raises(NotFound):
        scene.account.key_behind("alias/gone")
    with pytest.raises(NotFound):
        scene.account.role_of(f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:gone")
    with pytest.raises(Refused, match="another Region"):
        scene.account.role_of(f"arn:aws:lambda:{FAR}:{ACCOUNT}:function:rotate-db")


# --- the adapter alone


class Answering:
    """A client that gives one answer, or one error, to every call."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.meta = type("Meta", (), {"region_name": REGION})

    def __getattr__(self, _name: str) -> Any:
        def call(**_asked: Any) -> Any:
            if isinstance(self.answer, Exception):
                raise self.answer
            return self.answer

        return call


def refusal(code: str, status: int = 400, message: str = "no") -> ClientError:
    return ClientError(
        {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}},  # type: ignore[typeddict-item]
        "Call",
    )


def account_that(answers: Any) -> AwsAccount:
    one = Answering(answers)
    return AwsAccount(one, one, one, one, stack="arn:aws:cloudformation:r:1:stack/s/1", pace=Pace(pause=pause))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("error", "expected", "said"),
    [
        (refusal("AccessDeniedException"), Refused, "add kms:DescribeKey"),
        (refusal("NotFoundException"), NotFound, "does not exist"),
        (refusal("ThrottlingException"), Unavailable, "try again later"),
        (refusal("InternalFailure", 500), Unavailable, "try again later"),
    ],
)
def test_a_refusal_says_what_to_do(error, expected, said):
    with pytest.raises(expected, match=said):
        account_that(error).key_behind("alias/x")


def test_a_stack_that_is_not_there_is_gone():
    with pytest.raises(NotFound):
        account_that(refusal("ValidationError", message="Stack with id x does not exist")).own_parts()


def test_a_place_in_the_list_that_aws_forgot_is_told_from_a_list_that_cannot_be_asked():
    with pytest.raises(WorldMoved):
        account_that(refusal("InvalidNextTokenException")).secrets("old")
    with pytest.raises(Unavailable):
        account_that(refusal("AccessDeniedException")).secrets(None)


def test_calls_keep_their_pace():
    now, waits = [100.0], []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        now[0] += seconds

    pace = Pace(tick=lambda: now[0], pause=wait)
    for _ in range(11):
        pace.keep()

    assert timedelta(seconds=now[0] - 100) == timedelta(seconds=10 * SECONDS_BETWEEN_CALLS)
    assert len(waits) == 10
    now[0] += 60
    pace.keep()
    assert len(waits) == 10  # what was not used is not saved up either: the next must wait again
    pace.keep()
    assert len(waits) == 11


STACK_ARN = f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{STACK}/1"


@pytest.mark.parametrize(
    ("kind", "name", "expected"),
    [
        ("AWS::Events::Rule", "nl-R-1", f"arn:aws:events:{REGION}:{ACCOUNT}:rule/nl-R-1"),
        ("AWS::Lambda::Function", "nl-f", f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:nl-f"),
        ("AWS::IAM::Role", "nl-r", f"arn:aws:iam::{ACCOUNT}:role/nl-r"),
        ("AWS::KMS::Key", "1234", f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1234"),
        ("AWS::Logs::LogGroup", "/nl/x", f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/nl/x"),
        ("AWS::SQS::Queue", f"https://sqs/{ACCOUNT}/q", f"https://sqs/{ACCOUNT}/q"),
        ("AWS::SNS::Topic", f"arn:aws:sns:{REGION}:{ACCOUNT}:t", f"arn:aws:sns:{REGION}:{ACCOUNT}:t"),
        ("AWS::CloudWatch::Alarm", "nl-a", f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:nl-a"),
        ("AWS::SSM::Parameter", "/nl/p", f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/nl/p"),
    ],
)
def test_a_part_of_the_stack_is_named_so_that_nothing_else_is_taken_for_it(kind, name, expected):
    assert part_arn(kind, name, stack=STACK_ARN) == expected
