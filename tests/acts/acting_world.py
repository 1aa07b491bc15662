"""A world in which acts are carried out for real on moto, and in which the responder can be made to crash anywhere.

The ledger is in memory, everything else is what the responder uses on AWS. A scene prepares the world and says what is
wished; the world says afterwards how things stand, so that two ways of getting there can be compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from builders import a_response, approved_by_policy
from fakes import FakeDispatch, FakeEnquiries, FakeKillSwitch, FakeLedger, FixedClock
from fakes_snapshots import FakeCopies, FakeSnapshots
from nightlatch.acts import ACTS
from nightlatch.adapters.acting.hand import AwsHand
from nightlatch.adapters.acting.identities import AwsIdentities
from nightlatch.adapters.acting.keys import AwsKeys
from nightlatch.adapters.acting.sight import AwsSight
from nightlatch.adapters.secrets_manager import AwsSecrets
from nightlatch.adapters.snapshots.descriptions import AwsDescriptions
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.answering.actions import Action
from nightlatch.domain.answering.policy import Mode, Policy, Protection
from nightlatch.domain.answering.responses import LEASE, Response, Signal, advance
from nightlatch.domain.event.secrets import SecretRef, secret_ref
from nightlatch.domain.secret.copies import Copy
from nightlatch.service.act_ports import RespondPorts
from nightlatch.service.respond import respond
from worlds import ACCOUNT, REGION, a_client

AT = datetime.fromisoformat("2026-03-02T09:00:00+00:00")
PROTECT = Policy(default=Protection(mode=Mode.PROTECT))
BREAK_GLASS = f"arn:aws:iam::{ACCOUNT}:role/break-glass"
GUARDING = Policy(
    default=Protection(mode=Mode.PROTECT, prevent=True, min_window_days=14),
    inventory=Inventory(break_glass=frozenset({BREAK_GLASS})),
    acting_role=f"arn:aws:iam::{ACCOUNT}:role/nightlatch-ResponderRole-A1B2C3D4E5F6",
)


class FakeVault:
    """Gives one value for every copy."""

    def call(self, client: Any, operation: str, parameters: Mapping[str, object], copy: Copy) -> Mapping[str, Any]:
        del copy
        answer: Mapping[str, Any] = getattr(client, operation)(**parameters, SecretString="from the vault")
        return answer


class Crash(BaseException):
    """The process is gone: nothing catches it, as nothing outlives a function that is cut off."""


@dataclass
class ActingWorld:
    """Moto's AWS, and a responder on it."""

    ledger: FakeLedger = field(default_factory=lambda: FakeLedger(FixedClock(AT)))
    dispatch: FakeDispatch = field(default_factory=FakeDispatch)
    kill_switch: FakeKillSwitch = field(default_factory=FakeKillSwitch)
    snapshots: FakeSnapshots = field(default_factory=FakeSnapshots)
    copies: FakeCopies = field(default_factory=FakeCopies)
    vault: FakeVault = field(default_factory=FakeVault)
    enquiries: FakeEnquiries = field(default_factory=FakeEnquiries)
    numbers: Iterator[int] = field(default_factory=count)
    pauses: list[float] = field(default_factory=list)
    policy: Policy = PROTECT

    def since(self, keys: Sequence[str], moment: datetime) -> tuple[str, ...]:
        """Know of nobody who has read anything."""
        del keys, moment
        return ()

    def secret(self, name: str) -> SecretRef:
        """Refer to a secret by its name."""
        return secret_ref(name, account_id=ACCOUNT, region=REGION)

    def wish(self, action: Action, *, people: int = 0, **changes: Any) -> Response:
        """Put a response into the ledger that policy ordered, or that so many people said yes to."""
        offered = replace(a_response(action=action, now=AT, **changes), people=max(people, 1))
        for person in ("ana (U0ANA)", "ben (U0BEN)")[:people]:
            offered = advance(offered, Signal.APPROVE, actor=person, now=AT)
        stored, _ = self.ledger.propose(offered if people else approved_by_policy(offered))
        return stored

    def ports(self) -> RespondPorts:
        """Give what the responder uses."""
        manager = a_client("secretsmanager")
        sight = AwsSight(
            secrets=AwsSecrets(manager, a_client("kms")),
            descriptions=AwsDescriptions(manager),
            snapshots=self.snapshots,
            copies=self.copies,
            readers=self,
            identities=AwsIdentities(a_client("iam")),
            keys=AwsKeys(a_client("kms")),
            states=self.snapshots,
            moves=self.ledger,
        )
        return RespondPorts(
            ledger=self.ledger,
            deeds=self.ledger,
            moves=self.ledger,
            offers=self.ledger,
            sight=sight,
            hand=AwsHand(clients=a_client, copies=self.copies, vault=self.vault),
            dispatch=self.dispatch,
            kill_switch=self.kill_switch,
            enquiries=self.enquiries,
            mint=lambda: f"b-{next(self.numbers)}",
            pause=self.pauses.append,
        )

    def respond(self, ports: RespondPorts | None = None, *, now: datetime = AT) -> Response:
        """Carry the response out once."""
        return respond("r-1", acts=ACTS, policy=self.policy, ports=ports or self.ports(), now=now)

    def respond_after_crash(self) -> Response:
        """Carry it out when its lease has run out, as the queue does."""
        return self.respond(now=AT + LEASE + timedelta(seconds=1))


@dataclass
class Faults:
    """Counts every step into the world, and crashes before or after one of them."""

    crash_at: int | None = None
    after: bool = False
    steps: list[str] = field(default_factory=list)

    def around(self, port: Any, methods: Mapping[str, Any]) -> Any:
        """Give a port whose methods are counted."""
        return _Watched(port, frozenset(methods), self)

    def call(self, name: str, act: Callable[[], Any]) -> Any:
        """Make one step."""
        number = len(self.steps)
        self.steps.append(name)
        if number == self.crash_at and not self.after:
            raise Crash(f"before {name}")
        done = act()
        if number == self.crash_at:
            raise Crash(f"after {name}")
        return done


class _Watched:
    def __init__(self, port: Any, methods: frozenset[str], faults: Faults) -> None:
        self._port, self._methods, self._faults = port, methods, faults

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._port, name)
        if name not in self._methods:
            return found
        return lambda *args, **named: self._faults.call(name, lambda: found(*args, **named))


_WATCHED = {
    "ledger": ("get", "move", "propose"),
    "deeds": ("record_own", "past"),
    "moves": ("record_moved",),
    "offers": ("on", "told_too"),
    "sight": ("look",),
    "hand": ("perform",),
    "dispatch": ("alert",),
    "enquiries": ("who_points_to",),
}


def faulty(ports: RespondPorts, faults: Faults) -> RespondPorts:
    """Give the same ports with every step counted."""
    watched = {name: faults.around(getattr(ports, name), dict.fromkeys(methods)) for name, methods in _WATCHED.items()}
    rest = {name: getattr(ports, name) for name in ("kill_switch", "mint", "pause")}
    return RespondPorts(**watched, **rest)
