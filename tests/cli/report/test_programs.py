"""What programs get of an audit is whole, has the published fields, and holds whatever a finding is called."""

from __future__ import annotations

import csv
import gc
import io
import json
import tracemalloc
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audits import MUTE, a_company, a_posture_finding, a_report, kept, unseen
from nightlatch.cli.report.report import Report
from nightlatch.cli.report.sarif import sarif_text
from nightlatch.cli.report.streams import COLUMNS, csv_text, json_lines, json_text, whole, yaml_text
from nightlatch.domain.posture.reports import Kept, Standing

ANYTHING = st.text(st.characters(codec="utf-8"), max_size=30)
HOSTILE = [
    "<script>alert(1)</script>",
    "</script><img src=x onerror=alert(1)>",
    "\u202egnp.exe",
    "\x1b[2J\x1b[31m",
    "=cmd|' /C calc'!A0",
    "@SUM(A1)",
    "- a\n- b",
    "\U0001f512 \u05d0\u05d1",
    "x" * 512,
]
FOUND = (
    kept(a_posture_finding("prod/a"), Standing.NEW),
    kept(a_posture_finding("prod/b", muted=MUTE), Standing.OPEN, days=9),
    kept(a_posture_finding("prod/c", command=None), Standing.FIXED, days=30),
    kept(unseen("prod/d")),
)
TEXTS: dict[str, Callable[[Report], Iterator[str]]] = {
    "json": json_text,
    "jsonl": json_lines,
    "csv": csv_text,
    "yaml": yaml_text,
    "sarif": sarif_text,
}


def text(form: str, report: Report) -> str:
    return "".join(TEXTS[form](report))


def read(form: str, written: str) -> list[dict[str, Any]]:
    """Read the findings back, as a program would."""
    match form:
        case "json":
            return list(json.loads(written)["findings"])
        case "jsonl":
            return [json.loads(line) for line in written.splitlines()]
        case "csv":
            return list(csv.DictReader(io.StringIO(written)))
        case "yaml":
            return list(yaml.safe_load(written)["findings"])
        case _:
            return list(json.loads(written)["runs"][0]["results"])


@pytest.mark.parametrize("form", TEXTS)
@pytest.mark.parametrize("found", [(), FOUND[:1], FOUND], ids=["none", "one", "four"])
def test_a_document_reads_back_with_every_finding(form: str, found: tuple[Any, ...]) -> None:
    assert len(read(form, text(form, a_report(found)))) == len(found)


@pytest.mark.parametrize("form", ["json", "yaml"])
def test_what_is_written_piece_by_piece_is_the_document(form: str) -> None:
    report = a_report(FOUND)
    written = text(form, report)

    assert (json.loads(written) if form == "json" else yaml.safe_load(written)) == whole(report)


def test_the_fields_of_a_finding_are_the_published_ones() -> None:
    (first, second, *_), rows = read("json", text("json", a_report(FOUND))), read("csv", text("csv", a_report(FOUND)))

    assert {name for name in COLUMNS if not name.startswith("muted.")} | {"muted"} == set(first)
    assert {f"muted.{name}" for name in second["muted"]} < set(COLUMNS)
    assert list(rows[0]) == list(COLUMNS)
    assert (rows[1]["muted.owner"], rows[0]["muted.owner"]) == ("platform", "")
    assert rows[0]["evidence"] == '["created 400 days ago"]'


def test_the_head_says_what_it_came_to() -> None:
    document = whole(a_report(FOUND, narrowed=("--check rotation.*",)))

    assert document["schema_version"] == 1
    assert document["audit"]["only"] == ["--check rotation.*"]  # type: ignore[index]
    assert not document["audit"]["is_whole"]  # type: ignore[index]
    assert document["counts"]["new"]["MEDIUM"] == 1  # type: ignore[index]
    assert document["counts"]["fixed"]["MEDIUM"] == 1  # type: ignore[index]
    assert document["counts"]["muted"] == 1  # type: ignore[index]
    assert [one["about"] for one in document["not_seen"]] == ["secretsmanager:GetResourcePolicy"]  # type: ignore[attr-defined]
    assert [(one["owner"], one["findings"]) for one in document["mutes"]] == [("platform", 1)]  # type: ignore[attr-defined]
    assert [one["number"] for one in document["scores"]] == [*range(1, 11)]  # type: ignore[attr-defined]


@pytest.mark.parametrize("form", TEXTS)
def test_only_what_has_changed_is_written_where_that_was_asked_for(form: str) -> None:
    found = (*FOUND, kept(a_posture_finding("prod/known"), Standing.OPEN))

    assert len(read(form, text(form, a_report(found, changes=True)))) == 3


@pytest.mark.parametrize("form", TEXTS)
@settings(max_examples=40, suppress_health_check=[HealthCheck.differing_executors])
@given(words=st.one_of(ANYTHING, st.sampled_from(HOSTILE)))
def test_no_name_gets_out_of_its_place_or_acts_in_a_terminal(form: str, words: str) -> None:
    finding = a_posture_finding(
        words, reason=words, evidence=(words,), subject=f"arn:aws:secretsmanager:eu-west-1:111122223333:secret:{words}"
    )
    written = text(form, a_report([kept(finding)]))

    (row,) = read(form, written)
    assert all(char.isprintable() or char == "\n" for char in written)
    assert written.isascii() or form == "csv"
    if form == "csv":
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row.values())
    else:
        assert words in (row["message"]["text"] if form == "sarif" else row["name"])


@pytest.mark.parametrize("form", TEXTS)
def test_memory_does_not_grow_with_the_findings(form: str) -> None:
    def tidied(size: int) -> Iterator[Kept]:
        """PyYAML leaves cycles behind; how many lie about is the collector's mood, not a growth."""
        for number, one in enumerate(a_company(size)):
            if number % 25 == 0:
                gc.collect(1)
            yield one

    def peak(size: int) -> int:
        report = a_report([], findings=lambda: tidied(size))
        tracemalloc.start()
        try:
            longest = max(map(len, TEXTS[form](report)))
            assert longest < 100_000
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    few, many = peak(50), peak(800)

    assert many < 2 * few + 200_000


def test_a_csv_without_findings_still_names_its_columns() -> None:
    assert text("csv", a_report()) == ",".join(COLUMNS) + "\n"


def test_every_finding_is_counted_once() -> None:
    found = [*a_company(500)]
    counts = whole(a_report(found))["counts"]
    by_standing = [counts[standing.value].values() for standing in Standing]  # type: ignore[index]
    muted = [one for one in found if one.finding.muted and one.standing is not Standing.FIXED]

    assert sum(chain.from_iterable(by_standing)) == len([one for one in found if not one.finding.muted])
    assert counts["muted"] == len(muted) > 0  # type: ignore[index]
