"""What the documentation says of rules, verbs and corrections is what the code is: the pages are made from it."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from typer.main import get_command

from nightlatch.cli.main import app, run
from nightlatch.cli.pages.all import pages
from nightlatch.cli.pages.command_page import verbs
from nightlatch.cli.pages.runbook_page import runbook
from nightlatch.cli.speech.exit_codes import ExitCode
from nightlatch.detections import CATALOGUE
from nightlatch.domain.answering.allowances import LONGEST
from nightlatch.domain.judging.rules import Detection
from nightlatch.local.fidelity import CORRECTIONS

DOCS = Path(__file__).resolve().parents[2] / "docs"
ROOT = get_command(app)
PAGES = pages(ROOT)
HELP = dict(re.findall(r"^## (nightlatch[^\n]*)\n\n```text\n(.*?)\n```", PAGES["cli.md"], re.MULTILINE | re.DOTALL))


@pytest.mark.parametrize("place", PAGES)
def test_a_page_is_what_the_code_makes_of_it_today(place: str) -> None:
    written = (DOCS / place).read_text(encoding="utf-8")

    assert written == PAGES[place], f"docs/{place} is not what the code says; run: make docs"


def test_there_is_no_runbook_of_a_rule_that_is_gone() -> None:
    there = {f"runbooks/{page.name}" for page in (DOCS / "runbooks").iterdir()}

    assert there == {place for place in PAGES if place.startswith("runbooks/")}


@pytest.mark.parametrize("rule", CATALOGUE, ids=lambda rule: rule.id)
def test_a_runbook_tells_all_that_the_rule_says_of_itself(rule: Detection) -> None:
    page = runbook(rule)

    told = [rule.title, rule.id, rule.catalogue, rule.severity, rule.headline, rule.blind_spots, *rule.techniques]
    told += [*rule.playbook.splitlines(), *(example.name for example in rule.examples)]
    told += [name.name for name in rule.event_names] + [name.source for name in rule.event_names]
    assert [text for text in told if text not in page] == []
    fires, silent = page.split("It fires:")[1].split("It stays silent:")
    for example in rule.examples:
        assert example.name in (fires if example.fires else silent)


def test_a_runbook_begins_with_why_and_names_no_source_that_a_reader_lacks() -> None:
    for rule in CATALOGUE:
        first = runbook(rule).split("\n\n")[2]
        assert first.endswith("."), rule.id
        assert "design" not in runbook(rule), rule.id


def test_every_verb_and_option_is_on_the_page_of_the_command_line() -> None:
    assert set(HELP) == set(verbs(ROOT)) > {"nightlatch hunt", "nightlatch rules explain", "nightlatch up"}
    for verb, options in verbs(ROOT).items():
        shown = {word.rstrip(",") for word in re.findall(r"^ +(?:-h, )?(--[a-z-]+)", HELP[verb], re.MULTILINE)}
        assert shown == options | {"--help"}, verb


def test_every_correction_is_listed_once() -> None:
    listed = re.findall(r"^\| `([a-z-]+)` \|", PAGES["local-stage-corrections.md"], re.MULTILINE)

    assert listed == [correction.id for correction in CORRECTIONS]


def test_no_text_of_ours_breaks_a_table() -> None:
    for place, page in PAGES.items():
        for header, rows in re.findall(r"^(\|.*)\n\| ---.*\n((?:\|.*\n)*)", page, re.MULTILINE):
            assert {row.count("|") for row in rows.splitlines()} == {header.count("|")}, place


def test_the_pages_are_written_where_one_asks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["docs", str(tmp_path / "new")]) == 0

    written = {str(page.relative_to(tmp_path / "new")) for page in (tmp_path / "new").rglob("*.*")}
    assert written == set(PAGES)
    assert (tmp_path / "new" / "cli.md").read_text(encoding="utf-8") == PAGES["cli.md"]
    assert f"{len(PAGES)} pages" in capsys.readouterr().out


def test_a_place_that_cannot_be_written_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "runbooks").write_text("in the way", encoding="utf-8")

    assert run(["docs", str(tmp_path)]) == 1

    captured = capsys.readouterr()
    assert captured.err.startswith("error: ")
    assert captured.err.count("\n") == 1


def test_the_table_of_exit_codes_is_that_of_the_code() -> None:
    table = PAGES["cli.md"].partition("\n## Exit codes\n")[2].partition("\n## ")[0]

    rows = re.findall(r"^\| (\d+) \| ([^|]+) \| ([^|]+) \|$", table, re.MULTILINE)

    assert [int(code) for code, _, _ in rows] == [code.value for code in ExitCode]
    assert all(word and sentence.endswith(".") for _, word, sentence in rows)


def test_the_help_of_the_command_says_every_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--help"]) == 0

    told = " ".join(capsys.readouterr().out.partition("Exit codes:")[2].split())
    assert [int(code) for code in re.findall(r"\d+", told)] == [code.value for code in ExitCode]


ALONE = ("resume", "policy push", "mute", "replay", "doctor")  # one person is enough for these
ONE_PERSON = {f"nightlatch {verb}" for verb in ALONE}


def test_every_verb_that_can_wait_for_somebody_says_with_which_code_it_ends() -> None:
    waiting = {"nightlatch approve"} | {verb for verb, options in verbs(ROOT).items() if "--yes" in options}

    silent = [
        verb
        for verb in waiting - ONE_PERSON
        if f"{ExitCode.REFUSED.value} refused, or written down and waiting" not in " ".join(HELP[verb].split())
    ]

    assert len(waiting) > 10
    assert silent == []


def examples(verb: str) -> list[str]:
    block = HELP[verb].partition("  Examples:\n")[2]
    return [line.strip() for line in block.split("\n\n")[0].splitlines()]


@pytest.mark.parametrize("verb", [verb for verb in HELP if verb != "nightlatch"])
def test_every_verb_is_shown_by_three_examples_that_it_takes(verb: str) -> None:
    given = examples(verb)

    assert len(given) >= 3
    assert sum(f"{verb} " in f"{one} " for one in given) >= 2
    for one in given:
        words = one.partition(" | ")[0].partition(" > ")[0]
        shown = max((name for name in HELP if f"{name} " in f"{words} "), key=len, default=verb)
        assert {word for word in words.split() if word.startswith("--")} <= verbs(ROOT)[shown] or "aws " in words, one


@pytest.mark.parametrize("verb", HELP)
def test_every_option_and_argument_is_said_in_words(verb: str) -> None:
    entries = re.findall(r"^  (-\S+|\[?[A-Z-]+\]?(?:\.\.\.)? <)(.*(?:\n {6,}.*)*)", HELP[verb], re.MULTILINE)

    silent = [name for name, text in entries if len(re.findall(r"[a-z]{2,}", text.partition(">")[2] or text)) < 2]
    assert silent == []


def test_the_help_says_how_long_a_deletion_can_be_allowed() -> None:
    assert f"{LONGEST // timedelta(hours=1)} hours at most" in " ".join(HELP["nightlatch allow"].split())
