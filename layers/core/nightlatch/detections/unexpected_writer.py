"""A value was written by a principal that does not usually write this secret.

Whoever replaces a password decides what its consumers connect to next, or locks them out. Ordinary writers
are few: who created the secret, who has written it for days, and the rotation function while a rotation runs.

Source: Secrets Manager API reference, PutSecretValue and UpdateSecret (a version id in the answer means a new
version); design facts 1.6 and 3.3; ATT&CK T1565.001, T1098.
"""

from __future__ import annotations

from datetime import timedelta

from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.event.events import LABEL_UPDATED, SecretEvent, secrets_manager
from nightlatch.domain.event.principals import PrincipalKind
from nightlatch.domain.history.examples import (
    AT,
    a_label_event,
    a_person,
    a_role,
    a_secret,
    a_service_event,
    an_event,
    sightings,
)
from nightlatch.domain.history.pairs import Pair
from nightlatch.domain.history.sightings import Sighting, succeeded
from nightlatch.domain.history.trail import Trail
from nightlatch.domain.judging.baseline import LATENESS, Baseline, Maturity, Reader
from nightlatch.domain.judging.callers import is_rotating, unless_it_has_ended
from nightlatch.domain.judging.findings import Remedy, Severity
from nightlatch.domain.judging.rules import Detection, Example, Match, Verdict, Wait
from nightlatch.domain.judging.value_writes import own_versions, wrote_value
from nightlatch.domain.secret.versions import CURRENT, PENDING

SETTING_UP = timedelta(hours=1)  # after its creation a secret is filled, often by somebody else than who created it
LABEL_COMES = timedelta(minutes=1)  # between a call and the native event of what it wrote
CREATION_COMES = timedelta(minutes=1)  # how long the events of a creation may come behind that of the next write


def evaluate(event: SecretEvent, baseline: Baseline) -> Verdict:
    """Fire when neither history, nor creation, nor a rotation accounts for who wrote a new version."""
    is_expected = event.principal.kind is PrincipalKind.SERVICE or _is_usual(event, baseline)
    if not event.succeeded or is_expected or _is_creator(event, baseline):
        return None
    if _fills_a_new_secret(event, baseline):
        return None if baseline.elapsed else Wait(LATENESS)  # the native event of a first value may be late
    if not wrote_value(event, baseline):
        # The native event of the new value may be late; with none, the call changed the description or the key alone.
        return None if baseline.elapsed else Wait(LATENESS)
    if event.principal.kind is PrincipalKind.ROLE and event.request.texts("versionStages") == (PENDING,):
        return _rotation_step(event, baseline)
    if not baseline.elapsed and _is_unheard_of(event, baseline):
        return Wait(CREATION_COMES)
    return Match(
        reason=f"a new version of a secret {baseline.maturity.unknown_to('write')}",
        avoid=own_versions(event, baseline),
    )


def _is_usual(event: SecretEvent, baseline: Baseline) -> bool:
    """Tell whether the principal is known to write the secret, by its pair or by updates whose version is not shown."""
    if baseline.writer is not None and baseline.writer.is_known(event.at):
        return True
    if event.secret is None or not event.called("UpdateSecret"):
        return False
    before = baseline.done_to(event.secret, "UpdateSecret").only(succeeded).before(event.at)
    shown = baseline.done_to(event.secret, LABEL_UPDATED)
    mine = [update.at for update in before if update.principal == event.principal.key and _wrote(update, shown)]
    return bool(mine) and Pair(mine[0], mine[-1], len({at.date() for at in mine})).is_known(event.at)


def _wrote(update: Sighting, labels: Trail) -> bool:
    """Tell whether an earlier update is shown to have written a value: who changes descriptions is no writer."""
    after = labels.between(update.at - LABEL_COMES, update.at + LABEL_COMES)
    return update.version_id is not None or any(CURRENT in label.labels for label in after)


def _is_creator(event: SecretEvent, baseline: Baseline) -> bool:
    if event.secret is None:
        return False
    made = baseline.creations.about(event.secret).only(succeeded)
    return any(creation.principal == event.principal.key for creation in made)


def _fills_a_new_secret(event: SecretEvent, baseline: Baseline) -> bool:
    """Tell whether a secret is so young that it is still being set up, and not shown to have had a value already."""
    if event.secret is None:
        return False
    made = baseline.creations.about(event.secret).only(succeeded)
    labels = baseline.done_to(event.secret, LABEL_UPDATED).upto(event.at)  # times are in whole seconds
    had_value = any(CURRENT in label.labels and label.version_id != event.version_id for label in labels)
    return bool(made.between(event.at - SETTING_UP, event.at)) and not had_value


def _is_unheard_of(event: SecretEvent, baseline: Baseline) -> bool:
    """Tell whether the secret may have been made within the last minute, and its CreateSecret be on its way.

    What came with the creation may be here before it: its tags, its policy, a read-back of what was written.
    """
    if event.secret is None or baseline.creations.about(event.secret).only(succeeded):
        return False
    before = event.at - CREATION_COMES
    is_read = any(reader.last_seen <= before or reader.principal != event.principal.key for reader in baseline.readers)
    return not is_read and not baseline.on_secret.about(event.secret).upto(before)


