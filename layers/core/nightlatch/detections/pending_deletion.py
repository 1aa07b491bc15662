"""Somebody still needs a secret that awaits its deletion: AWS refuses the value already, and the consumer fails.

Nothing is lost yet. But who asks now shows that the deletion was a mistake, or an attack on whoever depends on it; and
when the window ends, nobody can take it back. A consumer that retries every minute is told once a day.

Source: Secrets Manager user guide, deleted secrets ("because it was marked for deletion", the text of the guide's own
alarm); design facts 3.4 and 5.1 (RestoreSecret works until the window ends); ATT&CK T1489.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from nightlatch.domain.event.events import Failure, SecretEvent, secrets_manager
from nightlatch.domain.event.principals import Principal, short_name
from nightlatch.domain.history.evidence import Evidence
from nightlatch.domain.history.examples import a_person, a_role, a_secret, an_event, sightings
from nightlatch.domain.history.sightings import Sighting, is_refused_as_deleted, succeeded
from nightlatch.domain.history.trail import Trail
from nightlatch.domain.judging.baseline import LATENESS, Baseline
from nightlatch.domain.judging.findings import Remedy, Severity, Undone
from nightlatch.domain.judging.rules import Detection, Example, Match, Verdict

ONCE_IN = timedelta(hours=24)  # a consumer is told so often, and others count beside it so long
SEVERAL, MOST_NAMED = 2, 3


def evaluate(event: SecretEvent, baseline: Baseline) -> Verdict:
    """Fire on the first refusal of each consumer in a day."""
    if not is_refused_as_deleted(event):
        return None
    # A record that does not say which secret it was refused still says who fails.
    seen = baseline.by_principal if event.secret is None else baseline.on_secret.about(event.secret)
    refusals = seen.only(_is_refusal)
    if refusals.find(event.event_id) is not None and event.event_id not in refusals.once(_told, _told):
        return None
    around = refusals.between(event.at - ONCE_IN, event.at + ONCE_IN)
    firsts: dict[str, Sighting] = {}
    for refusal in around:
        firsts.setdefault(refusal.principal, refusal)
    consumers = sorted({*firsts, event.principal.key})
    several = len(consumers) >= SEVERAL
    undoes, again = _deletion(event, baseline)
    return Match(
        reason=f"AWS refused the value, for the secret was marked for deletion; it is missed by {_names(consumers)}",
        severity=Severity.HIGH if several else None,
        headline=f"{len(consumers)} consumers still need {{secrets}}, which awaits deletion" if several else None,
        evidence=Evidence.of(*firsts.values()) if several else None,
        subject=f"secret:{event.secret.keys[0]}" if event.secret else None,
        undoes=undoes,
        again=again,
    )


def _deletion(event: SecretEvent, baseline: Baseline) -> tuple[Undone | None, timedelta | None]:
    """Give the deletion that a restore takes back, so that it is the one response which the deletion's finding offers.

    Its record may be late. Where none comes, all that are refused on one day offer the same.
    """
    if event.secret is None:
        return None, None
    calls = baseline.done_to(event.secret, "DeleteSecret", "RestoreSecret").only(succeeded)
    if calls.after(event.at).named("RestoreSecret"):
        return None, None
    before = calls.upto(event.at)
    if before and before[-1].name == "DeleteSecret":
        return Undone(before[-1].event_id, by=before[-1].principal), None
    if baseline.elapsed:
        return Undone(f"marked-for-deletion-{event.at:%Y-%m-%d}"), None
    return None, LATENESS


def _is_refusal(sighting: Sighting) -> bool:
    return sighting.refused_as_deleted and not sighting.own


def _told(refusals: Trail) -> frozenset[str]:
    """Give the refusals that are told: of each consumer the first, and then the first after each day."""
    last: dict[str, datetime] = {}
    told = set()
    for refusal in refusals:
        if refusal.principal not in last or refusal.at >= last[refusal.principal] + ONCE_IN:
            last[refusal.principal] = refusal.at
            told.add(refusal.event_id)
    return frozenset(told)


def _names(consumers: Sequence[str]) -> str:
    named = ", ".join(short_name(principal) for principal in consumers[:MOST_NAMED])
    return f"{named} and {len(consumers) - MOST_NAMED} more" if len(consumers) > MOST_NAMED else named


_MARKED = Failure(
    "InvalidRequestException",
    "You can't perform this operation on the secret because it was marked for deletion.",
)
_OTHER = Failure("InvalidRequestException", "You can't perform this operation on a managed secret.")


def _refused(by: Principal, *, after_s: float = 0, failure: Failure | None = _MARKED) -> SecretEvent:
    return an_event(secret=a_secret(), by=by, after_s=after_s, failure=failure)


def _case(name: str, *events: SecretEvent, severity: Severity | None = None) -> Example:
    """Judge the last of some events of one secret."""
    baseline = Baseline(on_secret=sightings(events))
    return Example(name=name, event=events[-1], fires=severity is not None, severity=severity, baseline=baseline)


_APP, _JOB = a_role("app"), a_role("job", "nightly")

DETECTION = Detection(
    id="access.pending-deletion",
    catalogue="ACC-14",
    title="A reader still uses a secret that awaits deletion",
    headline="{who} still needs {secrets}, which awaits deletion",
    severity=Severity.MEDIUM,
    event_names=secrets_manager("GetSecretValue"),
    techniques=("T1489",),
    evaluate=evaluate,
    remedy=Remedy.RESTORE,
    blind_spots=(
        "A consumer that keeps the value in memory does not ask, and fails later; one that reads once a month may come"
        " after the window. Batch calls name a refused secret only in their answer, which no record holds. A secret"
        " that was deleted by force is not marked: it is gone, and reads of it do not find it."
    ),
    playbook="""\
Restore the secret at once, unless you know that the consumer is gone: the window ends, and nobody tells you.
Then ask who scheduled the deletion, and why; that has a finding of its own.
Meant, and the consumer was forgotten: give it its new secret, then delete this one again.
Meant, and the consumer is not yours: see what it is, and whether it should ever have read this.""",
    examples=(
        _case("an application is refused", _refused(_APP), severity=Severity.MEDIUM),
        _case(
            "two consumers are refused within a day",
            _refused(_APP, after_s=-7200),
            _refused(_JOB),
            severity=Severity.HIGH,
        ),
        _case("a person tries it by hand", _refused(a_person("ana")), severity=Severity.MEDIUM),
        _case("an application that retries every minute", _refused(_APP, after_s=-60), _refused(_APP)),
        _case("a read that was answered", _refused(_APP, failure=None)),
        _case("refused for another reason", _refused(_APP, failure=_OTHER)),
    ),
)
