"""Nobody but the browser that brought the link gets anything out of the console, or into it."""

from __future__ import annotations

import gc
import re
from pathlib import Path

import pytest
import requests
from werkzeug.test import Client, EnvironBuilder

import nightlatch.console
import nightlatch.reach
from console.visitor import ADDRESS, Visitor
from nightlatch.console.app import console_app
from nightlatch.console.door import LARGEST_FORM
from nightlatch.console.server import bound, serving

PAGES = ("/", "/secrets", "/secret?secret=prod/db", "/principals", "/principal?key=a", "/health", "/news/incidents")
PAGES += ("/incidents/inc-1", "/offers/r-1", "/progress?id=r-1", "/rollback?secret=a", "/rollback/preflight?secret=a")
FORMS = ("/offers/r-1/yes", "/offers/r-1/no", "/rollback/do", "/health/pause", "/health/resume")


@pytest.mark.parametrize("path", PAGES)
def test_without_the_link_every_page_is_shut(stranger: Visitor, path: str) -> None:
    answer = stranger.get(path)

    assert answer.status_code == 401
    assert "Open the link in your terminal" in answer.text


@pytest.mark.parametrize("ticket", ["", "x", "é" * 20, "A" * 43])
def test_a_wrong_link_lets_nobody_in_and_uses_nothing_up(stranger: Visitor, ticket: str) -> None:
    assert stranger.get(f"/enter/{ticket}").status_code in {401, 404}
    assert "Set-Cookie" not in stranger.get(f"/enter/{ticket}").headers

    assert stranger.come_in().status_code == 303


def test_the_link_lets_in_one_browser_once(visitor: Visitor) -> None:
    other = Visitor(door=visitor.door, desk=visitor.desk, client=Client(visitor.client.application))

    answer = other.come_in()

    assert answer.status_code == 401
    assert "opens it first" in answer.text
    assert other.get("/nothing").status_code == 401
    assert visitor.get("/nothing").status_code == 404


def test_a_look_at_the_link_without_opening_it_does_not_use_it_up(stranger: Visitor) -> None:
    stranger.client.head(stranger.door.link, base_url=ADDRESS)
    stranger.client.get(stranger.door.link, base_url=ADDRESS, headers={"Sec-Purpose": "prefetch;prerender"})

    assert stranger.come_in().status_code == 303


def test_the_cookie_is_for_this_console_alone_and_for_no_script(stranger: Visitor) -> None:
    cookie = stranger.come_in().headers["Set-Cookie"]

    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert f"Path={stranger.door.place}/" in cookie  # 127.0.0.1 has other ports, and cookies know no ports
    assert stranger.door.link.rsplit("/", 1)[-1] not in cookie


def test_a_cookie_that_was_made_up_is_none(stranger: Visitor) -> None:
    stranger.client.set_cookie("nightlatch", "A" * 43, domain="127.0.0.1", path=f"{stranger.door.place}/")

    assert stranger.get("/nothing").status_code == 401


def test_outside_its_own_path_there_is_nothing(visitor: Visitor) -> None:
    for path in ("/", "/health", "/static/console.css", f"{visitor.door.place}x/"):
        answer = visitor.client.get(path, base_url=ADDRESS)
        assert (answer.status_code, answer.text) == (404, "Open the link that `nightlatch console` printed.\n")


@pytest.mark.parametrize(
    "base",
    ["http://evil.example", "http://evil.example:8421", "http://localhost:8421", "http://127.0.0.1.evil.example:8421"],
)
def test_another_name_for_this_machine_is_refused(visitor: Visitor, base: str) -> None:
    visitor.headers["Host"] = base.removeprefix("http://")

    assert visitor.get("/nothing").status_code == 421
    assert visitor.get("/static/console.css").status_code == 421


@pytest.mark.parametrize("site", ["cross-site", "same-site", "whatever"])
def test_what_another_site_asks_for_is_refused(visitor: Visitor, site: str) -> None:
    visitor.headers["Sec-Fetch-Site"] = site

    assert visitor.get("/nothing").status_code == 403
    assert visitor.post("/health/pause", {"form_token": visitor.door.form_token}).status_code == 403


@pytest.mark.parametrize("path", FORMS)
@pytest.mark.parametrize("token", [None, "", "é", "wrong"])
def test_a_form_without_our_token_changes_nothing(visitor: Visitor, path: str, token: str | None) -> None:
    fields = {} if token is None else {"form_token": token}

    assert visitor.post(path, fields).status_code == 403


@pytest.mark.parametrize("path", FORMS)
@pytest.mark.parametrize(
    "origin", ["", "null", "http://evil.example", "http://127.0.0.1:8420", "https://127.0.0.1:8421"]
)
def test_a_form_from_another_origin_changes_nothing(visitor: Visitor, path: str, origin: str) -> None:
    visitor.origin = origin

    assert visitor.post(path, {"form_token": visitor.door.form_token}).status_code == 403


@pytest.mark.parametrize("path", FORMS)
def test_nothing_is_done_by_following_a_link(visitor: Visitor, path: str) -> None:
    assert visitor.get(f"{path}?form_token={visitor.door.form_token}").status_code == 405


def test_a_form_that_is_too_large_is_not_read(visitor: Visitor) -> None:
    fields = {"form_token": visitor.door.form_token, "reason": "a" * LARGEST_FORM}

    assert visitor.post("/health/pause", fields).status_code == 413


@pytest.mark.parametrize(("name", "kind"), [("console.css", "text/css"), ("console.js", "text/javascript")])
def test_a_browser_that_goes_away_leaves_no_file_open(visitor: Visitor, name: str, kind: str) -> None:
    """Werkzeug closes an answer after it has emptied the socket; where that fails, it never does."""
    environ = EnvironBuilder(path=f"{visitor.door.place}/static/{name}", base_url=ADDRESS).get_environ()
    started = []

    answer = visitor.client.application(environ, lambda status, headers: started.append((status, dict(headers))))

    assert b"".join(answer)
    ((status, headers),) = started
    assert (status, headers["Content-Type"]) == ("200 OK", f"{kind}; charset=utf-8")
    del answer  # without `close`: a file in it would be told as an error by what collects it
    gc.collect()


def test_there_is_no_other_asset(visitor: Visitor) -> None:
    for name in ("nothing.css", "../app.py", "..%2Fapp.py", ""):
        assert visitor.get(f"/static/{name}").status_code == 404


@pytest.mark.parametrize("path", ["/nothing", "/static/console.js", "/rollback", "/enter/x"])
def test_every_answer_keeps_the_browser_to_this_console(visitor: Visitor, path: str) -> None:
    headers = visitor.get(path).headers

    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_nothing_in_the_console_asks_for_a_value() -> None:
    rooms = (Path(nightlatch.console.__file__).parent, Path(nightlatch.reach.__file__).parent)
    sources = [file.read_text(encoding="utf-8") for room in rooms for file in room.rglob("*.py")]

    assert len(sources) > 15
    assert not [text for text in sources if re.search(r"get_secret_value|GetSecretValue|SecretString", text)]


def test_it_listens_on_loopback_alone_and_refuses_what_is_not_sent_to_its_address(visitor: Visitor) -> None:
    app = console_app(visitor.desk, visitor.door)
    with serving(app, visitor.door) as link, bound(app, visitor.door, port=0) as other:
        answer = requests.get(link, headers={"Host": "evil.example"}, allow_redirects=False, timeout=60)

        assert link.startswith("http://127.0.0.1:")
        assert other.server_address[0] == "127.0.0.1"
    assert answer.status_code == 421
    assert "Werkzeug" not in answer.headers["Server"]
