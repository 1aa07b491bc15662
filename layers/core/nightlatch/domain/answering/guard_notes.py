"""What people are told of guards where no event shows it: findings without a rule, for no call was judged."""

from __future__ import annotations

from datetime import datetime

from nightlatch.domain.answering.responses import Response
from nightlatch.domain.event.principals import NOBODY, Principal
from nightlatch.domain.event.secrets import SecretRef
from nightlatch.domain.judging.findings import Finding, Severity, State

LEFT_OFF, ALLOWANCE_ENDED = "guard.left-off", "guard.allowance-ended"


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


def allowance_ended(secret: SecretRef, by: Principal, now: datetime) -> Finding:
    """Say that somebody ends what was allowed, before its time."""
    return Finding(
        rule=ALLOWANCE_ENDED,
        catalogue="GRD-02",
        severity=Severity.LOW,
        state=State.OPEN,
        headline="{who} takes back that {secrets} may be deleted",
        reason="from when this is done, a deletion is answered again as the policy says, and the guard stands",
        subject=f"allowance:{secret.keys[0]}",
        principal=by,
        account_id=secret.account_id,
        region=secret.region,
        calls=("nightlatch allow --end",),
        techniques=(),
        event_ids=(f"end-{now:%Y%m%dT%H%M%SZ}",),
        first_seen=now,
        last_seen=now,
        secrets=(secret,),
    )
