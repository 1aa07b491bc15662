"""The key of secrets was opened to strangers, or its own account shut out, by its policy or by a grant.

Whoever may use the key and has a copy of what it encrypts reads it, and whoever holds the key's policy holds every
secret under it. An Allow to everybody is wide open whatever its actions, unless one condition narrows it; the caller's
account, as the key policy for Secrets Manager has it, does.

Source: KMS API reference, PutKeyPolicy (BypassPolicyLockoutSafetyCheck), CreateGrant, RevokeGrant; KMS developer guide,
key policies; design facts 5.1; ruling 39; ATT&CK T1098, T1486.
"""

from __future__ import annotations

import json

from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.aws_policies.key_policies import cut_off
from nightlatch.domain.aws_policies.policy_conditions import account_of
from nightlatch.domain.aws_policies.policy_statements import KEYS
from nightlatch.domain.aws_policies.resource_policies import Grant, Reach, grants
from nightlatch.domain.event.events import KMS, SecretEvent, calls_of
from nightlatch.domain.event.resources import arns_in
from nightlatch.domain.event.secrets import SecretRef
from nightlatch.domain.history.examples import ACCOUNT, REGION, a_person, a_secret, an_event
from nightlatch.domain.judging.baseline import LATENESS, Baseline
from nightlatch.domain.judging.callers import is_aws_service
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.judging.rules import Detection, Example, Match, Verdict, Wait

_OPENED, _CUT = "opened {}", "cut off {}"
_Harm = tuple[str, str, Severity]  # what was done to the key, why it counts, how bad


def evaluate(event: SecretEvent, baseline: Baseline) -> Verdict:
    """Say what the call opens or cuts, then whether secrets need the key."""
    harm = _harm(event, baseline.inventory) if event.succeeded else None
    if harm is None:
        return None
    held = baseline.held
    if not held and not baseline.inventory.is_protected_key(*arns_in(event, "keyId")):
        return None if baseline.elapsed else Wait(LATENESS)  # the record that shows the key may be late
    way, reason, severity = harm
    key = "the key of {secrets}" if held else "a key that protects secrets"
    return Match(
        reason=reason,
        headline=f"{{who}} {way.format(key)}",
        severity=severity,
        secrets=held,
        again=LATENESS,  # late records may show more secrets that need it
    )


def _harm(event: SecretEvent, inventory: Inventory) -> _Harm | None:
    match event.name:
        case "PutKeyPolicy":
            return _by_policy(event, inventory)
        case "CreateGrant":
            return _by_grant(event, inventory)
        case _:
            # Services take back their own grants when they have done their work: a line in the digest.
            own = is_aws_service(event.principal) or event.principal.is_through_aws
            return (
                "took back a grant of {}",
                "what the grant allowed is not shown",
                Severity.LOW if own else Severity.HIGH,
            )


def _by_policy(event: SecretEvent, inventory: Inventory) -> _Harm | None:
    policy = event.request.document("policy") or {}
    some_grants = [grant for grant in grants(policy, service=KEYS) if grant.anyone or grant.accounts]
    organization = inventory.organization_id
    for grant in some_grants:
        if grant.anyone and grant.reach(organization) is Reach.OPEN:
            return (_OPENED, f"statement {grant.number} lets in everybody, and nothing narrows it", Severity.HIGH)
    foreign = {grant: _foreign(grant, event, inventory) for grant in some_grants}
    strangers = sorted({a for g, some in foreign.items() if g.within(organization) is Reach.OPEN for a in some})
    if strangers:
        return (_OPENED, f"the policy lets in {', '.join(strangers)}, neither ours nor trusted", Severity.HIGH)
    cut = cut_off(policy, event.account_id) if policy else None
    if cut is not None:
        return (_CUT, cut, Severity.HIGH)
    if event.request.flag("bypassPolicyLockoutSafetyCheck"):
        return (_CUT, "AWS's check against shutting oneself out was switched off", Severity.HIGH)
    if any(_is_for_some_organization(grant, foreign[grant], organization) for grant in some_grants):
        what = "one organisation is let in, and which organisation is ours is not known"
        return ("opened {} to an organisation", what, Severity.LOW)
    return None


def _is_for_some_organization(grant: Grant, foreign: frozenset[str], organization: str | None) -> bool:
    whole = grant.anyone and grant.reach(organization) is Reach.ORGANIZATION
    return whole or (bool(foreign) and grant.within(organization) is Reach.ORGANIZATION)


