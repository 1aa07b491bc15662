"""Real records as cases: each file is hunted alone, without history, and only the named rules may tell of it.

Source: recorded runs of Stratus Red Team, and refusals collected by TrailDiscover.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from nightlatch.adapters.history.baselines import TrailBaselines
from nightlatch.adapters.history.trails_memory import MemoryTrails, MemoryWaits
from nightlatch.adapters.records.cloudtrail import parse
from nightlatch.detections import CATALOGUE
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.answering.policy import Policy
from nightlatch.domain.judging.baseline import Maturity
from nightlatch.domain.judging.findings import Severity, State
from nightlatch.service.effects import NoEffects, NothingIsOwn
from nightlatch.service.hunt import hunt
from nightlatch.service.intake import FileRead, Item
from nightlatch.service.pipeline import Ports

_STRATUS = "stratus/aws."
_MUST: Mapping[str, frozenset[str]] = {
    f"{_STRATUS}credential-access.secretsmanager-retrieve-secrets": frozenset(
        {"access.bulk-read", "access.list-then-read"}
    ),
    f"{_STRATUS}credential-access.secretsmanager-batch-retrieve-secrets": frozenset({"access.batch-retrieval"}),
    f"{_STRATUS}defense-evasion.cloudtrail-delete": frozenset({"monitor.trail-tampered"}),
    f"{_STRATUS}defense-evasion.cloudtrail-event-selectors": frozenset({"monitor.trail-tampered"}),
    f"{_STRATUS}defense-evasion.cloudtrail-stop": frozenset({"monitor.trail-tampered"}),
    f"{_STRATUS}persistence.lambda-overwrite-code": frozenset({"rotation.function-tampered"}),
    f"{_STRATUS}persistence.lambda-layer-extension": frozenset({"rotation.function-tampered"}),
    f"{_STRATUS}persistence.lambda-backdoor-function": frozenset({"rotation.function-tampered"}),
}
# The attacked functions, as an operator would have named them: told of no other function.
_FUNCTIONS = frozenset(
    {
        "stratus-red-team-olc-func-vayhjqkdav",
        "stratus-red-team-lambda-layer-simpleLambda",
        "stratus-red-team-backdoor-f-func",
    }
)


@dataclass(frozen=True, slots=True)
class RealCase:
    """A file of real records, the rules that had to tell of it, and those that did."""

    name: str
    records: int
    must: frozenset[str]
    told: frozenset[str]


def real_cases(folder: Path) -> tuple[RealCase, ...]:
    """Hunt every file below a folder of real records."""
    files = sorted([*folder.glob("stratus/*.json"), *folder.glob("traildiscover/*.cloudtrail")])
    return tuple(_case(file, file.relative_to(folder).as_posix().removesuffix(".json")) for file in files)


def _case(file: Path, name: str) -> RealCase:
    content = json.loads(file.read_text("utf-8"))
    records = content if isinstance(content, list) else [content]
    items: list[Item] = [parse(record) for record in records]
    inventory = Inventory(rotation_functions=_FUNCTIONS)
    baselines = TrailBaselines(
        MemoryTrails(most=None),
        MemoryWaits(),
        inventory=inventory,
        now=lambda: datetime(2026, 3, 2, tzinfo=UTC),
        young=Maturity.NONE,
    )
    report = hunt(
        [*items, FileRead(name, len(records))],
        rules=CATALOGUE,
        policy=Policy(inventory=inventory),
        ports=Ports(baselines, NothingIsOwn(), NoEffects()),
    )
    loud = (f for f in report.findings if f.state is State.OPEN and f.severity.rank >= Severity.MEDIUM.rank)
    told = frozenset(finding.rule for finding in loud)
    return RealCase(name=name, records=len(records), must=_MUST.get(name, frozenset()), told=told)
