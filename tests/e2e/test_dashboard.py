"""The dashboard that the template deployed shows numbers on every widget, of what really happened on the stage."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from e2e.built import ROOT
from e2e.test_page import browser
from e2e.watched import Watched
from nightlatch.local.dashboard.drawing import Drawn, draw
from nightlatch.local.dashboard.readings import Readings, documents, read_queues

__all__ = ["browser"]
pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("dashboard")]


@pytest.fixture(scope="module")
def drawn(watched: Watched) -> Drawn:
    """Let something of everything happen, then draw what CloudWatch holds."""
    offer = watched.an_offer()
    assert watched.press(offer).status_code == 200
    watched.press(offer, secret="not-the-signing-secret")  # forged
    name = watched.a_secret()
    watched.someone().delete_secret(SecretId=name, RecoveryWindowInDays=7)  # protect mode takes it back
    for times in (3, 8, 5, 1):
        for _ in range(times):
            watched.theatre.as_role("app", "run").get_secret_value(SecretId=offer.secret)
        watched.theatre.as_role("cleanup", "run").get_secret_value(SecretId=offer.secret)
        watched.settle()
        watched.later(timedelta(minutes=5))
    watched.audit()
    return draw(*what_there_is(watched))


def what_there_is(watched: Watched) -> tuple[dict[str, Any], Readings, list[Mapping[str, Any]]]:
    """Give what is drawn: the deployed dashboard, what was measured, and what was logged."""
    stage = watched.theatre.stage
    readings = stage.bell.readings  # by the stage's clock; what functions write says this machine's
    (name,) = [one["DashboardName"] for one in watched.client("cloudwatch").list_dashboards()["DashboardEntries"]]
    body = json.loads(watched.client("cloudwatch").get_dashboard(DashboardName=name)["DashboardBody"])
    lines = [line for _, line in list(watched.lines)]
    sqs = watched.client("sqs")
    asked = {"AttributeNames": ["ApproximateNumberOfMessages"]}
    sizes = {
        url.rpartition("/")[2]: int(
            sqs.get_queue_attributes(QueueUrl=url, **asked)["Attributes"][asked["AttributeNames"][0]]
        )
        for url in sqs.list_queues()["QueueUrls"]
    }
    read_queues(sizes, watched.client("dynamodb").list_tables()["TableNames"], stage.clock.now(), readings)
    return body, readings, list(documents(lines))


def test_every_widget_has_numbers(drawn: Drawn) -> None:
    assert [title for title, count in drawn.numbers.items() if not count] == []


def test_its_picture_can_be_drawn(drawn: Drawn, browser: Browser, tmp_path: Path) -> None:
    """With NIGHTLATCH_SCREENSHOTS=1 it is written into docs/images."""
    folder = ROOT / "docs" / "images" if os.environ.get("NIGHTLATCH_SCREENSHOTS") == "1" else tmp_path
    asked: list[str] = []
    for name, scheme in (("dashboard.png", "light"), ("dashboard-dark.png", "dark")):
        context = browser.new_context(viewport={"width": 1280, "height": 1250}, color_scheme=scheme)
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.set_content(drawn.html)
        picture = folder / name
        page.screenshot(path=picture)
        context.close()
        assert asked == []
        assert picture.stat().st_size < 400_000
