"""A staging label was moved by hand: readers may get a version that no write and no rotation made theirs.

AWSCURRENT moves with every plain write and with the last step of every rotation; those are silent. By hand it
brings back a value that may have leaked or never worked. There and back within minutes is worse: what was
served in between no audit will see. A native label event whose call is known is silent too.

Source: Secrets Manager API reference, UpdateSecretVersionStage; user guide, Secret Label Updated (no actor);
design facts 7.4 (A13, A14); ATT&CK T1565.001.
"""

from __future__ import annotations

from nightlatch.domain.event.events import (
    LABEL_UPDATED,
    NATIVE_SECRETS_MANAGER,
    EventName,
    SecretEvent,
    secrets_manager,
)
from nightlatch.domain.event.principals import Principal, PrincipalKind, short_name
from nightlatch.domain.event.secrets import SecretRef
from nightlatch.domain.history.evidence import Evidence
from nightlatch.domain.history.examples import (
    WAITED,
    a_label_event,
    a_person,
    a_role,
    a_secret,
    a_service_event,
    a_user,
    an_event,
    sightings,
)
from nightlatch.domain.history.sightings import Sighting
from nightlatch.domain.judging.baseline import LATENESS, Baseline
from nightlatch.domain.judging.findings import Remedy, Severity
from nightlatch.domain.judging.label_changes import unusual_label
from nightlatch.domain.judging.label_history import (
    accounts_for,
    calls_around,
    finishes_rotation,
    flip,
    takes_back_its_own,
    was_current,
)
from nightlatch.domain.judging.rules import Detection, Example, Match, Verdict, Wait
from nightlatch.domain.secret.versions import CURRENT, PENDING, PIN_PREFIX


def evaluate(event: SecretEvent, baseline: Baseline) -> Verdict:
    """Fire on a label moved by hand, the hardest when AWSCURRENT went there and back."""
    secret = event.secret
    if secret is None or not event.succeeded:
        return None
    if event.name == LABEL_UPDATED:
        return _seen_without_its_call(event, secret, baseline)
    there_and_back = flip(event, secret, baseline)
    if there_and_back is not None:
        return _there_and_back(secret, *there_and_back)
    unusual = unusual_label(event, secret, baseline)
    if unusual:
        return Match(reason=unusual, headline="{who} changed the staging labels of {secrets}")
    return _moved_current(event, secret, baseline)


def _there_and_back(secret: SecretRef, there: Sighting, back: Sighting) -> Match:
    by_one = there.principal == back.principal
    who = "" if by_one else f" by {short_name(there.principal)}, then by {short_name(back.principal)}"
    return Match(
        reason=f"made current and taken back within 15 minutes{who}: do not roll back, that would bring it in again",
        headline="{who} made another version of {secrets} current and took it back {span}"
        if by_one
        else "AWSCURRENT of {secrets} went to another version and back {span}",
        severity=Severity.CRITICAL,
        evidence=Evidence.of(there, back),
        subject=None if by_one else f"secret:{secret.keys[0]}",
        again=LATENESS,  # a late move between the two shows that they do not belong together
    )


def _moved_current(event: SecretEvent, secret: SecretRef, baseline: Baseline) -> Verdict:
    by_service = event.principal.kind is PrincipalKind.SERVICE
    if by_service or CURRENT not in event.request.texts("versionStage"):
        return None
    if finishes_rotation(event, secret, baseline):
        return None if baseline.elapsed else Wait(LATENESS)  # the record of the rotation's end may be late
    if takes_back_its_own(event, secret, baseline):
        return Match(
            reason="made current by the same hand within a day and taken back: do not roll back, look what was served",
            again=LATENESS,
        )
    if was_current(secret, event.version_id, event.at, baseline):
        return Match(
            reason="moved back to a version that was current before, outside a rotation",
            remedy=Remedy.ROLL_BACK,
            again=LATENESS,  # the other half of there and back may be late
        )
    if _may_be_rotation(event) and not baseline.elapsed:
        return Wait(LATENESS)  # the records of the rotation may be late
    return Match(
        reason="moved by hand: no rotation of this secret was under way", remedy=Remedy.ROLL_BACK, again=LATENESS
    )


def _may_be_rotation(event: SecretEvent) -> bool:
    """Rotation functions act through roles, never as users and never as people signed in."""
    return event.principal.kind is PrincipalKind.ROLE and not event.principal.is_person


def _seen_without_its_call(event: SecretEvent, secret: SecretRef, baseline: Baseline) -> Verdict:
    """Judge a native event by what is left: a way back that none of the calls seen around it made.

    Its own call is judged by itself, and with no call at all the trail is blind, which another rule tells.
    """
    if event.request.text("labelUpdated") != CURRENT:
        return None
    calls = calls_around(event, secret, baseline)
    if any(accounts_for(call, event) for call in calls):
        return None
    if not baseline.elapsed:
        return Wait(LATENESS)  # its call may be late, and so may what shows the version to be an older one
    if not calls or not was_current(secret, event.version_id, event.at, baseline):
        return None
    return Match(
        reason="went back to an older version, and of the calls seen around it none did that",
        headline="AWSCURRENT of {secrets} went back to an older version, and the call was not seen",
        subject=f"secret:{secret.keys[0]}",
        remedy=Remedy.ROLL_BACK,
    )


