"""The two calls that bring findings into Security Hub and say how far each has been dealt with.

Source: Security Hub API reference, BatchImportFindings (100 findings, FailedFindings; Workflow and Note are not
updated; the caller's account must be that of the finding) and BatchUpdateFindings (100 identifiers,
UnprocessedFindings). Only a real account can tell how soon after its import a finding can be updated: one that is not
there yet counts as unavailable and comes again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nightlatch.adapters.channels.asff import Hub
from nightlatch.adapters.channels.publishing import publishing
from nightlatch.adapters.channels.text import plain
from nightlatch.domain.errors import Unavailable, Undeliverable

AT_ONCE = 100
_NOTE_LIMIT = 512
_BY = "nightlatch"


@dataclass(frozen=True, slots=True)
class HubCalls:
    """Security Hub of one account and Region."""

    client: Any  # boto3's of securityhub
    hub: Hub

    def bring(self, findings: Sequence[Mapping[str, object]]) -> None:
        """Import findings, or bring them up to date.

        Raises:
            Undeliverable: Security Hub does not take one of them.
            Unavailable: It could not be asked.
        """
        for some in _some(findings):
            with publishing("Security Hub"):
                answer: Mapping[str, Any] = self.client.batch_import_findings(Findings=some)
            if answer.get("FailedCount"):
                code = next((str(one.get("ErrorCode")) for one in answer.get("FailedFindings", ())), "no code")
                kind = Unavailable if code == "InternalError" else Undeliverable
                raise kind(f"Security Hub did not take {answer['FailedCount']} of {len(some)} findings ({code})")

    def set_workflow(self, uids: Sequence[str], status: str, why: str) -> None:
        """Say how far findings have been dealt with.

        Raises:
            Undeliverable: Security Hub does not take it.
            Unavailable: It could not be asked, or does not know one of them yet.
        """
        for some in _some(uids):
            with publishing("Security Hub"):
                answer: Mapping[str, Any] = self.client.batch_update_findings(
                    FindingIdentifiers=[{"Id": uid, "ProductArn": self.hub.product_arn} for uid in some],
                    Workflow={"Status": status},
                    Note={"Text": plain(why, _NOTE_LIMIT), "UpdatedBy": _BY},
                )
            if left := answer.get("UnprocessedFindings", ()):
                code = str(left[0].get("ErrorCode", "no code"))
                kind = Unavailable if code == "FindingNotFound" else Undeliverable
                raise kind(f"Security Hub did not set the workflow of {len(left)} findings ({code}); it comes again")


def _some(things: Sequence[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(things), AT_ONCE):
        yield [*things[start : start + AT_ONCE]]
