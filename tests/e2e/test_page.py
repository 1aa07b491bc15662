"""A person at the page sees the incident arrive, rolls it back in one click, and reads there what was done."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright

from e2e.built import ROOT
from e2e.watched import Watched
from nightlatch.local.scenes.company import STOLEN_USER, a_value
from nightlatch.local.scenes.scenes import SCENES
from nightlatch.local.scenes.timeline import Timeline

pytestmark = [pytest.mark.e2e, pytest.mark.browser, pytest.mark.xdist_group("page")]

PATIENCE_MS = 90_000
HOSTILE = "prod/<img src=x onerror=alert(1)> <!channel> &lt;b&gt;"
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-lcd-text",  # grey edges of letters: a picture of half the size
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, without a window."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("no chromium on PATH; Debian has it: apt-get install chromium")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=list(QUIET))
        yield opened
        opened.close()


class Observer:
    """A page whose every request, complaint and dialog is written down."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.page = context.new_page()
        self.page.set_default_timeout(PATIENCE_MS)
        self.hosts: set[str | None] = set()
        self.loads: list[str] = []
        self.complaints: list[str] = []
        self.dialogs: list[str] = []
        self.page.on("request", self._on_request)
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", self._on_dialog)
        # Chromium tells of a violated policy as an event on the document too.
        heard = "(event) => console.error(`policy: ${event.violatedDirective}`)"
        self.page.add_init_script(f"document.addEventListener('securitypolicyviolation', {heard})")
        self.page.goto(address)

    def message(self, about: str) -> Locator:
        """Give the message that names something."""
        return self.page.locator("article", has_text=about)

    def _on_request(self, request: Any) -> None:
        self.hosts.add(urlsplit(request.url).hostname)
        if request.is_navigation_request():
            self.loads.append(request.url)

    def _on_console(self, message: Any) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)

    def _on_dialog(self, dialog: Any) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()


@pytest.fixture
def open_page(browser: Browser, watched: Watched) -> Iterator[Any]:
    """Open the page as often as a test likes; afterwards none has reached out, complained or popped up."""
    seen: list[Observer] = []
    contexts: list[BrowserContext] = []

    def open_it(**options: Any) -> Observer:
        contexts.append(browser.new_context(**options))
        seen.append(Observer(contexts[-1], watched.theatre.page))
        return seen[-1]

    yield open_it
    for context in contexts:
        context.close()
    assert {host for observer in seen for host in observer.hosts} == {"127.0.0.1"}
    assert [text for observer in seen for text in observer.complaints] == []
    assert [text for observer in seen for text in observer.dialogs] == []


def overwrite(watched: Watched, name: str | None = None) -> tuple[str, str | None]:
    """Let a person overwrite a value; give the secret and the version from before."""
    secret = name or watched.a_secret()
    good = watched.current(secret)
    watched.theatre.as_role(watched.a_person(), "ben").put_secret_value(SecretId=secret, SecretString=a_value())
    return secret, good


def test_an_incident_arrives_by_itself_and_one_click_rolls_it_back(watched: Watched, open_page: Any) -> None:
    seen = open_page()
    secret, good = overwrite(watched)

    message = seen.message(secret)
    expect(message).to_be_visible(timeout=PATIENCE_MS)
    message.get_by_role("button", name="Roll back").click()
    dialog = seen.page.get_by_role("dialog", name=f"Roll back {secret}?")
    expect(dialog).to_contain_text("Readers will get the version from before this change.")
    dialog.get_by_role("button", name="Roll back").click()

    expect(message.locator('[data-label="Done"]')).to_contain_text("rolled secret", timeout=PATIENCE_MS)
    expect(message.get_by_role("button")).to_have_count(0)
    expect(message).to_contain_text("Settled")
    expect(message).to_contain_text("edited in place")
    expect(message).to_contain_text("Only you can see this")
    assert watched.current(secret) == good
    assert len(seen.loads) == 1


