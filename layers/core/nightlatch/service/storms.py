"""Watches for storms: when too many incidents open at once, one summary takes the place of their messages.

Nothing is lost: a storm that is calm is marked so before its incidents are listed, and whoever holds one back looks
again afterwards, so each is either listed or told at once. What was let go is marked so, for a tick has half a minute.
A storm that lasts is said aloud again every quarter of an hour: whoever makes one hides in it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from nightlatch.domain.answering.incidents import Incident
from nightlatch.domain.answering.policy import Policy
from nightlatch.domain.answering.summaries import MOST_NAMED, Storm, held_of, named
from nightlatch.domain.judging.findings import Severity
from nightlatch.service.ports import Dispatch, Notice
from nightlatch.service.summary_ports import HeldBack, Storms

STORM = "storm"  # stands where a notice names an incident
LASTS = "lasts-"  # begins the mark of a notice that a storm is still on
SAID_AGAIN_AFTER = timedelta(minutes=15)
# What is held back in the very moment of the calm is told at once, and yet may take a place in the last summary.
SURELY_NAMED = MOST_NAMED - 4
NAMED = "named-after-"  # begins the mark of a notice whose incident the last summary has named


@dataclass(frozen=True, slots=True, kw_only=True)
class StormPorts:
    """What watching needs."""

    storms: Storms
    held_back: HeldBack
    dispatch: Dispatch


def watch(incident: Incident, policy: Policy, ports: StormPorts, now: datetime) -> None:
    """Note that an incident opened; begin a storm where that is one too many.

    Raises:
        Unavailable: The table or the queue could not be asked.
    """
    lately = ports.storms.opened(incident.id, now)
    if lately <= policy.storm_after or ports.storms.standing() is not None:
        return
    storm = Storm(id=f"{now:%Y%m%dT%H%M%S}", began=now)
    if ports.storms.put(storm):
        ports.dispatch.alert(Notice(STORM, f"began-{storm.id}"))


def look_at_the_weather(policy: Policy, ports: StormPorts, now: datetime) -> None:
    """Bring the summary of a storm up to date, or end it; the next tick does what a crash has left.

    Raises:
        Unavailable: The table or the queue could not be asked.
    """
    storm = ports.storms.standing()
    if storm is None:
        return
    if not storm.is_calm and ports.storms.lately(now) > policy.storm_after:
        _say_that_it_lasts(storm, ports, now)
        return
    calm = replace(storm, is_calm=True)
    ports.storms.put(calm)
    ports.dispatch.alert(Notice(STORM, f"calm-{storm.id}"))
    told_there = {one.incident_id for one in named(ports.held_back.held(storm.id))[:SURELY_NAMED]}
    for one in ports.held_back.kept(storm.id):
        mark = f"{NAMED}{storm.id}" if one.incident_id in told_there else f"after-{storm.id}"
        ports.dispatch.alert(Notice(one.incident_id, mark))
        ports.held_back.let_go(storm.id, one.incident_id)
    ports.storms.forget(calm)


def _say_that_it_lasts(storm: Storm, ports: StormPorts, now: datetime) -> None:
    ports.dispatch.alert(Notice(STORM, f"began-{storm.id}"))  # once more: it was perhaps lost, and is told once
    quarters = (now - storm.began) // SAID_AGAIN_AFTER
    if quarters:
        ports.dispatch.alert(Notice(STORM, f"{LASTS}{storm.id}-{quarters}"))
    count = len(ports.held_back.held(storm.id))
    ports.dispatch.alert(Notice(STORM, f"count-{storm.id}-{count}"))


def holds(incident: Incident, storms: Storms, held_back: HeldBack) -> bool:
    """Hold an incident back that nobody was told of, while there is a storm; never a CRITICAL one.

    Raises:
        Unavailable: The table could not be asked.
    """
    storm = storms.standing()
    if storm is None or storm.is_calm or incident.severity is Severity.CRITICAL:
        return False
    held_back.hold(storm.id, held_of(incident))
    still = storms.standing()
    return still is not None and still.id == storm.id and not still.is_calm
