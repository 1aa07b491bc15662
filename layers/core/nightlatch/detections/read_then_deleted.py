"""A principal took a secret's value and deleted the secret within a day: steal it, then take it from its owner.

That is how a ransom begins, and how a thief hides what was stolen. Infrastructure code that destroys what it made
also reads first, but the very version that it wrote itself; such read-backs do not count, nor does a reader that has
used the secret for days. Reads and deletions come through two lanes, so either of them may be the later to arrive.

Source: Secrets Manager API reference, DeleteSecret; design facts 7.1 and 7.2 (A1, A7), 1.6 (read-backs in real
records); ATT&CK T1555.006, T1485.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from nightlatch.domain.event.events import Failure, SecretEvent, secrets_manager
from nightlatch.domain.history.evidence import Evidence
from nightlatch.domain.history.examples import a_secret, a_user, an_event
from nightlatch.domain.history.sightings import Sighting, sighting_of
from nightlatch.domain.history.trail import Trail
from nightlatch.domain.judging.baseline import LATENESS, Baseline, Maturity
from nightlatch.domain.judging.findings import Remedy, Severity
from nightlatch.domain.judging.rules import Detection, Example, Match, Verdict, Wait

WITHIN = timedelta(hours=24)


def evaluate(event: SecretEvent, baseline: Baseline) -> Verdict:
    """Fire on a deletion that follows a read, or on a read whose deletion arrived before it."""
    own = baseline.by_principal.find(event.event_id)
    deletions = _deletions(own, baseline) if own is not None else ()
    deletion = next(iter(deletions), None)
    if deletion is None or deletion.secret is None:
        return None
    before = baseline.by_principal.about(deletion.secret).between(deletion.at - WITHIN, deletion.at)
    reads = before.named("GetSecretValue").only(_is_theft)
    if not reads or (own is not deletion and reads.find(event.event_id) is None):
        return None  # nothing was taken, or what is judged is itself a read that does not count
    if not baseline.elapsed and all(read.version_id is not None for read in reads):
        return Wait(LATENESS)  # the writes that would make read-backs of them may be late
    is_forced = event.request.flag("forceDeleteWithoutRecovery") is True
    return Match(
        reason=f"{_times(reads)}, and deleted within a day of that",
        evidence=Evidence.of(*reads, *deletions),
        remedy=None if own is not deletion else Remedy.RESURRECT if is_forced else Remedy.RESTORE,
        novelty=baseline.maturity is Maturity.LEARNING,
    )


def _deletions(own: Sighting, baseline: Baseline) -> Sequence[Sighting]:
    """Give the deletion to judge: the event itself, or all that came after a read, whose record may be the last."""
    deletions = baseline.by_principal.named("DeleteSecret").only(_is_deletion)
    if not deletions or own.secret is None:
        return ()
    later = deletions.about(own.secret).between(own.at, own.at + WITHIN)
    return later[:1] if own.name == "DeleteSecret" else later


def _is_deletion(call: Sighting) -> bool:
    return call.succeeded and not call.own


def _is_theft(read: Sighting) -> bool:
    """Tell whether a read gave the value to somebody who is not known to use it and had not written it."""
    return read.succeeded and not (read.known or read.read_back or read.own)


def _times(reads: Trail) -> str:
    return f"read {len(reads)} times" if len(reads) > 1 else "read once"


_MALLORY = a_user("mallory")
_READ = an_event(secret=a_secret(suffix=None), by=_MALLORY, after_s=-3600)
_DELETED = an_event("DeleteSecret", secret=a_secret(), by=_MALLORY, request={"recoveryWindowInDays": 7})
_FORCED = an_event("DeleteSecret", secret=a_secret(), by=_MALLORY, request={"forceDeleteWithoutRecovery": True})
_OTHER = an_event(secret=a_secret("prod/api"), by=_MALLORY, after_s=-3600)
_DENIED = an_event("DeleteSecret", secret=a_secret(), by=_MALLORY, failure=Failure("AccessDenied"))


def _case(name: str, event: SecretEvent, read: Sighting, severity: Severity | None = None) -> Example:
    """Judge an event beside a read, or beside the deletion where the read itself is judged."""
    beside = sighting_of(_DELETED if event.name == "GetSecretValue" else event)
    baseline = Baseline(maturity=Maturity.MATURE, by_principal=Trail.of((beside, read)))
    return Example(name=name, event=event, fires=severity is not None, severity=severity, baseline=baseline)


DETECTION = Detection(
    id="deletion.read-then-deleted",
    catalogue="DEL-04",
    title="A secret was read, then deleted, by one principal",
    headline="{who} read {secrets} and deleted what it had read {span}",
    severity=Severity.CRITICAL,
    event_names=secrets_manager("GetSecretValue", "DeleteSecret"),
    techniques=("T1555.006", "T1485"),
    evaluate=evaluate,
    contain=True,
    blind_spots=(
        "One principal that reads and another that deletes pass, as does a read more than a day before. Whoever is "
        "known to use the secret is not told here. Somebody who makes a secret for a trial, looks at it and removes "
        "it on the same day looks the same."
    ),
    playbook="""\
Scheduled only: restore it at once, before a force delete ends the window. Forced: look for a copy or a replica.
Take the value for stolen: rotate what it opens, even if the secret is back.
Stop the principal, and see what else it read today; more deletions may follow.
A trial of somebody who made the secret today? Ask, note it, and let them delete.""",
    examples=(
        _case("read by name, an hour later scheduled for deletion", _DELETED, sighting_of(_READ), Severity.CRITICAL),
        _case("read, then deleted without recovery", _FORCED, sighting_of(_READ), Severity.CRITICAL),
        _case("the read arrives after the deletion", _READ, sighting_of(_READ), Severity.CRITICAL),
        _case(
            "Terraform reads back the version that it wrote, then destroys", _FORCED, sighting_of(_READ, read_back=True)
        ),
        _case("a reader of long standing retires the secret", _DELETED, sighting_of(_READ, known=True)),
        _case("another secret was read", _DELETED, sighting_of(_OTHER)),
        _case("the deletion was refused", _DENIED, sighting_of(_READ)),
    ),
)
