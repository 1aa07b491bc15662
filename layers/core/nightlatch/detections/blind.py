"""nightlatch no longer sees: its heartbeat stays out, a path is cut, or two channels disagree about a change.

What the heartbeat function finds out comes as a sign of ours: heartbeats that do not come back, or late; a rule, a
target, a subscription or a trail that is not as it must be, whose own event was perhaps kept from us; secrets whose
state shows a change that no event told of.

The native event of a staging label needs no trail, so it goes on when a trail is stopped or narrowed. A label that
moved with no write beside it means that calls are made which nobody records. The other way of making a record say
nothing is to make it too large: CloudTrail then leaves the request out.

Source: Secrets Manager user guide, Secret Label Updated; design facts 3.5; ATT&CK T1685.002; ruling 40.
"""

from __future__ import annotations

from dataclasses import replace

from nightlatch.domain.event import events
from nightlatch.domain.event.events import (
    KMS,
    LABEL_UPDATED,
    NATIVE_SECRETS_MANAGER,
    NIGHTLATCH,
    SECRETS_MANAGER,
    EventName,
    SecretEvent,
    calls_of,
    secrets_manager,
)
from nightlatch.domain.history.examples import (
    ACCOUNT,
    AT,
    REGION,
    WAITED,
    a_label_event,
    a_secret,
    a_user,
    an_event,
    sightings,
)
from nightlatch.domain.judging.baseline import LATENESS, Baseline, Maturity, Reader
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.judging.label_history import calls_around
from nightlatch.domain.judging.rules import Detection, Example, Match, Verdict, Wait
from nightlatch.domain.watching.signs import RULE, Place, Sign, blindness, told_by
from nightlatch.domain.watching.states import Change, shown_by

_A_TRIAL = "RequestToValidateKeyAccess"  # Secrets Manager tries a key before it uses it
_SUBJECT = "channels"  # one subject an account: what hides one call hides its neighbours
_HEADLINES = {
    Sign.SILENT: "nightlatch no longer sees reads: its heartbeat does not come back",
    Sign.LATE: "nightlatch sees what happens much too late",
    Sign.BROKEN: "nightlatch is blind in part: a path that it needs is broken",
    Sign.DELETED: "No record shows who scheduled the deletion of {secrets}",
    Sign.CHANGED: "No record shows who changed {secrets}",
}
_LARGE = ("CreateSecret", "PutResourcePolicy", "TagResource", "BatchGetSecretValue", "ReplicateSecretToRegions")


def evaluate(event: SecretEvent, baseline: Baseline) -> Verdict:
    """Fire on a sign of ours, a label that moved with no call beside it, a use with no read, a request left out."""
    match event.source:
        case events.NIGHTLATCH:
            return _sign(event)
        case events.SECRETS_MANAGER:
            return _left_out(event)
        case events.KMS:
            return _opened(event, baseline)
        case _:
            return _moved(event, baseline)


def _moved(event: SecretEvent, baseline: Baseline) -> Verdict:
    """Ask for the call behind a label that moved; late records have their time."""
    secret = event.secret
    if secret is None or calls_around(event, secret, baseline):
        return None
    if baseline.elsewhere:
        return None  # of a replica the write stands in the trail of its primary's Region
    if not baseline.elapsed:
        return Wait(LATENESS)
    return Match(
        reason="a staging label moved, and CloudTrail shows no call that moved it; some trail may be blind",
        subject=_SUBJECT,
        digest=baseline.maturity is Maturity.NONE,  # in a hunt the trail's files may not be among the input (ruling 40)
    )


def _sign(event: SecretEvent) -> Match | None:
    """Tell what nightlatch saw of its own blindness; it has waited already, or needs no waiting."""
    told = told_by(event)
    if told is None:
        return None
    about, why = told
    sign = Sign(event.name)
    severity = Severity.MEDIUM if sign is Sign.CHANGED else None  # what moves the date of a change is believed
    return Match(reason=why, headline=_HEADLINES[sign], subject=f"{_SUBJECT}:{about}", severity=severity)


def _opened(event: SecretEvent, baseline: Baseline) -> Verdict:
    """Ask for the read behind a value that KMS has decrypted; replication and a change of key decrypt it, too."""
    secret = event.secret
    by_service = event.principal.invoked_by == SECRETS_MANAGER
    if secret is None or not event.succeeded or not by_service or event.version_id == _A_TRIAL:
        return None
    since = (event.at - LATENESS).date()
    if any(reader.day >= since for reader in baseline.readers):
        return None
    if baseline.on_secret.about(secret).between(event.at - LATENESS, event.at + LATENESS):
        return None
    if not baseline.elapsed:
        return Wait(LATENESS)
    return Match(
        reason="KMS decrypted its value, and no read of it is known from that day; some trail may be blind",
        headline="The value of {secrets} was given out, and no record shows to whom",
        subject=_SUBJECT,
        digest=baseline.maturity is Maturity.NONE,
    )


