"""A resource policy lets in an account that is neither ours nor trusted.

It is the quiet backdoor: one call, and a stranger's administrator decides who reads the secret from then on.
What counts is who is let in after all conditions: an account named as the principal, or the only one that a
condition leaves of everybody. An account id that is present and not ours is foreign unless it is trusted.

Source: Secrets Manager user guide, cross-account access; IAM user guide, Principal; design facts 7.2 (A8);
ATT&CK T1098.
"""

from __future__ import annotations

import json

from nightlatch.domain.baseline import Baseline
from nightlatch.domain.events import SecretEvent, secrets_manager
from nightlatch.domain.examples import ACCOUNT, a_denial, a_role, a_secret, an_event
from nightlatch.domain.findings import Severity
from nightlatch.domain.inventory import Inventory
from nightlatch.domain.resource_policies import Grant, Reach, grants
from nightlatch.domain.rules import Detection, Example, Match, Verdict


def evaluate(event: SecretEvent, baseline: Baseline) -> Verdict:
    """Fire when a policy that AWS accepted lets in accounts that nobody vouches for."""
    policy = event.request.document("resourcePolicy")
    if not event.succeeded or policy is None:
        return None
    foreign = {grant: _foreign(grant, event, baseline.inventory) for grant in grants(policy)}
    reaches = {grant: grant.within(baseline.inventory.organization_id) for grant, some in foreign.items() if some}
    strangers = sorted({a for grant, reach in reaches.items() if reach is Reach.OPEN for a in foreign[grant]})
    if strangers:
        return Match(reason=f"the policy lets in {_accounts(strangers)}, neither ours nor trusted")
    if Reach.ORGANIZATION in reaches.values():
        named = sorted({account for some in foreign.values() for account in some})
        return Match(
            reason=f"{_accounts(named)} of one organisation is let in, and which organisation is ours is not known",
            severity=Severity.LOW,
        )
    return None


def _foreign(grant: Grant, event: SecretEvent, inventory: Inventory) -> frozenset[str]:
    """Give the accounts let in, without the recipient, the secret's owner and the trusted ones."""
    own = frozenset({event.account_id, *(secret.account_id for secret in event.secrets)})
    return frozenset(account for account in grant.accounts_reached(own) if not inventory.trusts(account))


def _accounts(accounts: list[str]) -> str:
    return f"account{'s' if len(accounts) > 1 else ''} {', '.join(accounts)}"


_STRANGER = "999988887777"
_THEIR_ROOT = {"AWS": f"arn:aws:iam::{_STRANGER}:root"}
_OUR_ROLE = {"AWS": f"arn:aws:iam::{ACCOUNT}:role/app"}
_ORGANIZATION = {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}
_ONE_ACCOUNT = {"StringEquals": {"aws:PrincipalAccount": _STRANGER}}


def _put(principal: object, condition: object = None) -> SecretEvent:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "secretsmanager:GetSecretValue", "Resource": "*"}
    policy = {"Version": "2012-10-17", "Statement": statement | ({"Condition": condition} if condition else {})}
    request = {"secretId": a_secret().text, "resourcePolicy": json.dumps(policy)}
    return an_event("PutResourcePolicy", secret=a_secret(), by=a_role("ops", "ben"), request=request)


_UNKNOWN = Inventory()


def _case(
    name: str, event: SecretEvent, severity: Severity | None = None, *, inventory: Inventory = _UNKNOWN
) -> Example:
    baseline = Baseline(inventory=inventory)
    return Example(name=name, event=event, fires=severity is not None, severity=severity, baseline=baseline)


DETECTION = Detection(
    id="policy.foreign-account",
    catalogue="POL-02",
    title="A secret was opened to a foreign account",
    headline="{who} opened {secrets} to a foreign account",
    severity=Severity.HIGH,
    event_names=secrets_manager("PutResourcePolicy"),
    techniques=("T1098",),
    evaluate=evaluate,
    blind_spots=(
        "Grants inside the account that give somebody too much, or the caller more than before, are not judged yet, "
        "nor are AWS managed policies attached in IAM. A policy put again unchanged fires again, for the one before "
        "is not kept. Principals known only by a unique id (AIDA..., AROA...) show no account."
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
        _case("a trusted account", _put(_THEIR_ROOT), inventory=Inventory(trusted_accounts=frozenset({_STRANGER}))),
        _case("one role of our own account", _put(_OUR_ROLE)),
        _case(
            "a refused call shows no policy",
            an_event("PutResourcePolicy", failure=a_denial("PutResourcePolicy", "prod/db")),
        ),
    ),
)
