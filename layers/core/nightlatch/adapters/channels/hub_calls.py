"""The calls that bring findings into Security Hub and say how far each has been dealt with, where nobody else has.

A finding that Security Hub does not take keeps no other from being taken; whoever asked is told which it was. A
workflow is set only where it stands as nightlatch left it: what a person has set stays.

Source: Security Hub API reference, BatchImportFindings (100 findings, FailedFindings; Workflow and Note are not
updated; the caller's account must be that of the finding), GetFindings (20 values for each attribute) and
BatchUpdateFindings (100 identifiers, UnprocessedFindings). Only a real account can tell how soon after its import a
finding can be read and updated: one that is not there yet counts as unavailable and comes again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nightlatch.adapters.channels.asff import Hub
from nightlatch.adapters.channels.publishing import publishing
from nightlatch.adapters.channels.text import plain
from nightlatch.domain.errors import Unavailable, Undeliverable

AT_ONCE, ASKED_AT_ONCE = 100, 20
NEW, RESOLVED = "NEW", "RESOLVED"
_NOTE_LIMIT = 512
_BY = "nightlatch"
_LATER = frozenset({"InternalError", "FindingNotFound"})


@dataclass(frozen=True, slots=True)
class NotTaken:
    """A finding that Security Hub does not take as it is."""

    uid: str
    code: str


@dataclass(frozen=True, slots=True)
class HubCalls:
    """Security Hub of one account and Region."""

    client: Any  # boto3's of securityhub
    hub: Hub

    def bring(self, findings: Sequence[Mapping[str, object]]) -> tuple[NotTaken, ...]:
        """Import findings, or bring them up to date; give those that Security Hub does not take.

        Raises:
            Undeliverable: Security Hub takes none from us.
            Unavailable: It could not be asked.
        """
        left: list[NotTaken] = []
        for some in _some(findings, AT_ONCE):
            with publishing("Security Hub"):
                answer: Mapping[str, Any] = self.client.batch_import_findings(Findings=some)
            if answer.get("FailedCount"):
                told: Sequence[Mapping[str, Any]] = answer.get("FailedFindings") or ({},)
                left += [NotTaken(str(one.get("Id", "")), str(one.get("ErrorCode", "no code"))) for one in told]
        _come_again(left, "take")
        return tuple(left)

    def set_workflow(self, uids: Sequence[str], status: str, why: str, *, away_from: str) -> tuple[NotTaken, ...]:
        """Say how far findings have been dealt with; give those of which Security Hub does not take it.

        Args:
            uids: Their ids.
            status: The workflow to set.
            why: Told beside it.
            away_from: The workflow that nightlatch left; one that stands otherwise was set by a person, and stays.

        Raises:
            Undeliverable: Security Hub takes nothing from us.
            Unavailable: It could not be asked, or does not know one of them yet.
        """
        left: list[NotTaken] = []
        stands = self._workflows(uids)
        for some in _some([uid for uid in uids if stands[uid] == away_from], AT_ONCE):
            with publishing("Security Hub"):
                answer: Mapping[str, Any] = self.client.batch_update_findings(
                    FindingIdentifiers=[{"Id": uid, "ProductArn": self.hub.product_arn} for uid in some],
                    Workflow={"Status": status},
                    Note={"Text": plain(why, _NOTE_LIMIT), "UpdatedBy": _BY},
                )
            for one in answer.get("UnprocessedFindings", ()):
                uid = str(one.get("FindingIdentifier", {}).get("Id", ""))
                left.append(NotTaken(uid, str(one.get("ErrorCode", "no code"))))
        _come_again(left, "set the workflow of")
        return tuple(left)

    def _workflows(self, uids: Sequence[str]) -> Mapping[str, str]:
        """Ask how far each has been dealt with.

        Raises:
            Undeliverable: Security Hub does not answer us.
            Unavailable: It could not be asked, or does not know one of them yet.
        """
        found: dict[str, str] = {}
        for some in _some(uids, ASKED_AT_ONCE):
            filters = {
                "Id": [{"Value": uid, "Comparison": "EQUALS"} for uid in some],
                "ProductArn": [{"Value": self.hub.product_arn, "Comparison": "EQUALS"}],
            }
            with publishing("Security Hub"):  # one page: an id stands once under a product
                answer: Mapping[str, Any] = self.client.get_findings(Filters=filters, MaxResults=AT_ONCE)
            for one in answer.get("Findings", ()):
                found[str(one["Id"])] = str(one.get("Workflow", {}).get("Status", NEW))
        _come_again([NotTaken(uid, "FindingNotFound") for uid in uids if uid not in found], "know")
        return found


def refuse(left: Sequence[NotTaken], asked: int) -> None:
    """Tell what was not taken.

    Raises:
        Undeliverable: Something was not.
    """
    if left:
        named = ", ".join(one.uid or "one without an id" for one in left[:3])
        raise Undeliverable(f"Security Hub did not take {len(left)} of {asked} findings ({left[0].code}): {named}")


def _come_again(left: Sequence[NotTaken], what: str) -> None:
    later = [one for one in left if one.code in _LATER]
    if later:
        raise Unavailable(f"Security Hub did not {what} {len(later)} findings ({later[0].code}); it comes again")


def _some(things: Sequence[Any], most: int) -> Iterator[list[Any]]:
    for start in range(0, len(things), most):
        yield [*things[start : start + most]]