def _foreign(grant: Grant, event: SecretEvent, inventory: Inventory) -> frozenset[str]:
    """Give the accounts let in, without our own and the trusted ones."""
    reached = grant.accounts_reached(frozenset({event.account_id}))
    return frozenset(account for account in reached if not inventory.trusts(account))


def _by_grant(event: SecretEvent, inventory: Inventory) -> _Harm | None:
    account = account_of(event.request.text("granteePrincipal") or "")
    if account is None or account == event.account_id or inventory.trusts(account):
        return None
    return (_OPENED, f"a grant lets in account {account}, neither ours nor trusted", Severity.HIGH)


_KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
_STRANGER = "999988887777"
_ROOT = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "kms:*", "Resource": "*"}
_EVERYBODY = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": ["kms:Decrypt"], "Resource": "*"}
_THROUGH = {"kms:CallerAccount": ACCOUNT, "kms:ViaService": f"secretsmanager.{REGION}.amazonaws.com"}
_FOR_SECRETS = {**_EVERYBODY, "Condition": {"StringEquals": _THROUGH}}
_MALLORY = {**_ROOT, "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:user/mallory"}}
_PROTECTED = Inventory(protected_keys=frozenset({_KEY}))


def _policy(*statements: object, **more: object) -> dict[str, object]:
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    return {"policyName": "default", "policy": policy, "bypassPolicyLockoutSafetyCheck": False, **more}


def _case(  # noqa: PLR0913 - a builder: everything but the first three has a default
    name: str,
    call: str,
    request: dict[str, object],
    severity: Severity | None = None,
    *,
    inventory: Inventory = _PROTECTED,
    held: tuple[SecretRef, ...] = (),
) -> Example:
    event = an_event(call, source=KMS, by=a_person("mallory"), request={"keyId": _KEY, **request})
    baseline = Baseline(inventory=inventory, held=held)
    return Example(name=name, event=event, fires=severity is not None, severity=severity, baseline=baseline)


_HIGH = Severity.HIGH
_TO_A_STRANGER: dict[str, object] = {"granteePrincipal": f"arn:aws:iam::{_STRANGER}:role/x", "operations": ["Decrypt"]}
_TO_OURS: dict[str, object] = {"granteePrincipal": f"arn:aws:iam::{ACCOUNT}:role/app", "operations": ["Decrypt"]}

DETECTION = Detection(
    id="key.opened",
    catalogue="KMS-03",
    title="Key policy or grant opened or cut",
    headline="{who} opened or cut off the key of {secrets}",
    severity=Severity.HIGH,
    event_names=calls_of(KMS, "PutKeyPolicy", "CreateGrant", "RevokeGrant"),
    techniques=("T1098", "T1486"),
    evaluate=evaluate,
    blind_spots=(
        "The policy before is not known, so the same policy put again fires again, and a statement for Secrets Manager "
        "that was taken out is seen only where the account itself has lost the key. A Deny with a condition or with "
        "NotPrincipal, a grant that its grantee retires, and what a revoked grant allowed are not weighed. AWS "
        "services that a policy names are taken for meant."
    ),
    playbook="""\
Read the key's policy as it is now and put the last good one back; KMS keeps no earlier one.
Shut out of your own key? Only who is named in the policy can mend it, else AWS Support can.
A stranger had the key: see who has read the secrets under it, and rotate them.
A partner or an account of yours: add it to the trusted accounts, with the reason.""",
    examples=(
        _case("everybody may decrypt", "PutKeyPolicy", _policy(_ROOT, _EVERYBODY), _HIGH),
        _case(
            "only the attacker holds the key of a secret", "PutKeyPolicy", _policy(_MALLORY), _HIGH, held=(a_secret(),)
        ),
        _case(
            "the check against shutting oneself out is off",
            "PutKeyPolicy",
            _policy(_ROOT, bypassPolicyLockoutSafetyCheck=True),
            _HIGH,
        ),
        _case("a grant for a stranger's role", "CreateGrant", _TO_A_STRANGER, _HIGH),
        _case("the policy that the guide gives for Secrets Manager", "PutKeyPolicy", _policy(_ROOT, _FOR_SECRETS)),
        _case("a grant for a role of ours", "CreateGrant", _TO_OURS),
        _case("a key that no secret needs", "PutKeyPolicy", _policy(_EVERYBODY), inventory=Inventory()),
    ),
)
