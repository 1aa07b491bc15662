"""Proposes known actors: whoever reads or changes many secrets, and comes back to each of them.

Of an actor only what comes again counts: five secrets or more, each on three days. A thief that goes through secrets
one by one is never regular, however many days it takes. People are nobody's routine, and deletions, policies and keys
are always worth hearing, so that no actor is ever let do them by a suggestion.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from nightlatch.domain.answering.policy import Exemption
from nightlatch.domain.event.principals import Principal, PrincipalKind
from nightlatch.domain.event.secrets import SecretRef
from nightlatch.domain.judging.callers import is_human
from nightlatch.domain.judging.findings import Finding
from nightlatch.service.suggestions import MOST, REGULAR_DAYS, ActorSuggestion, common_prefix
from nightlatch.service.usage import Deed, Times, Usage

MANY_SECRETS = 5

_ROOMS = {Deed.READ: "access", Deed.CHANGE: "change"}  # the rules about each deed that an actor may be let do


def known_actors(usage: Usage, told: Sequence[Finding], until: datetime) -> tuple[ActorSuggestion, ...]:
    """Propose actors, those first that would quiet most of what was told."""
    found = [actor for who in usage.principals.values() if _may_be_one(who) and (actor := _actor(who, usage))]
    weighed = [_weighed(actor, told, until) for actor in found]
    return tuple(sorted(weighed, key=lambda actor: (-actor.quiet, -actor.secrets, actor.principal))[:MOST])


def quiets(actor: ActorSuggestion, finding: Finding, until: datetime) -> bool:
    """Tell whether a finding would not be told any more."""
    return any(
        Exemption(
            rule=f"{_ROOMS[deed]}.*",
            principal=actor.principal,
            secrets=actor.prefix,
            owner="",
            reason="",
            expires=until,
        ).silences(finding)
        for deed in actor.may
    )


def _may_be_one(principal: Principal) -> bool:
    """Leave out people, and whoever no ARN of a role or user names."""
    return principal.kind in {PrincipalKind.ROLE, PrincipalKind.USER} and not is_human(principal)


def _actor(principal: Principal, usage: Usage) -> ActorSuggestion | None:
    regular = {deed: _regular(usage.deeds.get((principal.key, deed), {})) for deed in _ROOMS}
    may = tuple(deed for deed, secrets in regular.items() if len(secrets) >= MANY_SECRETS)
    if not may:
        return None
    secrets = {secret for deed in may for secret in regular[deed]}
    times = [one for deed in may for one in regular[deed].values()]
    did = {deed: usage.deeds.get((principal.key, deed), {}).values() for deed in Deed}
    return ActorSuggestion(
        principal=principal.key,
        may=may,
        prefix=common_prefix(secrets),
        secrets=len(secrets),
        days=len({day for one in times for day in one.days}),
        did=tuple((deed, sum(one.count for one in of)) for deed, of in did.items() if of),
        first_seen=min(one.first for one in times),
        last_seen=max(one.last for one in times),
    )


def _regular(used: dict[SecretRef, Times]) -> dict[SecretRef, Times]:
    return {secret: times for secret, times in used.items() if len(times.days) >= REGULAR_DAYS}


def _weighed(actor: ActorSuggestion, told: Sequence[Finding], until: datetime) -> ActorSuggestion:
    about = [finding for finding in told if actor.principal in finding.principal.names]
    quiet = sum(quiets(actor, finding, until) for finding in about)
    return replace(actor, quiet=quiet, loud=len(about) - quiet)
