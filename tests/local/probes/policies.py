"""Questions about resource policies and rotation."""

from __future__ import annotations

import io
import json
import zipfile

from local.probes.world import HOME, Probe, World, refused


def a_policy(effect: str, **statement: object) -> str:
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": effect,
                    "Principal": "*",
                    "Action": "secretsmanager:GetSecretValue",
                    "Resource": "*",
                    **statement,
                }
            ],
        }
    )


def public_policy_when_blocked(world: World) -> object:
    world.a_secret()
    return refused(
        world.secrets.put_resource_policy,
        SecretId="prod/db",
        ResourcePolicy=a_policy("Allow"),
        BlockPublicPolicy=True,
    )


def malformed_policy(world: World) -> object:
    world.a_secret()
    return refused(world.secrets.put_resource_policy, SecretId="prod/db", ResourcePolicy="{no policy")


def unknown_action(world: World) -> object:
    world.a_secret()
    policy = a_policy("Deny", Action=["secretsmanager:*", "secretsmanager:EatSecret"])
    return refused(world.secrets.put_resource_policy, SecretId="prod/db", ResourcePolicy=policy)


def policy_of_size(world: World) -> object:
    world.a_secret()
    bare = len(a_policy("Allow", Sid=""))
    return [
        refused(
            world.secrets.put_resource_policy,
            SecretId="prod/db",
            ResourcePolicy=a_policy("Allow", Sid="s" * (size - bare)),
        )
        for size in (20_480, 20_481)
    ]


def validated(world: World) -> object:
    world.a_secret()
    policies = (
        a_policy("Allow"),
        a_policy("Deny", Action="secretsmanager:*"),
        a_policy("Deny", Action="secretsmanager:DeleteSecret"),
        a_policy("Deny", Action="secretsmanager:EatSecret"),
    )
    try:
        answers = [
            world.secrets.validate_resource_policy(SecretId="prod/db", ResourcePolicy=policy) for policy in policies
        ]
    except NotImplementedError as error:
        return type(error).__name__
    return [(each["PolicyValidationPassed"], len(each["ValidationErrors"])) for each in answers]


def denied_read(world: World) -> object:
    world.a_secret()
    world.secrets.put_resource_policy(SecretId="prod/db", ResourcePolicy=a_policy("Deny"))
    return refused(world.secrets.get_secret_value, SecretId="prod/db")


def a_function(world: World) -> str:
    role = world.client("iam").create_role(RoleName="rotation", AssumeRolePolicyDocument='{"Version":"2012-10-17"}')
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("app.py", "def handler(event, context): return None\n")
    created = world.client("lambda", HOME).create_function(
        FunctionName="rotation",
        Runtime="python3.13",
        Role=role["Role"]["Arn"],
        Handler="app.handler",
        Code={"ZipFile": code.getvalue()},
    )
    return str(created["FunctionArn"])


def rotate_without_function(world: World) -> object:
    world.a_secret()
    return refused(world.secrets.rotate_secret, SecretId="prod/db", RotationRules={"AutomaticallyAfterDays": 7})


def rules_after_rotate(world: World) -> object:
    world.a_secret()
    rules = {"ScheduleExpression": "rate(10 days)", "Duration": "2h"}
    world.secrets.rotate_secret(
        SecretId="prod/db", RotationLambdaARN=a_function(world), RotationRules=rules, RotateImmediately=False
    )
    described = world.secrets.describe_secret(SecretId="prod/db")
    return described["RotationRules"], described["RotationEnabled"]


def function_after_second_rotate(world: World) -> object:
    world.a_secret()
    arn = a_function(world)
    world.secrets.rotate_secret(SecretId="prod/db", RotationLambdaARN=arn, RotateImmediately=False)
    world.secrets.rotate_secret(SecretId="prod/db", RotateImmediately=False)
    return world.secrets.describe_secret(SecretId="prod/db")["RotationLambdaARN"] == arn


def rotated_after_a_rotation_test(world: World) -> object:
    world.a_secret()
    world.secrets.rotate_secret(SecretId="prod/db", RotationLambdaARN=a_function(world), RotateImmediately=False)
    return "LastRotatedDate" in world.secrets.describe_secret(SecretId="prod/db")


def versions_after_a_rotation_test(world: World) -> object:
    world.a_secret()
    world.secrets.rotate_secret(SecretId="prod/db", RotationLambdaARN=a_function(world), RotateImmediately=False)
    shown = world.secrets.describe_secret(SecretId="prod/db")["VersionIdsToStages"]
    return sorted(shown.values())


PROBES = {
    "block-public-policy": Probe(ask=public_policy_when_blocked, aws="PublicPolicyException", moto=None),
    "malformed-policy": Probe(ask=malformed_policy, aws="MalformedPolicyDocumentException", moto=None),
    "unknown-policy-action": Probe(ask=unknown_action, aws="MalformedPolicyDocumentException", moto=None),
    "policy-size": Probe(ask=policy_of_size, aws=[None, "ValidationException"], moto=[None, None]),
    "validate-resource-policy": Probe(
        ask=validated, aws=[(False, 1), (False, 1), (True, 0), (False, 1)], moto="NotImplementedError"
    ),
    "deny-is-enforced": Probe(ask=denied_read, aws="AccessDeniedException", moto=None),
    "rotate-needs-a-function": Probe(ask=rotate_without_function, aws="InvalidRequestException", moto=None),
    "schedule-expression-kept": Probe(
        ask=rules_after_rotate,
        aws=({"ScheduleExpression": "rate(10 days)", "Duration": "2h"}, True),
        moto=({"AutomaticallyAfterDays": 0}, False),
    ),
    "rotation-keeps-its-function": Probe(ask=function_after_second_rotate, aws=True, moto=False),
    "rotation-test-is-no-rotation": Probe(ask=rotated_after_a_rotation_test, aws=False, moto=True),
    "rotation-test-leaves-nothing": Probe(
        ask=versions_after_a_rotation_test, aws=[["AWSCURRENT"]], moto=[["AWSCURRENT"], ["AWSPENDING"]]
    ),
}

__all__ = ["PROBES", "a_policy"]
