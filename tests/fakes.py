"""One fake per port, each with the promises of the real one; `tests/contracts` holds both to them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from threading import Condition, Lock, RLock

from nightlatch.adapters.ledger.deeds import is_running_call, near
from nightlatch.adapters.ledger.offers import is_over
from nightlatch.adapters.notices import LEASE
from nightlatch.adapters.queues import group_of
from nightlatch.domain.account.holding import Holding
from nightlatch.domain.answering.acting import Call, Moved, Need, Seen
from nightlatch.domain.answering.actions import Action
from nightlatch.domain.answering.allowances import Allowance, given_by
from nightlatch.domain.answering.brakes import HOUR, WAR, Past, counts_with
from nightlatch.domain.answering.incidents import Incident, add, link, note, open_incident
from nightlatch.domain.answering.responses import Response, ResponseState
from nightlatch.domain.errors import IllegalTransition, NotFound, Refused, Unavailable, WorldMoved
from nightlatch.domain.event.events import LABEL_UPDATED, SecretEvent
from nightlatch.domain.event.secrets import SecretRef, secret_ref
from nightlatch.domain.judging.findings import Finding
from nightlatch.domain.secret.versions import CURRENT, LABEL_LIMIT, PREVIOUS, SecretState, Version
from nightlatch.service.ports import Notice
from nightlatch.service.stock_ports import Page

ACCOUNT = "111122223333"
REGION = "eu-west-1"
NOW = datetime(2026, 3, 2, 9, 5, tzinfo=UTC)


class FixedClock:
    """A clock that moves when it is told to."""

    def __init__(self, now: datetime = NOW) -> None:
        self.time = now

    def __call__(self) -> datetime:
        return self.time

    def advance(self, by: timedelta) -> None:
        self.time += by


class FakeIncidents:
    """Incidents in memory."""

    def __init__(self) -> None:
        self._lock = RLock()
        self.by_id: dict[str, Incident] = {}
        self.recorded: dict[str, tuple[Finding, str]] = {}

    def fold(self, finding: Finding, *, policy_digest: str) -> tuple[Incident, bool]:
        fresh = open_incident(finding, policy_digest=policy_digest)
        with self._lock:
            for known in [i for i in reversed(self.by_id.values()) if i.key == fresh.key and i.accepts(finding)]:
                added = add(known, finding)
                self.by_id[known.id] = added
                return added, added is not known
            self.by_id[fresh.id] = fresh
            return fresh, True

    def link(self, incident_id: str, response_id: str) -> Incident:
        with self._lock:
            self.by_id[incident_id] = link(self.get(incident_id), response_id)
            return self.by_id[incident_id]

    def note(self, incident_id: str, text: str) -> Incident:
        with self._lock:
            self.by_id[incident_id] = note(self.get(incident_id), text)
            return self.by_id[incident_id]

    def change(self, incident_id: str, alter: Callable[[Incident], Incident]) -> Incident:
        with self._lock:
            self.by_id[incident_id] = alter(self.get(incident_id))
            return self.by_id[incident_id]

    def get(self, incident_id: str) -> Incident:
        with self._lock:
            if incident_id not in self.by_id:
                raise NotFound(f"incident {incident_id} does not exist")
            return self.by_id[incident_id]

    def record(self, finding: Finding, why: str) -> None:
        with self._lock:
            known = self.recorded.get(finding.id)
            if known is None or known[0].count < finding.count:
                self.recorded[finding.id] = (finding, why)


class FakeLedger:
    """The ledger, what was done and what waits for somebody, in memory: three ports on one table, as on AWS."""

    def __init__(self, now: FixedClock | None = None) -> None:
        self._lock = Lock()
        self._now = now or FixedClock()
        self.by_id: dict[str, Response] = {}
        self.own: set[str] = set()
        self.noted: set[tuple[str, int]] = set()
        self.shown_by: dict[str, dict[str, None]] = {}
        self.own_versions: dict[tuple[str, str], datetime] = {}
        self.moved: dict[str, str] = {}  # new ARN -> old ARN

    def propose(self, response: Response) -> tuple[Response, bool]:
        with self._lock:
            stored = self.by_id.setdefault(response.id, response)
            return stored, stored is response

    def get(self, response_id: str) -> Response:
        with self._lock:
            if response_id not in self.by_id:
                raise NotFound(f"response {response_id} does not exist")
            return self.by_id[response_id]

    def by_button(self, button: str) -> Response:
        with self._lock:
            found = next((r for r in self.by_id.values() if button and r.button == button), None)
        if found is None:
            raise NotFound("this button means nothing any more")
        return found

    def move(self, response: Response, *, was: ResponseState) -> None:
        with self._lock:
            stored = self.by_id.get(response.id)
            if stored is None or stored.state is not was or len(stored.steps) != len(response.steps) - 1:
                raise IllegalTransition(f"response {response.id} is no longer {was}")
            self.by_id[response.id] = response

    def note(self, response: Response) -> None:
        self.noted.add((response.id, len(response.steps)))

    # -- what was done

    def record_own(self, response: Response, request_id: str, *, version_id: str | None = None) -> None:
        with self._lock:
            self.own.add(request_id)
            if version_id is not None:
                self.own_versions.update({(key, version_id): self._now() for key in response.action.keys})

    def past(self, response: Response) -> Past:
        now = self._now()
        with self._lock:
            started = [(one, one.started_at) for one in self.by_id.values() if one.started_at is not None]
        here = [one for one, at in started if at > now - WAR and {*one.action.keys} & {*response.action.keys}]
        lately = [at for one, at in started if at > now - HOUR and counts_with(one, response)]
        return Past(here=tuple(here), everywhere=tuple(lately))

    # -- what became what

    def record_moved(self, response: Response, moved: Moved) -> None:
        del response
        with self._lock:
            self.moved[moved.new] = moved.old

    def earlier(self, arn: str) -> tuple[str, ...]:
        found: list[str] = []
        while (arn := self.moved.get(arn, "")) and arn not in found:
            found.append(arn)
        return tuple(found)

    # -- what waits for somebody

    def on(self, keys: Sequence[str]) -> Sequence[Response]:
        return [
            one
            for one in self.by_id.values()
            if one.state is ResponseState.PROPOSED and {*one.action.keys} & {*keys} and one.expires_at > self._now()
        ]

    def about(self, keys: Sequence[str]) -> Sequence[Response]:
        return [one for one in self.by_id.values() if {*one.action.keys} & {*keys}]

    def run_out(self, now: datetime) -> Sequence[Response]:
        return [one for one in self.by_id.values() if is_over(one, now)]

    def tell_too(self, response_id: str, incident_id: str) -> None:
        with self._lock:
            self.shown_by.setdefault(response_id, {})[incident_id] = None

    def told_too(self, response_id: str) -> Sequence[str]:
        return tuple(self.shown_by.get(response_id, ()))

    # -- our own calls

    def is_own(self, event: SecretEvent) -> bool:
        with self._lock:
            if event.request_id in self.own:
                return True
            keys = {key for secret in event.secrets for key in secret.keys}
            is_label = event.name == LABEL_UPDATED
            moved = (self.own_versions.get((key, event.version_id or "")) for key in keys)
            if is_label and any(at is not None and near(event.at, at) for at in moved):
                return True
            return any(
                keys.intersection(response.action.keys) and is_running_call(event, response)
                for response in self.by_id.values()
            )


class FakeAllowances:
    """What the responses in a fake ledger allow."""

    def __init__(self, ledger: FakeLedger) -> None:
        self._ledger = ledger
        self.asked: list[tuple[SecretRef, ...]] = []

    def on(self, secrets: Sequence[SecretRef]) -> Sequence[Allowance]:
        self.asked.append(tuple(secrets))
        given = given_by(self._ledger.by_id.values())
        return [one for one in given if any({*one.secret.keys} & {*secret.keys} for secret in secrets)]

    def begun(self, now: datetime) -> Sequence[Response]:
        return [
            response
            for response in self._ledger.by_id.values()
            if response.started_at is not None
            and (until := response.action.until) is not None
            and now - timedelta(days=1) <= until
        ]


class FakeNotices:
    """Claims and threads in memory."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.claimed: dict[Notice, datetime] = {}
        self.done: set[Notice] = set()
        self.places: dict[tuple[str, str], str] = {}
        self.posting: set[tuple[str, str]] = set()
        self._moved = Condition()

    def claim(self, notice: Notice, now: datetime) -> bool:
        with self._lock:
            if notice in self.done:
                return False
            until = self.claimed.get(notice)
            if until is not None and until > now:
                raise Unavailable(f"incident {notice.incident_id} is being shown by another process")
            self.claimed[notice] = now + LEASE
            return True

    def shown(self, notice: Notice) -> None:
        with self._lock:
            self.done.add(notice)

    def thread(self, incident_id: str, channel: str) -> str | None:
        with self._moved:
            free = self._moved.wait_for(lambda: (incident_id, channel) not in self.posting, timeout=0.5)
            if not free:
                raise Unavailable(f"incident {incident_id} is being posted by another process")
            place = self.places.get((incident_id, channel))
            if place is None:
                self.posting.add((incident_id, channel))
            return place

    def remember(self, incident_id: str, channel: str, place: str | None) -> None:
        with self._moved:
            self.posting.discard((incident_id, channel))
            if place is not None:
                self.places[incident_id, channel] = place
            self._moved.notify_all()


