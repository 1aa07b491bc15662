"""CloudTrail was stopped, deleted or narrowed: what happens next would not be seen.

Every trail counts, for nobody can say which one feeds the alarm. A trail that keeps no management events, no reads
or no use of keys is blind for this product, whatever data resources it lists; a change of data resources alone is not.

Source: ATT&CK T1562.008 (T1685.002 since its revision); CloudTrail API reference; real records of three Stratus runs.
"""

from __future__ import annotations

from nightlatch.domain.account.trail_coverage import Loss, losses
from nightlatch.domain.event.events import CLOUDTRAIL, EventName, Failure, SecretEvent
from nightlatch.domain.event.parameters import Parameters
from nightlatch.domain.history.examples import a_user, an_event
from nightlatch.domain.judging.baseline import Baseline
from nightlatch.domain.judging.callers import is_aws_service
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.judging.rules import Detection, Example, Match, Verdict

_WHOLE = {
    "StopLogging": (Severity.CRITICAL, "a trail was stopped"),
    "DeleteTrail": (Severity.CRITICAL, "a trail was deleted"),
    "DeleteEventDataStore": (Severity.HIGH, "an event data store was deleted"),
    "StopEventDataStoreIngestion": (Severity.HIGH, "an event data store takes in no more events"),
}
_SELECTING = ("PutEventSelectors", "UpdateEventDataStore")
_NARROWING = (
    "isMultiRegionTrail",
    "includeGlobalServiceEvents",
    "isOrganizationTrail",
    "multiRegionEnabled",
    "organizationEnabled",
)
_DELIVERY = ("s3BucketName", "kmsKeyId")

Harm = tuple[Severity, str]


def evaluate(event: SecretEvent, baseline: Baseline) -> Verdict:
    """Say what the call takes away, then whether it came to pass."""
    del baseline
    harm = _harm(event)
    if harm is None:
        return None
    severity, what = harm
    if event.failure is None:
        return Match(reason=what, severity=severity)
    absent = event.failure.code.endswith("NotFoundException")
    return Match(
        reason=f"{event.name} {'named nothing that exists' if absent else 'failed'}, so nothing was changed",
        severity=Severity.LOW if absent or is_aws_service(event.principal) else Severity.MEDIUM,
        headline="{who} tried to weaken CloudTrail",
    )


def _harm(event: SecretEvent) -> Harm | None:
    if event.name in _WHOLE:
        return _WHOLE[event.name]
    narrowed = _narrowed_selectors(event)
    unseen = event.request.omitted or (event.denied and not event.request.fields)
    if unseen and narrowed is None:
        return (Severity.MEDIUM, f"the record does not show what {event.name} asked for")
    return narrowed or _narrowed_trail(event.request)


def _narrowed_selectors(event: SecretEvent) -> Harm | None:
    """Judge the selectors that AWS confirmed, or those asked for where it confirmed none."""
    lost = losses(event.response) or losses(event.request)
    if not lost:
        return None
    blind = event.name == "PutEventSelectors" and (Loss.READS in lost or Loss.CHANGES in lost)
    what = "a trail" if event.name == "PutEventSelectors" else "an event data store"
    return (Severity.CRITICAL if blind else Severity.HIGH, f"{what} no longer records {' and '.join(lost)}")


def _narrowed_trail(request: Parameters) -> Harm | None:
    if any(request.flag(name) is False for name in _NARROWING):
        return (Severity.HIGH, "what is recorded was cut to fewer Regions, accounts or services")
    if any(request.text(name) for name in _DELIVERY):
        return (Severity.HIGH, "a trail was told where to deliver, or with which key")
    return None


def _case(
    story: str, name: str, severity: Severity | None = None, failure: Failure | None = None, /, **request: object
) -> Example:
    called = an_event(name, by=a_user("mallory"), failure=failure, request=request, source=CLOUDTRAIL)
    return Example(name=story, event=called, fires=severity is not None, severity=severity, baseline=Baseline())


_NO_MANAGEMENT = [{"readWriteType": "ReadOnly", "includeManagementEvents": False, "dataResources": []}]
_NO_KEYS = [{"excludeManagementEventSources": ["kms.amazonaws.com"]}]
_BUCKET = {"type": "AWS::S3::Object", "values": ["arn:aws:s3"]}
_WIDER = [{"readWriteType": "All", "includeManagementEvents": True, "dataResources": [_BUCKET]}]
_REFUSED, _GONE = Failure("AccessDenied", "not authorized"), Failure("TrailNotFoundException")


DETECTION = Detection(
    id="monitor.trail-tampered",
    catalogue="MON-02",
    title="Trail tampered",
    headline="{who} weakened CloudTrail",
    severity=Severity.CRITICAL,
    event_names=frozenset(EventName(source=CLOUDTRAIL, name=name) for name in (*_WHOLE, *_SELECTING, "UpdateTrail")),
    techniques=("T1562.008", "T1685.002"),
    evaluate=evaluate,
    contain=True,
    blind_spots=(
        "The bucket and the key behind a trail are not watched here. A trail that never kept reads looks like one that"
        " has just lost them. If the only trail of a Region stops, this event may be the last to arrive."
    ),
    playbook=(
        "Start the trail again, or put its former selectors back, before you ask who it was.\n"
        "Ask the person whether it was meant; a clean-up of an old trail is the usual harmless answer.\n"
        "If not: deactivate their credentials, and look at all they did from an hour before.\n"
        "What happened in the gap stands in no trail: ask Secrets Manager for changed and deleted secrets."
    ),
    examples=(
        _case("a trail is stopped", "StopLogging", Severity.CRITICAL, name="main"),
        _case(
            "data events only, as in the real attack",
            "PutEventSelectors",
            Severity.CRITICAL,
            eventSelectors=_NO_MANAGEMENT,
        ),
        _case("no use of keys", "PutEventSelectors", Severity.HIGH, eventSelectors=_NO_KEYS),
        _case("a refused attempt, its request not shown", "StopLogging", Severity.MEDIUM, _REFUSED),
        _case("a clean-up of a trail that is gone: a note", "DeleteTrail", Severity.LOW, _GONE, name="old"),
        _case("everything, and a bucket besides", "PutEventSelectors", eventSelectors=_WIDER),
        _case(
            "log file validation and all Regions", "UpdateTrail", enableLogFileValidation=True, isMultiRegionTrail=True
        ),
    ),
)
