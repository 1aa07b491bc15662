"""Looks at everything that nightlatch needs to see and to tell, with the caller's own credentials.

    stack -> trails, rules, subscriptions -> IAM's events -> lanes -> functions -> channels -> alarms -> heartbeat and
    what was missed -> Regions -> quotas -> policy, kill switch

After this module a reader knows the order of the doctor's questions, and that what may not be looked at is a line of
its own, after which the others follow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from nightlatch.adapters.circuits import DynamoCircuits
from nightlatch.adapters.doctor.account import (
    concurrent_functions,
    lookups_a_second,
    other_regions,
    secrets_of_a_region,
)
from nightlatch.adapters.doctor.alarms import alarms_seen
from nightlatch.adapters.doctor.asking import Asker
from nightlatch.adapters.doctor.channels import Channels
from nightlatch.adapters.doctor.forwarding import forwarders
from nightlatch.adapters.doctor.lanes import Lanes
from nightlatch.adapters.doctor.trails import trails_in_detail
from nightlatch.adapters.inventory.takings_dynamodb import DynamoTakings
from nightlatch.adapters.table import Table
from nightlatch.adapters.watching.beats_dynamodb import DynamoBeats
from nightlatch.adapters.watching.judged_dynamodb import DynamoJudged
from nightlatch.adapters.watching.patient import Patient
from nightlatch.detections import CATALOGUE
from nightlatch.domain.errors import InvalidPolicy, NightlatchError
from nightlatch.domain.event.events import KMS, NIGHTLATCH, EventName
from nightlatch.domain.watching.diagnosis import (
    Line,
    Names,
    Verdict,
    of_functions,
    of_heartbeat,
    of_queues,
    of_rules,
    of_subscriptions,
    of_trails,
    redeploy,
)
from nightlatch.domain.watching.doctor.forwarding import of_forwarding
from nightlatch.domain.watching.doctor.gaps import Gap
from nightlatch.domain.watching.doctor.quotas import of_concurrency, of_lookups, of_secrets
from nightlatch.domain.watching.doctor.regions import of_regions
from nightlatch.domain.watching.doctor.trails import of_trail_facts
from nightlatch.domain.watching.doctor.upkeep import of_alarms, of_reconcile
from nightlatch.domain.watching.lookups import looked_until, names_to_ask
from nightlatch.domain.watching.paths import Expected
from nightlatch.reach.connection import Connection

_LEAST_UNRESERVED = 20  # functions at once; below that a busy account keeps nightlatch waiting
_KEY_USE = EventName(source=KMS, name="Decrypt")
_WANTED = {name for rule in CATALOGUE for name in rule.event_names if name.source != NIGHTLATCH} - {_KEY_USE}


class Examination:
    """Looks at one part after the other.

    Args:
        connection: Whose credentials, and which stack.
        stack: Its name or ARN.
        region: Where it is.
        is_local: Whether it is a stage of this machine, which has no quotas.
    """

    def __init__(self, connection: Connection, stack: str, region: str, *, is_local: bool = False) -> None:
        self._connection = connection
        self._region = region
        self._is_local = is_local
        self._patient = Patient(connection.client, stack, region)
        self._ask = Asker(connection.client_in)
        self._names = Names(stack="", topic="", lanes={})

    def lines(self) -> Iterator[Line]:
        """Give all lines, in order."""
        lanes = Lanes(self._ask, self._patient, self._region)
        now = self._connection.now
        yield from self._tried("stack", self._stack)
        for about, look in (
            ("trails, rules and subscriptions", self._paths),
            ("trails in detail", lambda: of_trail_facts(trails_in_detail(self._ask, self._region))),
            ("second targets", lanes.second_targets),
            ("forwarding of IAM's events", self._forwarding),
            ("queues", lambda: of_queues(self._patient.queues())),
            ("policies of queues", lambda: lanes.policies(redeploy(self._names))),
            ("event sources", lanes.mappings),
            ("oldest messages", lambda: lanes.ages(now())),
            ("functions", lambda: of_functions(self._patient.functions(now()))),
            ("channels", self._channels),
            ("alarms", self._alarms),
            ("heartbeat", self._heartbeat),
            ("look for what was missed", self._reconcile),
            ("other Regions", self._regions),
            *self._of_quotas(),
            ("policy", self._policy),
            ("kill switch", self._brake),
        ):
            yield from self._tried(about, look)

    def _tried(self, about: str, look: Callable[[], Iterable[Line]]) -> Iterator[Line]:
        """Give the lines of one part, those that came before something could not be looked at, too."""
        try:
            yield from look()
        except InvalidPolicy as error:
            fix = "nightlatch policy check policy.yaml"
            yield Line(about=about, verdict=Verdict.FAIL, said=str(error), fix=fix)
        except NightlatchError as error:
            yield Line(about=about, verdict=Verdict.UNSEEN, said=str(error))

    def _stack(self) -> Iterator[Line]:
        self._names = self._patient.names()
        yield Line(about=f"stack {self._names.stack}", verdict=Verdict.OK, said="is there")

    def _paths(self) -> Iterator[Line]:
        paths = self._patient.paths()
        expected = Expected(events=frozenset(_WANTED), lanes=frozenset(self._names.lanes.values()))
        yield from of_trails(paths)
        yield from of_rules(paths, expected, self._names)
        yield from of_subscriptions(paths, self._names)
        for gap in paths.gaps:
            yield Line(about=gap.split(" ")[0], verdict=Verdict.UNSEEN, said=f"{gap}; allow it, then ask again")

    def _forwarding(self) -> Iterator[Line]:
        seen = forwarders(self._ask, account=self._account, region=self._region, partition=self._partition)
        return of_forwarding(seen, region=self._region, stack=self._names.stack, wanted=_WANTED)

    def _channels(self) -> Iterator[Line]:
        channels = Channels(self._ask, self._patient, account=self._account, region=self._region)
        table = Table(self._connection.client("dynamodb"), self._connection.settings.incident_table)
        return channels.lines(self._names, DynamoCircuits(table, now=self._connection.now))

    @property
    def _account(self) -> str:
        return self._names.topic.split(":")[4] if self._names.topic else ""

    @property
    def _partition(self) -> str:
        return self._names.topic.split(":")[1] if self._names.topic else "aws"

    def _alarms(self) -> Iterator[Line]:
        return of_alarms(alarms_seen(self._ask, self._patient.alarm_names()), redeploy(self._names))

    def _heartbeat(self) -> Iterator[Line]:
        pulse = DynamoBeats(self._connection.state).pulse()
        yield of_heartbeat(pulse, self._names, self._connection.now())

    def _reconcile(self) -> Iterator[Line]:
        progress = DynamoJudged(self._connection.state).progress()
        yield of_reconcile(looked_until(progress, names_to_ask(_WANTED)), self._names, self._connection.now())

    def _regions(self) -> Iterator[Line]:
        seen = other_regions(self._ask, region=self._region, stack=self._names.stack)
        return of_regions(seen, self._names.stack)

    def _of_quotas(self) -> tuple[tuple[str, Callable[[], Iterable[Line]]], ...]:
        if self._is_local:
            return (("quotas", lambda: [Line(about="quotas", verdict=Verdict.OK, said="the local stage has none")]),)
        return ("concurrency", self._concurrency), ("quotas", self._quotas)

    def _concurrency(self) -> Iterator[Line]:
        left = self._patient.unreserved()
        is_low = left < _LEAST_UNRESERVED
        fix = "aws service-quotas list-service-quotas --service-code lambda" if is_low else ""
        verdict = Verdict.WARN if is_low else Verdict.OK
        yield Line(about="concurrency", verdict=verdict, said=f"{left} functions may run at once", fix=fix)

    def _quotas(self) -> Iterator[Line]:
        yield of_concurrency(concurrent_functions(self._ask))
        yield of_lookups(lookups_a_second(self._ask))
        yield of_secrets(secrets_of_a_region(self._ask), self._held())

    def _held(self) -> int | Gap | None:
        try:
            taking = DynamoTakings(self._connection.state).last()
        except NightlatchError as error:
            return Gap(str(error))
        return None if taking is None else taking.secrets

    def _policy(self) -> Iterator[Line]:
        policy = self._connection.policy()
        yield Line(about="policy", verdict=Verdict.OK, said=f"{policy.digest} is in force")

    def _brake(self) -> Iterator[Line]:
        said = self._connection.paused()
        if said:
            yield Line(about="kill switch", verdict=Verdict.WARN, said=f"is on: {said}", fix="nightlatch resume")
        else:
            yield Line(about="kill switch", verdict=Verdict.OK, said="is off")
