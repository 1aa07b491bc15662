"""The report of an audit is one file: it asks nobody, is looked through by filters or keys alone, and prints."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from audits import MUTE, a_company, a_company_run, a_posture_finding, a_report, kept, unseen
from e2e.built import ROOT
from e2e.test_console import fits
from e2e.test_page import Observer, browser, tab_to
from nightlatch.cli.report.page.page import page_text
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.practices import Practice
from nightlatch.domain.posture.reports import Kept, Standing

__all__ = ["browser"]

pytestmark = [pytest.mark.e2e, pytest.mark.browser, pytest.mark.xdist_group("audit-report")]

SIZES = {1280: {"width": 1280, "height": 900}, 360: {"width": 360, "height": 780}}
HOSTILE = [
    "<script>alert(1)</script>",
    "</script><img src=x onerror=alert(1)>",
    "<!--<script>",
    "\u202egnp.exe",
    "\x1b[2J\x1b[31mred",
    "\u05e1\u05d5\u05d3/prod",
    '"\' onfocus=alert(1) autofocus x="',
    "x" * 512,
]
FEW = (
    kept(a_posture_finding("prod/orders/db", severity=Severity.CRITICAL)),
    kept(a_posture_finding("prod/billing/api"), Standing.OPEN, days=30),
    kept(a_posture_finding("test/mail", severity=Severity.LOW, practice=Practice.VPC, check="vpc.public-reads")),
    kept(a_posture_finding("prod/old"), Standing.FIXED, days=60),
    kept(a_posture_finding("ci-nightly", muted=MUTE), Standing.OPEN),
    kept(unseen("prod/orders/db")),
)


@pytest.fixture
def open_report(browser: Browser, tmp_path: Path) -> Iterator[Any]:
    """Open reports as files; afterwards none has asked for anything, complained or popped up."""
    seen: list[Observer] = []
    contexts: list[BrowserContext] = []

    def open_it(found: Sequence[Kept], *, width: int = 1280, scheme: str = "light", **options: Any) -> Observer:
        file = tmp_path / f"report-{len(seen)}.html"
        report = a_report(found, run=a_company_run(found, secrets=220))
        file.write_text("".join(page_text(report)), encoding="utf-8")
        wanted = {"viewport": SIZES[width], "color_scheme": scheme, **options}
        contexts.append(browser.new_context(**wanted))
        seen.append(Observer(contexts[-1], file.as_uri()))
        return seen[-1]

    yield open_it
    for context in contexts:
        context.close()
    assert {host for observer in seen for host in observer.hosts} == {None}  # a file has no host
    assert [len(observer.loads) for observer in seen] == [1 for _ in seen]
    assert [text for observer in seen for text in observer.complaints] == []
    assert [text for observer in seen for text in observer.dialogs] == []


def shown(page: Page) -> list[str]:
    """Name what the list shows, from the top."""
    return page.locator("#rows .about bdi").all_inner_texts()


def counts(page: Page, text: str) -> None:
    """Wait until the page says so many."""
    expect(page.get_by_role("status")).to_have_text(text)


def test_what_is_still_there_is_shown_the_gravest_first(open_report: Any) -> None:
    page = open_report(FEW).page

    counts(page, "4 of 6 findings")
    assert shown(page) == ["prod/orders/db", "prod/billing/api", "test/mail", "prod/orders/db"]
    assert page.locator("#rows .chip").all_inner_texts()[:2] == ["Critical", "New"]
    expect(page.locator(".verdict")).to_contain_text("4 findings in 220 secrets and 38 functions, 1 critical")
    expect(page.locator("#mutes ~ .scroll")).to_contain_text("thrown away each night")
    expect(page.locator("#blanks ~ .cards")).to_contain_text("secretsmanager:GetResourcePolicy")


def test_filters_narrow_the_list_and_one_press_takes_them_away(open_report: Any) -> None:
    page = open_report(FEW).page

    page.get_by_label("Search").fill("prod db")
    counts(page, "2 of 6 findings")
    page.get_by_label("Search").fill("")
    page.get_by_label("Practice", exact=True).select_option(label="6. Run everything in a VPC")
    counts(page, "1 of 6 findings")
    assert shown(page) == ["test/mail"]
    page.get_by_role("checkbox", name="Low").uncheck()
    counts(page, "0 of 6 findings")
    expect(page.get_by_text("Nothing fits")).to_be_visible()
    page.get_by_role("button", name="Show all again").click()
    counts(page, "4 of 6 findings")
    page.get_by_role("checkbox", name="Fixed").check()
    page.get_by_role("checkbox", name="Muted").check()
    counts(page, "6 of 6 findings")
    page.get_by_role("checkbox", name="New").uncheck()
    page.get_by_role("checkbox", name="Still open").uncheck()

    counts(page, "2 of 6 findings")
    assert sorted(shown(page)) == ["ci-nightly", "prod/old"]


def test_a_score_and_a_step_lead_to_their_findings(open_report: Any) -> None:
    page = open_report(FEW).page

    page.get_by_role("button", name=re.compile("of Run everything in a VPC: show")).click()
    assert shown(page) == ["test/mail"]
    expect(page.get_by_role("heading", name="Findings")).to_be_focused()
    page.get_by_role("button", name=re.compile("of rotation.off: show")).click()

    counts(page, "2 of 6 findings")


def test_a_row_opens_to_its_evidence_and_a_command_that_can_be_copied(open_report: Any) -> None:
    seen = open_report(FEW, permissions=["clipboard-read", "clipboard-write"])
    row = seen.page.locator("#rows li").first
    expect(row.get_by_text("created 400 days ago")).to_have_count(0)

    row.locator("summary").click()
    expect(row.get_by_text("created 400 days ago")).to_be_visible()
    row.get_by_role("button", name="Copy").click()

    expect(row.get_by_role("button", name="Copied")).to_be_visible()
    assert seen.page.evaluate("navigator.clipboard.readText()") == FEW[0].finding.command


def test_the_keyboard_alone_is_enough(open_report: Any) -> None:
    page = open_report([*a_company(130)]).page

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the findings")).to_be_focused()
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_label("Search"))
    page.keyboard.type("prod")
    page.keyboard.press("Escape")  # empties it
    first = page.locator("#rows summary").first
    tab_to_checkbox(page, "Informational")
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Show all again")).to_be_visible()
    tab_to(page, first)
    page.keyboard.press("Enter")

    expect(page.locator("#rows .more").first).to_be_visible()


def tab_to_checkbox(page: Page, label: str) -> None:
    """Press Tab until a checkbox has the focus; what stands for it on the page shows it."""
    box = page.get_by_role("checkbox", name=label)
    for _ in range(20):
        page.keyboard.press("Tab")
        if box.evaluate("node => node === document.activeElement"):
            assert box.evaluate("node => getComputedStyle(node.nextElementSibling).outlineStyle") == "solid"
            return
    pytest.fail("the keyboard never reached it")


def test_more_rows_come_when_asked_for_and_the_focus_goes_on_there(open_report: Any) -> None:
    page = open_report([*a_company(260)]).page
    expect(page.locator("#rows li")).to_have_count(100)

    page.get_by_role("button", name=re.compile("Show .* more")).press("Enter")

    assert page.locator("#rows li").count() > 100
    expect(page.locator("#rows li").nth(100).locator("summary")).to_be_focused()


def test_thirty_thousand_findings_are_one_page_of_a_hundred(open_report: Any) -> None:
    found = [*a_company(30_000)]
    last = [one.finding.name for one in found if one.standing is Standing.NEW and not one.finding.muted][-1]
    page = open_report(found).page

    expect(page.locator("#rows li")).to_have_count(100)
    page.get_by_label("Search").fill(last)
    counts(page, "1 of 30,000 findings")


@pytest.mark.parametrize(("width", "scheme"), [(1280, "dark"), (360, "light")])
def test_names_from_strangers_are_shown_as_the_text_they_are(open_report: Any, width: int, scheme: str) -> None:
    mute = kept(
        a_posture_finding(
            "x",
            muted=MUTE.__class__(
                checks=(HOSTILE[0],), names=(HOSTILE[1],), owner=HOSTILE[2], reason=HOSTILE[4], expires=MUTE.expires
            ),
        )
    )
    found = [
        kept(a_posture_finding(name, title=name, reason=name, remedy=name, evidence=(name,), command=name, check=name))
        for name in HOSTILE
    ]
    blanks = [kept(unseen(name, action=name, reason=name)) for name in HOSTILE]
    seen = open_report([*found, *blanks, mute], width=width, scheme=scheme)
    page = seen.page

    for row in page.locator("#rows summary").all()[:8]:
        row.click()
    assert page.locator("img, iframe, script:not(:nth-last-of-type(-n+2))").count() == 0
    assert page.locator("script").count() == 2
    names = shown(page)
    assert {HOSTILE[0], HOSTILE[1], HOSTILE[2], HOSTILE[5], HOSTILE[6], HOSTILE[7]} <= set(names)
    assert "\\u202egnp.exe" in names
    assert "\\x1b[2J\\x1b[31mred" in names
    fits(page, width)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_the_page_fits_and_can_be_read(open_report: Any, width: int, scheme: str) -> None:
    page = open_report([*a_company(200), kept(unseen())], width=width, scheme=scheme).page

    page.locator("#rows summary").first.click()
    fits(page, width)


def test_an_audit_that_found_nothing_says_so(open_report: Any) -> None:
    page = open_report([]).page

    expect(page.locator(".verdict")).to_have_text("Nothing was found in 220 secrets and 38 functions.")
    expect(page.get_by_text("Everything was looked at.")).to_be_visible()
    expect(page.get_by_text("Nothing is muted.")).to_be_visible()
    counts(page, "0 of 0 findings")
    fits(page, 1280)


def test_what_prints_has_no_controls_and_says_what_is_left_out(open_report: Any) -> None:
    page = open_report([*a_company(900)]).page

    assert page.pdf()[:5] == b"%PDF-"

    expect(page.locator("#rows li")).to_have_count(500)
    page.emulate_media(media="print")
    for control in (".tools", ".copy", "#more", ".skip", ".show"):
        assert not any(one.is_visible() for one in page.locator(control).all())
    expect(page.locator("#printed")).to_contain_text(re.compile(r"500 of \d+ findings are printed"))
    assert page.locator(".scores .plainly").first.is_visible()


def test_without_its_script_what_it_came_to_can_still_be_read(open_report: Any) -> None:
    page = open_report(FEW, java_script_enabled=False).page

    expect(page.get_by_text("The list needs this page's own script")).to_be_visible()
    expect(page.locator(".verdict")).to_be_visible()
    expect(page.locator(".steps .card").first).to_contain_text("Nobody rotates it")
    expect(page.get_by_role("button")).to_have_count(0)


def test_nothing_but_its_own_script_runs_and_nothing_is_fetched(open_report: Any) -> None:
    seen = open_report(FEW)
    stopped: list[str | None] = []
    seen.page.on("requestfailed", lambda asked: stopped.append(asked.failure))

    seen.page.evaluate(
        """() => {
          document.body.append(Object.assign(document.createElement("script"), { textContent: "window.hit = 1" }));
          document.body.append(Object.assign(document.createElement("img"), { src: "https://198.51.100.7/x.png" }));
          document.body.insertAdjacentHTML("beforeend", "<p style='color: red'>styled</p>");
        }"""
    )
    expect(seen.page.get_by_text("styled")).to_be_visible()

    assert seen.page.evaluate("window.hit") is None
    assert {line.split()[-1] for line in seen.complaints if line.startswith("policy:")} == {
        "script-src-elem",
        "img-src",
        "style-src-attr",
    }
    assert stopped == ["csp"]  # the browser told of what it did not send
    seen.complaints.clear()
    seen.hosts.discard("198.51.100.7")


def test_the_pictures_of_the_documentation_can_be_drawn(open_report: Any, tmp_path: Path) -> None:
    """With NIGHTLATCH_SCREENSHOTS=1 they are written into docs/images."""
    folder = ROOT / "docs" / "images" if os.environ.get("NIGHTLATCH_SCREENSHOTS") == "1" else tmp_path
    found = [*a_company(420), kept(unseen("prod/orders/00007"))]

    for name, width, scheme in (("audit.png", 1280, "light"), ("audit-dark-360.png", 360, "dark")):
        page = open_report(found, width=width, scheme=scheme, device_scale_factor=1.5).page
        picture = folder / name
        page.screenshot(path=picture)
        assert picture.stat().st_size < 400_000
