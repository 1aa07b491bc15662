"""Runs the doctor: looks at everything that nightlatch needs to see and to tell, and prints what mends the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from rich.table import Table

from nightlatch.adapters.watching.beats_dynamodb import DynamoBeats
from nightlatch.adapters.watching.patient import Patient
from nightlatch.cli.speech.exit_codes import ExitCode
from nightlatch.cli.speech.forms import Form
from nightlatch.cli.speech.terminal import cell, say
from nightlatch.cli.speech.writing import write
from nightlatch.domain.errors import InvalidPolicy, NightlatchError, Refused
from nightlatch.domain.watching.diagnosis import (
    Line,
    Names,
    Verdict,
    of_alarms,
    of_functions,
    of_heartbeat,
    of_queues,
    of_rules,
    of_subscriptions,
    of_trails,
)
from nightlatch.domain.watching.paths import Expected
from nightlatch.reach.connection import Connection
from nightlatch.reach.where import Where, connect

_COLOURS = {Verdict.OK: "green", Verdict.WARN: "yellow", Verdict.FAIL: "red", Verdict.UNSEEN: "yellow"}
_LEAST_UNRESERVED = 20  # functions at once; below that a busy account keeps nightlatch waiting


def run(where: Where, output: Form) -> ExitCode:
    """Look at everything and write a line for each.

    Raises:
        NotFound: No stage or stack.
        Unavailable: AWS could not be asked.
    """
    connection = connect(where)
    stack = connection.settings.stack or where.stack
    region = connection.client("events").meta.region_name
    lines = tuple(_Examination(connection, Patient(connection.client, stack, region)).lines())
    show(lines, output)
    return code_of(lines)


def show(lines: Sequence[Line], output: Form) -> None:
    """Write the lines, and how many of each kind."""
    write([_fields(line) for line in lines], output, lambda: _table(lines))
    counts = {verdict: sum(line.verdict is verdict for line in lines) for verdict in Verdict}
    say(" ".join(f"{verdict.replace(' ', '-')}={count}" for verdict, count in counts.items()))


def code_of(lines: Iterable[Line]) -> ExitCode:
    """Say how it ended: 3 where something does not work, else 4 where something could not be looked at."""
    verdicts = {line.verdict for line in lines}
    if Verdict.FAIL in verdicts:
        return ExitCode.FINDINGS
    return ExitCode.PARTIAL if Verdict.UNSEEN in verdicts else ExitCode.CLEAN


class _Examination:
    """Looks at one part after the other; one that may not be looked at is a line, and the others follow."""

    def __init__(self, connection: Connection, patient: Patient) -> None:
        self._connection = connection
        self._patient = patient
        self._names = Names(stack="", topic="")

    def lines(self) -> Iterator[Line]:
        """Give all lines, in order."""
        yield from self._tried("stack", self._stack)
        for about, look in (
            ("trails, rules, alarms and subscriptions", self._paths),
            ("heartbeat", self._heartbeat),
            ("queues", lambda: of_queues(self._patient.queues())),
            ("functions", lambda: of_functions(self._patient.functions(self._connection.now()))),
            ("alarms", self._alarms),
            ("concurrency", self._concurrency),
            ("policy", self._policy),
            ("kill switch", self._brake),
        ):
            yield from self._tried(about, look)

    def _tried(self, about: str, look: Callable[[], Iterable[Line]]) -> list[Line]:
        try:
            return [*look()]
        except InvalidPolicy as error:
            return [Line(about=about, verdict=Verdict.FAIL, said=str(error), fix="nightlatch policy check policy.yaml")]
        except (Refused, NightlatchError) as error:
            return [Line(about=about, verdict=Verdict.UNSEEN, said=str(error))]

    def _stack(self) -> Iterator[Line]:
        self._names = self._patient.names()
        yield Line(about=f"stack {self._names.stack}", verdict=Verdict.OK, said="is there")

    def _paths(self) -> Iterator[Line]:
        paths = self._patient.paths()
        yield from of_trails(paths)
        yield from of_rules(paths, Expected(), self._names)
        yield from of_alarms(paths, self._names)
        yield from of_subscriptions(paths, self._names)
        for gap in paths.gaps:
            yield Line(about=gap.split(" ")[0], verdict=Verdict.UNSEEN, said=f"{gap}; allow it, then ask again")

    def _heartbeat(self) -> Iterator[Line]:
        pulse = DynamoBeats(self._connection.state).pulse()
        yield of_heartbeat(pulse, self._names, self._connection.now())

    def _alarms(self) -> Iterator[Line]:
        ringing = self._patient.alarms()
        for name in ringing:
            fix = f"aws cloudwatch describe-alarm-history --alarm-name {name} --max-records 3"
            yield Line(about=f"alarm {name}", verdict=Verdict.FAIL, said="rings", fix=fix)
        if not ringing:
            yield Line(about="alarms", verdict=Verdict.OK, said="none rings")

    def _concurrency(self) -> Iterator[Line]:
        left = self._patient.unreserved()
        is_low = left < _LEAST_UNRESERVED
        fix = "aws service-quotas list-service-quotas --service-code lambda" if is_low else ""
        verdict = Verdict.WARN if is_low else Verdict.OK
        yield Line(about="concurrency", verdict=verdict, said=f"{left} functions may run at once", fix=fix)

    def _policy(self) -> Iterator[Line]:
        policy = self._connection.policy()
        yield Line(about="policy", verdict=Verdict.OK, said=f"{policy.digest} is in force")

    def _brake(self) -> Iterator[Line]:
        said = self._connection.paused()
        if said:
            yield Line(about="kill switch", verdict=Verdict.WARN, said=f"is on: {said}", fix="nightlatch resume")
        else:
            yield Line(about="kill switch", verdict=Verdict.OK, said="is off")


def _fields(line: Line) -> dict[str, str]:
    return {"about": line.about, "verdict": line.verdict.value, "said": line.said, "fix": line.fix}


def _table(lines: Iterable[Line]) -> Table:
    table = Table("", "what", "how it stands, and what mends it", box=None, pad_edge=False)
    for line in lines:
        verdict = cell(line.verdict.value, _COLOURS[line.verdict])
        table.add_row(verdict, cell(line.about), cell(f"{line.said}{f'; fix: {line.fix}' if line.fix else ''}"))
    return table
