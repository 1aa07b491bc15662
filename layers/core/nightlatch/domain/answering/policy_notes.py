"""What people are told where the stored policy is none: a finding without a rule, for no call was judged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from nightlatch.domain.event.principals import NOBODY
from nightlatch.domain.judging.findings import Finding, Severity, State

POLICY_REFUSED = "monitor.policy-refused"
_MOST = 600  # characters of what is wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedPolicy:
    """A stored document that is no policy, and what counts instead."""

    arn: str  # of the parameter
    version: int
    stored_at: datetime
    why: str
    in_force: str = ""  # the digest of the last good one; empty where none is known

    @property
    def finding(self) -> Finding:
        """Say that it is refused; the same document is the same finding."""
        _, _, _, region, account_id, name = (*self.arn.split(":", 5), *[""] * 5)[:6]
        stays = (
            f"policy {self.in_force} stays in force for judging; who acts and starts anew waits for a good one"
            if self.in_force
            else "no other is known here, so nothing is judged and messages wait"
        )
        earlier = f", see the one before: nightlatch policy show --version {self.version - 1}"
        before = earlier if self.version > 1 else ""
        return Finding(
            rule=POLICY_REFUSED,
            catalogue="PLC-01",
            severity=Severity.HIGH,
            state=State.OPEN,
            headline="The stored policy is refused, and does not count",
            reason=(
                f"version {self.version}: {self.why[:_MOST]}; {stays}. Put a good one in force: nightlatch policy push"
                f" FILE{before}"
            ),
            subject=name,
            principal=NOBODY,
            account_id=account_id,
            region=region,
            calls=("PutParameter",),
            techniques=(),
            event_ids=(f"{name}:{self.version}",),
            first_seen=self.stored_at,
            last_seen=self.stored_at,
            secrets=(),
        )