class FakeDispatch:
    """Queues in memory; the responses queue drops a duplicate within five minutes, as FIFO queues do."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._seen: set[tuple[str, int]] = set()
        self.notices: list[Notice] = []
        self.responses: list[tuple[str, str]] = []  # (group, response id)
        self.is_down = False

    def alert(self, notice: Notice) -> None:
        with self._lock:
            self._check()
            self.notices.append(notice)

    def respond(self, response: Response) -> None:
        with self._lock:
            self._check()
            if (response.id, len(response.steps)) not in self._seen:
                self._seen.add((response.id, len(response.steps)))
                self.responses.append((group_of(response), response.id))

    def _check(self) -> None:
        if self.is_down:
            raise Unavailable("the queue could not be asked; try again later")


class FakeKillSwitch:
    """The brake, off until it is pulled."""

    def __init__(self, *, on: bool = False) -> None:
        self.on = on

    def is_on(self) -> bool:
        return self.on


@dataclass
class _Stored:
    arn: str
    name: str
    labels: dict[str, str] = field(default_factory=dict)  # label -> version id
    versions: list[str] = field(default_factory=list)
    created: dict[str, datetime] = field(default_factory=dict)
    deleted_at: datetime | None = None
    rotation_enabled: bool = False
    owning_service: str | None = None


class FakeSecrets:
    """Secrets Manager's labels and deletions as AWS does them, without values."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._numbers = count(1)
        self.stored: dict[str, _Stored] = {}
        self.calls: list[str] = []
        self.fails_with: Exception | None = None
        self.refuses_calls_with: Exception | None = None
        self.readers: tuple[str, ...] | None = None

    # -- what the owner of a secret does

    def create(self, name: str, *, owning_service: str | None = None) -> SecretRef:
        arn = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{name}-AbCdEf"
        self.stored[name] = _Stored(arn, name, owning_service=owning_service)
        self.put(name)
        return secret_ref(arn, account_id=ACCOUNT, region=REGION)

    def put(self, name: str) -> str:
        with self._lock:
            found = self.stored[name]
            version_id = f"{next(self._numbers):08d}-0000-4000-8000-000000000000"
            found.versions.append(version_id)
            found.created[version_id] = NOW + timedelta(seconds=len(found.versions))
            self._make_current(found, version_id)
            return version_id

    def delete(self, name: str) -> None:
        self.stored[name].deleted_at = NOW + timedelta(days=30)

    # -- the port

    def describe(self, secret: SecretRef) -> SecretState:
        with self._lock:
            found = self._find(secret)
            labels: dict[str, set[str]] = {version: set() for version in found.versions}
            for label, version in found.labels.items():
                labels[version].add(label)
            return SecretState(
                arn=found.arn,
                name=found.name,
                versions=tuple(
                    Version(id=version, labels=frozenset(some), created_at=found.created[version])
                    for version, some in labels.items()
                ),
                deleted_at=found.deleted_at,
                rotation_enabled=found.rotation_enabled,
                owning_service=found.owning_service,
            )

    def look(self, action: Action, needs: Collection[Need]) -> Seen:
        wanted = action.secret if {Need.SECRET, Need.NAMESAKE} & {*needs} else None
        try:
            readers = self.readers if Need.READERS in needs else None
            return Seen(secret=self.describe(wanted) if wanted is not None else None, readers=readers)
        except NotFound:
            if Need.SECRET in needs:
                raise
            return Seen()

    def perform(self, call: Call, on: str) -> str:
        del on
        if self.refuses_calls_with is not None:
            raise self.refuses_calls_with
        asked = {name: str(value) for name, value in call.parameters.items()}
        secret = secret_ref(asked["SecretId"], account_id=ACCOUNT, region=REGION)
        match call.operation:
            case "RestoreSecret":
                return self.restore(secret)
            case "UpdateSecretVersionStage":
                to, away_from = asked.get("MoveToVersionId"), asked.get("RemoveFromVersionId")
                return self.move_label(secret, asked["VersionStage"], to=to, away_from=away_from)
            case _:
                raise AssertionError(f"the fake does not know {call.operation}")

    # -- what the calls do

    def move_label(self, secret: SecretRef, label: str, *, to: str | None, away_from: str | None) -> str:
        with self._lock:
            found = self._find(secret)
            if found.deleted_at:
                raise Refused(f"secret {found.name}: AWS refused (InvalidRequestException: marked for deletion)")
            self._check_move(found, label, to, away_from)
            if to is None:
                del found.labels[label]
            elif label == CURRENT:
                self._make_current(found, to)
            else:
                found.labels[label] = to
            return self._request(f"move {label} {to}")

    def restore(self, secret: SecretRef) -> str:
        with self._lock:
            self._find(secret).deleted_at = None
            return self._request("restore")

    def _find(self, secret: SecretRef) -> _Stored:
        if self.fails_with is not None:
            raise self.fails_with
        found = next((s for s in self.stored.values() if s.arn == secret.text or s.name in secret.names), None)
        if found is None:
            raise NotFound(f"secret {secret.name} does not exist in this account and Region")
        return found

    def _check_move(self, found: _Stored, label: str, to: str | None, away_from: str | None) -> None:
        holder = found.labels.get(label)
        is_stale = away_from is not None and holder != away_from
        is_silent = away_from is None and holder is not None and holder != to
        if is_stale or is_silent or (to is not None and to not in found.versions) or (to is None and label == CURRENT):
            raise WorldMoved(f"secret {found.name}: its labels are no longer as planned; plan again")
        if holder is None and len(found.labels) >= LABEL_LIMIT:
            raise Refused(f"secret {found.name}: a quota of AWS is used up")

    def _make_current(self, found: _Stored, version_id: str) -> None:
        before = found.labels.get(CURRENT)
        if before is not None and before != version_id:
            found.labels[PREVIOUS] = before
        found.labels[CURRENT] = version_id

    def _request(self, call: str) -> str:
        self.calls.append(call)
        return f"request-{len(self.calls)}"


