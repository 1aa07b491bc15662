"""A function's role gets what its policies allow and is refused the rest in AWS's words; others are let alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.guarded import ROLE, TABLE, USER, WORKER, Guarded, guarded_aws, refused, why_not
from local.narrated import REGION
from nightlatch.local.aws.moto_server import ACCOUNT_ID
from nightlatch.local.permissions.guard import CODE
from nightlatch.local.permissions.policies import Verdict


@pytest.fixture
def guarded() -> Iterator[Guarded]:
    with guarded_aws() as opened:
        yield opened


def make_table(guarded: Guarded, name: str = "state") -> None:
    guarded.root("dynamodb").create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
    )


ITEM = {"pk": {"S": "1"}}


def test_a_role_without_a_policy_is_refused_and_one_with_it_passes(guarded: Guarded) -> None:
    make_table(guarded)
    table = guarded.worker("dynamodb")

    with refused("AccessDeniedException", why_not("dynamodb:PutItem", TABLE)):
        table.put_item(TableName="state", Item=ITEM)
    guarded.allow({"Action": "dynamodb:PutItem", "Resource": TABLE})
    table.put_item(TableName="state", Item=ITEM)
    guarded.allow({"Action": "dynamodb:GetItem", "Resource": TABLE})
    with refused("AccessDeniedException", why_not("dynamodb:PutItem", TABLE)):
        table.put_item(TableName="state", Item=ITEM)

    assert [one.verdict for one in guarded.judged] == [Verdict.NOT_ALLOWED, Verdict.ALLOWED, Verdict.NOT_ALLOWED]
    assert {(one.role_arn, one.session) for one in guarded.judged} == {(ROLE, "Function")}


def test_people_keys_and_other_roles_keep_every_right(guarded: Guarded) -> None:
    guarded.aws.as_role("visitor", "visit")
    make_table(guarded)

    for caller in ("ana", "visitor", "root"):
        guarded.aws.client("dynamodb", caller).scan(TableName="state")

    assert guarded.judged == []


def test_a_managed_policy_counts_in_its_version_in_force(guarded: Guarded) -> None:
    make_table(guarded)
    iam, table = guarded.root("iam"), guarded.worker("dynamodb")
    texts = [
        json.dumps({"Version": "2012-10-17", "Statement": {"Effect": effect, "Action": "dynamodb:*", "Resource": "*"}})
        for effect in ("Allow", "Deny")
    ]
    arn = iam.create_policy(PolicyName="tables", PolicyDocument=texts[0])["Policy"]["Arn"]
    iam.attach_role_policy(RoleName=WORKER, PolicyArn=arn)

    table.get_item(TableName="state", Key=ITEM)
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=texts[1], SetAsDefault=True)

    ending = "with an explicit deny in an identity-based policy"
    with refused("AccessDeniedException", why_not("dynamodb:GetItem", TABLE, ending)):
        table.get_item(TableName="state", Key=ITEM)


def test_a_batch_needs_every_table_that_it_names(guarded: Guarded) -> None:
    make_table(guarded)
    make_table(guarded, "other")
    guarded.allow({"Action": "dynamodb:Batch*", "Resource": TABLE})
    table, other = guarded.worker("dynamodb"), TABLE.replace("state", "other")

    table.batch_get_item(RequestItems={"state": {"Keys": [ITEM]}})
    with refused("AccessDeniedException", why_not("dynamodb:BatchWriteItem", other)):
        table.batch_write_item(RequestItems={name: [{"PutRequest": {"Item": ITEM}}] for name in ("state", "other")})

    assert guarded.needed() == [
        ("dynamodb:BatchGetItem", TABLE),
        ("dynamodb:BatchWriteItem", TABLE),
        ("dynamodb:BatchWriteItem", other),
    ]


def test_a_transaction_needs_the_permission_of_each_part(guarded: Guarded) -> None:
    make_table(guarded)
    guarded.allow({"Action": ["dynamodb:PutItem", "dynamodb:ConditionCheckItem"], "Resource": TABLE})
    check = {"TableName": "state", "Key": {"pk": {"S": "2"}}, "ConditionExpression": "attribute_not_exists(pk)"}
    items: list[dict[str, Any]] = [{"Put": {"TableName": "state", "Item": ITEM}}, {"ConditionCheck": check}]

    guarded.worker("dynamodb").transact_write_items(TransactItems=items)
    with refused("AccessDeniedException", why_not("dynamodb:DeleteItem", TABLE)):
        guarded.worker("dynamodb").transact_write_items(
            TransactItems=[*items, {"Delete": {"TableName": "state", "Key": {"pk": {"S": "3"}}}}]
        )


def test_a_query_of_an_index_is_asked_about_the_index(guarded: Guarded) -> None:
    make_table(guarded)
    asked = {"KeyConditionExpression": "pk = :pk", "ExpressionAttributeValues": {":pk": {"S": "1"}}}

    with refused("AccessDeniedException", why_not("dynamodb:Query", f"{TABLE}/index/by-day")):
        guarded.worker("dynamodb").query(TableName="state", IndexName="by-day", **asked)


def test_a_queue_refuses_in_its_own_spelling_and_a_batch_needs_the_single_action(guarded: Guarded) -> None:
    url = guarded.root("sqs").create_queue(QueueName="alerts")["QueueUrl"]
    arn = f"arn:aws:sqs:{REGION}:{ACCOUNT_ID}:alerts"

    with refused("AccessDenied", why_not("sqs:sendmessage", arn)):
        guarded.worker("sqs").send_message(QueueUrl=url, MessageBody="{}")
    guarded.allow({"Action": "sqs:SendMessage", "Resource": arn})
    guarded.worker("sqs").send_message_batch(QueueUrl=url, Entries=[{"Id": "1", "MessageBody": "{}"}])


def test_publishing_needs_the_key_of_the_topic_as_well(guarded: Guarded) -> None:
    key = guarded.root("kms").create_key()["KeyMetadata"]
    topic = guarded.root("sns").create_topic(Name="alerts", Attributes={"KmsMasterKeyId": key["KeyId"]})["TopicArn"]
    sns, publish = guarded.worker("sns"), {"Action": "sns:Publish", "Resource": topic}

    with refused("AuthorizationError", why_not("SNS:Publish", topic)):
        sns.publish(TopicArn=topic, Message="m")
    guarded.allow(publish)
    with refused("KMSAccessDenied", why_not("kms:GenerateDataKey", key["Arn"])):
        sns.publish(TopicArn=topic, Message="m")
    guarded.allow(publish, {"Action": ["kms:GenerateDataKey", "kms:Decrypt"], "Resource": key["Arn"]})
    sns.publish(TopicArn=topic, Message="m")


def test_a_topic_without_a_key_or_with_awss_own_needs_none(guarded: Guarded) -> None:
    for number, attributes in enumerate(({}, {"KmsMasterKeyId": "alias/aws/sns"})):
        topic = guarded.root("sns").create_topic(Name=f"t{number}", Attributes=attributes)["TopicArn"]
        guarded.allow({"Action": "sns:Publish", "Resource": topic})

        guarded.worker("sns").publish(TopicArn=topic, Message="m")


def test_a_secret_is_asked_about_by_its_full_arn_however_it_is_named(guarded: Guarded) -> None:
    arn = guarded.root("secretsmanager").create_secret(Name="prod/db", SecretString="v")["ARN"]
    guarded.allow({"Action": "secretsmanager:DescribeSecret", "Resource": arn})
    secrets = guarded.worker("secretsmanager")

    for secret_id in ("prod/db", arn, arn[:-7]):
        secrets.describe_secret(SecretId=secret_id)
    with refused("AccessDeniedException", why_not("secretsmanager:DescribeSecret", "prod/unknown")):
        secrets.describe_secret(SecretId="prod/unknown")

    unknown = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT_ID}:secret:prod/unknown"
    assert [resource for _, resource in guarded.needed()] == [arn, arn, arn, unknown]


def test_a_refused_call_of_a_narrated_service_is_told_as_aws_tells_it(guarded: Guarded) -> None:
    guarded.root("secretsmanager").create_secret(Name="prod/db", SecretString="v")
    text = why_not("secretsmanager:RestoreSecret", "prod/db")

    with refused("AccessDeniedException", text):
        guarded.worker("secretsmanager").restore_secret(SecretId="prod/db")

    record = guarded.aws.record("RestoreSecret")
    assert (record["errorCode"], record["errorMessage"]) == ("AccessDenied", text)
    assert record["userIdentity"]["arn"] == USER
    assert (record["requestParameters"], record["responseElements"]) == (None, None)
    guarded.aws.server.narrator.raise_failures()


def test_a_label_is_moved_only_where_the_condition_allows_it(guarded: Guarded) -> None:
    secrets = guarded.root("secretsmanager")
    version = secrets.create_secret(Name="prod/db", SecretString="v")["VersionId"]
    guarded.allow(
        {
            "Action": "secretsmanager:UpdateSecretVersionStage",
            "Resource": "*",
            "Condition": {"StringLike": {"secretsmanager:VersionStage": ["AWSCURRENT", "nightlatch/*"]}},
        }
    )
    worker = guarded.worker("secretsmanager")

    worker.update_secret_version_stage(SecretId="prod/db", VersionStage="nightlatch/1", MoveToVersionId=version)
    with pytest.raises(ClientError, match="is not authorized to perform: secretsmanager:UpdateSecretVersionStage"):
        worker.update_secret_version_stage(SecretId="prod/db", VersionStage="mine", MoveToVersionId=version)


def test_a_value_under_a_key_of_ones_own_needs_that_key_by_way_of_the_service(guarded: Guarded) -> None:
    key = guarded.root("kms").create_key()["KeyMetadata"]
    guarded.root("secretsmanager").create_secret(Name="slack", SecretString="v", KmsKeyId=key["KeyId"])
    read = {"Action": "secretsmanager:GetSecretValue", "Resource": "*"}
    via = {"StringEquals": {"kms:ViaService": f"secretsmanager.{REGION}.amazonaws.com"}}
    secrets = guarded.worker("secretsmanager")

    guarded.allow(read)
    with refused("AccessDeniedException", "Access to KMS is not allowed"):
        secrets.get_secret_value(SecretId="slack")
    guarded.allow(read, {"Action": "kms:Decrypt", "Resource": key["Arn"], "Condition": via})

    assert secrets.get_secret_value(SecretId="slack")["SecretString"] == "v"


def test_parameters_and_keys_are_asked_about_by_their_arns(guarded: Guarded) -> None:
    key = guarded.root("kms").create_key()["KeyMetadata"]
    guarded.root("ssm").put_parameter(Name="/nightlatch/policy", Value="{}", Type="String")
    parameter = f"arn:aws:ssm:{REGION}:{ACCOUNT_ID}:parameter/nightlatch/policy"

    with refused("AccessDeniedException", why_not("ssm:GetParameter", parameter)):
        guarded.worker("ssm").get_parameter(Name="/nightlatch/policy", WithDecryption=True)
    with refused("AccessDeniedException", why_not("kms:DescribeKey", key["Arn"])):
        guarded.worker("kms").describe_key(KeyId=key["KeyId"])


def test_a_service_that_speaks_rest_refuses_in_rest(guarded: Guarded) -> None:
    arn = f"arn:aws:lambda:{REGION}:{ACCOUNT_ID}:function:f"

    with refused("AccessDeniedException", why_not("lambda:InvokeFunction", arn)):
        guarded.worker("lambda").invoke(FunctionName="f")


def test_who_one_is_may_always_be_asked(guarded: Guarded) -> None:
    assert guarded.worker("sts").get_caller_identity()["Arn"] == USER


@pytest.mark.parametrize(
    ("service", "operation", "arguments", "said"),
    [
        ("dynamodb", "scan", {"TableName": "state"}, "dynamodb:Scan"),
        ("secretsmanager", "batch_get_secret_value", {"SecretIdList": ["a"]}, "secretsmanager:BatchGetSecretValue"),
        ("sns", "list_topics", {}, "sns:ListTopics"),
        ("s3", "list_buckets", {}, "s3"),
    ],
)
def test_an_operation_that_nobody_has_mapped_is_an_error_that_names_it(
    guarded: Guarded, service: str, operation: str, arguments: dict[str, str], said: str
) -> None:
    make_table(guarded)
    guarded.allow({"Action": "*", "Resource": "*"})

    with pytest.raises(ClientError) as raised:
        getattr(guarded.worker(service), operation)(**arguments)

    if service != "s3":  # nobody knows how to answer in a language that was not understood
        assert raised.value.response["Error"]["Code"] == CODE
        assert said in raised.value.response["Error"]["Message"]
    with pytest.raises(ExceptionGroup) as failures:
        guarded.aws.server.guard.raise_failures()
    assert said in str(failures.value.exceptions[0])


def test_a_policy_that_cannot_be_judged_lets_nothing_pass(guarded: Guarded) -> None:
    make_table(guarded)
    condition = {"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}}
    guarded.allow({"Action": "*", "Resource": "*"}, {"Action": "s3:*", "Resource": "*", "Condition": condition})

    with pytest.raises(ClientError, match="cannot judge this call: the condition operator IpAddress"):
        guarded.worker("dynamodb").get_item(TableName="state", Key=ITEM)


def test_a_session_with_a_policy_of_its_own_is_not_judged(guarded: Guarded) -> None:
    make_table(guarded)
    guarded.allow({"Action": "*", "Resource": "*"})
    lent = guarded.aws.client("sts").assume_role(RoleArn=ROLE, RoleSessionName="narrow", Policy="{}")["Credentials"]
    guarded.aws.keys["narrow"] = {
        "aws_access_key_id": lent["AccessKeyId"],
        "aws_secret_access_key": lent["SecretAccessKey"],
        "aws_session_token": lent["SessionToken"],
    }

    with pytest.raises(ClientError, match="the session policy of"):
        guarded.aws.client("dynamodb", "narrow").get_item(TableName="state", Key=ITEM)
