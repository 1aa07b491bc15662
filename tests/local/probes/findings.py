"""What Security Hub does with findings, asked of whatever answers."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from local.probes.world import HOME, Probe, World

PRODUCT = f"arn:aws:securityhub:{HOME}:111122223333:product/111122223333/default"


def a_finding(uid: str, **fields: Any) -> dict[str, Any]:
    return {
        "SchemaVersion": "2018-10-08",
        "Id": uid,
        "ProductArn": PRODUCT,
        "GeneratorId": "g",
        "AwsAccountId": "111122223333",
        "Types": ["TTPs"],
        "CreatedAt": "2026-03-02T09:00:00Z",
        "UpdatedAt": "2026-03-02T09:00:00Z",
        "Severity": {"Label": "LOW"},
        "Title": "t",
        "Description": "d",
        "Resources": [{"Type": "Other", "Id": "r"}],
        **fields,
    }


def import_too_long_a_title(world: World) -> object:
    answer = world.client("securityhub").batch_import_findings(
        Findings=[a_finding("1", Title="t" * 257), a_finding("2"), a_finding("3", Description="d" * 1_025)]
    )
    return answer["FailedCount"], answer["SuccessCount"]


def import_again(world: World) -> object:
    hub = world.client("securityhub")
    hub.batch_import_findings(Findings=[a_finding("1", Workflow={"Status": "SUPPRESSED"})])
    hub.batch_import_findings(Findings=[a_finding("1", Workflow={"Status": "NEW"}, Title="later")])
    (one,) = hub.get_findings()["Findings"]
    return one["Workflow"]["Status"], one["Title"]


def resolve(world: World) -> object:
    hub = world.client("securityhub")
    hub.batch_import_findings(Findings=[a_finding("1")])
    named = [{"Id": uid, "ProductArn": PRODUCT} for uid in ("1", "unknown")]
    try:
        answer = hub.batch_update_findings(FindingIdentifiers=named, Workflow={"Status": "RESOLVED"})
    except ClientError as error:
        return error.response["ResponseMetadata"]["HTTPStatusCode"]
    (one,) = hub.get_findings()["Findings"]
    return one["Workflow"]["Status"], [left["ErrorCode"] for left in answer["UnprocessedFindings"]]


def ask_for_one(world: World) -> object:
    hub = world.client("securityhub")
    hub.batch_import_findings(Findings=[a_finding(uid) for uid in ("1", "2", "3")])

    def found(**filters: list[str]) -> list[str]:
        asked = {name: [{"Value": one, "Comparison": "EQUALS"} for one in values] for name, values in filters.items()}
        return sorted(one["Id"] for one in hub.get_findings(Filters=asked)["Findings"])

    return found(Id=["1", "3"], ProductArn=[PRODUCT]), found(Id=["1"], ProductArn=["another"]), found()


PROBES = {
    "get-findings-filters": Probe(ask=ask_for_one, aws=(["1", "3"], [], ["1", "2", "3"]), moto=(["1", "2", "3"],) * 3),
    "finding-limits": Probe(ask=import_too_long_a_title, aws=(2, 1), moto=(0, 3)),
    "import-keeps-workflow": Probe(ask=import_again, aws=("SUPPRESSED", "later"), moto=("NEW", "later")),
    "batch-update-findings": Probe(ask=resolve, aws=("RESOLVED", ["FindingNotFound"]), moto=404),
}
