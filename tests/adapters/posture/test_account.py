"""What is one for all secrets: trails, nightlatch's own rules and alarms, endpoints, and who may do everything."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from fakes import NOW
from fakes_posture import Scripted, all_functions, premises, refusal
from functions.transformed import resources
from nightlatch.adapters.posture.endpoints import endpoints_seen
from nightlatch.adapters.posture.grants import grants_seen
from nightlatch.adapters.posture.own_stack import WANTED_STATES, WANTED_TARGETS, WATCHES_ALL, OwnStack
from nightlatch.adapters.posture.questions import Questions
from nightlatch.adapters.posture.trails import trails_seen
from nightlatch.domain.account.trail_coverage import Loss
from nightlatch.domain.posture.accounts import (
    GONE,
    AlarmPosture,
    EndpointPosture,
    GrantPosture,
    RulePosture,
    TrailPosture,
)
from nightlatch.domain.posture.unseen import NOT_DEPLOYED, Gap
from worlds import ACCOUNT, REGION, a_client, on_moto

TRAIL = f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/all"
EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}
OPEN = json.dumps({"Statement": [{**EVERYTHING, "Principal": "*"}]})


@pytest.fixture
def moto(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with on_moto(monkeypatch):
        yield


def asking(clients: Any = a_client) -> Questions:
    return Questions(clients, pause=lambda _: None)


# -- trails


def _trail(**said: Any) -> None:
    a_client("s3").create_bucket(Bucket="trail", CreateBucketConfiguration={"LocationConstraint": REGION})
    a_client("cloudtrail").create_trail(Name="all", S3BucketName="trail", **said)


@pytest.mark.usefixtures("moto")
def test_a_trail_is_seen_with_what_it_leaves_out() -> None:
    _trail(IsMultiRegionTrail=True, EnableLogFileValidation=True)
    a_client("cloudtrail").start_logging(Name="all")
    a_client("cloudtrail").put_event_selectors(
        TrailName="all", EventSelectors=[{"ReadWriteType": "WriteOnly", "IncludeManagementEvents": True}]
    )

    (found,) = trails_seen(asking())  # type: ignore[misc]

    assert isinstance(found, TrailPosture)
    assert (found.arn, found.name, found.is_logging, found.is_multi_region) == (TRAIL, "all", True, True)
    assert found.validates_files
    assert found.losses == (Loss.READS, Loss.KMS)


@pytest.mark.usefixtures("moto")
def test_a_trail_that_was_stopped_does_not_log() -> None:
    _trail()

    (found,) = trails_seen(asking())  # type: ignore[misc]

    assert isinstance(found, TrailPosture)
    assert (found.is_logging, found.is_multi_region) == (False, False)


def test_advanced_selectors_are_read_too() -> None:
    selector = {"Name": "m", "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Data"]}]}
    clients = Scripted(
        cloudtrail__DescribeTrails={"trailList": [{"TrailARN": TRAIL, "Name": "all"}]},
        cloudtrail__GetTrailStatus={"IsLogging": True},
        cloudtrail__GetEventSelectors={"AdvancedEventSelectors": [selector]},
    )

    (found,) = trails_seen(asking(clients))  # type: ignore[misc]

    assert isinstance(found, TrailPosture)
    assert set(found.losses) == set(Loss)


def test_a_trail_that_may_not_be_looked_at_is_named() -> None:
    found = trails_seen(
        asking(
            Scripted(
                cloudtrail__DescribeTrails={"trailList": [{"TrailARN": TRAIL, "Name": "all"}]},
                cloudtrail__GetTrailStatus=refusal(),
            )
        )
    )

    assert isinstance(found, Gap)
    assert found.why.startswith("trail all: not permitted; add cloudtrail:GetTrailStatus")


def test_a_trail_that_is_deleted_meanwhile_is_none() -> None:
    clients = Scripted(
        cloudtrail__DescribeTrails={"trailList": [{"TrailARN": TRAIL, "Name": "all"}]},
        cloudtrail__GetTrailStatus=refusal("TrailNotFoundException"),
    )

    assert trails_seen(asking(clients)) == ()


# -- our own stack


def _stack(*parts: tuple[str, str, str], **answers: Any) -> OwnStack:
    listed = [
        {
            "ResourceType": kind,
            "LogicalResourceId": logical,
            "PhysicalResourceId": name,
            "LastUpdatedTimestamp": NOW,
            "ResourceStatus": "CREATE_COMPLETE",
        }
        for kind, logical, name in parts
    ]
    clients = Scripted(cloudformation__ListStackResources={"StackResourceSummaries": listed}, **answers)
    return OwnStack(asking(clients), "nightlatch")


RULE, ALARM = "AWS::Events::Rule", "AWS::CloudWatch::Alarm"


def test_a_rule_is_seen_beside_what_the_stack_gave_it() -> None:
    rules, alarms = _stack(
        (RULE, "ReadsRule", "nightlatch-ReadsRule-1"),
        (RULE, "LabelsRule", "nightlatch-LabelsRule-1"),
        events__DescribeRule=lambda asked: {"Name": asked["Name"], "State": "ENABLED"},
        events__ListTargetsByRule={"Targets": [{"Id": "1", "Arn": "arn:aws:sqs:eu-west-1:111122223333:q"}]},
    ).rules_and_alarms()

    assert rules == (
        RulePosture(name="nightlatch-ReadsRule-1", state="ENABLED", wanted=WATCHES_ALL, targets=1),
        RulePosture(name="nightlatch-LabelsRule-1", state="ENABLED", wanted="ENABLED", targets=1, wanted_targets=2),
    )
    assert alarms == ()


def test_a_rule_that_was_deleted_is_seen_as_deleted() -> None:
    rules, _ = _stack(
        (RULE, "ReadsRule", "reads"), events__DescribeRule=refusal("ResourceNotFoundException")
    ).rules_and_alarms()

    assert rules == (RulePosture(name="reads", state=GONE, wanted=WATCHES_ALL, targets=0),)


def test_alarms_are_seen_with_whether_they_can_tell_anybody() -> None:
    named = {"AlarmName": "a", "StateValue": "OK", "ActionsEnabled": True, "AlarmActions": ["arn:aws:sns:::t"]}
    mute = {**named, "AlarmName": "b", "ActionsEnabled": False, "StateValue": "ALARM"}
    empty = {**named, "AlarmName": "c", "AlarmActions": []}
    _, alarms = _stack(
        *((ALARM, name, name) for name in "abcd"),
        cloudwatch__DescribeAlarms={"MetricAlarms": [named, mute, empty]},
    ).rules_and_alarms()

    assert alarms == (
        AlarmPosture(name="a", state="OK", is_telling=True),
        AlarmPosture(name="b", state="ALARM", is_telling=False),
        AlarmPosture(name="c", state="OK", is_telling=False),
        AlarmPosture(name="d", state=GONE, is_telling=False),
    )


def test_where_no_stack_is_there_is_nothing_deployed() -> None:
    gone = Scripted(cloudformation__ListStackResources=refusal("ValidationError", "Stack with id s does not exist"))

    assert OwnStack(asking(Scripted()), None).rules_and_alarms() == (NOT_DEPLOYED, NOT_DEPLOYED)
    assert OwnStack(asking(gone), "s").rules_and_alarms() == (NOT_DEPLOYED, NOT_DEPLOYED)


def test_the_template_gives_its_rules_what_the_audit_wants_of_them() -> None:
    rules = resources(RULE)

    assert {name: one["State"] for name, one in rules.items()} == WANTED_STATES
    assert {name: len(one["Targets"]) for name, one in rules.items()} == WANTED_TARGETS


# -- endpoints


def _endpoint(vpc: str, number: str, **said: Any) -> dict[str, Any]:
    return {"VpcId": vpc, "VpcEndpointId": f"vpce-{number}", "State": "available", "PrivateDnsEnabled": True, **said}


def _endpoints(*found: dict[str, Any], **vpcs: list[str]) -> Any:
    questions = asking(Scripted(ec2__DescribeVpcEndpoints={"VpcEndpoints": list(found)}))
    return endpoints_seen(
        questions, region=REGION, vpcs={name.replace("_", "-"): names for name, names in vpcs.items()}
    )


def test_a_vpc_without_an_endpoint_is_named_with_its_functions() -> None:
    assert _endpoints(vpc_a=["rotate-db"]) == (EndpointPosture(vpc="vpc-a", functions=("rotate-db",)),)


@pytest.mark.parametrize(
    ("policy", "is_open"),
    [
        (OPEN, True),
        (None, True),
        (json.dumps({"Statement": {**EVERYTHING, "Principal": {"AWS": "*"}}}), True),
        (
            json.dumps({"Statement": [{**EVERYTHING, "Principal": "*", "Condition": {"StringEquals": {"a": "b"}}}]}),
            False,
        ),
        (json.dumps({"Statement": [{**EVERYTHING, "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}}]}), False),
        (
            json.dumps({"Statement": [{**EVERYTHING, "Principal": "*", "Action": "secretsmanager:GetSecretValue"}]}),
            False,
        ),
    ],
)
def test_an_endpoint_is_open_where_its_policy_lets_everybody_do_everything(policy: str | None, is_open: bool) -> None:  # noqa: FBT001 - a table of examples
    said = {} if policy is None else {"PolicyDocument": policy}

    (found,) = _endpoints(_endpoint("vpc-a", "1", **said))

    assert found.is_open is is_open
    assert (found.endpoint, found.has_private_dns, found.functions) == ("vpce-1", True, ())


@pytest.mark.parametrize("policy", ["{no json", "[]", '"a text"', "[" * 100_000])
def test_an_endpoint_whose_policy_is_no_json_is_a_gap_and_not_a_narrow_one(policy: str) -> None:
    found = _endpoints(_endpoint("vpc-a", "1", PolicyDocument=policy))

    assert isinstance(found, Gap)
    assert found.why == "the policy of vpce-1 is no JSON, so nobody can tell what it allows"


def test_of_two_endpoints_the_one_with_the_usual_name_counts_and_one_that_is_going_does_not() -> None:
    (found,) = _endpoints(
        _endpoint("vpc-a", "1", PrivateDnsEnabled=False),
        _endpoint("vpc-a", "2"),
        _endpoint("vpc-a", "3", State="deleting"),
        vpc_a=["rotate-db"],
    )

    assert (found.endpoint, found.functions) == ("vpce-2", ("rotate-db",))


@pytest.mark.usefixtures("moto")
def test_endpoints_of_other_services_are_none_for_secrets() -> None:
    ec2 = a_client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    for service in ("s3", "secretsmanager"):
        ec2.create_vpc_endpoint(VpcId=vpc, ServiceName=f"com.amazonaws.{REGION}.{service}", VpcEndpointType="Interface")

    (found,) = endpoints_seen(asking(), region=REGION, vpcs={})  # type: ignore[misc]

    assert isinstance(found, EndpointPosture)
    assert found.vpc == vpc


def test_who_goes_on_with_an_audit_finds_the_vpcs_of_rotation_functions_anew() -> None:
    function = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:rotate-db"
    secret = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:prod/db-AbCdEf"
    vpc = {"VpcId": "vpc-a"}
    listed = [
        {"FunctionName": "rotate-db", "FunctionArn": function, "VpcConfig": vpc},
        {"FunctionName": "app", "FunctionArn": f"{function}-app", "VpcConfig": vpc},
    ]
    clients = Scripted(
        secretsmanager__ListSecrets={"SecretList": [{"ARN": secret, "RotationLambdaARN": f"{function}:live"}]},
        lambda__ListFunctions={"Functions": listed},
        ec2__DescribeVpcEndpoints={"VpcEndpoints": []},
        cloudtrail__DescribeTrails={"trailList": []},
        iam__GetAccountAuthorizationDetails={"IsTruncated": False},
    )

    assert premises(clients).account(1).endpoints == (EndpointPosture(vpc="vpc-a", functions=("rotate-db",)),)


def test_where_a_list_is_denied_to_who_goes_on_endpoints_are_seen_and_it_is_said_that_functions_may_hide() -> None:
    endpoint = {"VpcId": "vpc-a", "VpcEndpointId": "vpce-1", "State": "available"}
    clients = Scripted(
        secretsmanager__ListSecrets={"SecretList": []},
        lambda__ListFunctions=refusal(),
        ec2__DescribeVpcEndpoints={"VpcEndpoints": [endpoint]},
        cloudtrail__DescribeTrails={"trailList": []},
        iam__GetAccountAuthorizationDetails={"IsTruncated": False},
    )

    found = premises(clients).account(1)

    assert found.endpoints == (EndpointPosture(vpc="vpc-a", endpoint="vpce-1", is_open=True),)
    assert isinstance(found.unplaced, Gap)
    assert found.unplaced.action == "lambda:ListFunctions"


def test_a_rotation_function_that_may_not_be_looked_at_may_be_in_any_vpc() -> None:
    function = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:rotate-db"
    clients = Scripted(
        lambda__ListFunctions={"Functions": []},
        lambda__GetFunctionConfiguration=refusal(),
        ec2__DescribeVpcEndpoints={"VpcEndpoints": []},
        cloudtrail__DescribeTrails={"trailList": []},
        iam__GetAccountAuthorizationDetails={"IsTruncated": False},
    )
    port = premises(clients)
    all_functions(port, {function: ("prod/db",)})

    unplaced = port.account(1).unplaced

    assert isinstance(unplaced, Gap)
    assert unplaced.action == "lambda:GetFunctionConfiguration"


# -- grants


def _granted(*statements: Mapping[str, Any], attached: bool = True) -> tuple[GrantPosture, ...]:
    iam = a_client("iam")
    iam.create_role(RoleName="app", AssumeRolePolicyDocument="{}")
    document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    arn = iam.create_policy(PolicyName="wide", PolicyDocument=document)["Policy"]["Arn"]
    if attached:
        iam.attach_role_policy(RoleName="app", PolicyArn=arn)
    found = grants_seen(asking(), account_id=ACCOUNT, region=REGION)
    assert isinstance(found, tuple)
    return found


@pytest.mark.usefixtures("moto")
@pytest.mark.parametrize(
    ("statement", "actions"),
    [
        (EVERYTHING, ("*",)),
        ({**EVERYTHING, "Action": ["secretsmanager:*", "s3:*"]}, ("secretsmanager:*",)),
        ({**EVERYTHING, "Action": "SecretsManager:*"}, ("SecretsManager:*",)),
        ({**EVERYTHING, "Resource": f"arn:aws:secretsmanager:*:{ACCOUNT}:secret:*"}, ("*",)),
        ({**EVERYTHING, "Action": "secretsmanager:Get*"}, ("secretsmanager:Get*",)),
        ({**EVERYTHING, "Action": ["secretsmanager:GetSecretValue"]}, ("secretsmanager:GetSecretValue",)),
        ({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}, ("everything but iam:*",)),
        ({**EVERYTHING, "Condition": {"StringEquals": {"aws:RequestedRegion": REGION}}}, ("*",)),
    ],
)
def test_a_policy_that_lets_its_holders_come_to_every_secret_is_named(
    statement: Mapping[str, Any], actions: tuple[str, ...]
) -> None:
    (found,) = _granted(statement)

    assert found == GrantPosture(
        policy=f"arn:aws:iam::{ACCOUNT}:policy/wide",
        actions=actions,
        attached_to=(f"arn:aws:iam::{ACCOUNT}:role/app",),
    )


@pytest.mark.usefixtures("moto")
@pytest.mark.parametrize(
    "statement",
    [
        {**EVERYTHING, "Action": "secretsmanager:List*"},
        {**EVERYTHING, "Resource": f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:prod/*"},
        {**EVERYTHING, "Condition": {"StringEquals": {"secretsmanager:ResourceTag/team": "orders"}}},
        {"Effect": "Deny", "Action": "*", "Resource": "*"},
        {"Effect": "Allow", "NotAction": "secretsmanager:*", "Resource": "*"},
        {**EVERYTHING, "Action": "s3:*"},
    ],
)
def test_a_narrow_policy_is_not_named(statement: Mapping[str, Any]) -> None:
    assert _granted(statement) == ()


@pytest.mark.usefixtures("moto")
def test_a_policy_that_nobody_has_is_nobodys_grant() -> None:
    assert _granted(EVERYTHING, attached=False) == ()


@pytest.mark.usefixtures("moto")
def test_an_inline_policy_is_named_with_whose_it_is() -> None:
    iam = a_client("iam")
    iam.create_user(UserName="ana")
    iam.put_user_policy(
        UserName="ana", PolicyName="all", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": EVERYTHING})
    )
    iam.put_user_policy(
        UserName="ana",
        PolicyName="some",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": {**EVERYTHING, "Action": "s3:*"}}),
    )

    assert grants_seen(asking(), account_id=ACCOUNT, region=REGION) == (
        GrantPosture(
            policy="inline policy all of ana", actions=("*",), attached_to=(f"arn:aws:iam::{ACCOUNT}:user/ana",)
        ),
    )


def _seen(*policies: tuple[str, object], roles: list[dict[str, Any]], **more: Any) -> tuple[GrantPosture, ...]:
    listed = [
        {
            "Arn": arn,
            "PolicyVersionList": [{"IsDefaultVersion": True, "Document": json.dumps({"Statement": statement})}],
        }
        for arn, statement in policies
    ]
    answer = {"Policies": listed, "RoleDetailList": roles, "IsTruncated": False, **more}
    clients = Scripted(iam__GetAccountAuthorizationDetails=answer)
    found = grants_seen(asking(clients), account_id=ACCOUNT, region=REGION)
    assert isinstance(found, tuple)
    return found


def _role(name: str, *policies: str, path: str = "", **more: Any) -> dict[str, Any]:
    arn = f"arn:aws:iam::{ACCOUNT}:role/{path}{name}"
    attached = [{"PolicyName": "p", "PolicyArn": policy} for policy in policies]
    return {"RoleName": name, "Arn": arn, "AttachedManagedPolicies": attached, **more}


def _within(boundary: str) -> dict[str, Any]:
    return {"PermissionsBoundary": {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": boundary}}


CLIENT_READ = "arn:aws:iam::aws:policy/AWSSecretsManagerClientReadOnlyAccess"
READING = {
    "Effect": "Allow",
    "Action": ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"],
    "Resource": "*",
}
NARROW = {**READING, "Resource": f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:app/*"}
BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/boundary"


def test_a_ready_made_policy_that_only_reads_is_named() -> None:
    (found,) = _seen((CLIENT_READ, READING), roles=[_role("app", CLIENT_READ)])

    assert (found.actions, found.is_by_aws) == (("secretsmanager:GetSecretValue",), True)


def test_a_group_holds_what_is_attached_to_it_and_what_is_written_on_it() -> None:
    group = {
        "GroupName": "ops",
        "Arn": f"arn:aws:iam::{ACCOUNT}:group/ops",
        "AttachedManagedPolicies": [{"PolicyName": "p", "PolicyArn": CLIENT_READ}],
        "GroupPolicyList": [{"PolicyName": "all", "PolicyDocument": json.dumps({"Statement": [EVERYTHING]})}],
    }

    found = _seen((CLIENT_READ, READING), roles=[], GroupDetailList=[group])

    assert [(one.policy, one.attached_to) for one in found] == [
        (CLIENT_READ, (group["Arn"],)),
        ("inline policy all of ops", (group["Arn"],)),
    ]


def test_a_role_that_is_linked_to_a_service_is_left_to_aws() -> None:
    linked = _role("AWSServiceRoleForSome", CLIENT_READ, path="aws-service-role/some.amazonaws.com/")

    assert _seen((CLIENT_READ, READING), roles=[linked]) == ()


@pytest.mark.parametrize(
    ("boundary", "is_told"),
    [
        ([NARROW], False),
        ([{**EVERYTHING, "Action": "s3:*"}], False),
        ([EVERYTHING, {**READING, "Effect": "Deny"}], False),
        ([EVERYTHING], True),
        ([{**EVERYTHING, "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}], True),
        ([{**EVERYTHING, "Action": "secretsmanager:PutResourcePolicy"}], False),
    ],
)
def test_a_boundary_counts_where_it_leaves_nothing_of_a_grant(boundary: object, is_told: bool) -> None:  # noqa: FBT001 - a table of examples
    bound = _role("bound", CLIENT_READ, **_within(BOUNDARY))

    found = _seen((CLIENT_READ, READING), (BOUNDARY, boundary), roles=[bound])

    assert bool(found) is is_told


def test_a_boundary_that_was_not_seen_takes_nothing_away_and_one_holder_s_is_no_other_s() -> None:
    unseen = _role("unseen", CLIENT_READ, **_within("arn:aws:iam::aws:policy/Some"))
    bound, free = _role("bound", CLIENT_READ, **_within(BOUNDARY)), _role("free", CLIENT_READ)

    (found,) = _seen((CLIENT_READ, READING), (BOUNDARY, [NARROW]), roles=[bound, free, unseen])

    assert found.attached_to == (free["Arn"], unseen["Arn"])


def test_a_boundary_bounds_what_is_written_on_a_role_too() -> None:
    inline = [{"PolicyName": "all", "PolicyDocument": json.dumps({"Statement": [EVERYTHING]})}]
    bound = _role("bound", RolePolicyList=inline, **_within(BOUNDARY))

    assert _seen((BOUNDARY, [NARROW]), roles=[bound]) == ()
    assert [one.policy for one in _seen(roles=[bound])] == ["inline policy all of bound"]


def test_holders_and_policies_may_stand_on_different_pages() -> None:
    arn = "arn:aws:iam::aws:policy/AdministratorAccess"
    attached = [{"PolicyName": "AdministratorAccess", "PolicyArn": arn}]
    roles = [
        {"RoleName": f"r{n}", "Arn": f"arn:aws:iam::{ACCOUNT}:role/r{n}", "AttachedManagedPolicies": attached}
        for n in range(30)
    ]
    version = {"IsDefaultVersion": True, "Document": json.dumps({"Statement": [EVERYTHING]})}
    pages: dict[str | None, dict[str, Any]] = {
        None: {"RoleDetailList": roles, "IsTruncated": True, "Marker": "more"},
        "more": {"Policies": [{"Arn": arn, "PolicyVersionList": [version]}], "IsTruncated": False},
    }
    clients = Scripted(iam__GetAccountAuthorizationDetails=lambda asked: pages[asked.get("Marker")])

    (found,) = grants_seen(asking(clients), account_id=ACCOUNT, region=REGION)  # type: ignore[misc]

    assert isinstance(found, GrantPosture)
    assert (found.policy, found.is_by_aws, len(found.attached_to)) == (arn, True, 20)


def test_a_policy_that_is_no_json_is_named() -> None:
    arn = f"arn:aws:iam::{ACCOUNT}:policy/odd"
    version = {"IsDefaultVersion": True, "Document": "{no json"}
    policies = {"Policies": [{"Arn": arn, "PolicyVersionList": [version]}], "IsTruncated": False}

    found = grants_seen(
        asking(Scripted(iam__GetAccountAuthorizationDetails=policies)), account_id=ACCOUNT, region=REGION
    )

    assert isinstance(found, Gap)
    assert arn in found.why
