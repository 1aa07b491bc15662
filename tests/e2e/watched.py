"""A stage with nightlatch on it, a company in it, and everything that anybody said there written down."""

from __future__ import annotations

import io
import json
import re
import uuid
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlencode

import pytest
import requests
from moto.sqs.models import Queue

from e2e.built import ROOT
from nightlatch.adapters.books.book_dynamodb import DynamoBook
from nightlatch.adapters.incidents import DynamoIncidents
from nightlatch.adapters.inventory.holdings_dynamodb import DynamoHoldings
from nightlatch.adapters.ledger.responses import DynamoLedger
from nightlatch.adapters.queues import SqsDispatch
from nightlatch.adapters.slack.requests import sign
from nightlatch.adapters.table import Table
from nightlatch.domain.account.holdings import Holdings
from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.answering.incidents import Incident
from nightlatch.domain.answering.responses import Response, ResponseState, Signal, Step
from nightlatch.domain.event.secrets import secret_ref
from nightlatch.domain.guarding.guards import NO_FORCE_DELETE
from nightlatch.domain.history.examples import a_person
from nightlatch.local.aws.moto_server import ACCOUNT_ID
from nightlatch.local.journal import Entry, Outcome
from nightlatch.local.journal import Step as Journaled
from nightlatch.local.permissions.guard import Judged
from nightlatch.local.queues.lanes import Caps
from nightlatch.local.running.function_variables import Interpreter
from nightlatch.local.running.runtime import RunSettings
from nightlatch.local.scenes.company import SSO_ROLE, a_value, policy_document
from nightlatch.local.scenes.scenes import current_version
from nightlatch.local.scenes.theatre import INTERACTIONS_PATH, REGION, Theatre, open_theatre
from nightlatch.local.scenes.timeline import SceneFailed, wait_for
from nightlatch.local.slack.workspace import buttons_of
from nightlatch.local.stage import StageSettings

LAST_LINES = 60
PATIENCE_S = 120.0  # what comes is waited for no longer than it takes; this is for a machine under load
OBSERVED = "observed/"
WAITED_FOR = "prod/waited-for/"  # told, with buttons, and copied: what is deleted there is not undone by itself
GUARDED, CONTESTED = "guarded/", "contested/"  # with a guard; with one in a policy that an operator owns
BREAK_GLASS = f"arn:aws:iam::{ACCOUNT_ID}:role/break-glass"
Seen = TypeVar("Seen")


@dataclass(frozen=True, slots=True)
class Offer:
    """A value that somebody overwrote, and the message that offers to take it back."""

    secret: str
    good: str  # the version from before
    bad: str
    ts: str
    button: str
    by: str  # the session of who wrote it


