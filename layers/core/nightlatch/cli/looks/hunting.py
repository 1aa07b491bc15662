"""Runs a hunt: puts the engine together over memory, reads the files, writes what was found and what was not read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from nightlatch.adapters.history.baselines import TrailBaselines
from nightlatch.adapters.history.trails_memory import MemoryTrails, MemoryWaits
from nightlatch.adapters.records.log_files import read_records
from nightlatch.cli.looks.finding_output import write
from nightlatch.cli.looks.reading import files_below, list_unread, numbers, shown
from nightlatch.cli.speech.documents import read_inventory, read_policy
from nightlatch.cli.speech.exit_codes import ExitCode
from nightlatch.cli.speech.forms import Output
from nightlatch.cli.speech.terminal import progress, say
from nightlatch.detections import CATALOGUE
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.answering.policy import Policy
from nightlatch.domain.judging.baseline import LEARNING_PERIOD, Maturity
from nightlatch.domain.judging.findings import Severity
from nightlatch.service.effects import NoEffects, NothingIsOwn
from nightlatch.service.hunt import HuntReport, hunt
from nightlatch.service.intake import Item, readable_by
from nightlatch.service.pipeline import Ports


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What the command line asked for."""

    paths: tuple[Path, ...]
    history: tuple[Path, ...] | None
    policy: Path | None
    inventory: Path | None
    output: Output
    fail_on: Severity | None  # None: whatever is found, it is no failure


def run(request: Request) -> ExitCode:
    """Hunt, write the findings to stdout and the account of it to stderr.

    Raises:
        InvalidPolicy: The policy or the inventory file is wrong.
        Unreadable: One of them cannot be read.
    """
    policy = _policy(request)
    wanted = readable_by(CATALOGUE)
    begun = count()
    with progress(files_below(*request.paths, *(request.history or ()))) as show:

        def reading(paths: tuple[Path, ...], doing: str) -> Iterator[Item]:
            return read_records(paths, wanted=wanted, begun=shown(show, doing, begun))

        report = hunt(
            reading(request.paths, "reading"),
            rules=CATALOGUE,
            policy=policy,
            ports=ports_in_memory(policy.inventory),
            history=None if request.history is None else reading(request.history, "learning from"),
        )
    write(report.findings, request.output)
    _give_account(report)
    if request.fail_on is not None and report.worth_stopping_for(request.fail_on):
        return ExitCode.FINDINGS
    return ExitCode.PARTIAL if report.is_partial else ExitCode.CLEAN


def _policy(request: Request) -> Policy:
    policy = Policy() if request.policy is None else read_policy(request.policy)
    if request.inventory is None:
        return policy
    return replace(policy, inventory=_joined(policy.inventory, read_inventory(request.inventory)))


def _joined(one: Inventory, other: Inventory) -> Inventory:
    """Hold what either of two inventories says; of two organisations the second."""
    apart = {"organization_id", "tiers", "deployers", "replications", "planted"}
    parts = [part.name for part in fields(Inventory) if part.name not in apart]
    both = {part: getattr(one, part) | getattr(other, part) for part in parts}
    return Inventory(
        organization_id=other.organization_id or one.organization_id,
        tiers=(*other.tiers, *one.tiers),
        deployers=(*other.deployers, *one.deployers),
        **both,
    )


def ports_in_memory(inventory: Inventory) -> Ports:
    """Put history into memory, and leave the world alone."""
    baselines = TrailBaselines(
        MemoryTrails(most=None),
        MemoryWaits(),
        inventory=inventory,
        now=lambda: datetime.now(UTC),
        young=Maturity.NONE,
    )
    return Ports(baselines=baselines, own=NothingIsOwn(), effects=NoEffects())


def _reach(report: HuntReport) -> str:
    """Say how far history goes back, and whether that is enough to know who uses what."""
    if report.reach is None:
        return ""
    days = report.reach / timedelta(days=1)
    short = "" if report.pairs_count else f" (of {LEARNING_PERIOD.days} before it tells who usually reads what)"
    return f" days={days:.1f}{short}"


def _give_account(report: HuntReport) -> None:
    """List what was not read or not judged, then say the numbers in one line (ruling 43)."""
    if report.learnt is not None:
        list_unread(report.learnt)
        say(f"history: {numbers(report.learnt)}{_reach(report)}")
    list_unread(report.judged)
    say(f"{numbers(report.judged)} findings={len(report.findings)}")
