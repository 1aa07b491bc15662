"""Somebody from another account used a secret of this one: a door that a policy opened, and a stranger walked through.

What CloudTrail shows of a caller of another account is little, often no more than its account and a number. A present
account id that is neither the recipient's nor trusted is foreign; a missing one is not (ruling 34). The caller's own
account has a record of the same call, with the same sharedEventID; in it nobody is foreign, so only the owner's fires.

Source: CloudTrail user guide, userIdentity of type AWSAccount, and sharedEventID; design facts 3.5; ATT&CK T1078.004.
"""

from __future__ import annotations

from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.event.calls import SECRETS_MANAGER_CALLS
from nightlatch.domain.event.events import Channel, SecretEvent
from nightlatch.domain.history.examples import a_denial, a_role, a_secret, an_event, an_outsider, the_service
from nightlatch.domain.judging.baseline import Baseline
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.judging.rules import Detection, Example, Match, Verdict


def evaluate(event: SecretEvent, baseline: Baseline) -> Verdict:
    """Fire on the account alone, whatever was called and whatever came of it."""
    account = event.principal.account_id
    # Of what passes a VPC endpoint the recipient is the endpoint's owner, and the secret may be the caller's own.
    if account is None or account == event.account_id or event.channel is Channel.NETWORK:
        return None
    if baseline.inventory.trusts(account):
        return None
    outcome = "succeeded" if event.succeeded else "was refused" if event.denied else "failed"
    return Match(
        reason=f"account {account} is neither this one nor trusted; its {event.name} {outcome}",
        headline=_ON_SECRETS if event.secrets else None,
    )


_ON_SECRETS = "Another account called Secrets Manager on {secrets}: {who}"
_STRANGER = "999988887777"
_TRUSTING = Inventory(trusted_accounts=frozenset({f"arn:aws:iam::{_STRANGER}:root"}))
_UNKNOWN = Inventory()
_PROD = a_secret("prod/payments")


def _case(name: str, event: SecretEvent, *, fires: bool, inventory: Inventory = _UNKNOWN) -> Example:
    severity = Severity.HIGH if fires else None
    return Example(name=name, event=event, fires=fires, severity=severity, baseline=Baseline(inventory=inventory))


DETECTION = Detection(
    id="access.outside-account",
    catalogue="ACC-13",
    title="Reader from another account",
    headline="Another account called Secrets Manager: {who}",
    severity=Severity.HIGH,
    event_names=SECRETS_MANAGER_CALLS,
    techniques=("T1078.004",),
    evaluate=evaluate,
    contain=True,
    blind_spots=(
        "Who comes from outside by way of a role of this account looks like that role. A refused caller of another"
        " account may leave no record here. What only a VPC endpoint saw is not judged. Who the caller was inside its"
        " own account its owner must tell: the record often shows no more than a unique id."
    ),
    playbook="""\
Whose account is it? A partner, a new account of yours, or nobody's.
Yours or a partner's: add it to the trusted accounts of the policy, with the reason.
Nobody's: look at who opened the secret (its resource policy), and put the last policy back.
Rotate every secret named here, and stop the principal that set the policy.
Ask AWS Support or the other account's owner who the caller was, with the shared event id.""",
    examples=(
        _case("a caller of whom only the account is known reads", an_event(secret=_PROD, by=an_outsider()), fires=True),
        _case("a foreign role lists", an_event("ListSecrets", by=an_outsider(role="reader")), fires=True),
        _case(
            "a refused try from outside",
            an_event(secret=_PROD, by=an_outsider(), failure=a_denial("GetSecretValue", _PROD.text)),
            fires=True,
        ),
        _case(
            "a trusted account",
            an_event(secret=_PROD, by=an_outsider()),
            fires=False,
            inventory=_TRUSTING,
        ),
        _case("a role of this account", an_event(secret=_PROD, by=a_role()), fires=False),
        _case("the service itself", an_event("GetRandomPassword", by=the_service()), fires=False),
    ),
)