def test_a_change_of_mind_in_the_dialog_changes_nothing(watched: Watched, open_page: Any) -> None:
    seen = open_page()
    secret, good = overwrite(watched)

    message = seen.message(secret)
    message.get_by_role("button", name="Roll back").click()
    seen.page.get_by_role("button", name="Cancel").click()
    expect(seen.page.locator("dialog")).to_be_hidden()
    watched.settle()

    expect(message.get_by_role("button")).to_have_count(2)
    assert watched.moves_of_current(secret) == []
    assert watched.current(secret) != good


def test_the_keyboard_alone_is_enough(watched: Watched, open_page: Any) -> None:
    seen = open_page()
    secret, good = overwrite(watched)
    message = seen.message(secret)
    expect(message.get_by_role("button")).to_have_count(2, timeout=PATIENCE_MS)

    tab_to(seen.page, message.get_by_role("button", name="Roll back"))
    seen.page.keyboard.press("Enter")
    expect(seen.page.get_by_role("dialog")).to_be_visible()
    expect(seen.page.get_by_role("button", name="Cancel")).to_be_focused()  # a hasty Enter does no harm
    seen.page.keyboard.press("Shift+Tab")
    seen.page.keyboard.press("Enter")

    expect(message).to_contain_text("Settled", timeout=PATIENCE_MS)
    assert watched.current(secret) == good


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until something has the focus, as somebody without a mouse would."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if target.evaluate("node => node === document.activeElement"):
            outline = target.evaluate("node => getComputedStyle(node).outlineStyle")
            assert outline == "solid"  # and it shows
            return
    pytest.fail("the keyboard never reached the button")


def test_who_may_not_decide_is_told_so_on_the_page_and_nothing_happens(watched: Watched, open_page: Any) -> None:
    seen = open_page()
    secret, good = overwrite(watched)
    message = seen.message(secret)

    seen.page.get_by_label("You are").select_option(label="mallory (nobody)")
    message.get_by_role("button", name="Roll back").click()
    seen.page.get_by_role("dialog").get_by_role("button", name="Roll back").click()

    private = message.locator(".private")
    expect(private).to_contain_text("U03MAL is not an approver", timeout=PATIENCE_MS)
    assert watched.moves_of_current(secret) == []
    assert watched.current(secret) != good


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_is_cut_off_or_hard_to_read(watched: Watched, open_page: Any, width: int, scheme: str) -> None:
    secret, _ = overwrite(watched, watched.a_secret("prod/a-rather-long-name-that-has-no-place-to-break-it-anywhere-"))
    watched.eventually(lambda: watched.messages(secret), f"an incident for {secret}")

    seen = open_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    expect(seen.message(secret).get_by_role("button")).to_have_count(2, timeout=PATIENCE_MS)
    seen.message(secret).get_by_role("button", name="Roll back").click()

    expect(seen.page.get_by_role("dialog")).to_be_visible()
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
    box = seen.page.get_by_role("dialog").bounding_box()
    assert box is not None
    assert (box["x"] >= 0, box["x"] + box["width"] <= width) == (True, True)
    assert [pair for pair in seen.page.evaluate(CONTRAST) if pair["ratio"] < 4.5] == []


# Every text against the nearest painted ground behind it, by the formula of WCAG 2.
CONTRAST = """() => {
  const part = (v) => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  const colour = (text) => text.match(/[\\d.]+/g).map(Number);
  const ground = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const painted = colour(getComputedStyle(at).backgroundColor);
      if (painted.length === 3 || painted[3] > 0) return painted;
    }
    return [255, 255, 255];
  };
  const texts = [...document.querySelectorAll("body *")].filter((node) =>
    node.checkVisibility() && [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim()));
  return texts.map((node) => {
    const [ink, paper] = [light(colour(getComputedStyle(node).color)), light(ground(node))];
    const ratio = (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
    return { text: node.textContent.slice(0, 40), ratio };
  });
}"""


