"""The dashboards show nightlatch's own health first, with every metric that an alarm watches."""

from __future__ import annotations

import json
from typing import Any

import pytest

from functions.transformed import TEMPLATE, resources

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


def test_both_dashboards_ask_the_same() -> None:
    of_cloudwatch = {
        metric[0]["expression"]
        for widget in cloudwatch()["widgets"]
        if widget["type"] == "metric"
        for metric in widget["properties"]["metrics"]
    }
    of_grafana = {asked["expression"] for panel in grafana()["panels"] for asked in panel.get("targets", [])}

    assert of_cloudwatch == of_grafana


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
