"""Somebody used root, or a principal kept for emergencies, with Secrets Manager: no daily work needs either.

No policy of the account stops root, and whoever holds a break-glass role can do nearly as much. Every call counts,
whether it read, wrote or was refused. Which principals are kept for emergencies only the inventory says.

Source: ATT&CK T1078.004; IAM user guide, root user best practices; CloudTrail user guide, userIdentity of type Root.
"""

from __future__ import annotations

from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.event.calls import SECRETS_MANAGER_CALLS
from nightlatch.domain.event.events import SecretEvent
from nightlatch.domain.event.principals import PrincipalKind
from nightlatch.domain.history.examples import a_denial, a_person, a_role, a_secret, a_user, an_event, the_root
from nightlatch.domain.judging.baseline import Baseline
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.judging.rules import Detection, Example, Match, Verdict


def evaluate(event: SecretEvent, baseline: Baseline) -> Verdict:
    """Fire on the identity alone: history changes nothing."""
    if event.principal.kind is PrincipalKind.ROOT:
        who = "root"
    elif baseline.inventory.is_break_glass(event.principal):
        who = "a principal kept for emergencies"
    else:
        return None
    outcome = "succeeded" if event.succeeded else "was refused" if event.denied else "failed"
    deed = "read" if event.read_only else "change"
    return Match(
        reason=f"{who} called {event.name} (a {deed}), which {outcome}",
        headline="{who} used Secrets Manager on {secrets}" if event.secrets else "{who} used Secrets Manager",
    )


def _case(name: str, event: SecretEvent, *, fires: bool) -> Example:
    severity = Severity.HIGH if fires else None
    return Example(name=name, event=event, fires=fires, severity=severity, baseline=Baseline(inventory=_INVENTORY))


_INVENTORY = Inventory(break_glass=frozenset({"arn:aws:iam::*:role/break-glass*"}))
_PROD = a_secret("prod/db")
_DENIAL = a_denial("DeleteSecret", "prod/db")


DETECTION = Detection(
    id="access.root-use",
    catalogue="ACC-10",
    title="Root or break-glass uses Secrets Manager",
    headline="{who} used Secrets Manager",
    severity=Severity.HIGH,
    event_names=SECRETS_MANAGER_CALLS,
    techniques=("T1078.004",),
    evaluate=evaluate,
    contain=True,
    blind_spots=(
        "Only the emergency principals that the inventory names are known, and a drill looks like an emergency: exempt"
        " it for its days. Root that makes itself a user or a role first shows only as that user or role."
    ),
    playbook=(
        "Ask the few people who can be root or break the glass, by telephone, whether one of them is signed in now.\n"
        "If nobody is and it was root: change its password, remove its access keys, check its MFA and mail address.\n"
        "If it was an emergency principal: revoke its sessions, and find who was let in to it.\n"
        "Look at everything it did today, first at users, roles and keys it made.\n"
        "If it was one of them: note why, and give them a role for that task."
    ),
    examples=(
        _case("root reads a secret", an_event(secret=_PROD, by=the_root()), fires=True),
        _case("root lists the secrets", an_event("ListSecrets", by=the_root()), fires=True),
        _case("root is refused", an_event("DeleteSecret", secret=_PROD, by=the_root(), failure=_DENIAL), fires=True),
        _case("a break-glass role reads", an_event(secret=_PROD, by=a_role("break-glass-admin", "ana")), fires=True),
        _case("an administrator who is not root", an_event(secret=_PROD, by=a_person("ana")), fires=False),
        _case("a user whose name is root", an_event(secret=_PROD, by=a_user("root")), fires=False),
    ),
)
