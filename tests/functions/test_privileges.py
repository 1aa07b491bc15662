"""One function, one privilege: who may do what, read off the roles of the transformed template."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from functions.transformed import many, policies_of, resource, resources, target
from nightlatch.domain.aws_policies.wide_grants import WideGrant, secrets_like, wide_grant
from nightlatch.domain.event.parameters import Parameters

ROLES = resources("AWS::IAM::Role")
SLACK_SECRET = {"Ref": "SlackSecretArn"}
LISTING = "secretsmanager:ListSecrets"  # AWS grants it on everything or not at all
WHOLE_LISTS = ["iam:GetAccountAuthorizationDetails", "lambda:ListFunctions"]  # so are these
WITHOUT_ARN = ["cloudtrail:DescribeTrails", "cloudtrail:LookupEvents", LISTING, "sns:GetSubscriptionAttributes"]
WITHOUT_ARNS = ["cloudtrail:DescribeTrails", "ec2:DescribeVpcEndpoints"]  # and these
LOOKING = {
    "secretsmanager:DescribeSecret",
    "secretsmanager:GetResourcePolicy",
    "secretsmanager:ListSecretVersionIds",
    "secretsmanager:ValidateResourcePolicy",  # says what AWS would think, and changes nothing
    LISTING,
}
VAULTED = {"Fn::Split": [",", {"Ref": "VaultSecrets"}]}
READING = {"secretsmanager:GetSecretValue", "secretsmanager:BatchGetSecretValue"}
STOPS = {
    "iam:PutRolePolicy",
    "iam:DeleteRolePolicy",
    "iam:PutUserPolicy",
    "iam:DeleteUserPolicy",
    "iam:UpdateAccessKey",
}
CHOICES = {"ActionMode", "Contain"}  # parameters in the environment that name no resource


def statements(role: str, effect: str) -> Iterator[dict[str, Any]]:
    """Give a role's statements, those behind a condition included."""
    for document, _ in policies_of(role):
        for entry in document["Statement"]:
            statement = entry["Fn::If"][1] if "Fn::If" in entry else entry
            if statement["Effect"] == effect:
                yield statement


def actions(role: str, effect: str = "Allow") -> set[str]:
    """Name what a role may do, or may not."""
    return {action for statement in statements(role, effect) for action in many(statement["Action"])}


def test_only_the_responder_may_write_to_secrets_manager() -> None:
    writers = {
        role: {action for action in actions(role) if action.startswith("secretsmanager:")} - LOOKING - READING
        for role in ROLES
    }

    assert {role: writes for role, writes in writers.items() if writes} == {
        "ResponderRole": {
            "secretsmanager:UpdateSecretVersionStage",
            "secretsmanager:RestoreSecret",
            "secretsmanager:ReplicateSecretToRegions",
            "secretsmanager:UpdateSecret",
            "secretsmanager:TagResource",
            "secretsmanager:UntagResource",
            "secretsmanager:CancelRotateSecret",
            "secretsmanager:CreateSecret",
            "secretsmanager:PutSecretValue",
            "secretsmanager:PutResourcePolicy",
            "secretsmanager:RotateSecret",
            "secretsmanager:DeleteResourcePolicy",
        }
    }


@pytest.mark.parametrize("role", ROLES)
def test_no_role_of_ours_is_one_that_our_own_audit_would_tell_of(role: str) -> None:
    secrets = secrets_like("111122223333", "eu-west-1")
    said = [
        {**one, "Resource": [_written(some) for some in many(one["Resource"])]}
        for effect in ("Allow", "Deny")
        for one in statements(role, effect)
    ]

    assert wide_grant(Parameters({"Statement": said}), secrets) == WideGrant()


def _written(resource: Any) -> str:
    """Write a resource as CloudFormation would; one that is a resource of the stack or a parameter names no secret."""
    text = resource.get("Fn::Sub", "") if isinstance(resource, dict) else resource
    places = {"Partition": "aws", "Region": "eu-west-1", "AccountId": "111122223333"}
    for place, value in places.items():
        text = text.replace(f"${{AWS::{place}}}", value)
    return str(text)


