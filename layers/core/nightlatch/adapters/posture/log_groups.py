"""Where a rotation function's lines go: how long they stay, under which key, whether they are masked, who gets them.

Whether lines are masked stands in the log group's own description, so its data protection policy need not be asked for.

Source: botocore 1.44 service model of CloudWatch Logs: LogGroup (dataProtectionStatus, inheritedProperties),
SubscriptionFilter; Lambda developer guide (`/aws/lambda/NAME` unless LoggingConfig names another). Only a real account
can tell that a policy of the whole account always shows among the inherited properties.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nightlatch.adapters.posture.log_lines import LogLines
from nightlatch.adapters.posture.questions import Questions
from nightlatch.domain.errors import NotFound
from nightlatch.domain.posture.functions import LogGroupPosture
from nightlatch.domain.posture.unseen import Gap

_DESCRIBE = "logs:DescribeLogGroups"
_FORWARDED = "logs:DescribeSubscriptionFilters"


class LogGroups:
    """Log groups of functions.

    Args:
        questions: Asks AWS.
        lines: Scans their lines; None where nobody asked for it.
    """

    def __init__(self, questions: Questions, lines: LogLines | None) -> None:
        self._questions = questions
        self._lines = lines

    def of(self, function: Mapping[str, Any]) -> LogGroupPosture | Gap | None:
        """Give the log group of a function's configuration; None where it has written nothing yet.

        Raises:
            Unavailable: AWS cannot be reached at all, or does not accept the credentials.
        """
        named = (function.get("LoggingConfig") or {}).get("LogGroup")
        name = str(named or f"/aws/lambda/{function['FunctionName']}")
        try:
            answer = self._questions.answer(_DESCRIBE, logGroupNamePrefix=name)
        except NotFound:
            return None
        if isinstance(answer, Gap):
            return answer
        group = next((one for one in answer.get("logGroups", ()) if one.get("logGroupName") == name), None)
        return None if group is None else self._closer(name, group)

    def _closer(self, name: str, group: Mapping[str, Any]) -> LogGroupPosture | None:
        try:
            forwarded = self._forwarded(name)
        except NotFound:  # deleted meanwhile
            return None
        return LogGroupPosture(
            name=name,
            retention_days=group.get("retentionInDays"),
            key=group.get("kmsKeyId") or None,
            has_data_protection=_is_masked(group),
            forwarded_to=forwarded,
            leaks=None if self._lines is None else self._lines.leaks(name),
        )

    def _forwarded(self, name: str) -> tuple[str, ...] | Gap:
        answer = self._questions.answer(_FORWARDED, logGroupName=name)
        if isinstance(answer, Gap):
            return answer
        return tuple(str(one.get("destinationArn", "")) for one in answer.get("subscriptionFilters", ()))


def _is_masked(group: Mapping[str, Any]) -> bool:
    of_account = "ACCOUNT_DATA_PROTECTION" in group.get("inheritedProperties", ())
    return of_account or group.get("dataProtectionStatus") == "ACTIVATED"
