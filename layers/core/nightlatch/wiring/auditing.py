"""Builds the audit of the auditor, apart from the rest: no other function pays for loading the checks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from nightlatch.config import load_settings
from nightlatch.domain.posture.news import News
from nightlatch.service.audit import Audit, audit
from nightlatch.service.audit_news import spread_news
from nightlatch.wiring.audit_world import AuditWorld
from nightlatch.wiring.world import World

# What has begun is brought to its end: a page of functions of which all rotate secrets, at two seconds each.
A_PAGE_TAKES = timedelta(seconds=120)


@dataclass(frozen=True, slots=True)
class Audited:
    """What the auditor made of one invocation."""

    audit: Audit
    news: News | None  # of an audit that has ended, the first time


def wire_audit(environ: Mapping[str, str]) -> Callable[..., Audited]:
    """Build the audit: the time that is left in, how far it came and what is new out."""
    settings = load_settings(environ)
    world = World(settings)
    audits = AuditWorld(settings, world)

    def go_on(left: timedelta, *, at_once: bool = False) -> Audited:
        until = world.now() + left - A_PAGE_TAKES
        policy = world.policy()
        ports, by = audits.auditing(policy), audits.yardstick(policy)
        done = audit(ports, by=by, now=world.now, until=until, at_once=at_once)
        return Audited(done, spread_news(audits.news(policy), now=world.now, until=until))

    return go_on
