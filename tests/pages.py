"""Reads the project's own pages: their fenced blocks, their links, their headings."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

ROOT = Path(__file__).resolve().parents[1]
PAGES = tuple(sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]))

_FENCE = re.compile(r"^(?P<indent> *)```(?P<language>\w*)\n(?P<text>.*?)^(?P=indent)```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Fence:
    """A fenced block of a page."""

    language: str
    text: str

    @property
    def lines(self) -> tuple[str, ...]:
        """Its lines that are not empty."""
        return tuple(line for line in self.text.splitlines() if line.strip())


def text_of(page: str) -> str:
    """Read a page by its place in the project."""
    return (ROOT / page).read_text(encoding="utf-8")


def fences(text: str, language: str | None = None) -> tuple[Fence, ...]:
    """Give the fenced blocks of a text, all or those in one language."""
    found = (Fence(match["language"], dedent(match["text"])) for match in _FENCE.finditer(text))
    return tuple(fence for fence in found if language in {None, fence.language})


def prose(text: str) -> str:
    """Give a text without its fenced blocks."""
    return _FENCE.sub("", text)


def links(text: str) -> tuple[str, ...]:
    """Give where the links and pictures of a text lead."""
    return tuple(_LINK.findall(prose(text)))


def anchors(text: str) -> frozenset[str]:
    """Give the names by which the headings of a page can be linked, as GitHub makes them."""
    headings = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in _HEADING.findall(prose(text)))
    return frozenset(heading.strip().replace(" ", "-") for heading in headings)
