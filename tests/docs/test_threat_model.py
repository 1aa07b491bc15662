"""The threat model names tests that exist, and says of every threat what is left over."""

from __future__ import annotations

import ast
import re
from functools import cache

import pytest

from pages import ROOT, anchors, links, text_of

PAGE = text_of("docs/threat-model.md")
NAMED = sorted(set(re.findall(r"`(tests/[^`]+)`", PAGE)))
THREATS = dict(re.findall(r"^## ([^\n]+)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))
STRIDE = {
    "spoofing",
    "tampering",
    "repudiation",
    "information disclosure",
    "denial of service",
    "elevation of privilege",
}


@cache
def names_in(path: str) -> frozenset[str]:
    """Name the tests of a module."""
    parsed = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(
        node.name for node in ast.walk(parsed) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    )


@pytest.mark.parametrize("named", NAMED)
def test_a_test_that_is_named_exists(named: str) -> None:
    path, _, name = named.partition("::")

    assert name in names_in(path)


@pytest.mark.parametrize("threat", THREATS)
def test_a_threat_has_what_holds_it_and_what_is_left_over(threat: str) -> None:
    defences = [line for line in THREATS[threat].splitlines() if line.startswith("| ")][2:]

    assert defences
    for defence in defences:
        assert re.fullmatch(r"\| .+\. \| `tests/[^`]+::test_\w+` \|", defence), defence
    assert "**Left over.**" in THREATS[threat]


def test_the_table_leads_to_every_threat_and_names_its_kinds() -> None:
    rows = [line for line in PAGE.split("\n## ")[0].splitlines() if line.startswith("| [")]
    kinds = {kind for row in rows for kind in row.split(" | ")[1].split(", ")}

    assert [link.removeprefix("#") for row in rows for link in links(row)] == [
        next(iter(anchors(f"## {threat}"))) for threat in THREATS
    ]
    assert kinds == STRIDE
