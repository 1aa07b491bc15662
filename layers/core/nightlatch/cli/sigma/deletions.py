"""The rules about deletions, as far as one record tells."""

from __future__ import annotations

from nightlatch.cli.sigma.parts import CALLED_BY_AWS, FAILED, YES, SigmaPart, api, calls, page
from nightlatch.domain.judging.findings import Severity

_FORCED: dict[str, object] = {"requestParameters.forceDeleteWithoutRecovery": YES}
_SHORTEST: dict[str, object] = {"requestParameters.recoveryWindowInDays": [7, "7"]}
_REFERENCES = (api("DeleteSecret"), page("secretsmanager/latest/userguide/manage_delete-secret"))
_CODE = "Infrastructure code that destroys on purpose"

PARTS = (
    SigmaPart(
        rule="deletion.deletion-scheduled",
        title="AWS Secrets Manager Secret Scheduled for Deletion",
        detects="Detects a secret that is scheduled for deletion: its readers are refused from now on.",
        less="Readers within the last seven days make it HIGH for the rule; here none is known.",
        searches={
            "selection": calls("DeleteSecret"),
            "filter_main_failed": FAILED,
            "filter_main_forced": _FORCED,
            "filter_main_shortest": _SHORTEST,
        },
        condition="selection and not 1 of filter_main_*",
        falsepositives=(_CODE, "A clean-up that was planned"),
        references=_REFERENCES,
    ),
    SigmaPart(
        rule="deletion.deletion-scheduled",
        variant="shortest-window",
        title="AWS Secrets Manager Secret Scheduled for Deletion With the Shortest Window",
        detects="Detects a secret that is scheduled for deletion in seven days, the shortest window there is.",
        less="",
        level=Severity.HIGH,
        searches={
            "selection": {**calls("DeleteSecret"), **_SHORTEST},
            "filter_main_failed": FAILED,
            "filter_main_forced": _FORCED,
        },
        condition="selection and not 1 of filter_main_*",
        falsepositives=(_CODE,),
        references=_REFERENCES,
    ),
    SigmaPart(
        rule="deletion.force-delete",
        title="AWS Secrets Manager Secret Deleted Without Recovery",
        detects="Detects a deletion that nothing takes back, or the attempt: the value is gone within half a minute.",
        less="",
        searches={"selection": {**calls("DeleteSecret"), **_FORCED}},
        condition="selection",
        falsepositives=("Test stacks that are taken down with no recovery window",),
        references=_REFERENCES,
    ),
    SigmaPart(
        rule="deletion.refused",
        title="AWS Secrets Manager Deletion Refused",
        detects="Detects an attempt to delete a secret that AWS refused, so that the next one may get through.",
        less="Three refusals within half an hour are HIGH for the rule, and one of an AWS service is a note.",
        searches={
            "selection": {**calls("DeleteSecret"), "errorCode|exists": True},
            "filter_main_throttled": {
                "errorCode": [
                    "Throttling",
                    "ThrottlingException",
                    "ThrottledException",
                    "TooManyRequestsException",
                ]
            },
            "filter_main_under_way": {
                "errorCode": "InvalidRequestException",
                "errorMessage|contains": ["marked for deletion", "scheduled for deletion"],
            },
            "filter_main_forced": _FORCED,
            "filter_main_aws": CALLED_BY_AWS,
        },
        condition="selection and not 1 of filter_main_*",
        falsepositives=("A clean-up that lacks a permission",),
        references=_REFERENCES,
    ),
)
