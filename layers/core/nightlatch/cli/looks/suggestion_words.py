"""The evidence for suggestions, in words: what was counted, since when, and what taking one over would mean."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from nightlatch.domain.event.principals import short_name
from nightlatch.service.suggestions import ActorSuggestion, ExemptionSuggestion, TierSuggestion
from nightlatch.service.usage import Deed

_DONE = {
    Deed.READ: "reads",
    Deed.CHANGE: "changes",
    Deed.DELETE: "deletions",
    Deed.ROTATE: "rotations set",
    Deed.POLICY: "policies set",
    Deed.REPLICATE: "replications",
}


def actor_evidence(actor: ActorSuggestion) -> Sequence[str]:
    """Say what an actor does and what would go quiet."""
    did = ", ".join(f"{count:,} {_DONE[deed]}" for deed, count in actor.did)
    under = f"below {actor.prefix}" if actor.prefix else "with no beginning of their names in common"
    return (
        f"{short_name(actor.principal)} comes back to {actor.secrets:,} secrets {under}, on {actor.days} days: {did}",
        _seen(actor.first_seen, actor.last_seen),
        f"{_findings(actor.quiet)} would go quiet, {actor.loud:,} about it would still be told",
    )


def tier_evidence(tier: TierSuggestion) -> Sequence[str]:
    """Say why findings about a secret matter."""
    users = ", ".join(short_name(user) for user in tier.users)
    return (
        f"{tier.name} is used by {users} alone, {tier.uses:,} times on {tier.days} days: anybody else stands out",
        f"{'; '.join(tier.care)}; {_findings(tier.findings)} named it, so one severity more makes no noise",
        _seen(tier.first_seen, tier.last_seen),
    )


def exemption_evidence(exemption: ExemptionSuggestion) -> Sequence[str]:
    """Say how often a rule would have told of somebody."""
    what = f"{_findings(exemption.findings)} of {exemption.catalogue}, {exemption.severity} at worst"
    return (
        f"{what}, about {short_name(exemption.principal)} and {exemption.secrets:,} secrets, on {exemption.days} days",
        _seen(exemption.first_seen, exemption.last_seen),
    )


def _findings(count: int) -> str:
    return f"{count:,} finding{'' if count == 1 else 's'}"


def _seen(first: datetime, last: datetime) -> str:
    return f"first seen {first:%Y-%m-%d %H:%M}, last seen {last:%Y-%m-%d %H:%M} UTC"
