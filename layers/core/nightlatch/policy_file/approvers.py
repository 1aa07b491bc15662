"""Who may say yes: each person once, for where two must agree, two entries of one person would be one yes too many."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from nightlatch.domain.answering.policy import Approver
from nightlatch.domain.answering.responses import BY_POLICY
from nightlatch.policy_file.parts import Part


def _no_policy(name: str) -> str:
    """Refuse a name under which a policy's own yes stands in the ledger."""
    if name.lower().startswith(BY_POLICY):
        raise PydanticCustomError("approver_name", "a person's name does not begin with 'policy'; write who it is")
    return name


class ApproverPart(Part):
    """One person, in Slack and in AWS."""

    slack: Annotated[str, Field(pattern=r"^[UW][A-Z0-9]{2,}$")]
    name: Annotated[str, Field(min_length=1), AfterValidator(_no_policy)]
    principals: tuple[str, ...] = ()

    def to_domain(self) -> Approver:
        """Give the value that approvals read."""
        return Approver(slack_id=self.slack, name=self.name, principals=self.principals)


def each_person_once(parts: tuple[ApproverPart, ...]) -> tuple[ApproverPart, ...]:
    """Refuse a Slack id, a name or an AWS principal that two entries have."""
    seen: dict[str, str] = {}
    for part in parts:
        for what in (part.slack, f"name {part.name}", *part.principals):
            if what in seen:
                raise PydanticCustomError(
                    "repeated_approver",
                    "{what} belongs to two approvers, {one} and {other}; a person is one entry",
                    {"what": what, "one": seen[what], "other": part.name},
                )
            seen[what] = part.name
    return parts
