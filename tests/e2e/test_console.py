"""A person at the console sees an incident arrive, looks ahead, rolls it back, and sees that verified."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from e2e.built import ROOT
from e2e.test_page import CONTRAST, PATIENCE_MS, Observer, browser, tab_to
from e2e.watched import Watched
from nightlatch.cli.verbs import stage as stage_verbs
from nightlatch.console.app import console_app
from nightlatch.console.desk import Desk
from nightlatch.console.door import Door
from nightlatch.console.server import serving
from nightlatch.local.scenes.company import SSO_ROLE, a_value
from nightlatch.local.scenes.scenes import SCENES
from nightlatch.local.scenes.timeline import Timeline
from nightlatch.reach.where import Where, connect

__all__ = ["browser"]

pytestmark = [pytest.mark.e2e, pytest.mark.browser, pytest.mark.xdist_group("console")]

SIZES = {1280: {"width": 1280, "height": 900}, 360: {"width": 360, "height": 780}}


@dataclass
class Office:
    """The console of one person, and the browser that came in by its link."""

    address: str  # of the list of incidents, without a slash at its end
    state: Any  # the cookie, as the browser keeps it
    desk: Desk


@pytest.fixture(scope="module")
def office(watched: Watched, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Open the console for ana, and come in once."""
    with pytest.MonkeyPatch.context() as patches:
        patches.setenv("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("run")))
        with stage_verbs.announced(watched.theatre):
            where = Where(local=True)
            connection = connect(where)
        desk = Desk(connection=connection, where=where, who=connection.caller(), look_every_s=0.2)
        door = Door()
        with serving(console_app(desk, door), door) as link:
            context = browser.new_context()
            page = context.new_page()
            page.goto(link)
            yield Office(page.url.rstrip("/"), context.storage_state(), desk)
            context.close()


@pytest.fixture
def open_page(browser: Browser, office: Office) -> Iterator[Any]:
    """Open pages as often as a test likes; afterwards none has reached out, complained or popped up."""
    seen: list[Observer] = []
    contexts: list[BrowserContext] = []

    def open_it(path: str = "/", *, width: int = 1280, scheme: str = "light", **options: Any) -> Observer:
        wanted = {"viewport": SIZES[width], "color_scheme": scheme, "storage_state": office.state, **options}
        contexts.append(browser.new_context(**wanted))
        seen.append(Observer(contexts[-1], f"{office.address}{path}"))
        return seen[-1]

    yield open_it
    for context in contexts:
        context.close()
    assert {host for observer in seen for host in observer.hosts} == {"127.0.0.1"}
    assert [text for observer in seen for text in observer.complaints] == []
    assert [text for observer in seen for text in observer.dialogs] == []


def overwrite(watched: Watched, name: str | None = None) -> tuple[str, str | None, str | None]:
    """Let a person overwrite a value; give the secret, and the versions before and after."""
    secret = name or watched.a_secret()
    good = watched.current(secret)
    watched.theatre.as_role(watched.a_person(), "ben").put_secret_value(SecretId=secret, SecretString=a_value())
    return secret, good, watched.current(secret)


def incident_about(seen: Observer, secret: str) -> Any:
    """Give the link of the list that leads to the incident of a secret."""
    return seen.page.locator("h2 a", has_text=secret)


def fits(page: Page, width: int) -> None:
    """Check that nothing is cut off or hard to read."""
    page.wait_for_load_state()  # after a click the heading may be there before the style sheet
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert [pair for pair in page.evaluate(CONTRAST) if pair["ratio"] < 4.5] == []
    assert page.evaluate(NAMELESS) == []


# What a screen reader would pass by without a name, and headings that are not one tree below one first.
NAMELESS = """() => {
  const seen = [...document.querySelectorAll("a[href], button, input:not([type=hidden])")];
  const named = (node) => node.textContent.trim() || node.getAttribute("aria-label") || node.labels?.length;
  const nameless = seen.filter((node) => !named(node));
  const marked = [...document.querySelectorAll("[id]")];
  const twice = marked.filter((one) => marked.some((other) => other !== one && other.id === one.id));
  const first = document.querySelectorAll("h1").length === 1 ? [] : ["h1"];
  return [...nameless, ...twice].map((node) => node.outerHTML).concat(first);
}"""


def test_an_incident_arrives_by_itself_and_one_click_rolls_it_back_until_it_is_verified(
    watched: Watched, open_page: Any
) -> None:
    seen = open_page()
    secret, good, bad = overwrite(watched)

    expect(incident_about(seen, secret)).to_be_visible(timeout=PATIENCE_MS)
    assert len(seen.loads) == 1
    incident_about(seen, secret).click()
    seen.page.get_by_role("link", name="See what it would do").click()
    expect(seen.page.get_by_role("heading", level=1)).to_have_text(f"Roll back: {secret}?")
    expect(seen.page.locator("pre")).to_contain_text(f"--move-to-version-id {good} --remove-from-version-id {bad}")
    assert watched.current(secret) == bad  # nothing was done yet
    seen.page.get_by_role("button", name="Roll back").click()

    expect(seen.page.locator("main")).to_contain_text("Done and verified", timeout=PATIENCE_MS)
    expect(seen.page.locator("main")).to_contain_text(f"nightlatch rollback {secret} --to {bad} --local")
    expect(seen.page.get_by_role("status").last).to_contain_text("Done and verified")  # a screen reader hears it
    assert watched.current(secret) == good
    seen.page.get_by_role("link", name="To the incident").click()
    expect(seen.page.locator("main")).to_contain_text("Settled", timeout=PATIENCE_MS)
    expect(seen.page.locator("#story ~ .story")).to_contain_text("ana (U01ANA)")


@pytest.mark.parametrize(("width", "scheme"), [(1280, "dark"), (360, "light")])
def test_the_keyboard_alone_is_enough(watched: Watched, open_page: Any, width: int, scheme: str) -> None:
    secret, good, _ = overwrite(watched)
    seen = open_page(width=width, scheme=scheme)
    page = seen.page
    expect(incident_about(seen, secret)).to_be_visible(timeout=PATIENCE_MS)

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    reach(page, incident_about(seen, secret))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("link", name="See what it would do"))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("button", name="Roll back"))
    page.keyboard.press("Enter")

    expect(page.locator("main")).to_contain_text("Done and verified", timeout=PATIENCE_MS)
    assert watched.current(secret) == good


