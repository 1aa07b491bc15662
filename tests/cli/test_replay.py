"""Dead letters go back to their lane when somebody says yes, counted first; none is lost, none is doubled."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest

from nightlatch.cli.main import run
from nightlatch.cli.speech.exit_codes import ExitCode
from worlds import a_client, on_moto

LANES = ("Changes", "Reads", "Responses")


class Queues:
    """The lanes of a stack, and their letters."""

    def __init__(self) -> None:
        self.sqs = a_client("sqs")
        resources: dict[str, Any] = {}
        for name in LANES:
            fifo = {"FifoQueue": True} if name == "Responses" else {}
            for queue in (f"{name}Queue", f"{name}DeadLetterQueue"):
                named = {"QueueName": f"{queue}{'.fifo' if fifo else ''}"}
                resources[queue] = {"Type": "AWS::SQS::Queue", "Properties": {**named, **fifo}}
        a_client("cloudformation").create_stack(
            StackName="nightlatch", TemplateBody=json.dumps({"Resources": resources})
        )

    def url(self, queue: str) -> str:
        suffix = ".fifo" if queue.startswith("Responses") else ""
        return str(self.sqs.get_queue_url(QueueName=f"{queue}{suffix}")["QueueUrl"])

    def put(self, queue: str, *bodies: str, group: str = "") -> None:
        for body in bodies:
            order = {"MessageGroupId": group, "MessageDeduplicationId": body} if group else {}
            self.sqs.send_message(QueueUrl=self.url(queue), MessageBody=body, **order)

    def bodies(self, queue: str) -> list[str]:
        found = []
        while True:
            got = self.sqs.receive_message(
                QueueUrl=self.url(queue), MaxNumberOfMessages=10, AttributeNames=["MessageGroupId"]
            ).get("Messages", [])
            if not got:
                return found
            found += [f"{one['Body']}{one.get('Attributes', {}).get('MessageGroupId', '')}" for one in got]
            for one in got:
                self.sqs.delete_message(QueueUrl=self.url(queue), ReceiptHandle=one["ReceiptHandle"])


@pytest.fixture
def queues(monkeypatch: pytest.MonkeyPatch) -> Iterator[Queues]:
    with on_moto(monkeypatch):
        yield Queues()


def test_without_a_lane_the_letters_are_counted_and_stay(queues: Queues, capsys: pytest.CaptureFixture[str]) -> None:
    queues.put("ChangesDeadLetterQueue", "a", "b")

    assert run(["replay"]) == ExitCode.CLEAN

    captured = capsys.readouterr()
    assert captured.out == "LANE\tLETTERS\tLOOKED AT NOW\nchanges\t2\t0\nreads\t0\t0\nresponses\t0\t0\n"
    assert "nightlatch replay --dlq LANE" in captured.err
    assert sorted(queues.bodies("ChangesDeadLetterQueue")) == ["a", "b"]


def test_letters_of_the_lane_that_was_named_go_back_and_no_others(
    queues: Queues, capsys: pytest.CaptureFixture[str]
) -> None:
    letters = [f"letter {number}" for number in range(23)]
    queues.put("ChangesDeadLetterQueue", *letters)
    queues.put("ReadsDeadLetterQueue", "of reads")

    assert run(["replay", "--dlq", "changes", "--yes"]) == ExitCode.CLEAN

    assert "changes: 23 letters moved back" in capsys.readouterr().out
    assert sorted(queues.bodies("ChangesQueue")) == sorted(letters)
    assert queues.bodies("ChangesDeadLetterQueue") == []
    assert queues.bodies("ReadsDeadLetterQueue") == ["of reads"]


def test_doing_it_again_moves_nothing_twice(queues: Queues, capsys: pytest.CaptureFixture[str]) -> None:
    queues.put("ReadsDeadLetterQueue", "a")
    run(["replay", "--dlq", "all", "--yes"])
    capsys.readouterr()

    assert run(["replay", "--dlq", "all", "--yes"]) == ExitCode.CLEAN

    assert "moved back" not in capsys.readouterr().out
    assert queues.bodies("ReadsQueue") == ["a"]


def test_an_order_keeps_its_secret_as_its_group(queues: Queues) -> None:
    queues.put("ResponsesDeadLetterQueue", "order of ", group="prod/db")

    assert run(["replay", "--dlq", "responses", "--yes"]) == ExitCode.CLEAN

    assert queues.bodies("ResponsesQueue") == ["order of prod/db"]


@pytest.mark.parametrize(
    ("options", "typed", "code"),
    [(["--dry-run"], "", ExitCode.CLEAN), ([], "n\n", ExitCode.CLEAN), ([], "", ExitCode.REFUSED)],
)
def test_unless_somebody_says_yes_nothing_moves(
    queues: Queues, options: list[str], typed: str, code: ExitCode, monkeypatch: pytest.MonkeyPatch
) -> None:
    queues.put("ChangesDeadLetterQueue", "a")
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))

    assert run(["replay", "--dlq", "changes", *options]) == code

    assert queues.bodies("ChangesDeadLetterQueue") == ["a"]


def test_a_stack_without_lanes_is_said_to_be_none(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with on_moto(monkeypatch):
        template = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}
        a_client("cloudformation").create_stack(StackName="nightlatch", TemplateBody=json.dumps(template))

        assert run(["replay"]) == ExitCode.ERROR

    assert "has no dead-letter queues" in capsys.readouterr().err
