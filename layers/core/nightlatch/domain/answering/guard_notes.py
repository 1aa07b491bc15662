"""What people are told of guards where no event shows it: findings without a rule, for no call was judged."""

from __future__ import annotations

from datetime import datetime

from nightlatch.domain.answering.responses import Response
from nightlatch.domain.event.principals import NOBODY
from nightlatch.domain.event.secrets import SecretRef
from nightlatch.domain.judging.findings import Finding, Severity, State

LEFT_OFF = "guard.left-off"


def left_off(lifted: Response, secret: SecretRef, due: datetime, why: str) -> Finding:
    """Say that a guard which was lifted has not come back, and why; the same problem is the same finding."""
    return Finding(
        rule=LEFT_OFF,
        catalogue="GRD-01",
        severity=Severity.HIGH,
        state=State.OPEN,
        headline="The guard that was lifted from {secrets} has not come back",
        reason=(
            f"{why}; until it stands, whoever may delete the secret can do so without recovery. nightlatch tries again;"
            f" by hand: nightlatch guard apply {secret.name}"
        ),
        subject=f"guard:{secret.keys[0]}",
        principal=NOBODY,
        account_id=secret.account_id,
        region=secret.region,
        calls=("PutResourcePolicy",),
        techniques=("T1485",),
        event_ids=(lifted.id,),
        first_seen=due,
        last_seen=due,
        secrets=(secret,),
    )
