"""Somebody scheduled a secret for deletion: readers fail from this second on, though nothing is lost yet.

A windowed deletion is the quiet way to break what depends on a secret, and the one kind that can be taken
back: RestoreSecret works until the window ends. The shortest window, seven days, is what somebody chooses
who wants it gone before anybody looks, so it counts one step worse; so does a secret that somebody else still reads.

Source: Secrets Manager API reference, DeleteSecret (7 to 30 days, 30 if not said; readers are refused at
once; a later force delete ends the window); ATT&CK T1485.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from nightlatch.domain.event.events import Failure, SecretEvent, secrets_manager
from nightlatch.domain.event.principals import short_name
from nightlatch.domain.history.examples import AT, a_person, a_role, a_secret, an_event
from nightlatch.domain.judging.baseline import LATENESS, Baseline, Reader
from nightlatch.domain.judging.findings import Remedy, Severity
from nightlatch.domain.judging.rules import Detection, Example, Match, Verdict

SHORTEST_WINDOW_DAYS = 7
DEFAULT_WINDOW_DAYS = 30
CONSUMED_WITHIN = timedelta(days=7)  # who read it so lately depends on it
MOST_NAMED = 3


def evaluate(event: SecretEvent, baseline: Baseline) -> Verdict:
    """Fire on every deletion that AWS accepted and that can still be taken back."""
    if not event.succeeded or event.request.flag("forceDeleteWithoutRecovery"):
        return None
    days = event.request.number("recoveryWindowInDays")
    is_short = days is not None and days <= SHORTEST_WINDOW_DAYS
    consumers = [
        reader.principal
        for reader in baseline.readers
        if reader.day >= (event.at - CONSUMED_WITHIN).date() and reader.principal != event.principal.key
    ]
    said = f"a window of {days} days" if days is not None else f"the default window of {DEFAULT_WINDOW_DAYS} days"
    short = ", the shortest there is" if is_short else ""
    return Match(
        reason=f"scheduled with {said}{short}; {_refused(consumers)}",
        severity=Severity.HIGH if is_short or consumers else None,
        again=LATENESS,  # reads go through another lane, and some may come behind the deletion
    )


def _refused(consumers: Sequence[str]) -> str:
    """Say who fails from now on: those that read it in the last days, by the short form of their names."""
    if not consumers:
        return "readers are refused already"
    named = ", ".join(short_name(principal) for principal in consumers[:MOST_NAMED])
    more = f" and {len(consumers) - MOST_NAMED} more" if len(consumers) > MOST_NAMED else ""
    return f"refused already: {named}{more}, which read it within {CONSUMED_WITHIN.days} days"


_AT_ONCE = {"forceDeleteWithoutRecovery": True}


def _case(
    name: str, event: SecretEvent, severity: Severity | None = None, *, readers: tuple[Reader, ...] = ()
) -> Example:
    baseline = Baseline(readers=readers)
    return Example(name=name, event=event, fires=severity is not None, severity=severity, baseline=baseline)


DETECTION = Detection(
    id="deletion.deletion-scheduled",
    catalogue="DEL-01",
    title="A secret was scheduled for deletion",
    headline="{who} scheduled {secrets} for deletion",
    severity=Severity.MEDIUM,
    event_names=secrets_manager("DeleteSecret"),
    techniques=("T1485",),
    evaluate=evaluate,
    remedy=Remedy.RESTORE,
    blind_spots=(
        "A replica has no window: deleting one is immediate, and the record does not say that it was a replica. "
        "Who reads a replica is not counted among the readers of its primary, and what a secret is worth is "
        "known by the policy's tiers alone, not by its tags. "
        "Infrastructure code that destroys on purpose looks the same; exempt its principal for a name prefix."
    ),
    playbook="""\
Is it planned? Ask the person, look for a change ticket or a stack that is being taken down.
Not planned: restore at once. Waiting is dangerous, a force delete would end the window.
Then see who else was touched: the same principal may have read or deleted more.
Stop the principal if it is not theirs to do; its access key or session is in the event.
Planned and frequent: exempt this principal for this name prefix, with an owner and an end date.""",
    examples=(
        _case(
            "a person deletes with the default window",
            an_event("DeleteSecret", secret=a_secret(), by=a_person("mallory"), response={"aRN": a_secret().text}),
            Severity.MEDIUM,
        ),
        _case(
            "the shortest window, by name, the number as text",
            an_event("DeleteSecret", secret=a_secret(suffix=None), request={"recoveryWindowInDays": "7"}),
            Severity.HIGH,
        ),
        _case(
            "a secret that an application read yesterday",
            an_event("DeleteSecret", secret=a_secret(), by=a_person("mallory")),
            Severity.HIGH,
            readers=(Reader(a_role("app").key, AT - timedelta(days=1)),),
        ),
        _case(
            "a force delete is another rule's matter",
            an_event("DeleteSecret", secret=a_secret(), by=a_role("ci"), request=_AT_ONCE),
        ),
        _case(
            "AWS refused: it was scheduled already",
            an_event(
                "DeleteSecret",
                secret=a_secret(),
                failure=Failure(
                    "InvalidRequestException",
                    "You can't perform this operation on the secret because it was marked for deletion.",
                ),
            ),
        ),
    ),
)
