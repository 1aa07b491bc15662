"""Writes both dashboards out of one description: CloudWatch's, which the template deploys, and Grafana's.

Source: CloudWatch API reference, dashboard body structure and syntax; Grafana documentation, dashboard JSON model, and
its CloudWatch data source (query model).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import count
from string import ascii_uppercase

from nightlatch.cli.pages.panels import Panel, rows

CLOUDWATCH, GRAFANA = "operations.json", "grafana.json"
STACK, REGION = "nightlatch", "eu-west-1"  # in the files; the template puts its own
_BODY, _END = "      DashboardBody: !Sub |\n", "\nOutputs:\n"
_COLUMNS, _WIDTH = 3, 8
_Place = tuple[int, int]


def dashboards() -> dict[str, str]:
    """Give both files by their names."""
    made = {CLOUDWATCH: cloudwatch(), GRAFANA: grafana()}
    return {name: f"{json.dumps(document, indent=2)}\n" for name, document in made.items()}


def cloudwatch() -> dict[str, object]:
    """Make the body of CloudWatch's dashboard."""
    return {**_head(), "widgets": _widgets()}


def for_template() -> str:
    """Write the same for the template, a widget in each line, with the stack's own name and Region."""
    head = json.dumps(_head()).removesuffix("}")
    lines = ",\n".join(json.dumps(one) for one in _widgets())
    text = f'{head}, "widgets": [\n{lines}\n]}}'
    names = {f"/{STACK}/{STACK}/": f"/{STACK}/${{AWS::StackName}}/", f" {STACK}'": " ${AWS::StackName}'"}
    for plain, own in {**names, f'"{REGION}"': '"${AWS::Region}"'}.items():
        text = text.replace(plain, own)
    return text


def in_template(template: str) -> str:
    """Put the dashboard into the text of the template, in the place of the one there."""
    before, mark, rest = template.partition(_BODY)
    _, end, after = rest.partition(_END)
    body = "".join(f"        {line}\n" for line in for_template().splitlines())
    return f"{before}{mark}{body}{end}{after}" if end else template


def grafana() -> dict[str, object]:
    """Make Grafana's dashboard."""
    ids = count(1)
    return {
        "title": "nightlatch",
        "uid": "nightlatch-operations",
        "description": "Health first, then what happens, what stands unprotected, and what it costs.",
        "tags": ["nightlatch", "aws", "secrets-manager"],
        "timezone": "browser",
        "schemaVersion": 39,
        "editable": True,
        "refresh": "1m",
        "time": {"from": "now-3h", "to": "now"},
        "templating": {"list": [_DATASOURCE_VARIABLE, _REGION_VARIABLE]},
        "panels": [_panel(panel, place, next(ids)) for panel, place in _laid_out(height=7)],
    }


def _head() -> dict[str, object]:
    region = {"type": "property", "property": "region", "inputType": "input", "id": "region", "label": "Region"}
    variables = [{**region, "defaultValue": REGION, "visible": True}]
    return {"start": "-PT3H", "periodOverride": "inherit", "variables": variables}


def _widgets() -> list[dict[str, object]]:
    return [_widget(panel, place) for panel, place in _laid_out(height=6)]


def _laid_out(height: int) -> Iterator[tuple[Panel | str, _Place]]:
    """Give headings and panels from top to bottom, each with its place."""
    y = 0
    for heading, panels in rows():
        yield heading, (0, y)
        y += 1
        for number, panel in enumerate(panels):
            yield panel, (number % _COLUMNS * _WIDTH, y + number // _COLUMNS * height)
        y += -(-len(panels) // _COLUMNS) * height


def _widget(panel: Panel | str, place: _Place) -> dict[str, object]:
    at = {"x": place[0], "y": place[1]}
    if isinstance(panel, str):
        return {"type": "text", **at, "width": 24, "height": 1, "properties": {"markdown": f"## {panel}"}}
    box = {**at, "width": _WIDTH, "height": 6}
    if panel.query:
        sources = "".join(f"SOURCE '{_log_group(one)}' | " for one in panel.of)
        shown = {"title": panel.title, "region": REGION, "view": "table", "query": f"{sources}{panel.query}"}
        return {"type": "log", **box, "properties": shown}
    asked = [
        [{"expression": one.expression(panel.period), "id": f"e{number}", "label": ""}]
        for number, one in enumerate(panel.asks, 1)
    ]
    drawn = {"title": panel.title, "region": REGION, "view": "timeSeries", "period": panel.period, "metrics": asked}
    return {"type": "metric", **box, "properties": {**drawn, "yAxis": {"left": {"min": 0}}}}


def _panel(panel: Panel | str, place: _Place, number: int) -> dict[str, object]:
    box = {"x": place[0], "y": place[1], "w": _WIDTH, "h": 7}
    if isinstance(panel, str):
        row = {"id": number, "type": "row", "title": panel, "collapsed": False}
        return {**row, "gridPos": {**box, "w": 24, "h": 1}, "panels": []}
    shown = {"id": number, "type": "table" if panel.query else "timeseries", "title": panel.title}
    defaults = {"defaults": {} if panel.query else {"unit": panel.unit, "min": 0}, "overrides": []}
    legend = {"legend": {"showLegend": True, "displayMode": "list", "placement": "bottom"}}
    return {
        **shown,
        "datasource": _DATASOURCE,
        "gridPos": box,
        "fieldConfig": defaults,
        "options": {} if panel.query else legend,
        "targets": [_log_target(panel)] if panel.query else _metric_targets(panel),
    }


def _metric_targets(panel: Panel) -> list[Mapping[str, object]]:
    return [
        {
            "refId": letter,
            "datasource": _DATASOURCE,
            "queryMode": "Metrics",
            "metricQueryType": 0,
            "metricEditorMode": 1,
            "id": "",
            "region": "$region",
            "namespace": "",
            "metricName": "",
            "dimensions": {},
            "statistic": one.statistic,
            "period": str(panel.period),
            "matchExact": True,
            "label": "",
            "expression": one.expression(panel.period),
        }
        for letter, one in zip(ascii_uppercase, panel.asks, strict=False)
    ]


def _log_target(panel: Panel) -> Mapping[str, object]:
    groups = [_log_group(one) for one in panel.of]
    asked = {"queryMode": "Logs", "region": "$region", "id": "", "expression": panel.query, "logGroupNames": groups}
    return {"refId": "A", "datasource": _DATASOURCE, **asked, "statsGroups": []}


def _log_group(function: str) -> str:
    return f"/{STACK}/{STACK}/{function}"


_DATASOURCE = {"type": "cloudwatch", "uid": "${datasource}"}
_DATASOURCE_VARIABLE = {
    "name": "datasource",
    "label": "CloudWatch",
    "type": "datasource",
    "query": "cloudwatch",
    "current": {},
    "hide": 0,
    "refresh": 1,
}
_REGION_VARIABLE = {
    "name": "region",
    "label": "Region",
    "type": "query",
    "datasource": _DATASOURCE,
    "query": {"queryType": "regions", "refId": "regions"},
    "current": {},
    "hide": 0,
    "refresh": 1,
}
