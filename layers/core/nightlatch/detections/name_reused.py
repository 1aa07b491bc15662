"""A secret was created under the name of one that somebody else had deleted: consumers that ask by name trust it now.

Who asks for `prod/db` by name gets whatever bears that name, so to delete a secret and to take its name is to plant a
value. A replacement is made by the one who deleted the old secret or had made it, and is silent. A name is free only
when a deletion is over, at the end of its window: from there the thirty days are counted, where its end was seen.

Source: Secrets Manager API reference, CreateSecret and DeleteSecret; user guide, what's in a secret (a new secret of
the same name has a new ARN); ATT&CK T1036, T1565.001.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from nightlatch.domain.event.events import Failure, SecretEvent, secrets_manager
from nightlatch.domain.event.principals import short_name
from nightlatch.domain.history.examples import WAITED, a_role, a_secret, a_service_event, a_user, an_event, sightings
from nightlatch.domain.history.sightings import Sighting, succeeded
from nightlatch.domain.history.trail import Trail
from nightlatch.domain.judging.baseline import LATENESS, Baseline
from nightlatch.domain.judging.deletions import ENDED
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.judging.rules import Detection, Example, Match, Verdict, Wait

WITHIN = timedelta(days=30)


def evaluate(event: SecretEvent, baseline: Baseline) -> Verdict:
    """Fire on a name that another principal had freed; wait, for who freed it may be late to say so."""
    if not event.succeeded or event.secret is None:
        return None
    if not baseline.elapsed:
        return Wait(LATENESS)
    before = _before(event, baseline.under_name)
    deletions = _deletions(before)
    if not deletions or _freed(before, deletions[-1]).at < event.at - WITHIN:
        return None
    known = {life.principal for life in (*deletions, *before.named("CreateSecret"))}
    if event.principal.key in known:
        return None
    deleter = short_name(deletions[-1].principal)
    if event.principal.is_through_aws and deletions[-1].by_service:
        return Match(
            reason=f"both calls came through a service of AWS, as of one stack; the deletion was of {deleter}",
            headline="{who} replaced {secrets} through an AWS service",
            severity=Severity.LOW,
        )
    days = (event.at - deletions[-1].at).days
    ago = f"{days} days" if days > 1 else "less than two days"
    return Match(reason=f"the secret of this name was deleted {ago} before, by {deleter}")


def _before(event: SecretEvent, lives: Trail) -> Trail:
    """Keep what happened under the name before; times are in whole seconds."""
    others = (life for life in lives.only(succeeded).upto(event.at) if life.event_id != event.event_id)
    return Trail.of(others)


def _deletions(before: Trail) -> Sequence[Sighting]:
    """Give the calls that ended the last secret of the name, none where it was restored or its end is not known."""
    calls = before.named("CreateSecret", "DeleteSecret", "RestoreSecret")
    first = len(calls)
    while first > 0 and calls[first - 1].name == "DeleteSecret":
        first -= 1
    return calls[first:]


def _freed(before: Trail, deletion: Sighting) -> Sighting:
    """Give what shows when the name became free: the end of the deletion where it was seen, else the call."""
    ends = before.named(ENDED).after(deletion.at)
    return ends[-1] if ends else deletion


_DAY_S = 86_400.0
_OPS = a_role("ops", "ben")
_OLD, _NEW = a_secret(suffix="OldOld"), a_secret(suffix="NewNew")
_DELETED = an_event("DeleteSecret", secret=_OLD, by=_OPS, after_s=-3 * _DAY_S)
_LONG_AGO = an_event("DeleteSecret", secret=_OLD, by=_OPS, after_s=-37 * _DAY_S)
_ENDED = a_service_event(ENDED, secret=_OLD, after_s=-7 * _DAY_S)
_MADE = an_event("CreateSecret", secret=_OLD, by=a_user("mallory"), after_s=-60 * _DAY_S)


def _create(by: str = "mallory", failure: Failure | None = None) -> SecretEvent:
    return an_event("CreateSecret", secret=_NEW, by=a_user(by), request={"name": _NEW.name}, failure=failure)


def _case(name: str, event: SecretEvent, *under_name: SecretEvent, severity: Severity | None = None) -> Example:
    """Judge a creation, after its wait, with what is known under its name."""
    baseline = Baseline(under_name=sightings([*under_name, event]), settled=WAITED)
    return Example(name=name, event=event, fires=severity is not None, severity=severity, baseline=baseline)


DETECTION = Detection(
    id="deletion.name-reused",
    catalogue="DEL-07",
    title="The name of a deleted secret was used again by another principal",
    headline="{who} created {secrets} under the name of what another had deleted",
    severity=Severity.MEDIUM,
    event_names=secrets_manager("CreateSecret"),
    techniques=("T1036", "T1565.001"),
    evaluate=evaluate,
    blind_spots=(
        "Who deletes a secret and takes its name themselves passes for a replacement; the deletion is told. A deletion "
        "more than ninety days ago is forgotten, and so is who made a secret before that. Where the end of a deletion "
        "was not seen, the thirty days count from the call, which for long windows is too early. A stack shows only in "
        "that both calls came through an AWS service, which makes it a note."
    ),
    playbook="""\
Ask who created it: a team that takes over a service usually knows.
Nobody knows: see who has read the new secret, and what they connect to with it. Stop the principal.
The old secret is gone for good: a copy of it can have its name back only when this one is deleted.
Planned, and by a pipeline of yours: nothing to do; exempt it for its name prefix if it happens often.""",
    examples=(
        _case("a user takes a name that operations freed", _create(), _DELETED, severity=Severity.MEDIUM),
        _case("the window ended a week ago", _create(), _LONG_AGO, _ENDED, severity=Severity.MEDIUM),
        _case("who had made the old one makes it again", _create(), _MADE, _DELETED),
        _case("a name that nobody used", _create()),
        _case("freed more than thirty days ago", _create(), _LONG_AGO),
        _case(
            "refused, for the old one is only scheduled", _create(failure=Failure("InvalidRequestException")), _DELETED
        ),
    ),
)
