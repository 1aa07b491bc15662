"""A principal read a secret of which no earlier read by it is known.

By itself it is next to nothing: every new consumer begins so. It is kept for the daily digest, where whoever knows the
systems sees at a glance what does not belong. A person who does it outside their usual hours is worth a look now.
Sessions, keys and addresses come and go; the pair is a principal and a secret.

Source: ATT&CK T1555.006; design detections ACC-03 and what users of other tools say about first-seen rules (section 3).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from nightlatch.domain.event.events import SecretEvent, secrets_manager
from nightlatch.domain.event.secrets import SecretRef
from nightlatch.domain.history.examples import AT, a_person, a_role, a_secret, an_event
from nightlatch.domain.history.habits import Facet, Habits, Kind
from nightlatch.domain.history.pairs import FORGOTTEN_AFTER, Pair
from nightlatch.domain.history.sightings import Sighting, sighting_of
from nightlatch.domain.history.trail import Trail
from nightlatch.domain.history.value_reads import WRITES_COME, is_own_read
from nightlatch.domain.history.working_hours import is_outside_hours
from nightlatch.domain.judging.baseline import Baseline, Maturity
from nightlatch.domain.judging.callers import is_aws_service, is_human, is_rotating, unless_it_has_ended
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.judging.rules import Detection, Example, Match, Verdict, Wait


def evaluate(event: SecretEvent, baseline: Baseline) -> Verdict:
    """Fire on the first read of a pair; one by version gets a minute for the write that would make it a read-back."""
    secret = event.secret
    if secret is None or not event.succeeded or is_aws_service(event.principal) or event.principal.is_through_aws:
        return None
    if is_rotating(event, baseline):
        return None if _has_read_before(event, secret, baseline) else unless_it_has_ended(event, baseline)
    read = baseline.by_principal.find(event.event_id)
    if (read is not None and _is_explained(read)) or _has_read_before(event, secret, baseline):
        return None
    if event.version_id is not None and not baseline.elapsed:
        return Wait(WRITES_COME)
    if is_human(event.principal) and is_outside_hours(baseline.habits, event.at):
        return Match(
            reason="no earlier read of this secret by this person is known, and none of their calls at such an hour",
            severity=Severity.MEDIUM,
            headline="{who} read {secrets} outside their usual hours: no earlier read is known",
        )
    return Match(reason="no earlier read of this secret by this principal is known")


def _is_explained(read: Sighting) -> bool:
    """Tell whether a read is none that counts, or by right of the role that its principal replaces."""
    return read.inherited or not is_own_read(read)


def _has_read_before(event: SecretEvent, secret: SecretRef, baseline: Baseline) -> bool:
    """Tell whether the pair was seen, by history or, where none counts, on this day."""
    if baseline.reader is not None and baseline.reader.last_seen >= event.at - FORGOTTEN_AFTER:
        return True
    reads = baseline.by_principal.named("GetSecretValue").only(is_own_read)
    return bool(reads.about(secret).before(event.at))


_DAYS = tuple(timedelta(days=day) for day in range(1, 30))
_AT_NIGHT = AT.replace(hour=2)
_USUAL = Pair(first_seen=AT - _DAYS[-1], last_seen=AT - _DAYS[0], days=20)
# A month of working days, nine to twelve.
_NINE_TO_TWELVE = Habits({Facet(Kind.HOUR, str(24 * day + hour)): _USUAL for day in range(5) for hour in range(9, 13)})
_NOBODY = Habits()


def _case(  # noqa: PLR0913 - what may be known of a read, one by one
    name: str,
    read: SecretEvent,
    severity: Severity | None = None,
    *,
    reader: Pair | None = None,
    habits: Habits = _NOBODY,
    own: bool = False,
    inherited: bool = False,
) -> Example:
    baseline = Baseline(
        maturity=Maturity.MATURE,
        reader=reader,
        habits=habits,
        by_principal=Trail.of([replace(sighting_of(read, read_back=own), inherited=inherited)]),
    )
    return Example(name=name, event=read, fires=severity is not None, severity=severity, baseline=baseline)


_APP, _ANA = a_role("app"), a_person("ana")

DETECTION = Detection(
    id="access.first-read",
    catalogue="ACC-03",
    title="First read of a secret by a principal",
    headline="{who} read {secrets}: no earlier read is known",
    severity=Severity.LOW,
    event_names=secrets_manager("GetSecretValue"),
    techniques=("T1555.006",),
    evaluate=evaluate,
    novelty=True,
    blind_spots=(
        "A thief who uses only the pairs of its victim is not seen, nor one who holds a role that a declared deployer"
        " made within a day and reads what the role before it read. A role that replaces another begins anew where its"
        " maker is not among `deployers`, where the record of its making does not come, or where its name does not tell"
        " what it replaces (a bare number does not). Usual hours are what was seen of a person, not a rota: exempt who"
        " is on call, for the days of the call. A tag weighs as of the last inventory."
    ),
    playbook="""\
Does the principal belong to what uses this secret? Then nothing: its pair is known after two days.
A person: ask them, or see whether they are on call.
If nobody knows: look at what else the principal read today; a sweep begins with a first read.
Deactivate its key or revoke its sessions if it cannot be explained, and rotate the secret.""",
    examples=(
        _case("a role reads a secret for the first time", an_event(secret=a_secret(), by=_APP), Severity.LOW),
        _case("a person at a usual hour", an_event(secret=a_secret(), by=_ANA), Severity.LOW, habits=_NINE_TO_TWELVE),
        _case(
            "a person at two in the morning",
            an_event(secret=a_secret(), by=_ANA, at=_AT_NIGHT),
            Severity.MEDIUM,
            habits=_NINE_TO_TWELVE,
        ),
        _case("a reader of last month", an_event(secret=a_secret(), by=_APP), reader=_USUAL),
        _case("a new role, of a secret that the role before it read", an_event(secret=a_secret()), inherited=True),
        _case("a read-back", an_event(secret=a_secret(), by=_APP, version_id="v-1"), own=True),
        _case(
            "AWS reads for itself",
            an_event(secret=a_secret(), by=a_role("aws-service-role/rds.amazonaws.com/AWSServiceRoleForRDS")),
        ),
    ),
)
