"""Tells digests, storms and audits on every channel that can, each state once; orders the digest at its hour."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from nightlatch.domain.answering.policy import Policy
from nightlatch.domain.answering.summaries import DIGEST_DAYS, Storm, Summary, digest_of, storm_of
from nightlatch.domain.errors import Unavailable
from nightlatch.service.ports import Dispatch, MessageChannel, Notice, Notices
from nightlatch.service.storms import LASTS, STORM
from nightlatch.service.summary_ports import AUDIT, AuditMessages, Digests, HeldBack, Storms, Summariser
from nightlatch.service.telling_ports import Pace, pace_of

DIGEST = "digest"  # stands where a notice names an incident
_DAY = timedelta(days=1)
_WRITTEN_WITHIN = timedelta(minutes=5)  # of being recorded


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryPorts:
    """What telling summaries needs."""

    digests: Digests
    storms: Storms
    held_back: HeldBack
    notices: Notices
    channels: Callable[[], Sequence[MessageChannel]]
    audits: AuditMessages | None = None


def order_digest(digests: Digests, dispatch: Dispatch, policy: Policy, now: datetime) -> None:
    """Ask for the digest of each of the last days whose hour has come, each once.

    A day that was missed is asked for later. A day on which nothing was recorded is closed a day after its hour, for
    what was recorded in its last second may still be on its way into the table.

    Raises:
        Unavailable: The table or the queue could not be asked; the next tick asks again.
    """
    today = now.astimezone(UTC).date()
    for back in range(DIGEST_DAYS, 0, -1):
        day = today - back * _DAY
        if now < _due(day, policy) or digests.is_ordered(day):
            continue
        if digests.has_any(day):
            dispatch.alert(Notice(DIGEST, day.isoformat()))
        elif now < _due(day, policy) + _DAY:
            continue
        digests.order(day)


def _due(day: date, policy: Policy) -> datetime:
    """Give when the digest of a day is told: on the next, at its hour, and not before all of the day is written."""
    midnight = datetime.combine(day + _DAY, time(), UTC)
    return midnight + max(timedelta(hours=policy.digest_hour), _WRITTEN_WITHIN)


def is_summary(notice: Notice) -> bool:
    """Tell whether a notice is about a digest, a storm or an audit, and no incident."""
    return notice.incident_id in {DIGEST, STORM, AUDIT}


def tell_summary(notice: Notice, *, ports: SummaryPorts, now: datetime) -> tuple[str, ...]:
    """Tell what a notice asks for; give the names of the channels that told it.

    Raises:
        Unavailable: A channel could not tell it; the others did.
    """
    if notice.incident_id == DIGEST:
        day = date.fromisoformat(notice.mark)
        summary = digest_of(day, ports.digests.recorded(day))
    elif notice.incident_id == AUDIT:
        summary = None if ports.audits is None else ports.audits.message(notice.mark)
    else:
        summary = _storm(notice.mark, ports)
    return _tell(summary, notice.mark, ports, now) if summary is not None else ()


def _storm(mark: str, ports: SummaryPorts) -> Summary | None:
    """Give a storm as it stands; nothing where a notice comes so late that the storm has been told to be over."""
    state, storm_id, *_ = mark.split("-")
    is_calm = state == "calm"
    standing = ports.storms.standing()
    if not is_calm and (standing is None or standing.id != storm_id or standing.is_calm):
        return None
    began = datetime.strptime(storm_id, "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
    return storm_of(Storm(id=storm_id, began=began, is_calm=is_calm), ports.held_back.held(storm_id))


def _tell(summary: Summary, mark: str, ports: SummaryPorts, now: datetime) -> tuple[str, ...]:
    told: list[str] = []
    failures: list[str] = []
    able = [one for one in ports.channels() if isinstance(one, Summariser)]
    if not able:
        raise Unavailable("no channel tells summaries")
    for channel in able:
        is_count = mark.startswith("count-")
        if is_count and pace_of(channel) is not Pace.THREAD:
            continue  # what cannot edit tells a storm's beginning and its end
        try:
            if _show(channel, channel.name, summary, mark, ports.notices, now):
                told.append(channel.name)
        except Unavailable as failure:
            failures.append(f"{channel.name}: {failure}")
    if failures:
        raise Unavailable(f"{summary.key} was not told on {'; '.join(failures)}")
    return tuple(told)


def _show(  # noqa: PLR0913, PLR0917 - what is told, where and when
    channel: Summariser, name: str, summary: Summary, mark: str, notices: Notices, now: datetime
) -> bool:
    notice = Notice(summary.key, f"{name}-{mark}")
    place = notices.thread(summary.key, name)
    shown_at = place
    try:
        if not notices.claim(notice, now):
            return False
        # What lasts is said aloud: an edited message makes no sound.
        shown_at = channel.summarise(summary, None if mark.startswith(LASTS) else place)
    finally:
        if place is None or shown_at not in {None, place}:
            notices.remember(summary.key, name, shown_at)
    notices.shown(notice)
    return True
