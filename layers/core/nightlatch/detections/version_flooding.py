"""A secret is written so often that its history is pushed out: what could be rolled back to is gone for good.

Secrets Manager keeps what bears a label, and of the rest the newest hundred and what is younger than a day. Who writes
without pause destroys every older value without deleting the secret, and no window waits for anybody. When AWS
removes old versions (SecretVersionDeletion), or refuses further ones (LimitExceededException), it shows from outside.

Source: Secrets Manager user guide, whats-in-a-secret and reference_limits (one write in ten minutes at most); design
facts 6.1 and 7.4 (A12); ATT&CK T1490.
"""

from __future__ import annotations

from datetime import timedelta

from nightlatch.domain.event.events import Failure, SecretEvent, secrets_manager
from nightlatch.domain.event.principals import short_name
from nightlatch.domain.event.secrets import SecretRef
from nightlatch.domain.history.examples import a_role, a_secret, a_service_event, a_user, an_event, sightings
from nightlatch.domain.history.sightings import Sighting, is_over_limit
from nightlatch.domain.history.trail import Trail
from nightlatch.domain.history.windows import Count, Episode, episode_at
from nightlatch.domain.judging.baseline import Baseline
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.judging.rules import Detection, Example, Match, Verdict

BURST, BURST_WRITES = timedelta(minutes=10), 6
HOUR, HOUR_WRITES = timedelta(hours=1), 20
DAY, DAY_WRITES = timedelta(hours=24), 60
DAY_REMOVALS = 5
MOST_NAMED = 3

_WRITES = ("PutSecretValue", "UpdateSecret")
_REMOVED = "SecretVersionDeletion"


def evaluate(event: SecretEvent, baseline: Baseline) -> Verdict:
    """Give the stretch in which one secret was written, or lost versions, too often; whoever did it."""
    if event.secret is None:
        return None
    about = baseline.on_secret.about(event.secret)
    if event.called(_REMOVED):
        return _removed(event, event.secret, about)
    writes = about.once(_versions, _versions)
    if not (event.version_id is not None or is_over_limit(event)):
        return None  # a refusal for another reason, or an update that shows no new version
    for width, too_many, span in _WINDOWS:
        episode = episode_at(writes, event.at, width=width, too_much=too_many)
        if episode is not None:
            return _flooded(event, event.secret, episode, writes, span)
    return _full() if is_over_limit(event) else None


def _removed(event: SecretEvent, secret: SecretRef, about: Trail) -> Match | None:
    episode = episode_at(about.named(_REMOVED), event.at, width=DAY, too_much=_loses_too_many)
    if episode is None:
        return None
    return Match(
        reason=f"Secrets Manager removed {episode.peak.calls} old versions within 24 hours; they cannot be had back",
        headline="the history of {secrets} is being pushed out: old versions were removed {span}",
        evidence=episode.evidence,
        subject=f"secret:{secret.keys[0]}",
    )


def _flooded(event: SecretEvent, secret: SecretRef, episode: Episode, writes: Trail, span: str) -> Match:
    within = writes.between(episode.evidence.first_seen, episode.evidence.last_seen)
    writers = list(dict.fromkeys(write.principal for write in within))
    by_one = writers == [event.principal.key]
    named = ", ".join(short_name(writer) for writer in writers[:MOST_NAMED])
    more = f" and {len(writers) - MOST_NAMED} more" if len(writers) > MOST_NAMED else ""
    refused = sum(write.over_limit for write in within)
    full = f"; AWS refused {refused} of them, for the secret has too many" if refused else ""
    return Match(
        reason=f"{episode.peak.calls} new versions of one secret within {span}, by {named}{more}{full}",
        headline=None if by_one else "{secrets} was written over and over {span}, by more than one principal",
        evidence=episode.evidence,
        subject=None if by_one else f"secret:{secret.keys[0]}",
    )


def _full() -> Match:
    return Match(
        reason="AWS refused a new version: the secret has too many versions or labels, and who made them was not seen",
        headline="{who} could not write {secrets}, which has too many versions",
        severity=Severity.HIGH,
    )


def _versions(trail: Trail) -> Trail:
    """Keep one write for each version, and what AWS refused because there are too many; a retry makes no version."""
    made: dict[str, Sighting] = {}
    for write in trail.named(*_WRITES):
        if not write.own and (write.over_limit or (write.succeeded and write.version_id is not None)):
            made.setdefault(write.event_id if write.over_limit else f"version {write.version_id}", write)
    return Trail.of(made.values())


def _is_burst(count: Count) -> bool:
    return count.calls > BURST_WRITES


def _is_hours(count: Count) -> bool:
    return count.calls > HOUR_WRITES


def _is_days(count: Count) -> bool:
    return count.calls > DAY_WRITES


def _loses_too_many(count: Count) -> bool:
    return count.calls > DAY_REMOVALS


_WINDOWS = ((DAY, _is_days, "24 hours"), (HOUR, _is_hours, "an hour"), (BURST, _is_burst, "10 minutes"))


def _writes(count: int, *, apart_s: float) -> list[SecretEvent]:
    return [
        an_event("PutSecretValue", secret=a_secret(), by=a_user("mallory"), after_s=apart_s * n, version_id=f"v-{n}")
        for n in range(count)
    ]


def _removals(count: int) -> list[SecretEvent]:
    return [a_service_event(_REMOVED, secret=a_secret(), after_s=60 * n) for n in range(count)]


_FULL = Failure(
    "LimitExceededException", "The request failed because it would exceed one of the Secrets Manager quotas."
)
_REFUSED = an_event("PutSecretValue", secret=a_secret(), by=a_role("feed"), failure=_FULL)
_FEED = _writes(60, apart_s=1_200)


def _case(name: str, events: list[SecretEvent], severity: Severity | None = None) -> Example:
    """Judge the last of what was done to a secret."""
    baseline = Baseline(on_secret=sightings(events))
    return Example(name=name, event=events[-1], fires=severity is not None, severity=severity, baseline=baseline)


DETECTION = Detection(
    id="change.version-flooding",
    catalogue="CHG-03",
    title="The versions of a secret are being flooded",
    headline="{who} wrote {secrets} over and over {span}",
    severity=Severity.CRITICAL,
    event_names=secrets_manager(*_WRITES, _REMOVED),
    techniques=("T1490",),
    evaluate=evaluate,
    contain=True,
    blind_spots=(
        "An UpdateSecret whose answer shows no version id is not counted. Sixty writes a day stay below, and in "
        "two days push as much out as a hundred in one. A feed that writes its secret all day fires: exempt its "
        "principal. What the service removes names nobody, so that such a feed shows there too."
    ),
    playbook="""\
Stop the writer first: each further write costs an older version.
Keep what is left: a version with a label is never removed, so give the last good one a label at once.
Roll back to a version from before the flood; list them by time, not by number.
A feed or a broken rotation that retries without pause? Mend it; AWS allows one write in ten minutes.
Meant to be so: exempt the writer for this secret, with an owner and an end date.""",
    examples=(
        _case("seven writes in six minutes", _writes(7, apart_s=60), Severity.CRITICAL),
        _case("twenty-one writes in an hour", _writes(21, apart_s=180), Severity.CRITICAL),
        _case("the service removes six old versions in a day", _removals(6), Severity.CRITICAL),
        _case("a writer is refused, for the secret is full", [_REFUSED], Severity.HIGH),
        _case("six writes in ten minutes", _writes(6, apart_s=60)),
        _case("a feed that writes every twenty minutes for twenty hours", _FEED),
        _case("five old versions are removed", _removals(5)),
    ),
)
