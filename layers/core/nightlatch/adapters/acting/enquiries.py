"""Asks the auditor to look for something in its own time: the call returns before anything was looked at.

Source: botocore 1.44 service model, Lambda Invoke (InvocationType Event: queued, and tried again by Lambda).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from nightlatch.adapters.aws_errors import looking
from nightlatch.domain.answering.acting import Moved
from nightlatch.domain.errors import Refused

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient


class AuditorEnquiries:
    """The port `Enquiries` on the auditor function."""

    def __init__(self, client: LambdaClient, function: str) -> None:
        self._client = client
        self._function = function

    def who_points_to(self, moved: Moved, incident_id: str | None) -> None:
        """Have it looked for who still points to the old ARN of a secret.

        Raises:
            Refused: A permission is missing, or no auditor is known here.
            NotFound: The auditor is gone.
            Unavailable: Lambda could not be asked.
        """
        if not self._function:
            raise Refused("no auditor is known here")
        asked = {"references": {"old": moved.old, "new": moved.new, "incident_id": incident_id}}
        with looking("lambda:InvokeFunction"):
            self._client.invoke(FunctionName=self._function, InvocationType="Event", Payload=json.dumps(asked).encode())
