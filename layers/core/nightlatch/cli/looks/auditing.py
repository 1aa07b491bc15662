"""Runs `nightlatch audit`: looks, keeps what was found, writes it, and ends with the code that says how it stands."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from nightlatch.checks import CHECKS, PRACTICES
from nightlatch.cli.looks.audit_books import book_of
from nightlatch.cli.looks.audit_going import counted_in, ended, go_through, tell
from nightlatch.cli.report.report import Report
from nightlatch.cli.report.writing import refuse_query_of, write_report
from nightlatch.cli.speech.documents import read_policy
from nightlatch.cli.speech.exit_codes import ExitCode
from nightlatch.cli.speech.terminal import complain
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.answering.policy import Policy
from nightlatch.domain.errors import NotFound, Refused, Unavailable
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.reports import scores
from nightlatch.domain.posture.tallies import tallied
from nightlatch.reach.bare import Reached, reach
from nightlatch.reach.premises import inventory_of, premises_of
from nightlatch.reach.where import Where
from nightlatch.service.audit_pages import Yardstick
from nightlatch.service.audit_ports import AuditPorts, Book
from nightlatch.service.audit_scope import Scope, ScopedPremises


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What the command line asked for."""

    where: Where
    scope: Scope
    policy: Path | None = None  # None: the one in force, where there is one
    trail: tuple[Path, ...] = ()  # log files in which use is counted; what was counted live if none
    scans_lines: bool = False
    is_fresh: bool = False
    is_last: bool = False
    changes: bool = False
    fail_on: Severity | None = None
    out: Path | None = None
    form: str = "table"


def run(request: Request) -> ExitCode:
    """Audit, write what was found to stdout or a file, and the account of it to stderr.

    Raises:
        InvalidPolicy: The policy is wrong.
        NotFound: No stage, no such stack, or no audit to write again.
        Refused: AWS forgets its place in the list again and again.
        Unavailable: AWS or the book could not be asked.
        Unreadable: A file cannot be read or written.
    """
    refuse_query_of(request.form)
    checks = request.scope.of(CHECKS)
    if not checks:
        raise NotFound("no check is called so; the page docs/audit.md lists them, and completion offers them")
    reached = reach(request.where)
    policy = _policy(request, reached)
    uses, is_read = counted_in(request.trail) if request.trail and not request.is_last else (None, True)
    premises = premises_of(reached, policy, request.scope, uses=uses, scans_lines=request.scans_lines)
    inventory, is_known = (policy.inventory, True) if request.is_last else _inventory(reached, policy)
    by = Yardstick(checks=checks, limits=policy.audit.limits, inventory=inventory, mutes=policy.audit.mutes)
    is_local = request.where.local
    with book_of(premises.account_id, premises.region, request.scope, is_local=is_local) as book:
        ports = AuditPorts(premises=ScopedPremises(premises, request.scope, checks), book=book)
        if not request.is_last:
            go_through(ports, by, reached.connection.now, is_fresh=request.is_fresh, again=_again(request))
        report = _report(book, policy, reached, request)
        write_report(report, request.form, request.out, place=request.where.options)
        tell(report, reached, request.out)
        return ended(report, request.fail_on, is_read=is_read and is_known)


def _policy(request: Request, reached: Reached) -> Policy:
    if request.policy is not None:
        return read_policy(request.policy)
    return reached.connection.policy() if reached.is_deployed else Policy()


def _inventory(reached: Reached, policy: Policy) -> tuple[Inventory, bool]:
    """Go by the policy alone where one may not read what a nightlatch has learnt, and say that it is so."""
    try:
        return inventory_of(reached, policy), True
    except (Refused, Unavailable) as error:
        complain(f"nightlatch's inventory could not be read, so the policy's alone counts ({error})")
        return policy.inventory, False


def _again(request: Request) -> str:
    narrowed = "".join(f" {one}" for one in request.scope.words())
    return f"{narrowed}{request.where.options}"


def _report(book: Book, policy: Policy, reached: Reached, request: Request) -> Report:
    last = book.last()
    if last is None:
        raise NotFound(f"no audit was finished here yet; nightlatch audit{_again(request)} makes one")
    return Report(
        run=last,
        scores=scores(last.counts, PRACTICES),
        tally=tallied(book.findings()),
        findings=book.findings,
        nightlatch=_version(),
        policy=policy.digest if reached.is_deployed or request.policy else "",
        narrowed=tuple(request.scope.words()),
        changes=request.changes,
    )


def _version() -> str:
    try:
        return version("nightlatch")
    except PackageNotFoundError:  # run from its sources
        return "unreleased"
