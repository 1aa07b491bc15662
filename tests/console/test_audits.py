"""The page of the last audit: what it came to, what to do next, and what it found of one secret, whatever its name."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from html import escape

import pytest

from console.visitor import Visitor
from nightlatch.adapters.books.book_dynamodb import DynamoBook
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.examples import ACCOUNT, NOW, REGION
from nightlatch.domain.posture.findings import Mute, PostureFinding
from posture_worlds import a_posture_finding

HOSTILE = "prod/<script>alert(1)</script>\u202e"
MUTE = Mute(checks=("*",), names=("*",), owner="ben", reason="moves soon", expires=NOW + timedelta(days=9))


def audited(inside: Visitor, *findings: PostureFinding, days: int = 0, **other: object) -> None:
    book, now = DynamoBook(inside.desk.connection.state), NOW + timedelta(days=days)
    run = book.begin(now, account_id=ACCOUNT, region=REGION, at_once=True)
    assert run is not None
    further = replace(run.with_page(()), secrets=3, functions=1, **other)  # type: ignore[arg-type]
    book.keep(further, findings, ())
    book.finish(replace(further, finished_at=now))


def test_before_the_first_audit_the_page_says_how_to_have_one(inside: Visitor) -> None:
    assert "No audit has been finished yet." in inside.page("/audit")


def test_the_page_shows_scores_the_next_steps_and_the_worst(inside: Visitor) -> None:
    counts = {"rotation.off": {"clean": 3, "violated": 1}, "no.longer-known": {"violated": 9}}
    worse = a_posture_finding("prod/a", severity=Severity.CRITICAL, command="aws secretsmanager rotate-secret")
    audited(inside, worse, a_posture_finding("prod/b"), a_posture_finding("prod/c", muted=MUTE), counts=counts, gaps=2)

    page = inside.page("/audit")

    assert "3 secrets and 1 function" in page
    assert "75 %" in page
    assert "nothing to judge" in page
    assert "aws secretsmanager rotate-secret" in page
    assert page.index("prod/a") < page.index("prod/b")
    assert "prod/c" not in page
    assert "1 finding muted" in page
    assert "2 looks refused or not possible" in page


def test_of_one_secret_all_is_shown_what_is_fixed_and_what_is_muted_too(inside: Visitor) -> None:
    audited(inside, a_posture_finding("a", check="text.gone", title="Once"), a_posture_finding("a"))
    audited(inside, a_posture_finding("a", muted=MUTE), a_posture_finding("b", title="Of another"), days=1)

    page = inside.page("/audit?of=a")

    assert "Fixed since the audit before." in page
    assert "Muted by ben" in page
    assert page.index("Nobody rotates it") < page.index("Once")
    assert "Of another" not in page


def test_a_secret_without_findings_says_so(inside: Visitor) -> None:
    audited(inside, a_posture_finding("a"))

    assert "<h2>Nothing.</h2>" in inside.page("/audit?of=b")


@pytest.mark.parametrize("path", ["/audit", "/audit?of=" + HOSTILE.replace("<", "%3C").replace(">", "%3E")])
def test_a_hostile_name_is_text(inside: Visitor, path: str) -> None:
    audited(inside, a_posture_finding(HOSTILE, evidence=("<b>x</b>",)))

    page = inside.page(path)

    assert "<script>alert" not in page
    assert "\u202e" not in page
    assert escape("<script>alert(1)</script>") in page
    assert "<b>x</b>" not in page
