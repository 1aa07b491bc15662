"""The dashboards show nightlatch's own health first, every metric that an alarm watches, and all that it counts."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from functions.transformed import TEMPLATE, resources, source
from nightlatch.domain.metrics import Metric

DASHBOARDS = TEMPLATE.parent / "dashboards"


def cloudwatch() -> dict[str, Any]:
    content: dict[str, Any] = json.loads((DASHBOARDS / "operations.json").read_text(encoding="utf-8"))
    return content


def grafana() -> dict[str, Any]:
    content: dict[str, Any] = json.loads((DASHBOARDS / "grafana.json").read_text(encoding="utf-8"))
    return content


def first_row_of_cloudwatch() -> str:
    widgets = sorted(cloudwatch()["widgets"], key=lambda widget: (widget["y"], widget["x"]))
    heading, *rest = widgets
    next_heading = next(index for index, widget in enumerate(rest) if widget["type"] == "text")
    return json.dumps([heading, *rest[:next_heading]])


def first_row_of_grafana() -> str:
    heading, *rest = grafana()["panels"]
    next_heading = next(index for index, panel in enumerate(rest) if panel["type"] == "row")
    return json.dumps([heading, *rest[:next_heading]])


@pytest.mark.parametrize("first_row", [first_row_of_cloudwatch, first_row_of_grafana])
def test_the_first_row_is_health_and_shows_every_metric_with_an_alarm(first_row: Any) -> None:
    shown = first_row()

    assert "Health" in shown
    alarmed = {alarm["MetricName"] for alarm in resources("AWS::CloudWatch::Alarm").values()}
    assert {metric for metric in alarmed if metric not in shown} == set()


def asked_of_cloudwatch() -> set[str]:
    return {
        metric[0]["expression"]
        for widget in cloudwatch()["widgets"]
        if widget["type"] == "metric"
        for metric in widget["properties"]["metrics"]
    }


def asked_of_grafana() -> set[str]:
    return {asked["expression"] for panel in grafana()["panels"] for asked in panel.get("targets", [])}


def test_both_dashboards_ask_the_same() -> None:
    assert asked_of_cloudwatch() == asked_of_grafana()


@pytest.mark.parametrize("asked", [asked_of_cloudwatch, asked_of_grafana])
def test_a_dashboard_shows_each_metric_of_ours_and_no_other(asked: Any) -> None:
    namespace = source()["Globals"]["Function"]["Environment"]["Variables"]["POWERTOOLS_METRICS_NAMESPACE"]
    ours = [expression for expression in asked() if f"{{{namespace}," in expression]

    shown = [name for expression in ours for name in re.findall(r'MetricName="(\w+)"', expression)]
    assert sorted(set(shown)) == sorted(Metric)


def counted(handler: Path) -> Iterator[str]:
    """Name the metrics that a handler adds, by their members of the enum."""
    for node in ast.walk(ast.parse(handler.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "add_metric":
            (name,) = (keyword.value for keyword in node.keywords if keyword.arg == "name")
            assert isinstance(name, ast.Attribute), f"{handler}: a metric that is not of the enum"
            assert ast.unparse(name.value) == "Metric", handler
            yield name.attr


def test_the_handlers_count_each_metric_and_no_other() -> None:
    handlers = list(TEMPLATE.parent.glob("functions/*/app.py"))

    assert {name for handler in handlers for name in counted(handler)} == set(Metric.__members__)


def test_the_ids_of_widgets_are_their_own() -> None:
    """Both products refuse or mix up what shares an id."""
    panels = [panel["id"] for panel in grafana()["panels"]]

    assert len(panels) == len(set(panels))
    for widget in cloudwatch()["widgets"]:
        ids = [metric[0]["id"] for metric in widget["properties"].get("metrics", [])]
        assert len(ids) == len(set(ids))


def test_the_log_widget_reads_groups_that_the_stack_makes() -> None:
    (log,) = (widget for widget in cloudwatch()["widgets"] if widget["type"] == "log")
    groups = {
        group["LogGroupName"]["Fn::Sub"].replace("${AWS::StackName}", "nightlatch")
        for group in resources("AWS::Logs::LogGroup").values()
    }

    assert {part for part in log["properties"]["query"].split("'") if part.startswith("/nightlatch")} <= groups


def test_no_two_widgets_lie_on_each_other() -> None:
    boxes = [(w["x"], w["y"], w["width"], w["height"]) for w in cloudwatch()["widgets"]]
    boxes_of_grafana = [tuple(panel["gridPos"][key] for key in "xywh") for panel in grafana()["panels"]]

    for places in (boxes, boxes_of_grafana):
        cells = [(column, line) for x, y, w, h in places for column in range(x, x + w) for line in range(y, y + h)]
        assert len(cells) == len(set(cells))
        assert max(column for column, _ in cells) < 24