class FakeAccount:
    """An account with secrets, aliases, functions and a stack, listed a few at a time."""

    def __init__(self, *, page: int = 2) -> None:
        self.page = page
        self.listed: list[Holding] = []
        self.replicas: dict[str, tuple[str, ...]] = {}
        self.keys: dict[str, str] = {}  # alias -> ARN
        self.roles: dict[str, str] = {}  # function -> role
        self.parts: tuple[str, ...] = ()
        self.fails: dict[str, Exception] = {}  # by what is asked: "secrets", an ARN, an alias, "own"
        self.asked: list[str] = []

    def secrets(self, token: str | None) -> Page:
        self._ask("secrets")
        if token is not None and not token.isdecimal():
            raise WorldMoved("AWS no longer knows this place in its list; begin anew")
        start = int(token or 0)
        end = start + self.page
        more = str(end) if end < len(self.listed) else None
        return Page(secrets=tuple(self.listed[start:end]), token=more)

    def replica_regions(self, arn: str) -> tuple[str, ...]:
        self._ask(arn)
        if arn not in {one.arn for one in self.listed}:
            raise NotFound("it does not exist in this account and Region")
        return self.replicas.get(arn, ())

    def key_behind(self, alias: str) -> str:
        self._ask(alias)
        return self._found(self.keys, alias)

    def role_of(self, function: str) -> str:
        self._ask(function)
        if function.split(":")[3] != REGION:
            raise Refused("it lies in another Region; only its name is known")
        return self._found(self.roles, function)

    def own_parts(self) -> tuple[str, ...]:
        self._ask("own")
        return self.parts

    def _ask(self, what: str) -> None:
        self.asked.append(what)
        if what in self.fails:
            raise self.fails[what]

    def _found(self, known: Mapping[str, str], name: str) -> str:
        if name not in known:
            raise NotFound("it does not exist in this account and Region")
        return known[name]