def _rotation_step(event: SecretEvent, baseline: Baseline) -> Verdict:
    """Judge a version that is only pending: the first step of a rotation, unless none is under way."""
    if is_rotating(event, baseline):
        return unless_it_has_ended(event, baseline)
    if event.secret is not None and baseline.rotation_open(event.secret, event.at):
        who = "a person" if event.principal.is_person else "a role that is not a registered rotation function's"
        return Match(reason=f"a pending version, written by {who} in the middle of a rotation")
    if not baseline.elapsed:
        return Wait(LATENESS)  # the record of RotationStarted may be late; a pending version harms nobody yet
    return Match(reason="a pending version, written while no rotation was under way")


_SECRET = a_secret()
_ROTATOR = a_role("rotate-db-role", "rotate-db")
_FUNCTIONS = Inventory(rotation_functions=frozenset({"arn:aws:lambda:eu-west-1:111122223333:function:rotate-db:live"}))
_PUT = an_event("PutSecretValue", secret=_SECRET, by=a_person("mallory"), version_id="v-2")
_UPDATE = {"secretId": "prod/db", "clientRequestToken": "v-2"}
_MADE = an_event("CreateSecret", secret=_SECRET, by=a_person("mallory"), after_s=-60, version_id="v-1")
_STARTED = a_service_event("RotationStarted", secret=_SECRET, after_s=-5)
_STEP = an_event("PutSecretValue", secret=_SECRET, by=_ROTATOR, request={"versionStages": [PENDING]}, version_id="v-2")
_UNREGISTERED = Inventory()
_READERS = (Reader(a_role("app").key, AT - timedelta(hours=2)),)
_LONG_KNOWN = Pair(first_seen=AT - timedelta(days=20), last_seen=AT - timedelta(days=1), days=9)


def _case(
    name: str,
    event: SecretEvent,
    *known: SecretEvent,
    severity: Severity | None = None,
    writer: Pair | None = None,
    inventory: Inventory = _UNREGISTERED,
) -> Example:
    """Judge an event with a mature history of its secret."""
    seen = sightings([*known, event])
    baseline = Baseline(
        maturity=Maturity.MATURE,
        on_secret=seen,
        creations=seen.named("CreateSecret"),
        readers=_READERS,
        writer=writer,
        inventory=inventory,
    )
    return Example(name=name, event=event, fires=severity is not None, severity=severity, baseline=baseline)


DETECTION = Detection(
    id="change.unexpected-writer",
    catalogue="CHG-01",
    title="A value was written by an unexpected principal",
    headline="{who} wrote a new value to {secrets}",
    severity=Severity.MEDIUM,
    event_names=secrets_manager("PutSecretValue", "UpdateSecret"),
    techniques=("T1565.001", "T1098"),
    evaluate=evaluate,
    remedy=Remedy.ROLL_BACK,
    novelty=True,
    blind_spots=(
        "A stolen credential of a usual writer looks like that writer, and people of one permission set are one "
        "principal. A session may call itself after a rotation function, and with no function registered any role may "
        "be one: inside an open rotation its pending version is believed, unless the last ninety days show a rotation "
        "of the secret by another role. In its first hour a secret that is not shown to have a value may be filled by "
        "anybody. Who created a secret more than 400 days ago is forgotten. Its tags are not weighed, only the "
        "policy's tiers."
    ),
    playbook="""\
Ask the person, or the owner of the role: did they mean to write this secret?
Not meant: roll back to the version before. If rotation is on, the database may refuse the old password: rotate then.
See who has read the new version since; they have connected with it.
Meant, and it will happen again: nothing to do, after two days of use the writer is known.""",
    examples=(
        _case("a person writes a secret for the first time", _PUT, severity=Severity.MEDIUM),
        _case(
            "UpdateSecret whose answer names a new version",
            an_event("UpdateSecret", secret=_SECRET, request=_UPDATE, response={"versionId": "v-2"}, version_id="v-2"),
            severity=Severity.MEDIUM,
        ),
        _case(
            "a rotation step by a function that is not among the registered ones",
            _STEP,
            _STARTED,
            severity=Severity.MEDIUM,
            inventory=Inventory(rotation_functions=frozenset({"rotate-other"})),
        ),
        _case(
            "UpdateSecret that changed only the description",
            an_event("UpdateSecret", secret=_SECRET, request={**_UPDATE, "description": "orders"}),
        ),
        _case(
            "UpdateSecret whose new version only the native event shows",
            an_event("UpdateSecret", secret=_SECRET, request={**_UPDATE, "clientRequestToken": "v-2"}),
            a_label_event(_SECRET, version_id="v-2", after_s=1),
            severity=Severity.MEDIUM,
        ),
        _case("a usual writer", _PUT, writer=_LONG_KNOWN),
        _case("who created it a minute ago fills it", _PUT, _MADE),
        _case("the registered rotation function, in a rotation", _STEP, _STARTED, inventory=_FUNCTIONS),
    ),
)
