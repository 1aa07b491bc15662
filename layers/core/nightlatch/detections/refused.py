"""Somebody tried to delete a secret and AWS refused: nothing is lost yet, and the next try may get through.

Who holds a stolen key tries what it may do. A refusal by IAM shows no request at all, so its target stands only in the
text of the error. A secret that is scheduled for deletion already is what infrastructure code meets when it runs
twice, and a throttled call is made again: neither is a refusal here.

Source: Secrets Manager API reference, DeleteSecret; design facts 3.4 (real refused records of 2024) and 5.1;
ATT&CK T1485.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from nightlatch.domain.answering.allowances import allow_command, is_denied_explicitly
from nightlatch.domain.event.events import Failure, SecretEvent, secrets_manager
from nightlatch.domain.history.examples import a_denial, a_person, a_secret, a_user, an_event, sightings
from nightlatch.domain.history.sightings import Sighting, is_refused_deletion
from nightlatch.domain.history.windows import Count, episode_at
from nightlatch.domain.judging.baseline import Baseline
from nightlatch.domain.judging.callers import is_aws_service
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.judging.rules import Detection, Example, Match, Verdict

TRIES = 3
WINDOW = timedelta(minutes=30)  # as for deletions that got through


def evaluate(event: SecretEvent, baseline: Baseline) -> Verdict:
    """Fire on one refused deletion; several within half an hour are somebody who wants it done."""
    if not is_refused_deletion(event):
        return None
    service = is_aws_service(event.principal)
    refused = baseline.by_principal.only(_is_refused)
    tries = None if service else episode_at(refused, event.at, width=WINDOW, too_much=_is_insisting)
    if tries is not None:
        return Match(
            reason=(
                f"{len(tries.evidence.event_ids)} refused deletions, {tries.peak.calls} of them within 30 minutes"
                f"{_by_a_guard(event)}"
            ),
            headline="{who} tried again and again to delete {secrets} {span}, and AWS refused",
            severity=Severity.HIGH,
            evidence=tries.evidence,
            secrets=tries.secrets,
        )
    if event.request.flag("forceDeleteWithoutRecovery") is True:
        return None  # deletion.force-delete tells of the attempt
    denied = "for lack of permission" if event.denied else "though the caller may have been allowed to"
    return Match(
        reason=f"AWS refused {denied}, so nothing was deleted{_by_a_guard(event)}",
        headline=None if event.secrets else "{who} tried to delete a secret that the record does not name",
        severity=Severity.LOW if service else None,
    )


def _by_a_guard(event: SecretEvent) -> str:
    """Say that a refusal was meant, and what it does to infrastructure code: it looks like a fault of nightlatch."""
    if not is_denied_explicitly(event):
        return ""
    secret = event.secrets[0].name if event.secrets else "SECRET"
    return (
        "; an explicit Deny on the secret did it, as a guard does, and so it is meant: cloudformation delete-stack "
        "ends in DELETE_FAILED and terraform destroy fails. Planned? Let it through: "
        f"{allow_command(secret, force=True)}"
    )


def _is_refused(call: Sighting) -> bool:
    return call.refused_deletion and not call.own


def _is_insisting(count: Count) -> bool:
    return count.calls >= TRIES


def _denied(name: str = "prod/db", *, after_s: float = 0) -> SecretEvent:
    target = a_secret(name, suffix=None)
    failure = a_denial("DeleteSecret", name)
    return an_event("DeleteSecret", secret=target, by=a_user("mallory"), failure=failure, after_s=after_s)


def _invalid(message: str, **request: object) -> SecretEvent:
    failure = Failure("InvalidRequestException", message)
    asked = {"secretId": a_secret().text, **request}
    return an_event("DeleteSecret", secret=a_secret(), by=a_person("ana"), request=asked, failure=failure)


_GUARDED = an_event(
    "DeleteSecret",
    secret=a_secret(suffix=None),
    by=a_user("ci-deploy"),
    failure=Failure(
        "AccessDenied",
        f"User: {a_user().key} is not authorized to perform: secretsmanager:DeleteSecret on resource: prod/db"
        " with an explicit deny in a resource-based policy",
    ),
)
_TRIES = [_denied(f"prod/{n}", after_s=600 * n) for n in range(3)]
_REPLICATED = "You can't delete a primary secret that is replicated."
_SCHEDULED = "You can't perform this operation on the secret because it was marked for deletion."
_SLOW_DOWN = an_event("DeleteSecret", by=a_user("ci-deploy"), failure=Failure("ThrottlingException", "Rate exceeded"))


def _case(
    name: str, event: SecretEvent, severity: Severity | None = None, others: Sequence[SecretEvent] = ()
) -> Example:
    baseline = Baseline(by_principal=sightings([event, *others]))
    return Example(name=name, event=event, fires=severity is not None, severity=severity, baseline=baseline)


DETECTION = Detection(
    id="deletion.refused",
    catalogue="DEL-05",
    title="A deletion was refused",
    headline="{who} tried to delete {secrets}, and AWS refused",
    severity=Severity.MEDIUM,
    event_names=secrets_manager("DeleteSecret"),
    techniques=("T1485",),
    evaluate=evaluate,
    blind_spots=(
        "A long refusal is cut at 1 KB and may name no target. Whether a denied deletion asked for no recovery the "
        "record does not show. Three tries spread over more than half an hour stay single ones, and tries that are "
        "only throttled are not counted. That the secret was scheduled already is told by the text of the error."
    ),
    playbook="""\
Ask the person or the owner of the role: a clean-up that lacks a permission is the usual answer.
Nobody knows of it: deactivate the key or revoke the sessions, then look at what the principal read before.
See who changed policies since: whoever is refused may look for another way in.
A guard refused it, and it was planned: `nightlatch allow SECRET --action force-delete --for 2h --reason TEXT`.
A pipeline that may not delete, and tries each time: take the step out, or exempt it for its name prefix.""",
    examples=(
        _case("a user without the permission, its target only in the text", _denied(), Severity.MEDIUM),
        _case("a guard refused it, and the reason says what to do", _GUARDED, Severity.MEDIUM),
        _case("the secret has replicas", _invalid(_REPLICATED), Severity.MEDIUM),
        _case("three secrets in twenty minutes, the first of them judged", _TRIES[0], Severity.HIGH, _TRIES[1:]),
        _case("infrastructure code deletes what is scheduled already", _invalid(_SCHEDULED)),
        _case("a throttled call", _SLOW_DOWN),
        _case(
            "a refused force delete is another rule's matter", _invalid(_REPLICATED, forceDeleteWithoutRecovery=True)
        ),
    ),
)
