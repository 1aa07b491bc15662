"""The functions of the stack on moto, warm, with an owner of secrets beside them and everything they say on tap.

Each function is imported as Lambda does and given the messages that it would get; between them lie real queues and one
table. Slack is a small server that takes whatever it is sent.
"""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import ModuleType
from typing import Any

import pytest
from moto.dynamodb.models import dynamodb_backends
from moto.secretsmanager.models import secretsmanager_backends

from builders import a_finding, a_response
from functions.handlers import Context, batch, cold_start
from nightlatch.adapters.clock import clock
from nightlatch.adapters.incidents import DynamoIncidents
from nightlatch.adapters.ledger.responses import DynamoLedger
from nightlatch.domain.answering.actions import Action
from nightlatch.domain.answering.responses import Response, Signal, advance
from nightlatch.domain.event.secrets import SecretRef, secret_ref
from own_records import ACCOUNT, REGION, in_envelope, own_record
from planted.tap import Tap, unheard
from worlds import TABLE, a_client, a_table, items_of

BUCKET, PARAMETER, BRAKE = "vault", "/nightlatch/policy", "/nightlatch/nightlatch/kill-switch"
POLICY = {
    "version": 1,
    "defaults": {"mode": "notify"},
    "approvers": [{"slack": "U0ANA", "name": "ana", "principals": ["*:user/moto"]}],
    "secrets": [
        {"match": {"names": ["prod/s1", "prod/s2"]}, "mode": "protect", "snapshots": {"vault": {"retention_days": 30}}},
        {"match": {"names": ["prod/*"]}, "mode": "notify", "snapshots": {"vault": {"retention_days": 30}}},
    ],
}
_BATCH = 50
_FUNCTIONS = ("detector", "keeper", "notifier", "responder")


def a_value(value: str | bytes) -> dict[str, str | bytes]:
    """Write a value as a parameter of Secrets Manager."""
    return {"SecretString": value} if isinstance(value, str) else {"SecretBinary": value}


