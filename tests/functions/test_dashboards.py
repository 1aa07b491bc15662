"""The dashboards show nightlatch's own health first, every metric that an alarm watches, and all that it counts."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from functions.transformed import TEMPLATE, resources, source
from nightlatch.cli.pages.dashboards import dashboards as made
from nightlatch.cli.pages.dashboards import in_template
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
    targets = [asked for panel in grafana()["panels"] for asked in panel.get("targets", [])]
    return {asked["expression"] for asked in targets if asked["queryMode"] == "Metrics"}


def test_both_dashboards_ask_the_same() -> None:
    assert asked_of_cloudwatch() == asked_of_grafana()


@pytest.mark.parametrize("asked", [asked_of_cloudwatch, asked_of_grafana])
def test_a_dashboard_shows_each_metric_of_ours_and_no_other(asked: Any) -> None:
    namespace = source()["Globals"]["Function"]["Environment"]["Variables"]["POWERTOOLS_METRICS_NAMESPACE"]
    ours = [expression for expression in asked() if f"{{{namespace}," in expression]

    shown = {name for expression in ours for name in re.findall(r'MetricName="(\w+)"', expression)}
    assert sorted(shown) == sorted(Metric)


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


def log_queries() -> list[str]:
    return [widget["properties"]["query"] for widget in cloudwatch()["widgets"] if widget["type"] == "log"]


def test_log_widgets_read_groups_that_the_stack_makes() -> None:
    groups = {
        group["LogGroupName"]["Fn::Sub"].replace("${AWS::StackName}", "nightlatch")
        for group in resources("AWS::Logs::LogGroup").values()
    }

    asked = {part for query in log_queries() for part in query.split("'") if part.startswith("/nightlatch")}
    assert asked
    assert asked <= groups
    targets = [one for panel in grafana()["panels"] for one in panel.get("targets", [])]
    assert {name for one in targets for name in one.get("logGroupNames", ())} == asked


def test_log_widgets_ask_for_lines_and_fields_that_their_function_writes() -> None:
    for query in log_queries():
        (writer,) = {name.partition("-")[0] for name in re.findall(r"SOURCE '\S*/([\w-]+)'", query)}
        written = ast.parse((TEMPLATE.parent / f"functions/{writer}/app.py").read_text(encoding="utf-8"))
        words = {node.value for node in ast.walk(written) if isinstance(node, ast.Constant)}
        (message,) = re.findall(r'filter message = "(\w+)"', query)
        listed = re.findall(r"\| fields @timestamp, ([\w, ]+)", query)
        fields = {*(name for one in listed for name in one.split(", ")), *re.findall(r"sum\((\w+)\)|by (\w+)", query)}
        asked = {name for found in fields for name in ([found] if isinstance(found, str) else found) if name}

        assert message in words
        assert len(asked) >= 2
        assert asked <= words


def test_the_template_deploys_the_dashboard_under_the_stacks_own_name_and_region() -> None:
    (dashboard,) = resources("AWS::CloudWatch::Dashboard").values()
    own = {"AWS::StackName": "nightlatch", "AWS::Region": "eu-west-1"}
    text = re.sub(r"\$\{([^}]+)\}", lambda found: own[found[1]], dashboard["DashboardBody"]["Fn::Sub"])

    assert json.loads(text) == cloudwatch()
    assert dashboard["DashboardBody"]["Fn::Sub"].count(" ${AWS::StackName}'") > 5


@pytest.mark.parametrize(("name", "text"), made().items())
def test_a_dashboard_is_what_its_description_makes_of_it_today(name: str, text: str) -> None:
    assert (DASHBOARDS / name).read_text(encoding="utf-8") == text, f"dashboards/{name} is another; run: make docs"


def test_making_it_anew_changes_nothing_of_the_template() -> None:
    text = TEMPLATE.read_text(encoding="utf-8")

    assert in_template(text) == text
    assert in_template("Outputs:\n") == "Outputs:\n"


SHAPES: dict[str, Any] = {  # of Grafana's JSON model, as far as an import goes wrong without it
    "type": "object",
    "required": ["title", "uid", "schemaVersion", "panels", "templating", "time"],
    "properties": {
        "uid": {"type": "string", "maxLength": 40},
        "schemaVersion": {"type": "integer", "minimum": 30},
        "templating": {"properties": {"list": {"items": {"required": ["name", "type", "query"]}}}},
        "panels": {
            "items": {
                "type": "object",
                "required": ["id", "type", "title", "gridPos"],
                "properties": {
                    "type": {"enum": ["row", "timeseries", "table"]},
                    "gridPos": {
                        "required": ["x", "y", "w", "h"],
                        "properties": {"w": {"type": "integer", "minimum": 1, "maximum": 24}},
                    },
                    "targets": {
                        "minItems": 1,
                        "items": {
                            "required": ["refId", "datasource", "queryMode", "region", "expression"],
                            "properties": {
                                "refId": {"pattern": "^[A-Z]$"},
                                "queryMode": {"enum": ["Metrics", "Logs"]},
                                "expression": {"minLength": 1},
                            },
                            "if": {"properties": {"queryMode": {"const": "Metrics"}}},
                            "then": {"required": ["metricQueryType", "metricEditorMode", "period", "statistic"]},
                            "else": {"required": ["logGroupNames"]},
                        },
                    },
                },
            }
        },
    },
}


def test_grafanas_dashboard_has_the_shape_that_grafana_takes() -> None:
    Draft202012Validator(SHAPES).validate(grafana())
    for panel in grafana()["panels"]:
        letters = [one["refId"] for one in panel.get("targets", [])]
        assert len(letters) == len(set(letters))


def test_no_two_widgets_lie_on_each_other() -> None:
    boxes = [(w["x"], w["y"], w["width"], w["height"]) for w in cloudwatch()["widgets"]]
    boxes_of_grafana = [tuple(panel["gridPos"][key] for key in "xywh") for panel in grafana()["panels"]]

    for places in (boxes, boxes_of_grafana):
        cells = [(column, line) for x, y, w, h in places for column in range(x, x + w) for line in range(y, y + h)]
        assert len(cells) == len(set(cells))
        assert max(column for column, _ in cells) < 24
