"""No page of the project leads nowhere, names a command that is not there, or is led to by nobody."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.main import get_command

from nightlatch.cli.main import app
from nightlatch.cli.pages.command_page import verbs
from pages import PAGES, ROOT, anchors, fences, links, text_of

VERBS = verbs(get_command(app))
TARGETS = set(re.findall(r"^([a-z]+):", text_of("Makefile"), re.MULTILINE))


def place(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=place)
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in links(page.read_text(encoding="utf-8")):
        if link.startswith("https://"):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path) if path else page
        assert target.exists(), link
        assert target.resolve().is_relative_to(ROOT), link
        assert not anchor or anchor in anchors(target.read_text(encoding="utf-8")), link


def test_every_page_for_readers_is_in_the_index() -> None:
    """Decisions and runbooks are folders of their own; the index leads to them as such."""
    index = ROOT / "docs" / "README.md"
    led_to = {(index.parent / link.partition("#")[0]).resolve() for link in links(index.read_text(encoding="utf-8"))}

    assert {page for page in (ROOT / "docs").glob("*.md") if page != index} <= led_to
    assert {ROOT / "docs" / "decisions", ROOT / "docs" / "runbooks" / "README.md"} <= led_to


@pytest.mark.parametrize("page", PAGES, ids=place)
def test_every_make_that_a_page_names_is_a_target(page: Path) -> None:
    assert set(re.findall(r"`make ([a-z]+)", page.read_text(encoding="utf-8"))) <= TARGETS


def verb_of(words: list[str]) -> str:
    """Give the longest verb that a command begins with."""
    known = [verb for verb in VERBS if words[: len(verb.split())] == verb.split()]
    return max(known, key=len, default="")


@pytest.mark.parametrize("page", PAGES, ids=place)
def test_every_command_that_a_page_names_is_one_of_ours(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    shown = [line.removeprefix("$ ") for fence in fences(text, "console") for line in fence.lines]
    named = re.findall(r"`(nightlatch [a-z][^`\n]*)`", text)

    for command in (*named, *(line for line in shown if line.startswith("nightlatch "))):
        words = shlex.split(command, comments=True)
        verb = verb_of(words)
        assert verb.count(" ") > 0, command
        options = {word.partition("=")[0] for word in words if word.startswith("--")}
        assert options <= VERBS[verb] | {"--help"}, command