def reach(page: Page, target: Any) -> None:
    """Press Tab until something has the focus; a whole card of the list shows it."""
    for _ in range(80):
        page.keyboard.press("Tab")
        # In one look: the live list may put another node in its place between two.
        card = target.evaluate(
            "node => node === document.activeElement && getComputedStyle(node.closest('.row')).outlineStyle"
        )
        if card:
            assert card == "solid"
            return
    pytest.fail("the keyboard never reached it")


def test_the_wizard_rolls_a_secret_back_and_shows_what_changed_key_by_key(watched: Watched, open_page: Any) -> None:
    secret = watched.a_secret("prod/orders/e2e-", value='{"username": "app", "password": "planted-before"}')
    good = watched.current(secret)
    changed = '{"username": "app", "password": "planted-after", "host": "db-2"}'
    watched.theatre.as_role(watched.a_person(), "ben").put_secret_value(SecretId=secret, SecretString=changed)
    watched.settle()
    seen = open_page(f"/secret?{urlencode({'secret': secret})}")
    page = seen.page
    expect(page.locator("main")).to_contain_text("keys changed: password; keys added: host")
    expect(page.locator("main")).not_to_contain_text("planted")

    page.get_by_role("link", name="Roll back…").click()
    expect(page.get_by_role("radio").first).to_be_checked()
    page.get_by_role("button", name="See what it would do").click()
    expect(page.locator("main")).to_contain_text("Step 2 of 2")
    page.get_by_role("button", name="Roll back").click()

    expect(page.locator("main")).to_contain_text("Done and verified", timeout=PATIENCE_MS)
    assert watched.current(secret) == good
    page.get_by_role("link", name="Look what taking it back would do").click()
    expect(page.get_by_role("button", name="Roll back")).to_be_visible()


