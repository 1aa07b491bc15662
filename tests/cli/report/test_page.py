"""Whatever a finding is called, the page has the elements that it always has, and its own script alone may run."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections import Counter
from hashlib import sha256
from html.parser import HTMLParser
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from audits import MUTE, a_posture_finding, a_report, kept, unseen
from nightlatch.adapters.channels.posture_asff import posture_asff
from nightlatch.adapters.channels.posture_ocsf import posture_ocsf
from nightlatch.cli.report.page.page import page_text
from nightlatch.cli.report.report import Report
from nightlatch.cli.speech.terminal import plain
from nightlatch.domain.posture.examples import NOW
from nightlatch.domain.posture.reports import Kept

ANYTHING = st.text(max_size=30)  # half characters, too
HOSTILE = [
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "]]>",
    "--!>",
    "\u2028\u2029",
    "\u202egnp",
    '"><img src=x onerror=alert(1)>',
    "&lt;b&gt;",
    "</style>",
    "</title><base href=//198.51.100.7>",
]
words_of_others = st.one_of(ANYTHING, st.sampled_from(HOSTILE))


class Elements(HTMLParser):
    """Counts elements, and keeps attributes and what stands in scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: Counter[str] = Counter()
        self.names: set[str] = set()
        self.links: set[str] = set()
        self.inside: dict[str, list[str]] = {"script": [], "style": []}
        self.meta: dict[str, str] = {}
        self._open = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        found = dict(attrs)
        self.names |= set(found)
        self.links |= {found[name] or "" for name in ("href", "src", "action") if name in found}
        if tag == "meta" and found.get("http-equiv"):
            self.meta[str(found["http-equiv"])] = found["content"] or ""
        if tag in self.inside:
            self._open = tag
            self.inside[tag].append("")

    def handle_data(self, data: str) -> None:
        if self._open in self.inside:
            self.inside[self._open][-1] += data

    def handle_endtag(self, tag: str) -> None:
        self._open = "" if tag == self._open else self._open


def named(words: str) -> list[Kept]:
    mute = MUTE.__class__(checks=(words,), names=(words,), owner=words, reason=words, expires=MUTE.expires)
    finding = a_posture_finding(
        words, title=words, reason=words, remedy=words, evidence=(words,), command=words, check=words, subject=words
    )
    return [kept(finding), kept(unseen(words, action=words, reason=words)), kept(a_posture_finding(muted=mute))]


def page(found: list[Kept], **other: Any) -> str:
    report: Report = a_report(found, **other)
    return "".join(page_text(report))


HARMLESS = Elements(page(named("prod/db"), narrowed=("--secret prod/db",)))


@settings(max_examples=60)
@given(words=words_of_others)
def test_no_name_adds_an_element_or_an_attribute(words: str) -> None:
    written = page(named(words), narrowed=(words,), policy=words or "x", nightlatch=words)
    elements = Elements(written)
    written.encode()  # a file can hold it

    assert elements.tags == HARMLESS.tags
    assert elements.names == HARMLESS.names
    assert elements.links == HARMLESS.links
    assert elements.meta == HARMLESS.meta
    assert all(char.isprintable() or char == "\n" for char in written)


@settings(max_examples=60)
@given(words=words_of_others)
def test_the_script_reads_each_name_as_it_can_be_seen(words: str) -> None:
    (data, _) = Elements(page(named(words))).inside["script"]

    found = json.loads(data)
    assert [row[4] for row in found["rows"]] == [plain(words), plain(words), "prod/db"]
    assert found["mutes"][0][0] == plain(words)


def test_only_its_own_style_and_script_are_let_in_and_nothing_is_asked_for() -> None:
    policy = HARMLESS.meta["Content-Security-Policy"]
    (_, script), (style,) = HARMLESS.inside["script"], HARMLESS.inside["style"]

    for text, kind in ((script, "script"), (style, "style")):
        digest = b64encode(sha256(text.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert {link for link in HARMLESS.links if not link.startswith("#")} == {"data:,"}
    assert not {name for name in HARMLESS.names if name.startswith("on") or name == "style"}
    assert not re.search(r"url\((?!#)|@import|https?:", style)
    assert "http" not in script


def test_a_page_without_findings_is_whole() -> None:
    (data, _) = Elements(page([])).inside["script"]

    assert json.loads(data)["rows"] == []


@settings(max_examples=60)
@given(words=words_of_others)
def test_documents_for_others_hold_any_name(words: str) -> None:
    for one in named(words):
        for written in (posture_asff(one, at=NOW), posture_ocsf(one, at=NOW)):
            text = json.dumps(written)
            assert text.isascii()
            assert text.isprintable()
            json.dumps(written, ensure_ascii=False).encode()  # no half character is left in it
