"""A resource policy lets everybody in, or any customer of an AWS service.

Anybody with an AWS account can then read the secret from outside, leaving a record only in the reader's own
trail and ours. A condition that really narrows makes the statement harmless; most that look narrow do not.
A service principal without a source account serves whoever asks that service.

Source: Secrets Manager API reference, PutResourcePolicy (BlockPublicPolicy, PublicPolicyException); IAM user
guide, the confused deputy problem; design facts 3.3 and 7.2 (A8); ATT&CK T1098, T1537.
"""

from __future__ import annotations

import json

from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.aws_policies.resource_policies import Grant, Reach, grants
from nightlatch.domain.event.events import Failure, SecretEvent, secrets_manager
from nightlatch.domain.history.examples import ACCOUNT, a_denial, a_role, a_secret, an_event
from nightlatch.domain.judging.baseline import Baseline
from nightlatch.domain.judging.findings import Remedy, Severity
from nightlatch.domain.judging.rules import Detection, Example, Match, Verdict

_STOPPED = "PublicPolicyException"


def evaluate(event: SecretEvent, baseline: Baseline) -> Verdict:
    """Fire on a statement that nothing narrows, and on the attempt that AWS's own check stopped."""
    policy = event.request.document("resourcePolicy")
    organization = baseline.inventory.organization_id
    found = [(grant, grant.reach(organization)) for grant in grants(policy or {}, event.secret)]
    wide = [grant for grant, reach in found if reach is Reach.OPEN]
    if event.failure is not None:
        return _attempt(event.failure) if wide or event.failure.code == _STOPPED else None
    if policy is None:
        return _unreadable()
    if wide:
        return Match(reason=f"{_what(wide[0])}; {_check(event)}")
    if any(reach is Reach.ORGANIZATION for _, reach in found):
        return Match(
            reason="everybody of one organisation is let in, and which organisation is ours is not known",
            headline="{who} opened {secrets} to an organisation",
            severity=Severity.LOW,
        )
    return None


def _attempt(failure: Failure) -> Match:
    how = "AWS's check for public access stopped it" if failure.code == _STOPPED else f"AWS refused: {failure.code}"
    return Match(
        reason=f"a policy that lets everybody in was tried; {how}",
        headline="{who} tried to make {secrets} public",
        severity=Severity.MEDIUM,
    )


def _unreadable() -> Match:
    return Match(
        reason="the record shows no policy that can be read; look at the secret's policy itself",
        headline="{who} set a policy on {secrets} that could not be judged",
        severity=Severity.LOW,
    )


def _what(grant: Grant) -> str:
    whom = "everybody" if grant.anyone else "an AWS service on behalf of any customer"
    return f"statement {grant.number} lets in {whom}, and nothing narrows it"


def _check(event: SecretEvent) -> str:
    match event.request.flag("blockPublicPolicy"):
        case True:
            return "AWS's check for public access was on and let it pass"
        case False:
            return "AWS's check for public access was switched off"
        case None:
            return "AWS's check for public access was not asked for"


def _put(*statements: object, failure: Failure | None = None, as_text: bool = True, **more: object) -> SecretEvent:
    policy = {"Version": "2012-10-17", "Statement": list(statements)}
    request = {"secretId": a_secret().text, "resourcePolicy": json.dumps(policy) if as_text else policy, **more}
    return an_event("PutResourcePolicy", secret=a_secret(), by=a_role("ops"), request=request, failure=failure)


def _allow(principal: object, **more: object) -> dict[str, object]:
    action = "secretsmanager:GetSecretValue"
    return {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*", **more}


_ORGANIZATION = {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}
_ENDPOINT = {"StringEquals": {"aws:SourceVpce": "vpce-0123456789abcdef0"}}
_NOT_NARROW = {"StringEqualsIfExists": {"aws:SourceVpce": "vpce-0123456789abcdef0"}}
_UNKNOWN = Inventory()


def _case(
    name: str, event: SecretEvent, severity: Severity | None = None, *, inventory: Inventory = _UNKNOWN
) -> Example:
    baseline = Baseline(inventory=inventory)
    return Example(name=name, event=event, fires=severity is not None, severity=severity, baseline=baseline)


DETECTION = Detection(
    id="policy.public",
    catalogue="POL-01",
    title="A secret was made public",
    headline="{who} made {secrets} public",
    severity=Severity.CRITICAL,
    event_names=secrets_manager("PutResourcePolicy"),
    techniques=("T1098", "T1537"),
    remedy=Remedy.PUT_POLICY_BACK,
    evaluate=evaluate,
    contain=True,
    blind_spots=(
        "Only the policy in the call is read: whether the key's policy also lets outsiders decrypt is not known here. "
        "A condition key that is not in our table never counts as narrowing, and neither does a Deny with several "
        "conditions or with NotPrincipal, so an unusual narrow policy fires."
    ),
    playbook="""\
Put the last policy back, or delete this one: DeleteResourcePolicy leaves access to the account's own principals.
Look for reads since then by accounts that are not yours (GetSecretValue with another account's identity).
Any such read: rotate the secret, for its value is known outside.
Ask who set it. A wizard or a template may have done it in good faith; always call with blockPublicPolicy.""",
    examples=(
        _case("everybody may read it", _put(_allow("*")), Severity.CRITICAL),
        _case(
            "IfExists narrows nobody; the policy arrives as an object",
            _put(_allow({"AWS": ["*"]}, Condition=_NOT_NARROW), as_text=False, blockPublicPolicy="false"),
            Severity.CRITICAL,
        ),
        _case("AWS stopped it", _put(_allow("*"), failure=Failure(_STOPPED), blockPublicPolicy=True), Severity.MEDIUM),
        _case("one organisation, and ours is not known", _put(_allow("*", Condition=_ORGANIZATION)), Severity.LOW),
        _case(
            "our own organisation",
            _put(_allow("*", Condition=_ORGANIZATION)),
            inventory=Inventory(organization_id="o-a1b2c3d4e5"),
        ),
        _case("everybody through one VPC endpoint", _put(_allow("*", Condition=_ENDPOINT))),
        _case("one role of the account", _put(_allow({"AWS": f"arn:aws:iam::{ACCOUNT}:role/app"}))),
        _case(
            "a refused call shows no policy",
            an_event("PutResourcePolicy", failure=a_denial("PutResourcePolicy", "prod/db")),
        ),
    ),
)
