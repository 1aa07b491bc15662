"""An audit that is stopped goes on, and what it could not look at is named and ends with a code of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from audits import MUTE, a_posture_finding, a_report, kept, unseen
from nightlatch.adapters.books.book_sqlite import IN_MEMORY, SqliteBook
from nightlatch.checks import rotation_off
from nightlatch.cli.looks.audit_going import ended, go_through, tell
from nightlatch.cli.speech.exit_codes import ExitCode
from nightlatch.config import load_settings
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.examples import NOW
from nightlatch.domain.posture.findings import FAULT, FindingKind
from nightlatch.domain.posture.reports import Kept, Standing
from nightlatch.reach.bare import Reached
from nightlatch.reach.connection import Connection
from nightlatch.service.audit_pages import Yardstick
from nightlatch.service.audit_ports import AuditPorts, SecretPage
from posture_worlds import FakePremises, bare

BY = Yardstick(checks=(rotation_off.CHECK,))
SIX = tuple(bare(f"prod/{place}") for place in range(6))


class Interrupted(FakePremises):
    """Somebody presses Ctrl-C while a page is looked at."""

    def secrets(self, token: str | None) -> SecretPage:
        if token == "4":
            raise KeyboardInterrupt
        return super().secrets(token)


def clock() -> Callable[[], object]:
    moments = iter(NOW + timedelta(seconds=place) for place in range(1_000))
    return lambda: next(moments)


def go(premises: FakePremises, book: SqliteBook, *, is_fresh: bool = False) -> None:
    go_through(AuditPorts(premises, book), BY, clock(), is_fresh=is_fresh, again=" --local")  # type: ignore[arg-type]


def test_ctrl_c_keeps_what_was_found_and_says_how_to_go_on(capsys: pytest.CaptureFixture[str]) -> None:
    book = SqliteBook(IN_MEMORY)
    with pytest.raises(KeyboardInterrupt):
        go(Interrupted(SIX), book)
    told = capsys.readouterr().err
    assert told.startswith("stopped after 4 secrets; what was found is kept")
    assert told.endswith("nightlatch audit --local\n")
    resumed = FakePremises(SIX)

    go(resumed, book)

    assert "going on with the audit of 2 March 2026, 09:00 UTC, stopped after 4 secrets" in capsys.readouterr().err
    assert sorted(one.finding.name for one in book.findings()) == [f"prod/{place}" for place in range(6)]
    assert resumed.calls == 3  # the page that was left, the functions, the account


def test_fresh_begins_anew(capsys: pytest.CaptureFixture[str]) -> None:
    book = SqliteBook(IN_MEMORY)
    with pytest.raises(KeyboardInterrupt):
        go(Interrupted(SIX), book)
    capsys.readouterr()
    anew = FakePremises(SIX[:4])

    go(anew, book, is_fresh=True)

    assert capsys.readouterr().err == ""
    assert sorted(one.finding.name for one in book.findings()) == [f"prod/{place}" for place in range(4)]
    assert anew.calls == 4


BROKEN = kept(
    a_posture_finding(
        check=f"{FAULT}.rotation.off",
        kind=FindingKind.FAULT,
        severity=Severity.LOW,
        title="Could not judge",
        reason="check rotation.off could not judge this (KeyError); please report it",
    )
)
FIXED = kept(a_posture_finding("prod/old", severity=Severity.CRITICAL), Standing.FIXED)
QUIET = kept(a_posture_finding("ci-1", severity=Severity.CRITICAL, muted=MUTE))
NOT_HERE = kept(unseen(action="nightlatch:use"))


@pytest.mark.parametrize(
    ("found", "fail_on", "code"),
    [
        ([], Severity.LOW, ExitCode.CLEAN),
        ([kept()], None, ExitCode.CLEAN),
        ([kept()], Severity.MEDIUM, ExitCode.FINDINGS),
        ([kept()], Severity.HIGH, ExitCode.CLEAN),
        ([FIXED, QUIET], Severity.INFORMATIONAL, ExitCode.CLEAN),
        ([kept(unseen())], None, ExitCode.PARTIAL),
        ([BROKEN], None, ExitCode.PARTIAL),
        ([kept(), kept(unseen())], Severity.MEDIUM, ExitCode.FINDINGS),
        ([kept(unseen(muted=MUTE))], None, ExitCode.CLEAN),
        ([NOT_HERE], None, ExitCode.CLEAN),
    ],
)
def test_how_it_ends_is_what_was_found_then_what_was_missed(
    found: list[Kept], fail_on: Severity | None, code: ExitCode
) -> None:
    assert ended(a_report(found), fail_on) is code


def test_everything_that_was_missed_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    denied = [kept(unseen(f"prod/{place}")) for place in range(7)]
    gone = kept(replace(unseen("prod/gone"), check="audit.vanished", reason="it was listed, and gone later"))

    tell(a_report([*denied, gone, BROKEN]), _unwatched(), None)

    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith(
        "could not look: secretsmanager:GetResourcePolicy (prod/0, prod/1, prod/2, prod/3, prod/4"
    )
    assert "and 2 more" in lines[0]
    assert "vanished during the audit: prod/gone" in lines
    assert (
        "could not judge: rotation.off (prod/db): check rotation.off could not judge this (KeyError)"
        in lines[2] + lines[1]
    )
    assert lines[-1].endswith("not_seen=9")


def test_a_hostile_name_acts_on_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    tell(a_report([kept(unseen("\x1b[2J\u202e"))]), _unwatched(), None)

    assert all(char.isprintable() or char == "\n" for char in capsys.readouterr().err)


def _unwatched() -> Reached:
    connection: Connection = Connection(None, None, load_settings({}))  # type: ignore[arg-type] # nobody is asked
    return Reached(connection, is_deployed=False)