def test_what_somebody_else_decided_shows_by_itself(watched: Watched, open_page: Any) -> None:
    offered = watched.an_offer()
    incident = watched.incident(watched.message(offered.ts))
    seen = open_page(f"/incidents/{incident.id}")
    expect(seen.page.get_by_role("link", name="See what it would do")).to_be_visible()

    watched.press(offered, signal="deny")

    expect(seen.page.locator("#done ~ ul")).to_contain_text("Declined", timeout=PATIENCE_MS)
    expect(seen.page.get_by_role("link", name="See what it would do")).to_have_count(0)
    assert len(seen.loads) == 1


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])
def test_an_incident_is_snoozed_and_woken_by_the_keyboard_alone(
    watched: Watched, open_page: Any, width: int, scheme: str
) -> None:
    offered = watched.an_offer()
    incident = watched.incident(watched.message(offered.ts))
    page = open_page(f"/incidents/{incident.id}", width=width, scheme=scheme).page

    tab_to(page, page.get_by_role("link", name="Snooze it, or say that it was you"))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("radio", name="1 hour"))
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="24 hours").first).to_be_checked()
    tab_to(page, page.get_by_label("Why, in a few words").first)
    page.keyboard.type("the vendor looks into it")
    tab_to(page, page.get_by_role("button", name="Snooze"))
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="Snoozed until")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator("main")).to_contain_text("By ana (U01ANA): the vendor looks into it")
    fits(page, width)
    watched.settle()
    watched.shows(offered.ts, "the vendor looks into it")
    tab_to(page, page.get_by_role("button", name="Wake it now"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Snoozed until")).to_have_count(0, timeout=PATIENCE_MS)


def test_what_was_ours_is_said_at_the_console_and_the_message_shows_it(watched: Watched, open_page: Any) -> None:
    offered = watched.an_offer()
    incident = watched.incident(watched.message(offered.ts))
    page = open_page(f"/incidents/{incident.id}/say").page

    page.get_by_role("radio", name="7 days").last.check()
    page.get_by_label("Why, in a few words").last.fill("the migration, OPS-12")
    page.get_by_role("button", name="This was us").click()

    expect(page.get_by_role("heading", name="ana (U01ANA) said: this was us")).to_be_visible(timeout=PATIENCE_MS)
    watched.settle()
    watched.shows(offered.ts, "ana (U01ANA)")


def test_the_brake_is_pulled_and_let_go_from_the_page(watched: Watched, open_page: Any) -> None:
    secret, _, bad = overwrite(watched)
    seen = open_page("/health")
    page = seen.page
    page.get_by_text("Pause all acting…").click()
    page.get_by_label("Why (everybody sees it)").fill("a drill")
    page.get_by_role("button", name="Pause now").click()
    expect(page.locator("main")).to_contain_text("a drill")
    watched.settle()

    listed = open_page()
    incident_about(listed, secret).click()
    listed.page.get_by_role("link", name="See what it would do").click()
    expect(listed.page.locator("main")).to_contain_text("nightlatch is paused")
    expect(listed.page.get_by_role("button", name="Roll back")).to_have_count(0)

    page.get_by_role("button", name="Resume").click()
    expect(page.locator("main")).to_contain_text("Not paused")
    assert watched.current(secret) == bad


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_every_page_fits_and_can_be_read(
    watched: Watched, office: Office, open_page: Any, width: int, scheme: str
) -> None:
    secret, _, _ = overwrite(
        watched, watched.a_secret("prod/a-rather-long-name-that-has-no-place-to-break-it-anywhere-")
    )
    connection = office.desk.connection
    watched.settle()
    watched.audit()
    incident = next(one for one in connection.incident_list.newest(20) if secret in one.lead.title)
    (offer,) = (one for one in connection.offers.named(incident.responses) if one.action.kind == "roll-back")
    named = urlencode({"secret": secret})
    who = urlencode({"key": f"arn:aws:iam::{incident.lead.account_id}:role/app"})
    about = f"/incidents/{incident.id}"
    paths = ("/", "/?only=waiting", about, f"{about}/say", f"/offers/{offer.id}", f"/progress?id={offer.id}")
    others = (f"/secret?{named}", f"/rollback?{named}", f"/rollback/preflight?{named}&part-value=yes", "/secrets")
    ends = ("/secrets?q=nothing-of-that-name", "/principals", f"/principal?{who}", "/health", "/principal?key=nobody")
    audits = ("/audit", f"/audit?of={secret}", "/audit?of=nobody")
    seen = open_page(width=width, scheme=scheme)

    for path in (*paths, *others, *ends, *audits):
        seen.page.goto(f"{office.address}{path}")
        expect(seen.page.get_by_role("heading", level=1)).to_be_visible()
        fits(seen.page, width)


def test_a_page_that_is_not_there_leads_back(office: Office, open_page: Any) -> None:
    seen = open_page("/principals")

    answer = seen.page.goto(f"{office.address}/incidents/inc-nothing")

    assert answer is not None
    assert answer.status == 404
    expect(seen.page.get_by_role("heading", level=1)).to_have_text("There is nothing here")
    seen.page.get_by_role("link", name="To the incidents").click()
    expect(seen.page.get_by_role("heading", level=1)).to_have_text("Incidents")
    assert any("404" in text for text in seen.complaints)
    seen.complaints.clear()


def test_a_console_that_does_not_answer_is_said_on_the_page(office: Office, open_page: Any) -> None:
    seen = open_page("/principals")
    seen.page.route("**/news/*", lambda asked: asked.abort())

    seen.page.goto(f"{office.address}/")

    expect(seen.page.get_by_text("The console does not answer.")).to_be_visible(timeout=PATIENCE_MS)
    assert all("ERR_FAILED" in text for text in seen.complaints)
    seen.complaints.clear()


def test_times_are_the_readers_own_with_utc_beside_them(watched: Watched, open_page: Any) -> None:
    secret, _, _ = overwrite(watched)
    watched.settle()

    far = open_page(timezone_id="Asia/Tokyo").page.locator(".row", has_text=secret).locator("time")

    expect(far).to_have_text(re.compile(r"at \d\d:\d\d:\d\d \(\d\d:\d\d:\d\d UTC\)$"))


def test_the_pictures_of_the_documentation_can_be_drawn(
    watched: Watched, office: Office, open_page: Any, tmp_path: Path
) -> None:
    """With NIGHTLATCH_SCREENSHOTS=1 they are written into docs/images."""
    folder = ROOT / "docs" / "images" if os.environ.get("NIGHTLATCH_SCREENSHOTS") == "1" else tmp_path
    title = list(SCENES)[1]
    SCENES[title](watched.theatre, Timeline(title, lambda _line: None))
    watched.theatre.as_role(SSO_ROLE, "ben").put_secret_value(SecretId="prod/orders/db", SecretString=a_value())
    watched.settle()
    incidents = office.desk.connection.incident_list.newest(20)
    about = next(one for one in incidents if "prod/orders/db" in one.lead.title)
    (offer,) = (r for r in office.desk.connection.offers.named(about.responses) if r.action.kind == "roll-back")

    for name, path, width, scheme in (
        ("console.png", f"/incidents/{about.id}", 1280, "light"),
        ("console-dark.png", f"/incidents/{about.id}", 1280, "dark"),
        ("console-360.png", f"/incidents/{about.id}", 360, "light"),
        ("console-dark-360.png", f"/offers/{offer.id}", 360, "dark"),
    ):
        page = open_page(path, width=width, scheme=scheme, device_scale_factor=1.5).page
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        picture = folder / name
        page.screenshot(path=picture)
        assert picture.stat().st_size < 400_000
