"""The narrator tells every management call, no secret, and never changes what AWS answers."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.narrated import NOW, ROOT, ROOT_KEY, NarratedAws, narrated_aws
from nightlatch.local.aws.moto_server import MotoServer
from nightlatch.local.narrator import Narrator, UnknownService

PLANTED = "planted-7d1f0c"


@pytest.fixture
def aws() -> Iterator[NarratedAws]:
    with narrated_aws() as aws:
        yield aws


@pytest.fixture
def secrets(aws: NarratedAws) -> Any:
    return aws.client("secretsmanager")


def test_no_planted_value_appears_in_anything_told(aws: NarratedAws, secrets: Any) -> None:
    secrets.create_secret(Name="prod/db", SecretString=PLANTED)
    secrets.put_secret_value(SecretId="prod/db", SecretBinary=PLANTED.encode())
    secrets.update_secret(SecretId="prod/db", SecretString=json.dumps({"password": PLANTED}))
    secrets.get_secret_value(SecretId="prod/db")
    secrets.batch_get_secret_value(SecretIdList=["prod/db"])
    with pytest.raises(ClientError):
        secrets.put_secret_value(SecretId="absent", SecretString=PLANTED)
    with pytest.raises(ClientError):
        secrets.create_secret(Name="prod/db", SecretString=PLANTED)
    key = aws.client("kms").create_key()["KeyMetadata"]["KeyId"]
    aws.client("kms").encrypt(KeyId=key, Plaintext=PLANTED)
    queue = aws.client("sqs").create_queue(QueueName="lane")["QueueUrl"]
    aws.client("sqs").send_message(QueueUrl=queue, MessageBody=PLANTED)
    aws.client("iam", "root").create_login_profile(UserName="ana", Password=PLANTED)

    everything = json.dumps(aws.told)

    assert len(aws.records("CreateSecret")) == 2
    assert PLANTED not in everything
    assert "secretString" not in everything
    assert "secretBinary" not in everything


def test_the_new_version_is_named_by_the_request_of_a_put(aws: NarratedAws, secrets: Any) -> None:
    secrets.create_secret(Name="prod/db", SecretString="1")

    version_id = secrets.put_secret_value(SecretId="prod/db", SecretString="2")["VersionId"]

    assert aws.record("PutSecretValue")["requestParameters"]["clientRequestToken"] == version_id


def test_the_record_bears_the_request_id_that_the_caller_got(aws: NarratedAws, secrets: Any) -> None:
    created = secrets.create_secret(Name="prod/db", SecretString="1")

    assert aws.record("CreateSecret")["requestID"] == created["ResponseMetadata"]["RequestId"]


def test_the_time_is_the_stages_and_the_place_the_callers(aws: NarratedAws, secrets: Any) -> None:
    secrets.meta.events.register(
        "before-send", lambda request, **_: request.headers.update({"X-Forwarded-For": "198.51.100.7, 127.0.0.1"})
    )

    secrets.list_secrets()

    record = aws.record("ListSecrets")
    assert (record["eventTime"], record["sourceIPAddress"]) == (NOW.strftime("%Y-%m-%dT%H:%M:%SZ"), "198.51.100.7")


def test_without_a_scene_the_caller_is_the_peer(aws: NarratedAws, secrets: Any) -> None:
    secrets.list_secrets()

    assert aws.record("ListSecrets")["sourceIPAddress"] == "127.0.0.1"


def test_the_caller_is_known_though_the_call_deletes_its_key(aws: NarratedAws) -> None:
    iam = aws.client("iam", "mallory")
    (key,) = iam.list_access_keys(UserName="mallory")["AccessKeyMetadata"]

    iam.delete_access_key(UserName="mallory", AccessKeyId=key["AccessKeyId"])

    assert aws.record("DeleteAccessKey")["userIdentity"]["userName"] == "mallory"


def test_a_refused_call_keeps_its_parameters_unless_it_was_denied(aws: NarratedAws, secrets: Any) -> None:
    with pytest.raises(ClientError):
        secrets.get_secret_value(SecretId="absent")

    record = aws.record("GetSecretValue")
    assert (record["errorCode"], record["requestParameters"]) == (
        "ResourceNotFoundException",
        {"secretId": "absent"},
    )


def test_iam_speaks_in_us_east_1_and_names_the_shape_of_its_error(aws: NarratedAws) -> None:
    with pytest.raises(ClientError, match="NoSuchEntity"):
        aws.client("iam").get_user(UserName="nobody")

    record = aws.record("GetUser")
    assert (record["awsRegion"], record["errorCode"]) == ("us-east-1", "NoSuchEntityException")


def test_a_batch_read_is_told_with_one_read_for_each_secret(aws: NarratedAws, secrets: Any) -> None:
    for name in ("prod/db", "prod/api"):
        secrets.create_secret(Name=name, SecretString=PLANTED)
    deny = {"Effect": "Deny", "Principal": "*", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}
    secrets.put_resource_policy(SecretId="prod/api", ResourcePolicy=json.dumps({"Statement": deny}))

    secrets.batch_get_secret_value(SecretIdList=["prod/db", "prod/api"])

    assert aws.record("BatchGetSecretValue")["requestParameters"] == {"secretIdList": ["prod/db", "prod/api"]}
    reads = [(each["requestParameters"], each.get("errorCode")) for each in aws.records("GetSecretValue")]
    assert reads == [({"secretId": "prod/db"}, None), (None, "AccessDenied")]


def test_data_events_are_not_told(aws: NarratedAws) -> None:
    queue = aws.client("sqs").create_queue(QueueName="lane")["QueueUrl"]
    topic = aws.client("sns").create_topic(Name="told")["TopicArn"]
    aws.told.clear()

    aws.client("sqs").send_message(QueueUrl=queue, MessageBody="1")
    aws.client("sqs").receive_message(QueueUrl=queue)
    aws.client("sns").publish(TopicArn=topic, Message="1")
    aws.client("events").put_events(Entries=[{"Source": "shop", "DetailType": "sold", "Detail": "{}"}])
    aws.client("cloudwatch").put_metric_data(Namespace="shop", MetricData=[{"MetricName": "sold", "Value": 1}])
    aws.client("sqs").purge_queue(QueueUrl=queue)

    assert [each["detail"]["eventName"] for each in aws.told] == ["PurgeQueue"]


def test_a_service_nobody_decided_about_is_a_failure_and_not_a_silence() -> None:
    told: list[dict[str, Any]] = []
    with MotoServer(told.append, now=lambda: NOW) as server:
        aws = NarratedAws(server=server, told=told, keys={"root": ROOT})

        answered = aws.client("ecr", "root").describe_repositories()

        assert answered["repositories"] == []
        with pytest.raises(ExceptionGroup, match="not narrated: ecr") as raised:
            server.narrator.raise_failures()
    assert raised.group_contains(UnknownService)


def test_a_listener_that_fails_does_not_change_the_answer() -> None:
    def fail(_: object) -> None:
        raise OSError("the bus is full")

    with MotoServer(fail, now=lambda: NOW) as server:
        aws = NarratedAws(server=server, told=[], keys={"root": ROOT})

        created = aws.client("secretsmanager", "root").create_secret(Name="prod/db", SecretString="1")

        assert created["Name"] == "prod/db"
        assert [failure.what for failure in server.narrator.failures] == [
            "ApiCall(secretsmanager:CreateSecret)",
            "a call of KMS in the caller's name",
            "Secret Label Updated",
        ]


def test_an_unsigned_request_passes_untold() -> None:
    told: list[object] = []
    narrator = Narrator(lambda _environ, _start: [b"hello"], told.append, lambda: NOW)

    assert list(narrator({"PATH_INFO": "/", "REQUEST_METHOD": "GET"}, lambda *_: None)) == [b"hello"]
    assert told == []


def test_a_call_in_which_moto_fails_is_a_failure_to_narrate() -> None:
    def broken(_environ: object, _start: object) -> list[bytes]:
        raise NotImplementedError

    told: list[object] = []
    narrator = Narrator(broken, told.append, lambda: NOW)
    environ = {
        "HTTP_AUTHORIZATION": f"AWS4-HMAC-SHA256 Credential={ROOT_KEY}/20260302/eu-west-1/kms/aws4_request",
        "HTTP_X_AMZ_TARGET": "TrentService.ListKeys",
        "CONTENT_LENGTH": "2",
        "wsgi.input": io.BytesIO(b"{}"),
    }

    with pytest.raises(NotImplementedError):
        list(narrator(environ, lambda *_: None))

    assert told == []
    with pytest.raises(ExceptionGroup, match="kms:ListKeys"):
        narrator.raise_failures()