@dataclass
class Engine:
    """A stack, and what its customer does."""

    apps: Mapping[str, ModuleType]
    tap: Tap
    topic: str  # the URL of a queue that is subscribed to the topic
    letters: list[str] = field(default_factory=list)  # what was sent to Slack
    arns: dict[str, str] = field(default_factory=dict)
    records: list[dict[str, Any]] = field(default_factory=list)

    # -- what the owner of the secrets does, and what EventBridge brings of it

    def customer(self, operation: str, **asked: Any) -> Any:
        """Let the owner call Secrets Manager."""
        with unheard():
            return getattr(a_client("secretsmanager"), operation)(**asked)

    def creates(self, name: str, value: str | bytes) -> list[str]:
        """Let a secret be made; give the messages that follow."""
        made = self.customer("create_secret", Name=name, **a_value(value))
        self.arns[name] = made["ARN"]
        asked = {"name": name, "clientRequestToken": made["VersionId"]}
        return [self.message("create_secret", name, asked), self.label(name, made["VersionId"])]

    def writes(self, name: str, value: str | bytes) -> list[str]:
        """Let a value be overwritten."""
        version = self.customer("put_secret_value", SecretId=name, **a_value(value))["VersionId"]
        asked = {"secretId": name, "clientRequestToken": version}
        return [self.message("put_secret_value", name, asked), self.label(name, version)]

    def rotates(self, name: str, value: str | bytes) -> list[str]:
        """Let a rotation write a value that is pending, and make it current."""
        before = self.customer("get_secret_value", SecretId=name)["VersionId"]
        stages = {"VersionStages": ["AWSPENDING"]}
        version = self.customer("put_secret_value", SecretId=name, **a_value(value), **stages)["VersionId"]
        ends = {"MoveToVersionId": version, "RemoveFromVersionId": before}
        self.customer("update_secret_version_stage", SecretId=name, VersionStage="AWSCURRENT", **ends)
        asked = {"secretId": name, "clientRequestToken": version, "versionStages": ["AWSPENDING"]}
        moved = {
            "secretId": name,
            "versionStage": "AWSCURRENT",
            "moveToVersionId": version,
            "removeFromVersionId": before,
        }
        ended = self.message("rotation_succeeded", name, None, additionalEventData={"SecretId": self.arns[name]})
        put = self.message("put_secret_value", name, asked)
        return [put, self.message("move_label", name, moved), self.label(name, version), ended]

    def reads(self, name: str) -> list[str]:
        """Let a value be read."""
        self.customer("get_secret_value", SecretId=name)
        return [self.message("get_secret_value", name, {"secretId": self.arns[name]}, responseElements=None)]

    def deletes(self, name: str, **how: Any) -> list[str]:
        """Let a secret be deleted."""
        self.customer("delete_secret", SecretId=name, **how)
        asked = {key[0].lower() + key[1:]: value for key, value in how.items()}
        return [self.message("force_delete" if len(how) == 0 else "delete_secret", name, {"secretId": name, **asked})]

    def forgets(self, name: str, version: str) -> None:
        """Let Secrets Manager collect a version."""
        secret = secretsmanager_backends[ACCOUNT][REGION].secrets[self.arns[name]]
        secret.versions.pop(version)

    def message(self, record: str, name: str, asked: object, **changes: Any) -> str:
        """Write what EventBridge brings of a call just now."""
        stamp = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
        answered = {"responseElements": {"arn": self.arns[name], "name": name}, **changes}
        ids = {"eventID": str(uuid.uuid4()), "requestID": str(uuid.uuid4()), "eventTime": stamp}
        made = own_record(record, requestParameters=asked, **ids, **answered)
        self.records.append(made)
        return json.dumps(in_envelope(made))

    def label(self, name: str, version: str) -> str:
        """Write the native event of AWSCURRENT."""
        detail = {"name": name, "labelUpdated": "AWSCURRENT", "versionId": version}
        stamp = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
        ids = {"id": str(uuid.uuid4()), "resources": [self.arns[name]], "time": stamp}
        return json.dumps(own_record("label_updated", detail=detail, **ids))

    # -- what the functions do

    def call(self, function: str, event: dict[str, Any]) -> Any:
        """Invoke a function and search its answer; its error is what Lambda would print."""
        try:
            answer = self.apps[function].handler(event, Context())
        except Exception as error:  # noqa: BLE001 - Lambda prints whatever comes out
            self.tap.search_error(error)
            return None
        self.tap.search("answers", answer)
        return answer

    def told(self, messages: Sequence[str]) -> None:
        """Bring messages to both that look at events, in batches, and let what follows be done and told."""
        for start in range(0, len(messages), _BATCH):
            some = messages[start : start + _BATCH]
            self.call("keeper", batch(*some))
            self.call("detector", batch(*some))
        self.settles()

    def settles(self) -> None:
        """Deliver what lies in the queues until nothing does."""
        for _ in range(10):
            orders, notices = self.taken("responses.fifo"), self.taken("alerts")
            if not orders and not notices:
                return
            for function, bodies in (("responder", orders), ("notifier", notices)):
                if bodies:
                    self.call(function, batch(*bodies))

    def taken(self, queue: str) -> list[str]:
        """Take what lies in a queue, and search it."""
        sqs, bodies = a_client("sqs"), []
        url = queue if queue.startswith("http") else sqs.get_queue_url(QueueName=queue)["QueueUrl"]
        while some := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
            for message in some:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            bodies += [str(message["Body"]) for message in some]
        self.tap.search("queues", "\n".join(bodies))
        return bodies

    def does(self, action: Action) -> Response:
        """Have an act carried out."""
        ledger = DynamoLedger(a_table_again(), now=clock(""))
        offered = a_response(action=action, now=datetime.now(UTC), id=f"r-{uuid.uuid4().hex[:12]}")
        wished = advance(offered, Signal.APPROVE, actor="ana (U0ANA)", now=datetime.now(UTC))
        ledger.propose(wished)
        self.call("responder", batch(json.dumps({"response_id": wished.id})))
        self.tap.search_object(ledger.get(wished.id))
        return ledger.get(wished.id)

    def tells_of_change(self, secret: SecretRef) -> None:
        """Have people told that a value was changed, with what is known of the change."""
        incidents = DynamoIncidents(a_table_again(), now=clock(""))
        finding = a_finding(rule="change.unexpected-writer", calls=("PutSecretValue",), secrets=(secret,))
        incident, _ = incidents.fold(finding, policy_digest="")
        self.call("notifier", batch(json.dumps({"incident_id": incident.id, "mark": uuid.uuid4().hex})))

    def secret(self, name: str) -> SecretRef:
        """Refer to a secret."""
        return secret_ref(self.arns[name], account_id=ACCOUNT, region=REGION, by_aws=True)

    def forget_history(self) -> None:
        """Search the table and empty it: moto takes the longer for each call, the more there is."""
        self.search_table()
        dynamodb_backends[ACCOUNT][REGION].tables[TABLE].items.clear()

    def search_table(self) -> None:
        """Search all that stands in the table."""
        for item in items_of(a_client("dynamodb")):
            self.tap.search("tables", item)

    def search_what_is_kept(self) -> None:
        """Search the table, the vault, and what was published."""
        self.search_table()
        objects = a_client("s3")
        for one in objects.list_object_versions(Bucket=BUCKET).get("Versions", ()):
            found = objects.get_object(Bucket=BUCKET, Key=one["Key"], VersionId=one["VersionId"])
            self.tap.search("vault", found["Body"].read())
            self.tap.search("vault", [one["Key"], found["Metadata"], found["ResponseMetadata"]])
        self.taken(self.topic)
        for letter in self.letters:
            self.tap.search("slack", letter)