def test_only_the_responder_may_write_to_iam_and_to_keys_and_to_iam_only_where_that_was_chosen() -> None:
    def writers(service: str) -> dict[str, set[str]]:
        found = {role: {action for action in actions(role) if action.startswith(f"{service}:")} for role in ROLES}
        verbs = ("Put", "Delete", "Update", "Attach", "Create", "Cancel", "Enable", "Disable", "Schedule")
        writes = {role: {one for one in some if one.split(":")[1].startswith(verbs)} for role, some in found.items()}
        return {role: some for role, some in writes.items() if some}

    assert writers("kms") == {"ResponderRole": {"kms:CancelKeyDeletion", "kms:EnableKey"}}
    assert writers("iam") == {"ResponderRole": STOPS}
    assert {condition for document, condition in policies_of("ResponderRole") if "iam:" in str(document)} == {
        "MayContain"
    }


def test_the_responder_can_change_neither_our_own_roles_nor_those_of_aws() -> None:
    """IAM has no condition on what an inline policy says, so the explicit Deny is what keeps the right small."""
    (never,) = (one for one in statements("ResponderRole", "Deny") if one["Sid"] == "NeverOurselvesNorAws")
    texts = {one["Fn::Sub"].split(":")[-1] for one in never["Resource"] if "Fn::Sub" in one}
    ours = {target(one) for one in never["Resource"] if "Fn::Sub" not in one}

    assert set(never["Action"]) == {action for action in STOPS if "Role" in action}
    assert ours == set(ROLES)
    assert texts == {"role/aws-service-role/*", "role/aws-reserved/*"}


def test_whom_the_operator_names_iam_itself_keeps_out_of_the_responders_reach() -> None:
    (never,) = (one for one in statements("ResponderRole", "Deny") if one["Sid"] == "NeverWhomYouName")

    assert (set(never["Action"]), never["Resource"]) == (STOPS, {"Ref": "NeverContain"})


def test_replicas_are_made_under_the_keys_of_secrets_and_never_over_a_namesake() -> None:
    (replicate,) = (
        one
        for one in statements("ResponderRole", "Allow")
        if one["Action"] == "secretsmanager:ReplicateSecretToRegions"
    )
    (keys,) = (one for one in statements("ResponderRole", "Allow") if "kms:Encrypt" in many(one["Action"]))

    assert replicate["Condition"] == {"BoolIfExists": {"secretsmanager:ForceOverwriteReplicaSecret": "false"}}
    assert keys["Condition"] == {"StringLike": {"kms:ViaService": "secretsmanager.*"}}


def test_only_those_who_talk_to_slack_the_keeper_and_the_heart_read_a_value_and_only_of_secrets_that_are_named() -> (
    None
):
    readers = {
        (role, str(resource_of))
        for role in ROLES
        for statement in statements(role, "Allow")
        if READING & set(many(statement["Action"]))
        for resource_of in many(statement["Resource"])
    }

    assert readers == {
        ("NotifierRole", str(SLACK_SECRET)),
        ("NotifierRole", str({"Ref": "ChannelsSecretArn"})),
        ("InteractionsRole", str(SLACK_SECRET)),
        ("KeeperRole", str(VAULTED)),
        ("HeartbeatRole", str({"Ref": "HeartbeatSecret"})),
    }


@pytest.mark.parametrize("role", ["DetectorRole", "AuditorRole", "ResponderRole"])
def test_who_judges_who_looks_and_who_acts_are_denied_every_value(role: str) -> None:
    denied = [statement for statement in statements(role, "Deny") if set(many(statement["Action"])) == READING]

    assert [statement["Resource"] for statement in denied] == ["*"]


def test_the_responder_moves_only_the_current_label_and_our_pins() -> None:
    (moves,) = (
        statement
        for statement in statements("ResponderRole", "Allow")
        if statement["Action"] == "secretsmanager:UpdateSecretVersionStage"
    )

    assert moves["Condition"] == {"StringLike": {"secretsmanager:VersionStage": ["AWSCURRENT", "nightlatch/*"]}}


