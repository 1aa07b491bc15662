"""Somebody read a version of a secret that is not the current one: what a value was, not what it is.

Whoever holds a leaked password that was rotated away looks for what came before and after it; so does whoever searches
old values for one that still works somewhere. Applications ask for the current version. Rotations read the others while
they run, infrastructure code reads the version it wrote, and for an hour after a change clients may still be behind.

Source: Secrets Manager API reference, GetSecretValue (VersionId, VersionStage); user guide, whats-in-a-secret; design
detections G11 and ACC-04; ATT&CK T1555.006.
"""

from __future__ import annotations

from datetime import timedelta

from nightlatch.domain.event.events import SecretEvent, secrets_manager
from nightlatch.domain.event.secrets import SecretRef
from nightlatch.domain.history.examples import (
    WAITED,
    a_person,
    a_role,
    a_secret,
    a_service_event,
    an_event,
    sightings,
)
from nightlatch.domain.history.sightings import sighting_of
from nightlatch.domain.history.trail import Trail
from nightlatch.domain.judging.baseline import LATENESS, Baseline, Maturity
from nightlatch.domain.judging.callers import is_aws_service, is_rotating
from nightlatch.domain.judging.current_version import current_at, has_just_moved, moves_of_current
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.judging.rules import Detection, Example, Match, Verdict, Wait
from nightlatch.domain.secret.versions import CURRENT, PENDING, PIN_PREFIX, PREVIOUS

BEHIND = timedelta(hours=1)  # how long after a move of AWSCURRENT a client may still ask for what was current


def evaluate(event: SecretEvent, baseline: Baseline) -> Verdict:
    """Fire on an old version by label or id, once the records that would explain the read have had time to come."""
    secret = event.secret
    if secret is None or not event.succeeded or is_aws_service(event.principal):
        return None
    reason = _old(event, secret, baseline)
    if reason is None or _is_read_back(event, baseline):
        return None
    if has_just_moved(moves_of_current(secret, baseline), event.at, within=BEHIND):
        return None
    if not baseline.elapsed:
        return Wait(LATENESS)  # a write, a label move, the start of a rotation or its end may be late
    if is_rotating(event, baseline):
        return None
    return Match(reason=reason, novelty=baseline.maturity is Maturity.LEARNING)


def _old(event: SecretEvent, secret: SecretRef, baseline: Baseline) -> str | None:
    """Say by what the version read is old; a custom label's text is the owner's own and is not repeated."""
    label = event.request.text("versionStage")
    if label == PREVIOUS:
        return "asked for the version before the current one, by the label AWSPREVIOUS"
    if label is not None and label not in {CURRENT, PENDING}:
        whose = "a pin of nightlatch" if label.startswith(PIN_PREFIX) else "a custom label"
        return f"asked for the version that bears {whose}"
    if label is not None or event.version_id is None:
        return None
    current = current_at(moves_of_current(secret, baseline), event.at)
    if current is None or event.version_id == current:
        return None
    return "asked by id for a version that was not current"


def _is_read_back(event: SecretEvent, baseline: Baseline) -> bool:
    own = baseline.by_principal.find(event.event_id)
    return own is not None and own.read_back


_SECRET = a_secret()
_DAY_S = 86_400.0


def _put(version: str, *, days_ago: float) -> SecretEvent:
    return an_event(
        "PutSecretValue", secret=_SECRET, by=a_role("deploy"), after_s=-days_ago * _DAY_S, version_id=version
    )


_FIRST, _SECOND = _put("v-1", days_ago=9), _put("v-2", days_ago=3)
_PREVIOUS = an_event(secret=_SECRET, by=a_person("mallory"), request={"versionStage": PREVIOUS})
_BY_ID = an_event(secret=_SECRET, by=a_person("mallory"), request={"versionId": "v-1"}, version_id="v-1")
_ROTATOR = a_role("rotate-db-role", "rotate-db")
_STEP = an_event(secret=_SECRET, by=_ROTATOR, request={"versionStage": PREVIOUS})
_STARTED = a_service_event("RotationStarted", secret=_SECRET, after_s=-9)


def _case(
    name: str, read: SecretEvent, *known: SecretEvent, fires: bool = False, own: bool = False, waited: bool = True
) -> Example:
    """Judge a read of a secret of which these others are known."""
    baseline = Baseline(
        maturity=Maturity.MATURE,
        on_secret=sightings(known),
        by_principal=Trail.of([sighting_of(read, read_back=own)]),
        settled=WAITED if waited else None,
    )
    return Example(name=name, event=read, fires=fires, severity=Severity.MEDIUM if fires else None, baseline=baseline)


DETECTION = Detection(
    id="access.old-version",
    catalogue="ACC-04",
    title="A version that is not current was read",
    headline="{who} read an old version of {secrets}",
    severity=Severity.MEDIUM,
    event_names=secrets_manager("GetSecretValue"),
    techniques=("T1555.006",),
    evaluate=evaluate,
    blind_spots=(
        "Whether an id is old is known only where records of the last ninety days show what became current; after an"
        " UpdateSecret that names no version it is unknown until the next write. Reads of AWSPENDING are not told."
        " Within an hour of any change of AWSCURRENT nothing is. Deployments that read by labels of their own fire:"
        " exempt their principals."
    ),
    playbook="""\
Ask the reader's owner: is it a client that was pinned to an old version, and would fail soon?
If nobody knows: what was the old value good for, and is it still accepted anywhere?
Revoke the old value where it is used (the database, the vendor), for rotating the secret does not.
Look at what else the principal read; deactivate its key or revoke its sessions if it is not explained.""",
    examples=(
        _case("a person reads AWSPREVIOUS", _PREVIOUS, _FIRST, _SECOND, fires=True),
        _case("a person reads by id what was current last week", _BY_ID, _FIRST, _SECOND, fires=True),
        _case("AWSPREVIOUS, half an hour after a write", _PREVIOUS, _FIRST, _put("v-2", days_ago=0.02)),
        _case("Terraform reads back the version that it wrote", _BY_ID, _FIRST, _SECOND, own=True),
        _case("the current version by its id", _BY_ID, _FIRST),
        _case("an id of which nothing is known", _BY_ID),
        _case("a step of a rotation", _STEP, _FIRST, _STARTED),
        _case("what would explain it may still come", _PREVIOUS, _FIRST, _SECOND, waited=False),
    ),
)
