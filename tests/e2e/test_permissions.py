"""A role has what its function needs on the whole road, and no permission that nothing needs."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from e2e.recoveries import lose_a_key, replicate_again_under_keys_of_ones_own, stop_and_let_go
from e2e.watched import GUARDED, Watched
from e2e.ways_back import agree_by_two, put_metadata_back, roll_back_out_of_the_vault
from functions.transformed import many
from nightlatch.domain.answering.actions import ActionKind
from nightlatch.local.deployment import Function, Stack
from nightlatch.local.fidelity.operators import like
from nightlatch.local.permissions.guard import Judged
from nightlatch.local.permissions.lambda_itself import lacking, taking_from, writing_to
from nightlatch.local.permissions.policies import Verdict, parse_policy
from nightlatch.local.permissions.roles import policies_of
from nightlatch.local.scenes.company import a_value
from nightlatch.local.scenes.scenes import SCENES
from nightlatch.local.scenes.timeline import Timeline
from nightlatch.local.scenes.watching import press_button
from nightlatch.local.slack.workspace import choices_of

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("permissions")]


@pytest.fixture(scope="module")
def every_channel() -> bool:
    """Here incidents are told on all of them."""
    return True


@pytest.fixture(scope="module")
def played(watched: Watched) -> Sequence[Judged]:
    """Play the scenes, and what they leave out: a key of one's own, a refusal, a rule that waits."""
    for title, play in SCENES.items():
        play(watched.theatre, Timeline(title, lambda _line: None))
    undo_under_a_key_of_ones_own(watched)
    decline(watched)
    destroy_without_a_call(watched)
    needing_all_that_the_list_leaves_open(watched)
    overwrite_a_copied_secret_under_a_key_of_ones_own(watched)
    refuse_the_keeper(watched)
    guarding(watched)
    stop_and_let_go(watched)
    lose_a_key(watched)
    replicate_again_under_keys_of_ones_own(watched)
    put_metadata_back(watched)
    roll_back_out_of_the_vault(watched)
    agree_by_two(watched)
    leave_alone(watched)
    tell_somebody_beside_slack(watched)
    lose_an_event(watched)
    watched.an_hour_later()
    watched.settle()
    watched.drill()
    audit_all_that_there_is(watched)
    return tuple(watched.judged)


def undo_under_a_key_of_ones_own(watched: Watched) -> None:
    key = watched.client("kms").create_key()["KeyMetadata"]["KeyId"]
    name = f"prod/e2e-{key}"
    terraform = watched.theatre.as_role("terraform", "apply")
    terraform.create_secret(Name=name, SecretString=a_value(), KmsKeyId=key)
    offer = watched.an_offer(secret=name)
    watched.press(offer)
    watched.shows(offer.ts, "✅")


def overwrite_a_copied_secret_under_a_key_of_ones_own(watched: Watched) -> None:
    """Write a new value into a secret that is opted into the vault, and let the message compare it."""
    key = watched.client("kms").create_key()["KeyMetadata"]["KeyId"]
    name = f"prod/orders/e2e-{key}"
    watched.theatre.as_role("terraform", "apply").create_secret(Name=name, SecretString=a_value(), KmsKeyId=key)
    watched.settle()
    watched.shows(watched.an_offer(secret=name).ts, "keys changed: password")


def refuse_the_keeper(watched: Watched) -> None:
    """Keep the keeper from a value, so that the auditor finds it missing and orders the pin that was ordered before."""
    name, terraform = "prod/orders/e2e-refused", watched.theatre.as_role("terraform", "apply")
    terraform.create_secret(Name=name, SecretString=a_value())
    keeper = watched.theatre.stage.stack.functions["Keeper"].role_arn
    refusal = {"Effect": "Deny", "Principal": {"AWS": keeper}, "Action": "secretsmanager:GetSecretValue"}
    document = {"Version": "2012-10-17", "Statement": [{**refusal, "Resource": "*"}]}
    terraform.put_resource_policy(SecretId=name, ResourcePolicy=json.dumps(document))
    terraform.put_secret_value(SecretId=name, SecretString=a_value())
    watched.settle()


