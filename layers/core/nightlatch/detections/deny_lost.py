"""A Deny in a secret's resource policy is gone, or a new one shuts everybody out.

A Deny is what holds against whoever may do everything: a guard against deletion, a fence around a network. It is
lost when the policy is put without it or deleted, and no IAM policy shows that. The other way round a Deny to
everybody, without a condition that spares the owner, takes the secret away from all its users at one stroke.

Source: Secrets Manager user guide, resource policies; API reference, PutResourcePolicy (replaces the whole policy);
IAM user guide, policy evaluation (an explicit Deny wins); ATT&CK T1531, T1098.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from nightlatch.domain.aws_policies.denials import Denial, denials_of
from nightlatch.domain.event.events import SecretEvent, secrets_manager
from nightlatch.domain.history.examples import ACCOUNT, WAITED, a_denial, a_person, a_secret, an_event, sightings
from nightlatch.domain.history.sightings import succeeded
from nightlatch.domain.judging.baseline import LATENESS, Baseline
from nightlatch.domain.judging.findings import Remedy, Severity
from nightlatch.domain.judging.rules import Detection, Example, Match, Verdict, Wait

_PUT, _DELETE = "PutResourcePolicy", "DeleteResourcePolicy"


def evaluate(event: SecretEvent, baseline: Baseline) -> Verdict:
    """Compare with the policy before; where nothing is wrong yet, the call that set that one may be late."""
    policy = event.request.document("resourcePolicy")
    if event.secret is None or not event.succeeded or (event.called(_PUT) and policy is None):
        return None
    before = baseline.done_to(event.secret, _PUT, _DELETE).only(succeeded).before(event.at)
    had = frozenset(before[-1].denials) if before else frozenset()
    said = denials_of(policy)
    new = [denial for denial in said if denial.digest not in had]
    shut = _shut_out(new)
    if shut is not None and shut.severity is None:
        return shut
    lost = had - {denial.digest for denial in said}
    if lost:
        return _lost(event, len(lost), len(had), replaced=bool(new))
    if not baseline.elapsed:
        return Wait(LATENESS)
    return shut


def _shut_out(new: Sequence[Denial]) -> Match | None:
    if any(denial.shuts_out for denial in new):
        return Match(
            reason="a new Deny applies to everybody and has no condition: readers and owners are refused from now on",
            headline="{who} shut everybody out of {secrets} by its resource policy",
        )
    if any(denial.bars_deletion for denial in new):
        return Match(
            reason="a new Deny forbids everybody to delete; that protects the secret, and hinders its owner",
            headline="{who} forbade everybody to delete {secrets}",
            severity=Severity.LOW,
        )
    return None


def _lost(event: SecretEvent, lost: int, had: int, *, replaced: bool) -> Match:
    how = "the policy was deleted" if event.called(_DELETE) else "the policy was put without it"
    instead = "; another Deny stands in its place, which may be wider or narrower" if replaced else ""
    what = f"of {had} Deny statement{'s' if had > 1 else ''} {lost} no longer stand{'s' if lost == 1 else ''}"
    return Match(reason=f"{what}: {how}{instead}")


_DAY_S = 86_400.0
_READ = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:role/app"}, "Action": "secretsmanager:Get*"}
_GUARDED_ACTIONS = ["secretsmanager:DeleteSecret", "secretsmanager:PutResourcePolicy"]
_GUARD = {
    "Sid": "guard",
    "Effect": "Deny",
    "Principal": "*",
    "Action": _GUARDED_ACTIONS,
    "Condition": {"ArnNotEquals": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/break-glass"}},
}
_WALL = {"Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "secretsmanager:*", "Resource": "*"}


def _put(*statements: object, after_s: float = 0) -> SecretEvent:
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    return _call(_PUT, after_s=after_s, resourcePolicy=policy)


def _call(name: str, *, after_s: float = 0, **request: object) -> SecretEvent:
    asked = {"secretId": a_secret().text, **request}
    return an_event(name, secret=a_secret(), by=a_person("mallory"), after_s=after_s, request=asked)


_GUARDED = _put(_READ, _GUARD, after_s=-30 * _DAY_S)
_REWORDED = {**_GUARD, "Sid": "keep", "Action": _GUARDED_ACTIONS[::-1]}


def _case(name: str, event: SecretEvent, *known: SecretEvent, severity: Severity | None = None) -> Example:
    """Judge a call, after its wait, with the policies of the secret before it."""
    baseline = Baseline(on_secret=sightings([*known, event]), settled=WAITED)
    return Example(name=name, event=event, fires=severity is not None, severity=severity, baseline=baseline)


DETECTION = Detection(
    id="policy.deny-lost",
    catalogue="POL-03",
    title="A Deny of a secret's policy was lost, or shuts everybody out",
    headline="{who} took a Deny out of the resource policy of {secrets}",
    severity=Severity.HIGH,
    event_names=secrets_manager(_PUT, _DELETE),
    techniques=("T1531", "T1098"),
    remedy=Remedy.PUT_POLICY_BACK,
    evaluate=evaluate,
    blind_spots=(
        "The policy before is known for ninety days after it was put; what is older is not compared. Every change of a "
        "Deny counts as its loss, for only its meaning as a whole is kept. Whoever shuts out all but themselves, by a "
        "condition that spares them, is not told: who the owner is the policy does not say. Other policies than "
        "the default one, and Denies in IAM, are not judged."
    ),
    playbook="""\
Put the former policy back, before you ask who changed it: the Deny may be all that stood in the way.
Shut out? The account's root and whoever may still set policies can delete the policy.
Ask who did it: infrastructure code that sets the whole policy drops what others added by hand.
See what was done to the secret since: deleted, read from outside, shared.
Meant: nothing to do; the new policy is what later ones are compared with.""",
    examples=(
        _case("the policy is put without its guard", _put(_READ), _GUARDED, severity=Severity.HIGH),
        _case("the policy is deleted, its guard with it", _call(_DELETE), _GUARDED, severity=Severity.HIGH),
        _case("a Deny of everything to everybody", _put(_READ, _WALL), severity=Severity.HIGH),
        _case("the guard, said in other words", _put(_REWORDED, _READ), _GUARDED),
        _case("a policy without any Deny is deleted", _call(_DELETE), _put(_READ, after_s=-_DAY_S)),
        _case("a first guard, which spares one role", _put(_GUARD)),
        _case("a refused call", an_event(_DELETE, failure=a_denial(_DELETE, "prod/db")), _GUARDED),
    ),
)
