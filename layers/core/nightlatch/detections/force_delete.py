"""Somebody deleted a secret, or tried to, in the way that cannot be taken back.

With forceDeleteWithoutRecovery there is no window: the value is gone within half a minute, and a reaction
comes too late. The call also ends the window of a secret that was only scheduled. An attempt counts like a
success, and so does a name that does not exist, for AWS answers both alike.

Source: Secrets Manager API reference, DeleteSecret; design facts 5.1 (5 to 27 s measured on 17 real
records of 2023, which were force deletes by Terraform); ATT&CK T1485, T1490.
"""

from __future__ import annotations

from nightlatch.domain.event.events import Failure, SecretEvent, secrets_manager
from nightlatch.domain.history.examples import a_denial, a_role, a_secret, a_user, an_event
from nightlatch.domain.judging.baseline import Baseline
from nightlatch.domain.judging.findings import Remedy, Severity
from nightlatch.domain.judging.rules import Detection, Example, Match, Verdict


def evaluate(event: SecretEvent, baseline: Baseline) -> Verdict:
    """Fire on the flag alone, sent as a boolean or as text; folding makes one message of many."""
    del baseline  # absolute: no history excuses it, and it never waits
    if event.request.flag("forceDeleteWithoutRecovery") is not True:
        return None
    if event.failure is not None:
        return Match(
            reason=f"tried to delete without recovery; AWS refused with {event.failure.code}",
            headline="{who} tried to delete {secrets} without recovery",
        )
    return Match(reason="deleted without recovery; the value is gone within half a minute and cannot be restored")


_FORCE = {"forceDeleteWithoutRecovery": True}


def _case(name: str, event: SecretEvent, severity: Severity | None = None) -> Example:
    return Example(name=name, event=event, fires=severity is not None, severity=severity, baseline=Baseline())


DETECTION = Detection(
    id="deletion.force-delete",
    catalogue="DEL-02",
    title="A secret was deleted without recovery",
    headline="{who} deleted {secrets} without recovery",
    severity=Severity.CRITICAL,
    event_names=secrets_manager("DeleteSecret"),
    techniques=("T1485", "T1490"),
    evaluate=evaluate,
    remedy=Remedy.RESURRECT,
    contain=True,
    blind_spots=(
        "A refusal by IAM leaves no request in the record, so a denied force delete looks like any denied "
        "deletion. The record does not say whether the secret existed. A lost record shows only in the "
        "service's own deletion events (deletion.gone-without-call)."
    ),
    playbook="""\
Is it in the vault? Then it is created again: by itself in protect mode, else by the button or nightlatch restore.
If it is not, look for a replica, a copy or a consumer that still holds the value: Secrets Manager has none.
Stop the principal now if this was not planned; more secrets may follow within seconds.
The ARN gets a new ending: nightlatch references OLD-ARN says who uses the old one. Its rotation waits for your yes.
Created again at once by the same principal? Then it is probably a replacement by infrastructure code: check the stack.
Next time: a guard or an organisation policy stops force deletes; exempt test stacks by name prefix, with an end.""",
    examples=(
        _case(
            "Terraform destroys with no recovery window",
            an_event("DeleteSecret", secret=a_secret(), by=a_user("svc-backup"), request=_FORCE),
            Severity.CRITICAL,
        ),
        _case(
            "the flag as text, a name that may not exist",
            an_event(
                "DeleteSecret",
                secret=a_secret("prod/dbb", suffix=None),
                request={"forceDeleteWithoutRecovery": "true"},
            ),
            Severity.CRITICAL,
        ),
        _case(
            "an attempt that AWS refused, because the secret has replicas",
            an_event(
                "DeleteSecret",
                secret=a_secret(),
                request={"secretId": a_secret().text, **_FORCE},
                failure=Failure("InvalidRequestException", "You can't delete a primary secret that is replicated."),
            ),
            Severity.CRITICAL,
        ),
        _case("a windowed deletion", an_event("DeleteSecret", secret=a_secret(), request={"recoveryWindowInDays": 30})),
        _case(
            "the flag sent as false",
            an_event("DeleteSecret", secret=a_secret(), request={"forceDeleteWithoutRecovery": "false"}),
        ),
        _case(
            "a denied deletion shows no request, so nothing is known of force",
            an_event("DeleteSecret", by=a_role("dev"), failure=a_denial("DeleteSecret", "prod/db")),
        ),
    ),
)