def a_table_again() -> Any:
    """Give the one table once more."""
    from nightlatch.adapters.table import Table  # noqa: PLC0415 - beside its only use

    return Table(a_client("dynamodb"), TABLE, pause=lambda _: None)


@contextmanager
def running(tap: Tap, patches: pytest.MonkeyPatch) -> Iterator[Engine]:
    """Deploy a stack on moto, which must answer."""
    letters: list[str] = []
    patches.setattr("time.sleep", lambda _: None)  # what waits for AWS waits for nothing here
    with _slack(letters) as slack_url:
        for name, value in _environment(slack_url).items():
            patches.setenv(name, value)
        yield Engine({name: cold_start(name) for name in _FUNCTIONS}, tap, _subscribed(), letters)


def _environment(slack_url: str) -> Mapping[str, str]:
    table, _ = a_table()
    kms, objects, sqs = a_client("kms"), a_client("s3"), a_client("sqs")
    objects.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    objects.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    for name, value in ((PARAMETER, json.dumps(POLICY)), (BRAKE, "off")):
        a_client("ssm").put_parameter(Name=name, Type="String", Value=value)
    slack = a_client("secretsmanager").create_secret(
        Name="slack", SecretString=json.dumps({"signing_secret": "s" * 32, "token": "t", "channel": "C1"})
    )
    hmac_key = kms.create_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")["KeyMetadata"]["Arn"]
    outputs = {
        **dict.fromkeys(("StateTableName", "IncidentTableName", "ResponseTableName", "SnapshotTableName"), table._name),
        "Vault": "yes",
        "AlertsQueueUrl": sqs.create_queue(QueueName="alerts")["QueueUrl"],
        "ResponsesQueueUrl": sqs.create_queue(QueueName="responses.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"],
        "PolicyParameter": PARAMETER,
        "KillSwitchParameter": BRAKE,
    }
    template = {
        "Resources": {"Ours": {"Type": "AWS::SNS::Topic"}},
        "Outputs": {name: {"Value": value} for name, value in outputs.items()},
    }
    stack = a_client("cloudformation").create_stack(StackName="nightlatch", TemplateBody=json.dumps(template))
    return {
        "POWERTOOLS_METRICS_NAMESPACE": "nightlatch",
        "POWERTOOLS_TRACE_DISABLED": "true",
        "NIGHTLATCH_STATE_TABLE": table._name,
        "NIGHTLATCH_INCIDENT_TABLE": table._name,
        "NIGHTLATCH_RESPONSE_TABLE": table._name,
        "NIGHTLATCH_SNAPSHOT_TABLE": table._name,
        "NIGHTLATCH_KEEPER_QUEUE_URL": sqs.create_queue(QueueName="keeper")["QueueUrl"],
        "NIGHTLATCH_ALERTS_QUEUE_URL": outputs["AlertsQueueUrl"],
        "NIGHTLATCH_RESPONSES_QUEUE_URL": outputs["ResponsesQueueUrl"],
        "NIGHTLATCH_TOPIC_ARN": a_client("sns").create_topic(Name="topic")["TopicArn"],
        "NIGHTLATCH_POLICY_PARAMETER": PARAMETER,
        "NIGHTLATCH_KILL_SWITCH_PARAMETER": BRAKE,
        "NIGHTLATCH_SLACK_SECRET_ID": slack["ARN"],
        "NIGHTLATCH_SLACK_API_URL": slack_url,
        "NIGHTLATCH_ACTION_MODE": "slack",
        "NIGHTLATCH_STACK": str(stack["StackId"]),
        "NIGHTLATCH_VAULT": "yes",
        "NIGHTLATCH_VAULT_BUCKET": BUCKET,
        "NIGHTLATCH_VAULT_KEY": kms.create_key()["KeyMetadata"]["Arn"],
        "NIGHTLATCH_FINGERPRINT_KEY": hmac_key,
    }


def _subscribed() -> str:
    sqs, sns = a_client("sqs"), a_client("sns")
    url = sqs.create_queue(QueueName="letters")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    topic = next(one["TopicArn"] for one in sns.list_topics()["Topics"] if one["TopicArn"].endswith(":topic"))
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    return str(url)


@contextmanager
def _slack(letters: list[str]) -> Iterator[str]:
    """Run a Slack that takes everything."""

    class Post(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            letters.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            answer = json.dumps({"ok": True, "ts": f"{len(letters)}.0", "channel": "C1"}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Post)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
