"""What the removal of a decoy means to everything else: its deletion is allowed, and everybody hears of it.

Who watches by decoys must know when there is one less. Removing one is no incident, and no secret that it is; but who
stole the credentials of somebody who may remove it would begin there.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from nightlatch.domain.account.decoys import Decoy, Deed, Planted
from nightlatch.domain.answering.allowances import Allowance
from nightlatch.domain.event.principals import Principal
from nightlatch.domain.event.secrets import SecretRef, may_be_same
from nightlatch.domain.judging.findings import Finding, Severity, State

DECOY_REMOVED = "canary.removed"


def removals(planted: Planted, secrets: Iterable[SecretRef]) -> list[Allowance]:
    """Give what allows the deletions of decoys that somebody said they would remove."""
    some = list(secrets)
    found = [one for one in planted.decoys if any(may_be_same(one.secret, secret) for secret in some)]
    return [
        Allowance(
            secret=one.secret,
            force=False,
            starts=word.since,
            until=word.until,
            by=word.title,
            reason="removal of a decoy",
        )
        for one in found
        for word in one.tendings
        if word.deed is Deed.REMOVE
    ]


def decoy_removed(decoy: Decoy, by: Principal, now: datetime) -> Finding:
    """Say that somebody takes a decoy away."""
    return Finding(
        rule=DECOY_REMOVED,
        catalogue="CAN-01",
        severity=Severity.LOW,
        state=State.OPEN,
        headline="{who} takes a decoy away: {secrets}",
        reason=f"{decoy.said}; any other touch of it is told until AWS has deleted it",
        subject=f"removal-of:{decoy.id}",
        principal=by,
        account_id=decoy.account_id,
        region=decoy.region,
        calls=("nightlatch canary remove",),
        techniques=(),
        event_ids=(f"canary-remove-{now:%Y%m%dT%H%M%SZ}",),
        first_seen=now,
        last_seen=now,
        secrets=(decoy.secret,),
        asked_for=True,
    )
