"""A closed loop on moto: events are judged by the whole catalogue, what follows is done, and each call comes back.

What other tools lacked when they hurt people was mostly this: their own deeds came back to them as news. So here every
call of ours is told again, as CloudTrail and the native label event tell it: at once, late, or many times.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count

from acts.acting_world import AT, GUARDING, ActingWorld, Crash
from fakes import FakeAllowances, FakeIncidents, FakeLedger, FixedClock
from nightlatch.acts import ACTS
from nightlatch.adapters.history.baselines import TrailBaselines
from nightlatch.adapters.history.trails_memory import MemoryTrails, MemoryWaits
from nightlatch.detections import CATALOGUE
from nightlatch.domain.answering.acting import Call
from nightlatch.domain.answering.policy import Policy
from nightlatch.domain.answering.responses import LEASE, Response
from nightlatch.domain.event.events import SecretEvent, Tick
from nightlatch.domain.event.secrets import SecretRef, secret_ref
from nightlatch.domain.history.examples import a_label_event, a_role, an_event
from nightlatch.service.act_ports import Hand
from nightlatch.service.effects import LiveEffects
from nightlatch.service.pipeline import Outcome, Ports, handle
from nightlatch.service.respond import respond
from worlds import ACCOUNT, REGION, a_client

OURS = a_role("nightlatch-ResponderRole-A1B2C3D4E5F6", "responder")
POLICY = replace(GUARDING, own_roles=frozenset({OURS.key}))
NOW = AT + timedelta(seconds=40)
_WRITES_A_VERSION = frozenset({"CreateSecret", "UpdateSecretVersionStage", "PutSecretValue"})

Echo = Callable[[SecretEvent], None]


@dataclass
class Echoing:
    """A hand whose every call is told to the loop, and which may be cut off right after its first."""

    hand: Hand
    told: Callable[[Call, str], None]
    is_cut_off: bool = False

    def perform(self, call: Call, on: str) -> str:
        request_id = self.hand.perform(call, on)
        self.told(call, request_id)
        if self.is_cut_off:
            self.is_cut_off = False
            raise Crash(call.operation)
        return request_id


@dataclass
class Loop:
    """One stack that watches what it does itself."""

    policy: Policy = POLICY
    world: ActingWorld = field(default_factory=ActingWorld)
    incidents: FakeIncidents = field(default_factory=FakeIncidents)
    clock: FixedClock = field(default_factory=lambda: FixedClock(NOW))
    made: list[str] = field(default_factory=list)  # our calls, by AWS's names
    echoes: list[SecretEvent] = field(default_factory=list)  # of ours, not told yet
    at_once: bool = False  # told before the ledger knows the request id
    is_cut_off: bool = False
    _buttons: Iterator[int] = field(default_factory=count)

    def __post_init__(self) -> None:
        self.world.ledger = FakeLedger(self.clock)
        self._baselines = TrailBaselines(MemoryTrails(), MemoryWaits(), inventory=self.policy.inventory, now=self.clock)

    def secret(self, name: str = "prod/db", **made: object) -> SecretRef:
        """Create a secret and refer to it by its ARN."""
        arn = a_client("secretsmanager").create_secret(Name=name, SecretString="planted", **made)["ARN"]
        return secret_ref(arn, account_id=ACCOUNT, region=REGION, by_aws=True)

    def judge(self, *batch: SecretEvent | Tick) -> Outcome:
        """Judge events and let what follows be ordered."""
        ledger = self.world.ledger
        ports = Ports(
            baselines=self._baselines,
            own=ledger,
            effects=LiveEffects(
                self.incidents, ledger, ledger, self.world.dispatch, lambda: f"b-{next(self._buttons)}"
            ),
            allowances=FakeAllowances(ledger),
        )
        return handle(batch, rules=CATALOGUE, policy=self.policy, ports=ports, now=self.clock())

    def happens(self, *events: SecretEvent, rounds: int = 20) -> None:
        """Judge events, do what follows, tell our own calls again, and so on until nothing follows any more."""
        self.judge(*events)
        for _ in range(rounds):
            if not self.carry_out() and not self.echoes:
                return
            came, self.echoes = self.echoes, []
            for event in came:
                self.judge(event)
        raise AssertionError(f"it never ends: {self.made}")

    def carry_out(self) -> list[Response]:
        """Do what was ordered; a responder that was cut off is followed by another."""
        done = []
        while orders := self.world.dispatch.responses:
            done.append(self._respond(orders[0][1]))
            del orders[0]  # what could not be done stays in the queue
        return done

    def _respond(self, response_id: str) -> Response:
        ports = self.world.ports()
        hand = Echoing(ports.hand, self._told, is_cut_off=self.is_cut_off)
        self.is_cut_off = False
        ports = replace(ports, hand=hand)
        try:
            return respond(response_id, acts=ACTS, policy=self.policy, ports=ports, now=self.clock())
        except Crash:
            later = self.clock() + LEASE + timedelta(seconds=1)
            return respond(response_id, acts=ACTS, policy=self.policy, ports=ports, now=later)

    def _told(self, call: Call, request_id: str) -> None:
        self.made.append(call.operation)
        came = list(echoes_of(call, request_id, self.clock()))
        if self.at_once:
            for event in came:
                self.judge(event)
        else:
            self.echoes.extend(came)


def echoes_of(call: Call, request_id: str, at: datetime) -> Iterator[SecretEvent]:
    """Write the record of a call of ours as CloudTrail does, and the native event of a label that it moved."""
    called = str(call.parameters.get("SecretId") or call.parameters["Name"])
    secret = secret_ref(called, account_id=ACCOUNT, region=REGION, by_aws=True)
    asked: Mapping[str, object] = {name[0].lower() + name[1:]: value for name, value in call.parameters.items()}
    yield an_event(
        call.operation,
        secret=secret,
        by=OURS,
        at=at,
        request=asked,
        version_id=call.version_id,
        request_id=request_id,
        event_id=f"echo-{request_id}",
    )
    if call.operation in _WRITES_A_VERSION and call.version_id is not None:
        label = str(call.parameters.get("VersionStage", "AWSCURRENT"))
        yield a_label_event(secret, version_id=call.version_id, label=label, at=at)