@dataclass
class Watched:
    """The stage, and the questions that its tests ask."""

    theatre: Theatre
    envelopes: list[dict[str, Any]]
    lines: list[tuple[str, str]]  # function, what it wrote
    bodies: list[str]  # of every message in every queue
    judged: list[Judged] = field(default_factory=list)  # every permission that a function's call needed
    lost: list[Callable[[Mapping[str, Any]], bool]] = field(default_factory=list)  # what EventBridge does not deliver
    _clients: dict[str, Any] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        """Give a client of the account's root."""
        if service not in self._clients:
            self._clients[service] = self.theatre.stage.client(service)
        return self._clients[service]

    def a_role(self) -> str:
        """Name a role that nobody has seen yet: an incident turns on who, so each test brings its own actor."""
        return f"visitor-{uuid.uuid4().hex[:8]}"

    def a_person(self) -> str:
        """Name a permission set of Identity Center that nobody has used yet."""
        return f"AWSReservedSSO_{uuid.uuid4().hex[:6]}{SSO_ROLE}"

    def someone(self) -> Any:
        """Sign somebody in whom nobody has seen yet."""
        return self.theatre.as_role(self.a_role(), "visit")

    def a_secret(self, prefix: str = "prod/e2e-", value: str | None = None) -> str:
        """Let Terraform make a secret; its making is nobody's news, but that it has a value must be known."""
        name = f"{prefix}{uuid.uuid4().hex[:8]}"
        self.theatre.as_role("terraform", "apply").create_secret(Name=name, SecretString=value or a_value())
        self.settle()
        return name

    def needy_secrets(self) -> dict[str, dict[str, Any]]:
        """Name secrets to make, with what the list of secrets does not tell of them."""
        key, mark = self.client("kms").create_key()["KeyMetadata"]["KeyId"], uuid.uuid4().hex[:8]
        self.client("kms").create_alias(AliasName=f"alias/e2e-{mark}", TargetKeyId=key)
        return {
            f"prod/e2e-aliased-{mark}": {"KmsKeyId": f"alias/e2e-{mark}"},
            f"prod/e2e-copied-{mark}": {"AddReplicaRegions": [{"Region": "us-east-1"}]},
        }

    def a_function(self, **other: Any) -> str:
        """Make a function that is not of the stack; the stage runs it to no effect."""
        code = io.BytesIO()
        with zipfile.ZipFile(code, "w") as target:
            target.writestr("app.py", "")
        made = self.client("lambda").create_function(
            FunctionName=f"rotate-{uuid.uuid4().hex[:8]}",
            Runtime="python3.13",
            Role=self.theatre.operator_role,
            Handler="app.handler",
            Code={"ZipFile": code.getvalue()},
            **other,
        )
        return str(made["FunctionArn"])

    def an_hour_later(self) -> None:
        """Let schedules fire as they would in an hour, then go back to the present."""
        self.hours_later(1)

    def hours_later(self, hours: int) -> None:
        """Let schedules fire as they would then; an hour that has been already fires none again."""
        stage = self.theatre.stage
        stage.clock.advance(hours * 3_600)
        try:
            stage.tick()
            self.settle()
        finally:
            stage.clock.follow()

    def later(self, *spans: timedelta) -> None:
        """Let time pass in steps, each with what comes due then; the clock stays there until it is told to follow."""
        for span in spans:
            self.theatre.stage.clock.advance(span.total_seconds())
            self.theatre.stage.tick()
            self.settle()

    def drill(self) -> None:
        """Let the weekly schedule of the restore drill fire now."""
        responder = self.theatre.stage.stack.functions["Responder"]
        self.client("lambda").invoke(FunctionName=responder.name, InvocationType="Event", Payload=b'{"drill": null}')
        self.settle()

    def audit(self) -> None:
        """Let the auditor audit now."""
        auditor = self.theatre.stage.stack.functions["Auditor"]
        self.client("lambda").invoke(FunctionName=auditor.name, InvocationType="Event", Payload=b'{"audit": "now"}')
        self.settle()

    @property
    def book(self) -> DynamoBook:
        """Read what the auditor wrote down."""
        return DynamoBook(Table(self.client("dynamodb"), self.theatre.variables()["NIGHTLATCH_STATE_TABLE"]))

    @property
    def holdings(self) -> Holdings:
        """Read the inventory as it was last taken."""
        table = Table(self.client("dynamodb"), self.theatre.variables()["NIGHTLATCH_STATE_TABLE"])
        return DynamoHoldings(table).last()[1]

    def an_offer(self, *, by: str = "visit", secret: str | None = None) -> Offer:
        """Overwrite a value and wait until the message offers to roll it back."""
        name = secret or self.a_secret()
        good = self.current(name)
        writer = self.theatre.as_role(self.a_person(), by)
        bad = writer.put_secret_value(SecretId=name, SecretString=a_value())["VersionId"]
        message = self.eventually(
            lambda: next((m for m in self.messages(name) if buttons_of(m)), None), f"an offer for {name}"
        )
        button = buttons_of(message)[0]["value"]
        return Offer(secret=name, good=str(good), bad=bad, ts=message["ts"], button=button, by=by)

    def press(
        self,
        offer: Offer,
        *,
        person: str = "U01ANA",
        signal: str = "approve",
        button: str | None = None,
        age_s: int = 0,
        secret: str | None = None,
        after_signing: Callable[[bytes], bytes] = bytes,
    ) -> requests.Response:
        """Send what Slack sends for a press, or what a stranger would send in its place."""
        stage = self.theatre.stage
        action = {"action_id": f"{signal}-x", "value": offer.button if button is None else button}
        payload = {
            "type": "block_actions",
            "user": {"id": person},
            "response_url": f"{self.theatre.page}response/{offer.ts}",
            "actions": [action],
        }
        body = urlencode({"payload": json.dumps(payload)}).encode()
        stamp = str(int(stage.clock.now().timestamp()) - age_s)
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": sign(body, stamp, self.theatre.slack.signing_secret if secret is None else secret),
        }
        url = f"{stage.http_address('ActionsApi')}{INTERACTIONS_PATH}"
        return requests.post(url, data=after_signing(body), headers=headers, timeout=PATIENCE_S)

    def messages(self, about: str) -> list[dict[str, Any]]:
        """Give the messages of the channel that name something."""
        return [message for message in self.theatre.slack.messages() if about in message["text"]]

    def message(self, ts: str) -> dict[str, Any]:
        """Give one message as it stands now."""
        found = self.theatre.slack.message(ts)
        assert found is not None
        return found

    def shows(self, ts: str, text: str) -> None:
        """Wait until a message shows a text."""
        self.eventually(lambda: text in json.dumps(self.message(ts), ensure_ascii=False), f"{text!r} on message {ts}")

    def told(self, call: str, about: str) -> list[dict[str, Any]]:
        """Give the CloudTrail records of a call that name something."""
        records = [envelope["detail"] for envelope in list(self.envelopes)]
        return [r for r in records if r.get("eventName") == call and about in json.dumps(r)]

    def policy_of(self, secret: str) -> str | None:
        """Give a secret's resource policy as it stands."""
        text: str | None = self.client("secretsmanager").get_resource_policy(SecretId=secret).get("ResourcePolicy")
        return text

    def is_guarded(self, secret: str) -> bool:
        """Tell whether a secret's policy holds a guard."""
        return NO_FORCE_DELETE in (self.policy_of(secret) or "")

    def wishes(self, kind: ActionKind, secret: str | None, *, people: int = 1, **wish: Any) -> str:
        """Let so many people wish something, as the command line does, and hand it to the responder."""
        now = self.theatre.stage.clock.now()
        on = secret_ref(secret, account_id=ACCOUNT_ID, region=REGION) if secret is not None else None
        action = Action(kind=kind, secret=on, **wish)
        yeses = tuple(Step(at=now, signal=Signal.APPROVE, actor=person) for person in ("ana (U01ANA)", "ben (U02BEN)"))
        response = Response(
            id=f"r-{uuid.uuid4().hex[:20]}",
            action=action,
            state=ResponseState.APPROVED,
            reason="asked for by ana",
            caused_by=a_person("ana"),
            incident_id=None,
            proposed_at=now,
            expires_at=now + timedelta(hours=1),
            people=people,
            steps=yeses[:people],
        )
        self.ledger.propose(response)
        queue = self.theatre.variables()["NIGHTLATCH_RESPONSES_QUEUE_URL"]
        SqsDispatch(self.client("sqs"), alerts_url="", responses_url=queue).respond(response)
        return response.id

    @property
    def ledger(self) -> DynamoLedger:
        """The responses of this nightlatch."""
        table = Table(self.client("dynamodb"), self.theatre.variables("Responder")["NIGHTLATCH_RESPONSE_TABLE"])
        return DynamoLedger(table, now=self.theatre.stage.clock.now)

    def moves_of_current(self, secret: str) -> list[str]:
        """Give the versions that nightlatch made current, in order; its pins move other labels."""
        asked = [record["requestParameters"] for record in self.told("UpdateSecretVersionStage", secret)]
        return [request["moveToVersionId"] for request in asked if request["versionStage"] == "AWSCURRENT"]

    def current(self, secret: str) -> str | None:
        """Give the version that readers get."""
        return current_version(self.theatre, secret)

    def response(self, button: str) -> Response:
        """Ask the ledger what a button stands for."""
        return self.ledger.by_button(button)

    def incident(self, message: dict[str, Any]) -> Incident:
        """Read the incident that a message is about."""
        table = Table(self.client("dynamodb"), self.theatre.variables()["NIGHTLATCH_INCIDENT_TABLE"])
        found = re.search(r"inc-[0-9a-f]{16}", json.dumps(message))
        assert found is not None
        return DynamoIncidents(table, now=self.theatre.stage.clock.now).get(found[0])

    def findings_logged(self, *event_ids: str) -> list[dict[str, Any]]:
        """Give what the detectors logged about findings whose first event is one of these."""
        parsed = [json.loads(line) for _, line in list(self.lines) if line.startswith("{")]
        return [line for line in parsed if line.get("event_id") in event_ids]

    def send(self, logical_id: str, *bodies: str) -> None:
        """Put messages into a queue, ten at a time as SQS allows."""
        url = self.theatre.stage.stack.physical_id(logical_id)
        for start in range(0, len(bodies), 10):
            entries = [{"Id": str(n), "MessageBody": body} for n, body in enumerate(bodies[start : start + 10])]
            self.client("sqs").send_message_batch(QueueUrl=url, Entries=entries)

    def letters(self, logical_id: str) -> list[str]:
        """Take what lies in a dead-letter queue."""
        url = self.theatre.stage.stack.physical_id(logical_id)
        found = self.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        for message in found:
            self.client("sqs").delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return [message["Body"] for message in found]

    def failures(self) -> list[Entry]:
        """Name the steps that were not delivered, but for what the notifier gave back without a fault.

        Two notifiers at one incident take turns: whoever comes second lets its message come again.
        """
        notifier = self.theatre.stage.stack.functions["Notifier"].name
        return [
            entry
            for entry in self.theatre.stage.journal.entries()
            if entry.outcome is not Outcome.DELIVERED
            and not (entry.step is Journaled.LANE and entry.target == notifier and not entry.reason)
        ]

    def settle(self, *, at_most_s: float = PATIENCE_S) -> None:
        """Wait until nothing is under way on the stage."""
        self.theatre.stage.settle(at_most_s)

    def eventually(self, look: Callable[[], Seen | None], what: str) -> Seen:
        """Wait until there is something to see; where it never comes, say what the functions logged last."""
        slack = self.theatre.slack
        try:
            return wait_for(
                look, what=what, timeout_s=PATIENCE_S, nudge=lambda left: slack.wait(slack.changes, min(left, 0.1))
            )
        except SceneFailed as failure:
            last = "\n".join(f"{function}: {line[:600]}" for function, line in self.lines[-LAST_LINES:])
            raise SceneFailed(f"{failure}; logged last:\n{last}") from None


