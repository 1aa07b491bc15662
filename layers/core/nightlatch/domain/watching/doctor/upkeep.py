"""Whether what was missed is still looked for, and whether our alarms can tell anybody.

After this module a reader knows how old the last whole look through the event history may be, what is lost when it is
older, and that an alarm with its actions off rings for nobody.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from nightlatch.domain.watching.beats import BEAT_EVERY
from nightlatch.domain.watching.diagnosis import Line, Names, Verdict
from nightlatch.domain.watching.doctor.gaps import Gap, unseen
from nightlatch.domain.watching.lookups import LONGEST, SETTLED

LAGS_AFTER = SETTLED + 3 * BEAT_EVERY  # two looks in a row were not whole


def of_reconcile(until: datetime | Gap | None, names: Names, now: datetime) -> Line:
    """Judge when the event history was last compared as a whole.

    Args:
        until: Where that look ended; None where there was none yet.
        names: What commands must name.
        now: When it is asked.
    """
    about = "look for what was missed"
    if isinstance(until, Gap):
        return unseen(about, until)
    fix = f"aws lambda invoke --function-name {names.heartbeat or 'HEARTBEAT'} /dev/stdout"
    if until is None:
        said = "the event history was never compared as a whole yet; the heartbeat does it every 14 minutes"
        return Line(about=about, verdict=Verdict.WARN, said=said, fix=fix)
    age = now - until
    said = f"the event history was compared up to {_minutes(age)} minutes ago"
    if age > LONGEST:
        hours = f"{LONGEST / timedelta(hours=1):.0f} hours"
        said = f"{said}, and no look goes back more than {hours}: what was missed before stays missed"
        return Line(about=about, verdict=Verdict.FAIL, said=said, fix=fix)
    if age > LAGS_AFTER:
        return Line(about=about, verdict=Verdict.WARN, said=f"{said}: it lags", fix=fix)
    return Line(about=about, verdict=Verdict.OK, said=said)


def _minutes(span: timedelta) -> int:
    return int(span.total_seconds()) // 60


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmSeen:
    """An alarm of our stack."""

    name: str
    is_there: bool = True
    state: str = "OK"  # OK, ALARM or INSUFFICIENT_DATA
    is_on: bool = True  # its actions are enabled
    actions: int = 1


def of_alarms(seen: Collection[AlarmSeen] | Gap, redeploy: str) -> Iterator[Line]:
    """Judge whether each alarm stands, rings, and could tell anybody.

    Args:
        seen: Every alarm that the stack was given.
        redeploy: The command that makes what is gone.
    """
    if isinstance(seen, Gap):
        yield unseen("alarms", seen)
        return
    if not seen:
        said = "the stack has none: nobody hears that nightlatch itself is not well"
        yield Line(about="alarms", verdict=Verdict.FAIL, said=said, fix=redeploy)
        return
    bad = False
    for alarm in seen:
        about = f"alarm {alarm.name}"
        bad = bad or not (alarm.is_there and alarm.is_on and alarm.actions and alarm.state != "ALARM")
        if not alarm.is_there:
            said = "it is gone; CloudFormation makes it again only where something of it changes"
            yield Line(about=about, verdict=Verdict.FAIL, said=said, fix=redeploy)
            continue
        if alarm.state == "ALARM":
            fix = f"aws cloudwatch describe-alarm-history --alarm-name {alarm.name} --max-records 3"
            yield Line(about=about, verdict=Verdict.FAIL, said="rings", fix=fix)
        if not alarm.is_on:
            fix = f"aws cloudwatch enable-alarm-actions --alarm-names {alarm.name}"
            yield Line(about=about, verdict=Verdict.FAIL, said="its actions are off: it tells nobody", fix=fix)
        elif not alarm.actions:
            said = "it has no action: it tells nobody"
            yield Line(about=about, verdict=Verdict.FAIL, said=said, fix=redeploy)
    if not bad:
        yield Line(about="alarms", verdict=Verdict.OK, said=f"{len(seen)} stand and can tell, none rings")