def needing_all_that_the_list_leaves_open(watched: Watched) -> None:
    """Make secrets with replicas, with a key by its alias and with a function that rotates them."""
    terraform = watched.theatre.as_role("terraform", "apply")
    for name, needs in watched.needy_secrets().items():
        terraform.create_secret(Name=name, SecretString=a_value(), **needs)
    terraform.rotate_secret(
        SecretId=watched.a_secret(), RotationLambdaARN=watched.a_function(), RotateImmediately=False
    )


def audit_all_that_there_is(watched: Watched) -> None:
    """Audit an account with a trail, and a rotation function that has written lines and lives in a VPC; and again."""
    watched.client("s3").create_bucket(Bucket="trail", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    watched.client("cloudtrail").create_trail(Name="all", S3BucketName="trail")
    subnet = watched.client("ec2").describe_subnets()["Subnets"][0]["SubnetId"]
    function, name = watched.a_function(VpcConfig={"SubnetIds": [subnet], "SecurityGroupIds": []}), watched.a_secret()
    watched.client("logs").create_log_group(logGroupName=f"/aws/lambda/{function.rpartition(':')[2]}")
    terraform = watched.theatre.as_role("terraform", "apply")
    terraform.rotate_secret(SecretId=name, RotationLambdaARN=function, RotateImmediately=False)
    watched.audit()
    terraform.delete_secret(SecretId=watched.a_secret(), ForceDeleteWithoutRecovery=True)
    terraform.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
    watched.audit()


def guarding(watched: Watched) -> None:
    """Put a guard in, lift it for half an hour, and take it out again where there was no policy before."""
    name = watched.a_secret(GUARDED)
    watched.wishes(ActionKind.APPLY_GUARD, name)
    watched.settle()
    wish = {"force": True, "lasting": timedelta(minutes=30), "note": "the stack is torn down"}
    watched.wishes(ActionKind.ALLOW_DELETION, name, people=2, **wish)
    watched.settle()  # its time is counted from when it begins, and is over an hour later
    watched.wishes(ActionKind.REMOVE_GUARD, name, people=2)
    watched.settle()


def decline(watched: Watched) -> None:
    offer = watched.an_offer()
    watched.press(offer, signal="deny")
    watched.shows(offer.ts, "declined by ana")


def leave_alone(watched: Watched) -> None:
    """Snooze an incident for an hour, which is over soon, and ask for the digest of today."""
    offer = watched.an_offer()
    (menu,) = (one for one in choices_of(watched.message(offer.ts)) if one["action_id"] == "choose-snooze")
    press_button(watched.theatre, offer.ts, "choose-snooze", person="U01ANA", value=menu["options"][0]["value"])
    today = watched.theatre.stage.clock.now().date().isoformat()
    watched.send("AlertsQueue", json.dumps({"incident_id": "digest", "mark": today}))
    watched.settle()


def tell_somebody_beside_slack(watched: Watched) -> None:
    """Subscribe somebody to the topic, whom the heartbeat looks at."""
    topic = watched.theatre.stage.stack.physical_id("AlertTopic")
    watched.client("sns").subscribe(TopicArn=topic, Protocol="email", Endpoint="ana@example.com")


def lose_an_event(watched: Watched) -> None:
    """Keep a change from nightlatch, which the heartbeat function finds in the event history."""
    watched.lost.append(lambda envelope: envelope.get("detail", {}).get("eventName") == "TagResource")
    name = watched.a_secret()
    watched.theatre.as_role("terraform", "apply").tag_resource(SecretId=name, Tags=[{"Key": "team", "Value": "red"}])
    watched.settle()
    watched.lost.clear()


def destroy_without_a_call(watched: Watched) -> None:
    """Tell of a secret that went without a call, and let the rule that waits for the call be judged and settled."""
    known, other = watched.a_secret(), f"prod/e2e-{uuid.uuid4().hex[:8]}"
    watched.someone().delete_secret(SecretId=known, ForceDeleteWithoutRecovery=True)
    watched.settle()
    ended = next(e for e in watched.envelopes if e["detail"].get("eventName") == "EndSecretVersionDelete")
    text = json.dumps(ended).replace(known, other).replace(ended["detail"]["eventID"], str(uuid.uuid4()))
    watched.send("ChangesQueue", text)
    watched.settle()
    stage = watched.theatre.stage
    stage.clock.advance(20 * 60)
    try:
        stage.tick()
        watched.settle()
    finally:
        stage.clock.follow()


def test_no_call_of_a_function_was_refused_and_each_could_be_judged(watched: Watched, played: Sequence[Judged]) -> None:
    refused = {(one.session, one.request.action) for one in played if one.verdict is not Verdict.ALLOWED}

    assert refused == set()
    watched.theatre.stage.server.guard.raise_failures()
    functions = watched.theatre.stage.stack.functions.values()
    assert {one.session for one in played} == {function.name for function in functions}


def test_every_function_may_write_its_log_and_not_that_of_another_role(watched: Watched) -> None:
    stack = watched.theatre.stage.stack

    for function in stack.functions.values():
        for other in stack.functions.values():
            writing = writing_to(log_group(stack, other))
            missing = () if other.role_arn == function.role_arn else writing
            assert lacking(function.role_arn, *writing) == missing, (function.logical_id, other.logical_id)


@dataclass(frozen=True, slots=True)
class Permission:
    """One action on one resource that a statement of a role allows."""

    role: str
    statement: str
    action: str
    resource: str

    def is_for(self, action: str, resource: str) -> bool:
        """Tell whether this permission is for something that was needed."""
        return action == self.action and like(resource, self.resource)


def permissions(stack: Stack) -> Iterator[tuple[str, Permission]]:
    """Give every permission of every role as deployed, under the role's ARN."""
    for role in stack.of_type("AWS::IAM::Role"):
        for statement in written(stack, role):
            if statement["Effect"] == "Allow":
                for action in many(statement["Action"]):
                    for resource in many(statement["Resource"]):
                        said = Permission(role.logical_id, statement["Sid"], action, resource)
                        yield role.attributes["Arn"], said


def written(stack: Stack, role: Any) -> list[Any]:
    """Give the statements of a role, those of the policies that are attached beside it included."""
    attached = [one for one in stack.of_type("AWS::IAM::Policy") if role.physical_id in one.properties["Roles"]]
    documents = [one["PolicyDocument"] for one in role.properties["Policies"]]
    documents += [one.properties["PolicyDocument"] for one in attached]
    return [statement for document in documents for statement in document["Statement"]]


def needed(stack: Stack, played: Sequence[Judged]) -> dict[str, set[tuple[str, str]]]:
    """Give what the functions' calls needed, and what Lambda needs in their names: actions on resources, by role."""
    found: dict[str, set[tuple[str, str]]] = {}
    by_name = {function.name: function for function in stack.functions.values()}
    lambdas_own = [(by_name[mapping.function_name], taking_from(mapping.queue_arn)) for mapping in stack.mappings]
    lambdas_own += [(function, writing_to(log_group(stack, function))) for function in stack.functions.values()]
    for function, requests in lambdas_own:
        found.setdefault(function.role_arn, set()).update((one.action, one.resource) for one in requests)
    for one in played:
        found.setdefault(one.role_arn, set()).add((one.request.action, one.request.resource))
    return found


def log_group(stack: Stack, function: Function) -> str:
    """Give the ARN of a function's log group, as the template does."""
    name = stack.resource(function.logical_id).properties["LoggingConfig"]["LogGroup"]
    return str(next(g.attributes["Arn"] for g in stack.of_type("AWS::Logs::LogGroup") if g.physical_id == name))


def test_every_permission_on_every_resource_is_needed(watched: Watched, played: Sequence[Judged]) -> None:
    stack = watched.theatre.stage.stack
    wanted = needed(stack, played)

    unused = {
        (said.role, said.statement, said.action, said.resource)
        for role_arn, said in permissions(stack)
        if not any(said.is_for(*one) for one in wanted[role_arn])
    }

    assert unused == set()


def test_what_is_deployed_is_what_the_template_says(watched: Watched) -> None:
    stack = watched.theatre.stage.stack

    for role in stack.of_type("AWS::IAM::Role"):
        judged = [statement.sid for text in policies_of(role.attributes["Arn"]) for statement in parse_policy(text)]
        assert judged == [statement["Sid"] for statement in written(stack, role)]
