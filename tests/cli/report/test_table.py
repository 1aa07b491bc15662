"""A person at a terminal sees scores, what to do next and the worst, however much there is and whatever its names."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.console import Console

from audits import MUTE, a_company, a_posture_finding, a_report, kept, unseen
from nightlatch.cli.report.report import Report
from nightlatch.cli.report.table import table_of
from nightlatch.cli.speech.writing import drawn_in_lines
from nightlatch.domain.posture.practices import Practice
from nightlatch.domain.posture.reports import Standing

ANYTHING = st.text(st.characters(codec="utf-8"), max_size=40)
HOSTILE = ["\x1b[2J", "\u202e", "[red]x[/red]", "a\nb", "<script>", "x" * 512]


def lines(report: Report) -> list[str]:
    return "".join(drawn_in_lines(table_of(report, place=" --local"))).splitlines()


def on_a_terminal(report: Report, width: int) -> str:
    console = Console(width=width, force_terminal=False, highlight=False, markup=False, emoji=False)
    with console.capture() as capture:
        console.print(table_of(report, place=""))
    return capture.get()


def test_each_practice_has_its_score_and_what_it_is_made_of() -> None:
    shown = lines(a_report([kept()]))

    for practice in Practice:
        assert any(line.startswith(f"{practice.number}\t{practice.title}\t") for line in shown)


def test_thousands_of_findings_are_one_screen_and_the_way_to_the_rest() -> None:
    report = a_report([*a_company(5_000)])
    shown = lines(report)

    assert len(shown) < 80
    assert shown[-1].endswith("more findings: nightlatch audit --last --local --output html --out report.html")
    assert f"{report.tally.total - 20:,}" in shown[-1]


def test_a_few_findings_are_all_of_them() -> None:
    shown = lines(a_report([kept(), kept(a_posture_finding("prod/x"), Standing.OPEN), kept(unseen())]))

    assert not any("nightlatch audit" in line for line in shown)
    assert sum("\trotation.off\t" in line for line in shown) == 2


def test_what_is_new_open_and_fixed_is_counted_by_severity() -> None:
    found = [kept(), kept(a_posture_finding("b"), Standing.OPEN), kept(a_posture_finding("c"), Standing.FIXED)]
    shown = lines(a_report([*found, kept(a_posture_finding("ci-1", muted=MUTE))]))

    assert "MEDIUM\t1\t1\t1\t0" in shown
    assert "Since the audit before: 1 new, 1 fixed, 1 still open." in shown
    assert "1 finding is muted." in shown


def test_what_no_check_asks_about_any_more_is_neither_fixed_nor_open() -> None:
    shown = lines(a_report([kept(standing=Standing.SPARED)]))

    assert "MEDIUM\t0\t0\t0\t1" in shown
    said = "Since the audit before: 0 new, 0 fixed, 0 still open; 1 that no check asks about any more."
    assert said in shown
    assert any(line.startswith("Nothing was found") for line in shown)


def test_nothing_found_is_said_in_one_line() -> None:
    shown = lines(a_report())

    assert shown[1] == "Nothing was found in 1,204 secrets and 38 functions."
    assert not any(line.startswith("severity") for line in shown)


@pytest.mark.parametrize("width", [80, 160])
@settings(max_examples=30, suppress_health_check=[HealthCheck.differing_executors])
@given(words=st.one_of(ANYTHING, st.sampled_from(HOSTILE)))
def test_no_name_acts_on_a_terminal(width: int, words: str) -> None:
    finding = a_posture_finding(words, title=words, reason=words, remedy=words, command=words, check=words)
    report = a_report([kept(finding), kept(unseen(words, reason=words))])

    drawn = on_a_terminal(report, width)
    assert all(char.isprintable() or char == "\n" for char in drawn)
    for line in lines(report):
        assert all(char.isprintable() or char == "\t" for char in line)