def _left_out(event: SecretEvent) -> Verdict:
    if not event.request.omitted:
        return None
    return Match(
        reason=f"the request of {event.name} was too large for its record, so nobody can see what was asked for",
        headline="{who} made a call on {secrets} that its record does not show",
        severity=Severity.MEDIUM,
    )


_SECRET = a_secret()
_LABEL = a_label_event(_SECRET, version_id="v-2")
_WRITE = an_event("PutSecretValue", secret=_SECRET, by=a_user(), version_id="v-2", after_s=-2)
_HIDDEN = an_event("PutResourcePolicy", secret=_SECRET, by=a_user("mallory"), request={"omitted": True})
_SHOWN = an_event("PutResourcePolicy", secret=_SECRET, by=a_user("mallory"), request={"resourcePolicy": "{}"})


_ALONE = Baseline(maturity=Maturity.LEARNING, on_secret=sightings([_LABEL]), settled=WAITED)
_BESIDE_ITS_WRITE = replace(_ALONE, on_secret=sightings([_WRITE, _LABEL]))
_USE = replace(
    an_event("Decrypt", source=KMS, secret=_SECRET, by=a_user()),
    principal=replace(a_user(), invoked_by=SECRETS_MANAGER),
)
_UNREAD = replace(_ALONE, on_secret=sightings([]))
_READ = replace(_UNREAD, readers=(Reader(a_user().key, _USE.at),))
_EARLY = replace(_ALONE, settled=None)
_REPLICATED = replace(_ALONE, elsewhere=frozenset({"us-east-1"}))


_HERE = Place(account_id=ACCOUNT, region=REGION)
_SILENT = blindness(Sign.SILENT, at=AT, place=_HERE, about="heartbeat", why="no heartbeat has come back since 08:30")
_BROKEN = blindness(Sign.BROKEN, at=AT, place=_HERE, about="trail", why="no trail records this Region: main stopped")
_CHANGES = (Change(secret=_SECRET, at=AT, is_deletion=True), Change(secret=a_secret("prod/api"), at=AT))
_DELETED, _CHANGED = shown_by(_CHANGES, _HERE, AT)
_LATE = blindness(Sign.LATE, at=AT, place=_HERE, about="lag", why="an event needed 12 minutes to be judged")


def _case(name: str, event: SecretEvent, severity: Severity | None = None, *, known: Baseline = _ALONE) -> Example:
    return Example(name=name, event=event, fires=severity is not None, severity=severity, baseline=known)


DETECTION = Detection(
    id=RULE,
    catalogue="MON-03",
    title="Monitor blind",
    headline="{secrets} changed, and no record shows by whom",
    severity=Severity.HIGH,
    event_names=secrets_manager(*_LARGE)
    | calls_of(KMS, "Decrypt")
    | calls_of(NIGHTLATCH, *Sign)
    | {EventName(source=NATIVE_SECRETS_MANAGER, name=LABEL_UPDATED)},
    techniques=("T1685.002",),
    evaluate=evaluate,
    blind_spots=(
        "The heartbeat is a read of one secret in one Region: it proves that this read came through, not that all"
        " others do; whoever can put a record into the lane, or lets a trail keep this one caller, can keep it beating."
        " Dead letters and queues are told by alarms, not here. Uses of keys are compared"
        " with reads by the day, and live only where they are watched (the parameter WatchKeyUse). The label of a"
        " secret that exists in several Regions is not compared. Where label events and records are both cut, nothing"
        " disagrees. Of a secret that changed unseen the last change alone shows, and of a replica, of what a service"
        " manages and of what is gone for good none. A hunt cannot tell a blind trail from files that are not among its"
        " input; there it goes to the"
        " digest."
    ),
    playbook="""\
Run `nightlatch doctor`: it looks at trails, rules, targets and subscriptions, and prints what mends each.
Ask the event history (LookupEvents) for this secret: it does not need the trail.
Found there? Then a record was lost on its way: look at the delivery, the queue and its dead letters.
Not found? Treat the value as planted: roll back to the version before, and look who may write this secret.""",
    examples=(
        _case("a label moved, and no call came in a quarter of an hour", _LABEL, Severity.HIGH),
        _case("a request too large for its record", _HIDDEN, Severity.MEDIUM),
        _case("a value decrypted on a day of which no read is known", _USE, Severity.HIGH, known=_UNREAD),
        _case("a value decrypted for a read", _USE, known=_READ),
        _case("no heartbeat for half an hour", _SILENT, Severity.HIGH),
        _case("no trail is logging any more", _BROKEN, Severity.HIGH),
        _case("a secret that waits to be deleted, and no event told of it", _DELETED, Severity.HIGH),
        _case("a secret that was changed, and no event told of it", _CHANGED, Severity.MEDIUM),
        _case("a heartbeat twelve minutes late", _LATE, Severity.HIGH),
        _case("the write stands beside the label", _LABEL, known=_BESIDE_ITS_WRITE),
        _case("the record of the write may still be on its way", _LABEL, known=_EARLY),
        _case("a request that is shown", _SHOWN),
        _case("a replica follows its primary", _LABEL, known=_REPLICATED),
    ),
)
