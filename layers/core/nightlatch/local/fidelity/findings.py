"""Findings in Security Hub on the stage: an import is checked and keeps what people have set, which has its own call.

Source: Security Hub API reference, AwsSecurityFinding (lengths), BatchImportFindings (Workflow and Note are not
updated), GetFindings (filters) and BatchUpdateFindings (UnprocessedFindings).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from moto.securityhub import urls
from moto.securityhub.models import SecurityHubBackend
from moto.securityhub.responses import SecurityHubResponse
from moto.utilities.paginator import paginate

from nightlatch.local.fidelity.correction import MEASURED_FOR_ACTS, Correction, Evidence, Patch

_LENGTHS = {"Id": 512, "Title": 256, "Description": 1_024, "GeneratorId": 512}
_MOST = {"Types": 50, "Resources": 32, "ProductFields": 50}
_NEEDED = ("AwsAccountId", "CreatedAt", "ProductArn", "SchemaVersion", "UpdatedAt", *_LENGTHS, "Resources")
_OF_PEOPLE = ("Workflow", "Note", "UserDefinedFields", "VerificationState")
_FILTERED = ("Id", "ProductArn")
_import = SecurityHubBackend.batch_import_findings

CORRECTIONS = (
    Correction(
        id="finding-limits",
        aws="an import reports a finding with a text that is too long among the failed ones",
        moto="takes any length",
        source="Security Hub API reference, AwsSecurityFinding; the code is believed",
        evidence=Evidence.VERIFIED,
        measured_on=MEASURED_FOR_ACTS,
    ),
    Correction(
        id="import-keeps-workflow",
        aws="importing a known finding again leaves the workflow that was set",
        moto="writes over it",
        source="Security Hub API reference, BatchImportFindings",
        evidence=Evidence.VERIFIED,
        measured_on=MEASURED_FOR_ACTS,
    ),
    Correction(
        id="get-findings-filters",
        aws="GetFindings gives only what is equal to one of the values of each filter; here those by id and by product",
        moto="gives every finding, whatever is asked",
        source="Security Hub API reference, GetFindings",
        evidence=Evidence.VERIFIED,
        measured_on=MEASURED_FOR_ACTS,
    ),
    Correction(
        id="batch-update-findings",
        aws="BatchUpdateFindings sets the workflow of known findings and names the unknown ones",
        moto="does not know the call",
        source="Security Hub API reference, BatchUpdateFindings",
        evidence=Evidence.VERIFIED,
        measured_on=MEASURED_FOR_ACTS,
    ),
)


def _batch_import(self: Any, findings: list[dict[str, Any]]) -> tuple[int, int, list[dict[str, Any]]]:
    wrong = {one.get("Id", ""): why for one in findings if (why := _why_not(one)) is not None}
    known = {one.id for one in self.findings}
    good = [
        {name: value for name, value in one.items() if one["Id"] not in known or name not in _OF_PEOPLE}
        for one in findings
        if one.get("Id", "") not in wrong
    ]
    failed, succeeded, why_failed = _import(self, good)
    told = [{"Id": uid, "ErrorCode": "InvalidInput", "ErrorMessage": why} for uid, why in wrong.items()]
    return failed + len(told), succeeded, [*why_failed, *told]


def _why_not(finding: Mapping[str, Any]) -> str | None:
    missing = [name for name in _NEEDED if not finding.get(name)]
    too_long = [name for name, most in {**_LENGTHS, **_MOST}.items() if len(finding.get(name, ())) > most]
    if missing or too_long:
        return f"missing: {missing}, too long: {too_long}"
    return None if "Severity" in finding or "FindingProviderFields" in finding else "no severity"


def _batch_update(self: Any) -> str:
    asked = json.loads(self.body)
    backend = self.securityhub_backend
    by_id = {(one.id, one.data["ProductArn"]): one for one in backend.findings}
    done, unknown = [], []
    for named in asked["FindingIdentifiers"]:
        found = by_id.get((named["Id"], named["ProductArn"]))
        if found is None:
            unknown.append({"FindingIdentifier": named, "ErrorCode": "FindingNotFound", "ErrorMessage": "not found"})
            continue
        found.data.update({name: asked[name] for name in _OF_PEOPLE if name in asked})
        done.append(named)
    return json.dumps({"ProcessedFindings": done, "UnprocessedFindings": unknown})


def get_findings(
    self: Any,
    filters: Mapping[str, Any] | None = None,
    sort_criteria: object = None,
    max_results: object = None,
) -> list[dict[str, Any]]:
    """Give the findings that fit; under moto's own name, by which it finds the limits of a page."""
    del sort_criteria, max_results
    wanted = {name: {one["Value"] for one in (filters or {}).get(name, ())} for name in _FILTERED}
    found: list[dict[str, Any]] = [one.as_dict() for one in self.findings]
    return [one for one in found if all(not values or one.get(name) in values for name, values in wanted.items())]


_get_findings: Any = paginate(pagination_model=SecurityHubBackend.PAGINATION_MODEL)(get_findings)


_PATHS = {**urls.url_paths, "{0}/findings/batchupdate$": SecurityHubResponse.dispatch}

PATCHES = (
    Patch(SecurityHubBackend, "batch_import_findings", _batch_import),
    Patch(SecurityHubBackend, "get_findings", _get_findings),
    Patch(SecurityHubResponse, "batch_update_findings", _batch_update),
    Patch(urls, "url_paths", _PATHS),
)
