"""A resource policy lets in an account that is neither ours nor trusted, or gives control of the secret away.

It is the quiet backdoor: one call, and a stranger's administrator decides who reads the secret from then on. Inside
the account the backdoor is control: a grant to whoever sets the policy, or one that lets somebody change it.
What counts is who is let in after all conditions: an account named as the principal, or the only one that a
condition leaves of everybody. An account id that is present and not ours is foreign unless it is trusted.

Source: Secrets Manager user guide, cross-account access; IAM user guide, Principal; design facts 7.2 (A8);
ATT&CK T1098.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from fnmatch import fnmatchcase

from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.aws_policies.resource_policies import Grant, Reach, grants
from nightlatch.domain.event.events import SecretEvent, secrets_manager
from nightlatch.domain.history.examples import ACCOUNT, a_denial, a_role, a_secret, an_event, sightings
from nightlatch.domain.history.sightings import sighting_of, succeeded
from nightlatch.domain.judging.baseline import Baseline
from nightlatch.domain.judging.findings import Remedy, Severity
from nightlatch.domain.judging.rules import Detection, Example, Match, Verdict


def evaluate(event: SecretEvent, baseline: Baseline) -> Verdict:
    """Fire when a policy that AWS accepted lets in accounts that nobody vouches for, or gives control away."""
    policy = event.request.document("resourcePolicy")
    if not event.succeeded or policy is None or _is_unchanged(event, baseline):
        return None
    some_grants = grants(policy, event.secret)
    foreign = {grant: _foreign(grant, event, baseline.inventory) for grant in some_grants}
    reaches = {grant: grant.within(baseline.inventory.organization_id) for grant, some in foreign.items() if some}
    strangers = sorted({a for grant, reach in reaches.items() if reach is Reach.OPEN for a in foreign[grant]})
    if strangers:
        return Match(reason=f"the policy lets in {_accounts(strangers)}, neither ours nor trusted")
    control = _control(some_grants, event)
    if control is not None:
        return Match(reason=control, headline="{who} gave control of {secrets} away in its resource policy")
    if Reach.ORGANIZATION in reaches.values():
        named = sorted({account for some in foreign.values() for account in some})
        return Match(
            reason=f"{_accounts(named)} of one organisation is let in, and which organisation is ours is not known",
            headline="{who} opened {secrets} to an account of an organisation",
            severity=Severity.LOW,
        )
    return None


def _is_unchanged(event: SecretEvent, baseline: Baseline) -> bool:
    """Tell whether the secret had this very policy already, as far as history shows."""
    if event.secret is None:
        return False
    changes = baseline.done_to(event.secret, "PutResourcePolicy", "DeleteResourcePolicy").only(succeeded)
    before = changes.before(event.at)
    return bool(before) and before[-1].digest == sighting_of(event).digest


def _control(some_grants: Iterable[Grant], event: SecretEvent) -> str | None:
    """Say what a policy gives inside the account that it should not: to its own author, or control to others."""
    author = {*event.principal.names, event.principal.arn or event.principal.key}
    for grant in some_grants:
        if any(fnmatchcase(name, pattern) for name in author for pattern in grant.let_in):
            return "the policy gives rights to the very principal that set it"
        if grant.controls and grant.let_in:
            return "the policy lets a user or role change who is let in, or the secret itself"
    return None


def _foreign(grant: Grant, event: SecretEvent, inventory: Inventory) -> frozenset[str]:
    """Give the accounts let in, without the recipient, the secret's owner and the trusted ones."""
    own = frozenset({event.account_id, *(secret.account_id for secret in event.secrets)})
    return frozenset(account for account in grant.accounts_reached(own) if not inventory.trusts(account))


def _accounts(accounts: list[str]) -> str:
    return f"account{'s' if len(accounts) > 1 else ''} {', '.join(accounts)}"


_STRANGER = "999988887777"
_THEIR_ROOT = {"AWS": f"arn:aws:iam::{_STRANGER}:root"}
_OPS = a_role("ops", "ben")
_ITSELF = {"AWS": [f"arn:aws:iam::{ACCOUNT}:role/app", _OPS.key]}
_OUR_ROLE = {"AWS": f"arn:aws:iam::{ACCOUNT}:role/app"}
_ORGANIZATION = {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}
_ONE_ACCOUNT = {"StringEquals": {"aws:PrincipalAccount": _STRANGER}}


def _put(
    principal: object, condition: object = None, *, action: str = "secretsmanager:GetSecretValue", after_s: float = 0
) -> SecretEvent:
    statement = {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*"}
    policy = {"Version": "2012-10-17", "Statement": statement | ({"Condition": condition} if condition else {})}
    request = {"secretId": a_secret().text, "resourcePolicy": json.dumps(policy)}
    return an_event("PutResourcePolicy", secret=a_secret(), by=_OPS, after_s=after_s, request=request)


_UNKNOWN = Inventory()


def _case(
    name: str,
    event: SecretEvent,
    severity: Severity | None = None,
    *,
    inventory: Inventory = _UNKNOWN,
    before: SecretEvent | None = None,
) -> Example:
    baseline = Baseline(inventory=inventory, on_secret=sightings([before, event] if before else [event]))
    return Example(name=name, event=event, fires=severity is not None, severity=severity, baseline=baseline)


DETECTION = Detection(
    id="policy.foreign-account",
    catalogue="POL-02",
    title="A secret was opened to a foreign account, or control of it given away",
    headline="{who} opened {secrets} to a foreign account",
    severity=Severity.HIGH,
    event_names=secrets_manager("PutResourcePolicy"),
    techniques=("T1098",),
    remedy=Remedy.PUT_POLICY_BACK,
    evaluate=evaluate,
    contain=True,
    blind_spots=(
        "AWS managed policies attached in IAM are not judged yet. A policy put again unchanged is silent only while "
        "the call that set it is known, ninety days. Principals known only by a unique id (AIDA..., AROA...) show no "
        "account, and control given to the account's root is taken for what IAM grants anyway."
    ),
    playbook="""\
Whose account is it? A partner, a new account of yours, or nobody's: ask the person who set it.
Yours or a partner's: add it to the trusted accounts, with the reason.
Nobody's: put the last policy back, and see whether that account has read the secret (access by an outside account).
It has: rotate the secret. Then stop the principal that set the policy.""",
    examples=(
        _case("the root of a stranger's account", _put(_THEIR_ROOT), Severity.HIGH),
        _case("everybody, of whom a condition leaves one stranger's account", _put("*", _ONE_ACCOUNT), Severity.HIGH),
        _case(
            "a stranger within one organisation, and ours is not known",
            _put({"AWS": _STRANGER}, _ORGANIZATION),
            Severity.LOW,
        ),
        _case("a role sets a policy for itself", _put(_ITSELF), Severity.HIGH),
        _case("a role of ours may change the policy", _put(_OUR_ROLE, action="secretsmanager:*"), Severity.HIGH),
        _case("the same policy as before", _put(_THEIR_ROOT), before=_put(_THEIR_ROOT, after_s=-3600)),
        _case("a trusted account", _put(_THEIR_ROOT), inventory=Inventory(trusted_accounts=frozenset({_STRANGER}))),
        _case("one role of our own account", _put(_OUR_ROLE)),
        _case(
            "a refused call shows no policy",
            an_event("PutResourcePolicy", failure=a_denial("PutResourcePolicy", "prod/db")),
        ),
    ),
)