def test_the_responder_makes_no_policy_public_and_rotates_nothing_and_calls_no_function_but_the_auditor() -> None:
    allowed = list(statements("ResponderRole", "Allow"))
    (policies,) = (one for one in allowed if "secretsmanager:PutResourcePolicy" in many(one["Action"]))
    (rotation,) = (one for one in allowed if "secretsmanager:RotateSecret" in many(one["Action"]))
    calls = [one for one in allowed if "lambda:InvokeFunction" in many(one["Action"])]

    assert policies["Condition"] == {"BoolIfExists": {"secretsmanager:BlockPublicPolicy": "true"}}
    assert rotation["Condition"] == {"Bool": {"secretsmanager:RotateImmediately": "false"}}
    assert [one.get("Condition") for one in calls] == [{"Bool": {"aws:ViaAWSService": "true"}}, None]
    assert calls[1]["Resource"] == {"Fn::GetAtt": ["Auditor", "Arn"]}


@pytest.mark.parametrize("role", ROLES)
def test_no_role_has_a_wildcard_action_or_is_allowed_on_everything(role: str) -> None:
    assert actions(role)
    assert not {action for action in actions(role) if "*" in action}
    on_everything = [one["Action"] for one in statements(role, "Allow") if "*" in many(one["Resource"])]
    allowed = {"AuditorRole": [LISTING, WHOLE_LISTS, WITHOUT_ARNS], "HeartbeatRole": [WITHOUT_ARN]}
    assert on_everything == allowed.get(role, [])


@pytest.mark.parametrize("role", ROLES)
def test_a_role_has_nothing_but_its_own_policy_and_serves_lambda_alone(role: str) -> None:
    assert "ManagedPolicyArns" not in ROLES[role]
    (trust,) = ROLES[role]["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "lambda.amazonaws.com"}


def test_every_function_has_the_role_of_its_privilege_and_sam_adds_none() -> None:
    roles = {name: target(function["Role"]) for name, function in resources("AWS::Lambda::Function").items()}

    assert roles == {
        "DetectorChanges": "DetectorRole",
        "DetectorReads": "DetectorRole",
        "Auditor": "AuditorRole",
        "Heartbeat": "HeartbeatRole",
        "Keeper": "KeeperRole",
        "Notifier": "NotifierRole",
        "Responder": "ResponderRole",
        "Interactions": "InteractionsRole",
    }
    assert set(ROLES) == set(roles.values())


def test_a_function_takes_only_from_its_own_queue() -> None:
    mappings = resources("AWS::Lambda::EventSourceMapping").values()
    own = {
        (
            target(resources("AWS::Lambda::Function")[target(mapping["FunctionName"])]["Role"]),
            target(mapping["EventSourceArn"]),
        )
        for mapping in mappings
    }

    allowed = {
        (role, target(arn))
        for role in ROLES
        for statement in statements(role, "Allow")
        if "sqs:ReceiveMessage" in many(statement["Action"])
        for arn in many(statement["Resource"])
    }

    assert allowed == own


@pytest.mark.parametrize("name", resources("AWS::Lambda::Function"))
def test_a_function_may_use_every_resource_that_its_environment_names(name: str) -> None:
    function = resources("AWS::Lambda::Function")[name]
    named = {
        value["Ref"]
        for value in function["Environment"]["Variables"].values()
        if isinstance(value, dict) and "Ref" in value and value["Ref"] not in CHOICES
    }
    allowed = str([statement["Resource"] for statement in statements(target(function["Role"]), "Allow")])

    assert named
    assert [item for item in sorted(named) if item not in allowed] == []


def test_our_own_roles_are_known_to_whoever_must_recognise_our_own_actions() -> None:
    acting = "${ResponderRole.Arn},${KeeperRole.Arn}"
    for name in ("DetectorChanges", "DetectorReads", "Responder"):
        variables = resource(name)["Properties"]["Environment"]["Variables"]
        beating = "" if name == "Responder" else ",${HeartbeatRole.Arn}"
        assert variables["NIGHTLATCH_OWN_ROLES"] == {"Fn::Sub": f"{acting}{beating}"}


def test_who_looks_through_all_secrets_is_known_as_a_scanner_to_whoever_judges() -> None:
    """They list and describe secrets each hour and after each change, which nobody is to be told of."""
    for name in ("DetectorChanges", "DetectorReads"):
        variables = resource(name)["Properties"]["Environment"]["Variables"]
        assert variables["NIGHTLATCH_AUDITOR_ROLES"] == {"Fn::Sub": "${AuditorRole.Arn},${KeeperRole.Arn}"}