@pytest.fixture(scope="module")
def stage_template() -> Path:
    """The template to deploy; a module may put another one in its place."""
    return ROOT / "template.yaml"


@pytest.fixture(scope="module")
def interpreter() -> Interpreter:
    """The Python that runs the handlers; the same holds."""
    return Interpreter()


@pytest.fixture(scope="module")
def every_channel() -> bool:
    """Whether incidents are told on every channel; a module that wants it puts True in its place."""
    return False


@pytest.fixture(scope="module")
def watched(stage_template: Path, interpreter: Interpreter, every_channel: bool) -> Iterator[Watched]:  # noqa: FBT001
    """Open the theatre and write down all that is said in it."""
    envelopes: list[dict[str, Any]] = []
    lines: list[tuple[str, str]] = []
    bodies: list[str] = []
    judged: list[Judged] = []
    lost: list[Callable[[Mapping[str, Any]], bool]] = []
    settings = StageSettings(
        caps=Caps(redelivery_s=1, window_s=1.0),  # else what failed stays hidden for minutes, and reads lie for seconds
        on_envelope=lambda envelope: envelopes.append(dict(envelope)),
        on_judged=judged.append,
        loses=lambda envelope: any(is_lost(envelope) for is_lost in lost),
        run=RunSettings(on_log=lambda function, line: lines.append((function, line)), interpreter=interpreter),
    )
    with pytest.MonkeyPatch.context() as patches:
        _overhear_queues(patches, bodies)
        with open_theatre(stage_template, settings=settings, policy=_policy(), every_channel=every_channel) as theatre:
            found = Watched(theatre, envelopes, lines, bodies, judged, lost)
            yield found
            for client in found._clients.values():
                client.close()


