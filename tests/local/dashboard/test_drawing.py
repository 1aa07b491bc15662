"""What the functions counted becomes the numbers that CloudWatch would show, and a page that runs nothing."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from nightlatch.cli.pages.dashboards import cloudwatch
from nightlatch.local.dashboard.drawing import draw
from nightlatch.local.dashboard.evaluating import query, search
from nightlatch.local.dashboard.readings import Readings, documents, read_journal, read_lines, read_queues
from nightlatch.local.journal import Entry, Outcome, Step

AT = datetime(2026, 11, 30, 9, tzinfo=UTC)


def a_line(after_s: float, **metrics: float | list[float]) -> str:
    """A line as Powertools writes it."""
    names = [{"Name": name, "Unit": "Count"} for name in metrics]
    about = {
        "Timestamp": int((AT + timedelta(seconds=after_s)).timestamp() * 1_000),
        "CloudWatchMetrics": [{"Namespace": "nightlatch", "Dimensions": [["service"]], "Metrics": names}],
    }
    return json.dumps({"_aws": about, "service": "detector-reads", **metrics})


def an_entry(after_s: float = 0, **changes) -> Entry:
    said = {
        "at": AT + timedelta(seconds=after_s),
        "step": Step.LANE,
        "what": "3 messages",
        "via": "nightlatch-ReadsQueue",
    }
    return Entry(**{**said, "target": "nightlatch-Detector-1", "outcome": Outcome.DELIVERED, "ms": 500.0, **changes})


def asked(metric: str, statistic: str = "Sum", period: int = 60, namespace: str = "nightlatch", token: str = "") -> str:
    return f"SEARCH('{{{namespace},service}} MetricName=\"{metric}\"{token}', '{statistic}', {period})"


def read(*lines: str) -> Readings:
    readings = Readings()
    read_lines(lines, readings)
    return readings


@pytest.mark.parametrize(
    ("statistic", "numbers"), [("Sum", [10.0, 4.0]), ("Maximum", [5.0, 4.0]), ("p50", [3.0, 4.0]), ("p95", [5.0, 4.0])]
)
def test_values_of_a_period_are_one_number(statistic, numbers):
    readings = read(a_line(1, Findings=[2.0, 3.0]), a_line(59, Findings=[5.0]), a_line(61, Findings=4.0), "no json {")

    (series,) = search(asked("Findings", statistic), readings)

    assert [value for _, value in series.points] == numbers
    assert series.points[0][0] == AT
    assert series.last == numbers[-1]


def test_only_parts_of_the_stack_are_meant_where_a_token_says_so():
    readings = Readings()
    read_queues({"nightlatch-AlertsQueue": 2, "inbox": 9}, (), AT, readings)

    found = search(
        asked("ApproximateNumberOfMessagesVisible", "Maximum", namespace="AWS/SQS", token=" nightlatch"), readings
    )

    assert [(one.part, one.last) for one in found] == [("nightlatch-AlertsQueue", 2.0)]


@pytest.mark.parametrize("expression", ["", "SUM(m1)", asked("Findings", "Average"), asked("Findings") + " "])
def test_what_is_not_understood_is_an_error_and_no_empty_picture(expression):
    with pytest.raises(ValueError, match="not a search"):
        search(expression, Readings())


def test_the_journal_tells_what_aws_counts_of_lanes_rules_and_functions():
    readings = Readings()
    rule = {"step": Step.RULE, "via": "nightlatch-TickRule", "target": "arn:aws:sqs:eu-west-1:1:q"}
    read_journal(
        [an_entry(), an_entry(0.2), an_entry(10, outcome=Outcome.FAILED), an_entry(**rule), an_entry(20, **rule)],
        readings,
    )

    def total(namespace: str, metric: str, statistic: str = "Sum") -> float:
        (series,) = search(asked(metric, statistic, namespace=namespace), readings)
        return series.last

    assert total("AWS/Lambda", "Invocations") == 3
    assert total("AWS/Lambda", "Errors") == 1
    assert total("AWS/Lambda", "ConcurrentExecutions", "Maximum") == 2
    assert total("AWS/SQS", "NumberOfMessagesSent") == 9
    assert (total("AWS/Events", "Invocations"), total("AWS/Events", "FailedInvocations")) == (2, 0)


def test_reads_are_summed_by_caller_the_most_first():
    lines = [{"message": "reads", "caller": who, "count": n} for who, n in (("app", 1), ("eso", 300), ("app", 2))]
    text = 'filter message = "reads" | stats sum(count) as reads, sum(count) * 0.000005 as usd by caller | limit 20'

    assert query(text, [*lines, {"message": "finding"}]) == (
        ["caller", "reads", "usd"],
        [["eso", "300", "0.0015"], ["app", "3", "0.000015"]],
    )


def test_the_latest_lines_come_first():
    lines = [{"message": "finding", "timestamp": f"09:0{n}", "rule_id": f"r{n}"} for n in range(3)]

    names, rows = query('filter message = "finding" | limit 2 | fields @timestamp, rule_id', lines)

    assert names == ["@timestamp", "rule_id"]
    assert rows == [["09:02", "r2"], ["09:01", "r1"]]


def test_a_query_without_a_message_is_an_error():
    with pytest.raises(ValueError, match="not a query"):
        query("fields @message", [])


def test_the_whole_dashboard_is_drawn_and_nothing_on_it_runs():
    hostile = "<script>alert(1)</script>"
    lines = [a_line(0, Findings=1.0), json.dumps({"message": "reads", "caller": hostile, "count": 1})]
    readings = read(*lines)

    drawn = draw(cloudwatch(), readings, list(documents(lines)))

    titles = {one["properties"]["title"] for one in cloudwatch()["widgets"] if one["type"] != "text"}
    assert set(drawn.numbers) == titles
    assert hostile not in drawn.html
    assert "&lt;script&gt;" in drawn.html
    assert "http" not in drawn.html.replace("http-equiv", "")
    assert drawn.numbers["Messages judged, findings, and records that could not be judged"] == 1
