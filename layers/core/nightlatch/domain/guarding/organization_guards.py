"""The guard as an organisation's policy: for every secret of its member accounts, out of reach of whoever attacks one.

A resource policy can be taken away by whoever may change it; a service control policy (SCP) binds the principals of an
account, a resource control policy (RCP) binds everybody who reaches its resources, people of other accounts and the
root user included. Both leave the management account and service-linked roles alone, and its administrator can detach
them at any time, so neither spares the root user. nightlatch prints them; who may attach them is not nightlatch.

Secrets that another service manages are left to that service: it deletes its own. In an RCP the calls that AWS
services make as themselves are left out, too, for they carry no aws:PrincipalArn.

Source: Organizations user guide, quotas (5,120 characters for an SCP and for an RCP; the blanks count when a policy is
saved by the CLI or an SDK), orgs_manage_policies_rcps and orgs_manage_policies_scps; design facts 5.3.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from nightlatch.domain.errors import Refused
from nightlatch.domain.guarding.guards import (
    DELETE,
    FORCED,
    POLICY_CALLS,
    REPLICA_CALLS,
    SHORTEST_WINDOW,
    Statement,
    spared_by,
)

MOST_CHARACTERS = 5_120
TAG_KEY, TAG_VALUE = "nightlatch:guard", "protected"  # whoever carries it may not be deleted at all
PINS = "nightlatch/*"
_OF_A_SERVICE = "secretsmanager:ResourceTag/aws:secretsmanager:owningService"


class Kind(StrEnum):
    """Which policy of an organisation."""

    SCP = "scp"
    RCP = "rcp"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganizationGuard:
    """What an organisation's policy shall deny, and to whom it never applies."""

    break_glass: tuple[str, ...]  # ARNs, with a wildcard for the account where it is one role in each
    own_roles: tuple[str, ...]
    min_window_days: int = SHORTEST_WINDOW

    def document(self, kind: Kind) -> str:
        """Write the policy as JSON without a blank, as its size is counted.

        Raises:
            Refused: Nobody is spared, an entry spares everybody, or the policy is too long for AWS.
        """
        text = json.dumps({"Version": "2012-10-17", "Statement": list(self._statements(kind))}, separators=(",", ":"))
        if len(text) > MOST_CHARACTERS:
            raise Refused(
                f"the {kind.upper()} would have {len(text)} characters, AWS takes {MOST_CHARACTERS}; "
                "name fewer roles, or one pattern for several"
            )
        return text

    def _statements(self, kind: Kind) -> Iterator[Statement]:
        spared = spared_by(self.break_glass, self.own_roles)
        not_managed = {"Null": {_OF_A_SERVICE: "true"}}
        tagged = {"StringEquals": {f"aws:ResourceTag/{TAG_KEY}": TAG_VALUE}}
        the_tag = {"ForAnyValue:StringEquals": {"aws:TagKeys": TAG_KEY}}
        yield _denial(kind, "NightlatchNoForceDelete", (DELETE,), {**FORCED, **not_managed}, spared)
        if self.min_window_days > SHORTEST_WINDOW:
            window = {"NumericLessThan": {"secretsmanager:RecoveryWindowInDays": str(self.min_window_days)}}
            yield _denial(kind, "NightlatchWindow", (DELETE,), {**window, **not_managed}, spared)
        kept = (DELETE, *REPLICA_CALLS, *POLICY_CALLS)
        yield _denial(kind, "NightlatchProtected", kept, tagged, spared)
        tagging = ("secretsmanager:TagResource", "secretsmanager:UntagResource")
        yield _denial(kind, "NightlatchKeepTag", tagging, {**tagged, **the_tag}, spared)
        pins = {"StringLike": {"secretsmanager:VersionStage": PINS}}
        yield _denial(kind, "NightlatchKeepPins", ("secretsmanager:UpdateSecretVersionStage",), pins, self.own_roles)


def _denial(
    kind: Kind, sid: str, actions: tuple[str, ...], when: Mapping[str, object], spared: Iterable[str]
) -> Statement:
    not_a_service = {"BoolIfExists": {"aws:PrincipalIsAWSService": "false"}} if kind is Kind.RCP else {}
    return {
        "Sid": sid,
        "Effect": "Deny",
        **({"Principal": "*"} if kind is Kind.RCP else {}),
        "Action": list(actions),
        "Resource": "*",
        "Condition": {**when, **not_a_service, "ArnNotLike": {"aws:PrincipalArn": list(spared)}},
    }
