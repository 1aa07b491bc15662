"""A principal was refused at many secrets, or was refused and then let in.

Whoever holds a stolen key tries names until one opens. A consumer that lacks a permission looks different: it asks
for one secret over and over, which is a note for whoever runs it. A secret that does not exist is no refusal; it
occurs in every rotation.

Source: ATT&CK T1526 and T1078.004; real denied records of 2024, whose target stands only in the text of the error.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from nightlatch.domain.event.calls import CHANGE_RIGHTS, SECRETS_MANAGER_CALLS
from nightlatch.domain.event.events import IAM, Failure, SecretEvent, calls_of
from nightlatch.domain.event.secrets import distinct
from nightlatch.domain.history.evidence import Evidence
from nightlatch.domain.history.examples import a_denial, a_person, a_role, a_secret, an_event, sightings
from nightlatch.domain.history.sightings import denied
from nightlatch.domain.history.windows import Count, Episode, episode_at
from nightlatch.domain.judging.baseline import LATENESS, Baseline
from nightlatch.domain.judging.callers import is_aws_service
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.judging.refusals import Opening, opening_at
from nightlatch.domain.judging.rules import Detection, Example, Match, Verdict, Wait

PROBING, TARGETS = timedelta(minutes=15), 5
CALLS, ACTIONS = 10, 3
RETRIES = 3  # refusals of a consumer that make a note, no alarm


def evaluate(event: SecretEvent, baseline: Baseline) -> Verdict:
    """See whether a shut door has opened, else how widely the principal was refused."""
    if event.source == IAM:
        return None  # read for history alone: what it opened is judged when it is used
    opening = None if is_aws_service(event.principal) else opening_at(event.event_id, baseline)
    if opening is not None and not opening.is_repair:
        _, refused = _around(opening.refusal.at, baseline)
        return _let_in(opening, refused)
    probing, refused = _around(event.at, baseline) if event.denied else (None, None)
    told = _probing(event, refused, wide=probing is not None) if refused else None
    if opening is None or baseline.elapsed:
        return told
    # What looks like a repair is none if a change of the policy was before it, and changes come by another lane.
    return Wait(LATENESS) if told is None else replace(told, again=LATENESS)


def _around(moment: datetime, baseline: Baseline) -> tuple[Episode | None, Episode | None]:
    """Give the probing, and the tries again at whatever it be, that a moment is part of."""
    refusals = baseline.by_principal.only(denied)
    probing = episode_at(refusals, moment, width=PROBING, too_much=_is_probing)
    return probing, probing or episode_at(refusals, moment, width=PROBING, too_much=_is_retrying)


def _is_probing(count: Count) -> bool:
    return count.secrets >= TARGETS or (count.calls >= CALLS and count.actions >= ACTIONS)


def _is_retrying(count: Count) -> bool:
    return count.calls >= RETRIES


def _let_in(opening: Opening, refused: Episode | None) -> Match:
    minutes = -(-int((opening.success.at - opening.refusal.at).total_seconds()) // 60)
    evidence = Evidence.of(*opening.changes, *opening.refusals, opening.success)
    return Match(
        reason=f"secret {opening.secret.name} opened {minutes} min after it was refused, {_by_means_of(opening)}",
        severity=Severity.CRITICAL if opening.changes else Severity.HIGH,
        again=None if opening.changes else LATENESS,  # the record of a policy change may come behind both
        headline="{who} was refused {secrets}, then got through {span}",
        # All the refusals around go along, so that this outweighs the finding they made by themselves.
        evidence=evidence.joined(refused.evidence) if refused else evidence,
        secrets=distinct((opening.secret, *(refused.secrets if refused else ()))),
    )


def _by_means_of(opening: Opening) -> str:
    if opening.policy_changes:
        return "after a change of the secret's resource policy"
    if opening.rights_changes:
        return f"after a change of its own rights ({', '.join(sorted({one.name for one in opening.rights_changes}))})"
    return "with no change of the secret's policy or of its own rights seen"


def _probing(event: SecretEvent, refused: Episode, *, wide: bool) -> Match:
    count, service = refused.peak, is_aws_service(event.principal)
    note = "an AWS service without permission" if service else "it looks like a consumer without permission"
    return Match(
        reason=f"{count.calls} refused calls of {count.actions} kinds at {count.secrets} distinct secrets within 15"
        f" minutes{'' if wide and not service else f'; {note}'}",
        severity=Severity.MEDIUM if wide and not service else Severity.LOW,
        digest=not wide or service,
        evidence=refused.evidence,
        secrets=refused.secrets,
    )


def _refused(count: int, *, names: int, every_s: float, failure: Failure | None = None) -> list[SecretEvent]:
    targets = [a_secret(f"prod/{n % names}", suffix=None) for n in range(count)]
    return [
        an_event(secret=s, by=a_role(), after_s=every_s * n, failure=failure or a_denial("GetSecretValue", s.text))
        for n, s in enumerate(targets)
    ]


def _case(
    name: str,
    events: list[SecretEvent],
    severity: Severity | None = None,
    changes: Sequence[SecretEvent] = (),
    rights: Sequence[SecretEvent] = (),
) -> Example:
    """Judge the last of some events of one principal, with the policy changes of its secret and of its own rights."""
    baseline = Baseline(by_principal=sightings(events), on_secret=sightings(changes), rights=sightings(rights))
    return Example(name=name, event=events[-1], fires=severity is not None, severity=severity, baseline=baseline)


_PROBES = _refused(6, names=6, every_s=1)
_OPENED = [*_PROBES, an_event(secret=a_secret("prod/0"), by=a_role(), after_s=420)]
_POLICY = an_event("PutResourcePolicy", secret=a_secret("prod/0"), by=a_person("ben"), after_s=240)
_ATTACHED = an_event(
    "AttachRolePolicy", by=a_person("ben"), after_s=240, source=IAM, request={"roleName": "app", "policyArn": "arn:x"}
)
_ABSENT = _refused(6, names=6, every_s=1, failure=Failure("ResourceNotFoundException", "can't find the secret"))


DETECTION = Detection(
    id="access.denied-probing",
    catalogue="ACC-05",
    title="Denied probing, and denied then allowed",
    headline="{who} was refused {secrets} {span}",
    severity=Severity.MEDIUM,
    event_names=SECRETS_MANAGER_CALLS | calls_of(IAM, *CHANGE_RIGHTS),
    techniques=("T1526", "T1078.004"),
    evaluate=evaluate,
    contain=True,
    blind_spots=(
        "The text of a long refusal is cut, and a refused ListSecrets names no target, so some targets are not counted."
        " Fewer than five secrets in a quarter of an hour pass for a misconfigured consumer. Access gained through a"
        " new version of a managed policy, or the policy of a group, an organisation or a key, shows as a secret that"
        " opened, without the change that opened it; so does any change of IAM where us-east-1 forwards nothing."
    ),
    playbook=(
        "Was something deployed just now that lacks a permission? Then it asks for the same few names over and over.\n"
        "If a secret opened: look at who changed its policy, and whether they were asked to.\n"
        "If nobody can explain it: deactivate the key or revoke the sessions, and put the former policy back.\n"
        "Rotate whatever was read after the refusals."
    ),
    examples=(
        _case("six names are tried in six seconds", _PROBES, Severity.MEDIUM),
        _case("a refused secret answers seven minutes later", _OPENED, Severity.HIGH),
        _case("a refused secret answers after its policy was changed", _OPENED, Severity.CRITICAL, [_POLICY]),
        _case("a refused secret answers after its reader got a policy", _OPENED, Severity.CRITICAL, rights=[_ATTACHED]),
        _case("a consumer asks for one secret every minute: a note", _refused(12, names=1, every_s=60), Severity.LOW),
        _case("a single refusal", _PROBES[:1]),
        _case("versions that do not exist yet, as in every rotation", _ABSENT),
    ),
)