class FakeEnquiries:
    """Questions to the auditor, in memory."""

    def __init__(self) -> None:
        self.asked: list[tuple[Moved, str | None]] = []
        self.fails_with: Exception | None = None

    def who_points_to(self, moved: Moved, incident_id: str | None) -> None:
        if self.fails_with is not None:
            raise self.fails_with
        self.asked.append((moved, incident_id))


class FakeChannel:
    """A way to people that shows messages in memory."""

    def __init__(self, name: str = "slack") -> None:
        self._lock = Lock()
        self._name = name
        self.shown: list[tuple[str, int, str | None]] = []  # (incident, revision, place it was updated at)
        self.with_responses: list[str] = []
        self.notes: list[str] = []
        self.is_down = False

    @property
    def name(self) -> str:
        return self._name

    def show(
        self, incident: Incident, responses: Iterable[Response], place: str | None, notes: Iterable[str] = ()
    ) -> str | None:
        with self._lock:
            if self.is_down:
                raise Unavailable(f"{self._name} does not answer; try again later")
            self.shown.append((incident.id, incident.revision, place))
            self.with_responses.extend(response.id for response in responses)
            self.notes.extend(notes)
            return place or f"{self._name}-{incident.id}"


def aged(response: Response, by: timedelta) -> Response:
    """Give a response as if everything about it had happened earlier."""
    return replace(response, steps=tuple(replace(step, at=step.at - by) for step in response.steps))
