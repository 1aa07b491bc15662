"""ASFF, OCSF and SARIF are what their specifications ask for; each is held against the rules that they publish."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.session import get_session
from botocore.validate import ParamValidator
from jsonschema import Draft202012Validator

from audits import MUTE, a_posture_finding, a_report, a_run, kept, secret_arn, unseen
from nightlatch.adapters.channels.posture_asff import posture_asff
from nightlatch.adapters.channels.posture_ocsf import posture_ocsf
from nightlatch.checks import CHECKS
from nightlatch.cli.report.sarif import FINGERPRINT, sarif_text
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.examples import ACCOUNT, FUNCTION, NOW, a_function, an_account
from nightlatch.domain.posture.remarks import MUTE_EXPIRED, VANISHED
from nightlatch.domain.posture.reports import Kept, Standing
from nightlatch.local.fidelity.findings import _why_not as why_security_hub_would_not

LONG = "x" * 4_000
HOSTILE = "\x1b[2J\ud800</script>\u202e"
KINDS = {
    "new": kept(),
    "open": kept(a_posture_finding("prod/b"), Standing.OPEN, days=9),
    "fixed": kept(a_posture_finding("prod/c"), Standing.FIXED, days=30),
    "spared": kept(a_posture_finding("prod/e"), Standing.SPARED, days=30),
    "muted": kept(a_posture_finding("prod/d", muted=MUTE), Standing.OPEN),
    "unseen": kept(unseen()),
    "vanished": kept(unseen("prod/gone", check=VANISHED)),
    "expired": kept(a_posture_finding(check=MUTE_EXPIRED)),
    "function": kept(a_posture_finding("rotate-db", subject=FUNCTION)),
    "account": kept(a_posture_finding(an_account().name, subject=an_account().arn)),
    "long": kept(a_posture_finding(LONG, title=LONG, reason=LONG, remedy=LONG, command=LONG, evidence=(LONG,) * 9)),
    "hostile": kept(a_posture_finding(HOSTILE, title=HOSTILE, reason=HOSTILE, remedy=HOSTILE, evidence=(HOSTILE,))),
    "bare": kept(a_posture_finding("", title="", reason="", remedy="", subject="", evidence=(), command=None)),
}
every_kind = pytest.mark.parametrize("one", KINDS.values(), ids=KINDS)
SHAPE = get_session().get_service_model("securityhub").shape_for("AwsSecurityFinding")


@every_kind
def test_security_hub_takes_each_kind_of_finding(one: Kept) -> None:
    written = posture_asff(one, at=NOW)
    report = ParamValidator().validate(json.loads(json.dumps(written)), SHAPE)

    assert not report.has_errors(), report.generate_report()
    assert why_security_hub_would_not(written) is None
    assert len(json.dumps(written)) < 240_000
    assert all(len(value) <= 2_048 for value in written["ProductFields"].values())  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("kind", "compliance", "workflow"),
    [
        ("new", "FAILED", "NEW"),
        ("open", "FAILED", "NEW"),
        ("fixed", "PASSED", "RESOLVED"),
        ("spared", "NOT_AVAILABLE", "NEW"),
        ("muted", "FAILED", "SUPPRESSED"),
        ("unseen", "WARNING", "NEW"),
    ],
)
def test_asff_says_how_it_stands(kind: str, compliance: str, workflow: str) -> None:
    written = posture_asff(KINDS[kind], at=NOW)

    assert written["Compliance"]["Status"] == compliance  # type: ignore[index]
    assert written["Workflow"] == {"Status": workflow}
    assert written["RecordState"] == ("ARCHIVED" if kind == "spared" else "ACTIVE")
    assert written["Types"] == ["Software and Configuration Checks/AWS Security Best Practices"]


def test_asff_names_what_it_is_about_by_its_own_kind() -> None:
    resources = {kind: posture_asff(KINDS[kind], at=NOW)["Resources"][0] for kind in KINDS}  # type: ignore[index]

    assert resources["new"]["Type"] == "AwsSecretsManagerSecret"
    assert resources["function"]["Type"] == "AwsLambdaFunction"
    assert resources["function"]["Id"] == a_function().arn
    assert (resources["account"]["Type"], resources["account"]["Id"]) == ("AwsAccount", f"AWS::::Account:{ACCOUNT}")


def test_a_finding_keeps_its_id_and_is_updated_later_each_time() -> None:
    first, later = posture_asff(kept(), at=NOW), posture_asff(kept(), at=NOW.replace(hour=12))

    assert first["Id"] == later["Id"]
    assert str(first["UpdatedAt"]) < str(later["UpdatedAt"])


# OCSF 1.3.0: what base_event, finding and compliance_finding require, and their objects.
@every_kind
def test_ocsf_is_a_compliance_finding_with_all_that_is_required(one: Kept) -> None:
    written: Any = posture_ocsf(one, at=NOW)

    required = {"activity_id", "category_uid", "class_uid", "compliance", "finding_info", "metadata", "severity_id"}
    assert set(written) >= required | {"time", "type_uid"}
    assert (written["category_uid"], written["class_uid"]) == (2, 2003)
    assert written["type_uid"] == 200300 + written["activity_id"]
    assert written["activity_id"] in {1, 2, 3}
    assert written["status_id"] in {0, 1, 3, 4}
    assert written["compliance"]["status_id"] in {0, 1, 2, 3}
    assert written["compliance"]["standards"]
    assert written["finding_info"]["uid"] == one.finding.id
    assert {"product", "version"} <= set(written["metadata"])
    assert "desc" in written["remediation"]
    assert "\x1b" not in json.dumps(written)


@pytest.mark.parametrize(
    ("kind", "activity", "status", "compliance"),
    [
        ("new", 1, 1, 3),
        ("open", 2, 1, 3),
        ("fixed", 3, 4, 1),
        ("spared", 3, 0, 0),
        ("muted", 2, 3, 3),
        ("unseen", 1, 1, 2),
    ],
)
def test_ocsf_says_how_it_stands(kind: str, activity: int, status: int, compliance: int) -> None:
    written: Any = posture_ocsf(KINDS[kind], at=NOW)

    assert (written["activity_id"], written["status_id"]) == (activity, status)
    assert written["compliance"]["status_id"] == compliance


def closed(required: tuple[str, ...], **properties: Any) -> dict[str, Any]:
    """Give the schema of an object that has these properties and no others."""
    return {"type": "object", "additionalProperties": False, "required": [*required], "properties": properties}


# What SARIF 2.1.0 lays down for the parts that are written here: no other property, these required, these values.
TEXT: dict[str, Any] = {"type": "string"}
NATURAL: dict[str, Any] = {"type": "integer", "minimum": -1}
MESSAGE = closed(("text",), text=TEXT)
TIME = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$"}
LEVEL = {"enum": ["none", "note", "warning", "error"]}
RANK = {"type": "number", "minimum": -1, "maximum": 100}
BAG: dict[str, Any] = {"type": "object", "properties": {"tags": {"type": "array", "uniqueItems": True}}}
REFERENCE = closed(("id",), id=TEXT, index=NATURAL)
RULE = closed(
    ("id",),
    id=TEXT,
    name=TEXT,
    shortDescription=MESSAGE,
    fullDescription=MESSAGE,
    help=MESSAGE,
    defaultConfiguration=closed((), level=LEVEL, rank=RANK),
    properties=BAG,
)
RESULT = closed(
    ("message",),
    ruleId=TEXT,
    ruleIndex=NATURAL,
    kind={"enum": ["notApplicable", "pass", "fail", "review", "open", "informational"]},
    level=LEVEL,
    rank=RANK,
    message=MESSAGE,
    locations={
        "type": "array",
        "items": closed(
            (),
            logicalLocations={
                "type": "array",
                "uniqueItems": True,
                "items": closed((), name=TEXT, fullyQualifiedName=TEXT, kind=TEXT),
            },
        ),
    },
    partialFingerprints={"type": "object", "additionalProperties": TEXT},
    baselineState={"enum": ["new", "unchanged", "updated", "absent"]},
    suppressions={
        "type": "array",
        "uniqueItems": True,
        "items": closed(
            ("kind",),
            kind={"enum": ["inSource", "external"]},
            status={"enum": ["accepted", "underReview", "rejected"]},
            justification=TEXT,
        ),
    },
    provenance=closed((), firstDetectionTimeUtc=TIME, lastDetectionTimeUtc=TIME),
    properties=BAG,
)
NOTIFICATION = closed(("message",), level=LEVEL, message=MESSAGE, associatedRule=REFERENCE)
INVOCATION = closed(
    ("executionSuccessful",),
    executionSuccessful={"type": "boolean"},
    startTimeUtc=TIME,
    endTimeUtc=TIME,
    toolExecutionNotifications={"type": "array", "items": NOTIFICATION},
)
DRIVER = closed(("name",), name=TEXT, version=TEXT, rules={"type": "array", "uniqueItems": True, "items": RULE})
RUN = closed(
    ("tool",),
    tool=closed(("driver",), driver=DRIVER),
    automationDetails=closed((), id=TEXT),
    invocations={"type": "array", "items": INVOCATION},
    results={"type": "array", "items": RESULT},
)
SARIF = closed(
    ("version", "runs"), version={"enum": ["2.1.0"]}, runs={"type": "array", "items": RUN}, **{"$schema": TEXT}
)


def sarif() -> dict[str, Any]:
    run: dict[str, Any] = json.loads("".join(sarif_text(a_report([*KINDS.values()], run=a_run()))))
    return run


def test_sarif_is_what_the_standard_lays_down() -> None:
    written = sarif()

    errors = [*Draft202012Validator(SARIF).iter_errors(written)]
    assert [f"{[*error.absolute_path]}: {error.message[:200]}" for error in errors] == []


def test_every_check_is_a_rule_and_every_result_points_to_its_own() -> None:
    (run,) = sarif()["runs"]
    rules = run["tool"]["driver"]["rules"]

    assert [rule["id"] for rule in rules[: len(CHECKS)]] == [check.id for check in CHECKS]
    for result in run["results"]:
        assert result["ruleIndex"] >= 0
        assert result["ruleId"].partition("/")[0] == rules[result["ruleIndex"]]["id"]


def test_sarif_compares_with_the_audit_before_and_says_what_is_muted() -> None:
    results = dict(zip(KINDS, sarif()["runs"][0]["results"], strict=True))

    states = {kind: results[kind]["baselineState"] for kind in ("new", "open", "fixed", "spared")}
    assert states == {"new": "new", "open": "unchanged", "fixed": "absent", "spared": "absent"}
    assert results["muted"]["suppressions"][0]["justification"].startswith("thrown away each night (platform, until")
    assert results["new"]["suppressions"] == []
    assert results["new"]["partialFingerprints"] == {FINGERPRINT: KINDS["new"].finding.id}


def test_a_result_that_is_no_failure_has_no_level() -> None:
    results = sarif()["runs"][0]["results"]

    assert {result["level"] for result in results if result["kind"] != "fail"} == {"none"}
    assert "open" in {result["kind"] for result in results}


def test_what_could_not_be_looked_at_makes_the_run_no_success() -> None:
    (invocation,) = sarif()["runs"][0]["invocations"]

    assert not invocation["executionSuccessful"]
    assert {one["associatedRule"]["id"] for one in invocation["toolExecutionNotifications"]} == {
        "audit.not-seen/secretsmanager:GetResourcePolicy",
        "audit.vanished",
    }


@pytest.mark.parametrize("severity", list(Severity))
def test_each_severity_has_a_level_in_sarif(severity: Severity) -> None:
    written = "".join(sarif_text(a_report([kept(a_posture_finding(severity=severity))])))

    (result,) = json.loads(written)["runs"][0]["results"]
    expected = {"CRITICAL": "error", "HIGH": "error", "MEDIUM": "warning"}.get(severity.value, "note")
    assert result["level"] == expected
    assert result["locations"][0]["logicalLocations"][0]["fullyQualifiedName"] == secret_arn("prod/db")
