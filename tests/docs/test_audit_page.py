"""The page of the audit says what programs get, what each form is and what must be allowed, as the code has it."""

from __future__ import annotations

import re
from itertools import chain

from audits import a_report, kept
from nightlatch.adapters.posture.needs import NEEDS
from nightlatch.cli.report.fields import head, row
from nightlatch.cli.verbs.audit import AuditOutput
from pages import text_of

PAGE = text_of("docs/audit.md")


def first_cells(heading: str) -> set[str]:
    """Give what the first column of the tables of a section names."""
    section = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    rows = [line.split(" | ")[0] for line in section.splitlines() if line.startswith("| `")]
    return set(chain.from_iterable(re.findall(r"`([^`]+)`", cell) for cell in rows))


def test_every_form_and_every_field_of_a_finding_is_on_the_page() -> None:
    assert first_cells("Forms") == {*AuditOutput, *row(kept()), "--output"}


def test_what_stands_around_the_findings_is_on_the_page() -> None:
    around = PAGE.split("Around them in `json` and `yaml`:")[1].split("\n## ")[0]

    assert {name for name in head(a_report()) if f"`{name}`" not in around} == set()


def test_every_call_is_among_the_permissions() -> None:
    assert first_cells("What it needs to be allowed") == {need.action for need in NEEDS.values()}
