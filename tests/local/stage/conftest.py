"""One stage with the small template per module: it takes seconds to set up.

Not one for the whole run: moto keeps its state per process, and any other test that starts moto empties it.
"""

from __future__ import annotations

import json
import uuid
from pathlib import Path

import pytest

from nightlatch.local.queues.lanes import Caps
from nightlatch.local.running.runtime import RunSettings
from nightlatch.local.stage import Stage, StageSettings

SMALL = Path(__file__).parent.parent / "fixtures" / "small" / "template.yaml"


class Small:
    """The small stack, with the few questions that its tests ask."""

    def __init__(self, stage, envelopes, lines):
        self.stage = stage
        self.envelopes = envelopes
        self.lines = lines
        self._clients = {}

    def client(self, service):
        if service not in self._clients:
            self._clients[service] = self.stage.client(service)
        return self._clients[service]

    def url(self, logical_id):
        return self.stage.stack.physical_id(logical_id)

    def seen(self, **wanted):
        """What the worker wrote down, in the order in which it did."""
        items = self.client("dynamodb").scan(TableName=self.url("Seen"))["Items"]
        rows = [{name: next(iter(value.values())) for name, value in item.items()} for item in items]
        rows.sort(key=lambda row: row["id"])
        return [row for row in rows if all(row.get(name) == value for name, value in wanted.items())]

    def send(self, logical_id, *bodies, groups=()):
        """Send bodies in one batch, so that they arrive together."""
        entries = [{"Id": str(n), "MessageBody": json.dumps(body)} for n, body in enumerate(bodies)]
        for entry, group in zip(entries, groups, strict=False):
            entry["MessageGroupId"] = group
        self.client("sqs").send_message_batch(QueueUrl=self.url(logical_id), Entries=entries)

    def letters(self, logical_id):
        """Take what lies in a queue that nobody serves."""
        found = self.client("sqs").receive_message(
            QueueUrl=self.url(logical_id), MaxNumberOfMessages=10, MessageAttributeNames=["All"]
        )
        for message in found.get("Messages", []):
            self.client("sqs").delete_message(QueueUrl=self.url(logical_id), ReceiptHandle=message["ReceiptHandle"])
        return found.get("Messages", [])

    def invoke(self, logical_id, payload, **options):
        answer = self.client("lambda").invoke(FunctionName=self.url(logical_id), Payload=json.dumps(payload), **options)
        text = answer["Payload"].read()
        return answer.get("FunctionError"), json.loads(text) if text else None


@pytest.fixture(scope="module")
def running_small():
    # A message is hidden for a minute while it is worked on, so that a slow machine sees no duplicate, and for
    # a second after it failed.
    envelopes, lines = [], []
    settings = StageSettings(
        caps=Caps(redelivery_s=1),
        on_envelope=envelopes.append,
        run=RunSettings(on_log=lambda function, line: lines.append((function, line))),
    )
    with Stage(SMALL, settings) as stage:
        small = Small(stage, envelopes, lines)
        yield small
        for client in small._clients.values():
            client.close()


@pytest.fixture
def small(running_small):
    """Hand over a stage where nothing is under way and no dead letter lies about."""
    running_small.stage.settle(timeout_s=60)
    while running_small.letters("Lost"):
        pass
    return running_small


@pytest.fixture
def run_id():
    return uuid.uuid4().hex