_SECRET = a_secret()
_ROTATOR = a_role("rotate-db-role", "rotate-db")


def _put(version_id: str, *, by: Principal, after_s: float, **request: object) -> SecretEvent:
    return an_event(
        "PutSecretValue", secret=_SECRET, by=by, after_s=after_s, request=request or None, version_id=version_id
    )


def _move(to: str, *, by: Principal, after_s: float = 0) -> SecretEvent:
    request = {"versionStage": CURRENT, "moveToVersionId": to, "removeFromVersionId": "v-2"}
    return an_event("UpdateSecretVersionStage", secret=_SECRET, by=by, after_s=after_s, request=request, version_id=to)


_FIRST = _put("v-1", by=a_role("deploy"), after_s=-3 * 86_400)
_PLANTED = _put("v-2", by=a_user("mallory"), after_s=-300)
_PLANTED_EARLY = _put("v-2", by=a_user("mallory"), after_s=-10_800)
_BACK = _move("v-1", by=a_user("mallory"))
_BY_ANA = _move("v-1", by=a_person("ana"))
_STARTED = a_service_event("RotationStarted", secret=_SECRET, after_s=-9)
_PENDING = _put("v-3", by=_ROTATOR, after_s=-6, versionStages=[PENDING])
_FINISH = _move("v-3", by=_ROTATOR)
_LABEL = a_label_event(_SECRET, version_id="v-1", after_s=1)
_UNPIN = {"versionStage": f"{PIN_PREFIX}20260301T090000Z-1a2b3c4d", "removeFromVersionId": "v-1"}


def _case(
    name: str, event: SecretEvent, *known: SecretEvent, severity: Severity | None = None, waited: bool = False
) -> Example:
    """Judge an event of a secret of which these others are known."""
    baseline = Baseline(on_secret=sightings([*known, event]), settled=WAITED if waited else None)
    return Example(name=name, event=event, fires=severity is not None, severity=severity, baseline=baseline)


DETECTION = Detection(
    id="change.current-moved",
    catalogue="CHG-04",
    title="A staging label was moved outside rotation",
    headline="{who} moved AWSCURRENT of {secrets} by hand",
    severity=Severity.HIGH,
    event_names=secrets_manager("UpdateSecretVersionStage", "PutSecretValue", "UpdateSecret")
    | {EventName(source=NATIVE_SECRETS_MANAGER, name=LABEL_UPDATED)},
    techniques=("T1565.001",),
    evaluate=evaluate,
    blind_spots=(
        "A version that was current more than ninety days ago is not recognised as older. A move by a role that may "
        "be a rotation is told a quarter of an hour late, when its rotation's records have had time to come. Inside an "
        "open rotation a session named after a registered function is believed, unless the last ninety days show a "
        "rotation of the secret by another role. One who plants a value and another who takes it back pass for a "
        "mistake that was mended (HIGH). There and back by one hand over more than a quarter of an hour is HIGH, and "
        "offers no way back. Deployments with custom labels fire."
    ),
    playbook="""\
Was it a rollback by somebody of yours? Then it is done; note it. nightlatch's own are not told here.
See who wrote the version that is current now, and who has read it since.
Not meant: nightlatch rollback SECRET. With rotation on, check first which password the database accepts.
There and back: what was current in between is planted. Do not roll back to it; rotate the secret.
A label of nightlatch touched by others: an attack on your rollbacks; stop the principal, put the label back.
Custom labels are part of your deployments? Exempt that principal for that name prefix.""",
    examples=(
        _case("somebody moves AWSCURRENT back to an older version", _BY_ANA, _FIRST, _PLANTED, severity=Severity.HIGH),
        _case(
            "written, served for five minutes and taken back; the write is judged",
            _PLANTED,
            _FIRST,
            _BACK,
            severity=Severity.CRITICAL,
        ),
        _case(
            "a role moves it and no rotation shows up within a quarter of an hour",
            _FINISH,
            _FIRST,
            _PENDING,
            severity=Severity.HIGH,
            waited=True,
        ),
        _case(
            "a value served for three hours and taken back by who wrote it",
            _BACK,
            _FIRST,
            _PLANTED_EARLY,
            severity=Severity.HIGH,
        ),
        _case(
            "a label of nightlatch is taken away",
            an_event("UpdateSecretVersionStage", secret=_SECRET, request=_UNPIN),
            severity=Severity.HIGH,
        ),
        _case("a plain write", _PLANTED, _FIRST),
        _case(
            "the last step of a rotation, by the function that wrote the pending version",
            _FINISH,
            _FIRST,
            _STARTED,
            _PENDING,
        ),
        _case("the native event of a move whose call is known", _LABEL, _FIRST, _PLANTED, _BACK, waited=True),
    ),
)