def test_names_from_strangers_are_shown_as_the_text_they_are(watched: Watched, open_page: Any) -> None:
    seen = open_page()
    # AWS would refuse this name; what comes in by another road must still be harmless.
    watched.theatre.slack.post("C01SECRETS", hostile_message())

    message = seen.message("onerror")
    expect(message).to_be_visible(timeout=PATIENCE_MS)
    assert message.locator("img, script, b:has-text('alert')").count() == 0
    expect(message.get_by_role("heading", level=2)).to_have_text(HOSTILE)
    expect(message.get_by_role("button")).to_have_text(HOSTILE)
    expect(message.locator(".part").first).to_contain_text("<img src=x onerror=alert(1)>")


def hostile_message() -> dict[str, Any]:
    """Write a message of texts that would be markup, links or mentions if anybody took them for such."""
    escaped = HOSTILE.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    action = {"type": "button", "action_id": "approve-x", "value": "x", "text": {"type": "plain_text", "text": HOSTILE}}
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": HOSTILE}},
        {"type": "section", "fields": [{"type": "mrkdwn", "text": f"*Who*\n{escaped}"}]},
        {"type": "section", "text": {"type": "mrkdwn", "text": f"*{escaped}*\n{escaped} `{escaped}`"}},
        {"type": "actions", "elements": [action]},
    ]
    return {"text": escaped, "attachments": [{"color": "url(//evil.example)", "blocks": blocks}]}


def test_times_are_the_readers_own_with_utc_beside_them(watched: Watched, open_page: Any) -> None:
    secret, _ = overwrite(watched)
    watched.eventually(lambda: watched.messages(secret), f"an incident for {secret}")

    far = open_page(timezone_id="Asia/Tokyo", locale="de-DE").message(secret).locator("time")
    home = open_page(timezone_id="UTC").message(secret).locator("time")

    utc = home.inner_text().rpartition("at ")[2].removesuffix(" UTC")
    assert far.inner_text().endswith(f"({utc} UTC)")
    own_hour, utc_hour = int(far.inner_text().partition("at ")[2][:2]), int(utc[:2])
    assert (utc_hour + 9) % 24 == own_hour


def test_the_pictures_of_the_documentation_can_be_drawn(watched: Watched, open_page: Any, tmp_path: Path) -> None:
    """With NIGHTLATCH_SCREENSHOTS=1 they are written into docs/images."""
    folder = ROOT / "docs" / "images" if os.environ.get("NIGHTLATCH_SCREENSHOTS") == "1" else tmp_path
    for title in list(SCENES)[1:3]:
        SCENES[title](watched.theatre, Timeline(title, lambda _line: None))
    watched.settle()

    wide = open_page(viewport={"width": 1280, "height": 900}, device_scale_factor=1.75, color_scheme="light")
    narrow = open_page(viewport={"width": 360, "height": 780}, device_scale_factor=1.5, color_scheme="dark")

    for seen, name in ((wide, "incident.png"), (narrow, "incident-dark-360.png")):
        expect(seen.message(STOLEN_USER)).to_be_visible(timeout=PATIENCE_MS)
        keep_only(seen.page, STOLEN_USER, "prod/orders/db")
        folder.mkdir(parents=True, exist_ok=True)
        picture = folder / name
        seen.page.screenshot(path=picture, full_page=True)
        assert picture.stat().st_size < 700_000


def keep_only(page: Page, *about: str) -> None:
    """Take away what other tests left in the channel, and what only one person is told."""
    page.evaluate("() => document.querySelectorAll('.private').forEach((note) => note.remove())")
    page.evaluate(
        "(about) => document.querySelectorAll('article').forEach((article) => "
        "about.some((text) => article.querySelector('h2').textContent.includes(text)) || article.remove())",
        list(about),
    )
