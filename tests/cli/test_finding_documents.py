"""A hunt writes its findings as other tools read them, a line each, with what their formats demand."""

from __future__ import annotations

import json

import pytest

from builders import a_finding
from nightlatch.cli.looks.finding_output import write
from nightlatch.cli.speech.forms import Output
from nightlatch.domain.history.examples import ACCOUNT, REGION, a_secret, a_user
from nightlatch.domain.judging.findings import Severity, State
from nightlatch.local.fidelity.findings import _why_not as why_security_hub_would_not

FINDINGS = [
    a_finding(),
    a_finding(rule="access.first-read", severity=Severity.LOW, state=State.DIGEST, secrets=(a_secret("\x1b[2Jx"),)),
]
# OCSF 1.3.0: what base_event, finding and detection_finding require, and finding_info and metadata within them.
REQUIRED = {"activity_id", "category_uid", "class_uid", "finding_info", "metadata", "severity_id", "time", "type_uid"}


def lines(output: Output, capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    write(FINDINGS, output)
    text = capsys.readouterr().out
    assert text.isascii()
    assert "\x1b" not in text
    return [json.loads(line) for line in text.splitlines()]


def test_asff_is_what_security_hub_would_take(capsys):
    found = lines(Output.ASFF, capsys)

    assert [why_security_hub_would_not(one) for one in found] == [None, None]
    assert [one["Id"] for one in found] == [f"nightlatch/{one.id}" for one in FINDINGS]
    assert found[0]["ProductArn"] == f"arn:aws:securityhub:{REGION}:{ACCOUNT}:product/{ACCOUNT}/default"
    assert [one["FindingProviderFields"]["Severity"]["Label"] for one in found] == ["HIGH", "LOW"]  # type: ignore[index]


def test_ocsf_is_a_detection_finding_with_all_that_is_required(capsys):
    found = lines(Output.OCSF, capsys)

    for one, finding in zip(found, FINDINGS, strict=True):
        assert set(one) >= REQUIRED
        assert (one["category_uid"], one["class_uid"], one["type_uid"]) == (2, 2004, 200401)
        assert one["finding_info"]["uid"] == finding.id  # type: ignore[index]
        assert one["metadata"]["version"] == "1.3.0"  # type: ignore[index]
        assert one["metadata"]["product"]  # type: ignore[index]
        assert one["time"] == int(finding.last_seen.timestamp() * 1000)
    assert [one["severity_id"] for one in found] == [4, 2]
    assert [one["is_alert"] for one in found] == [True, False]


@pytest.mark.parametrize("output", [Output.ASFF, Output.OCSF])
def test_nothing_found_is_no_line(output: Output, capsys):
    write([], output)

    assert capsys.readouterr().out == ""


def test_the_principal_is_in_both(capsys):
    for output in (Output.ASFF, Output.OCSF):
        assert a_user("mallory").key in json.dumps(lines(output, capsys)[0])