def _policy() -> dict[str, Any]:
    """Give the company's policy, with some secrets that are only observed, and some that are guarded; and no storms."""
    document = policy_document()
    observed = {"match": {"names": [f"{OBSERVED}*"]}, "mode": "observe"}
    waited_for = {"match": {"names": [f"{WAITED_FOR}*"]}, "mode": "notify", "snapshots": {"vault": {}}}
    guards = {GUARDED: {"prevent": "force-delete"}, CONTESTED: {"prevent": "force-delete", "keep_policy": False}}
    guarded = [
        {"match": {"names": [f"{prefix}*"]}, "mode": "protect", "protect": protect}
        for prefix, protect in guards.items()
    ]
    inventory = {"break_glass": [BREAK_GLASS]}
    secrets = [observed, waited_for, *guarded, *document["secrets"]]
    telling = {"storm_after": 1_000}  # tests open an incident every few seconds, and each looks for its message
    return {**document, "secrets": secrets, "inventory": inventory, "telling": telling}


def _overhear_queues(patches: pytest.MonkeyPatch, bodies: list[str]) -> None:
    """Keep a copy of what is put into any queue of moto's: a message is gone once it is handled."""
    add = Queue.add_message

    def overheard(queue: Queue, message: Any) -> None:
        bodies.append(f"{message.body} {message.message_attributes}")
        add(queue, message)

    patches.setattr(Queue, "add_message", overheard)
