"""Somebody touched a decoy: a secret that nothing uses, so that whoever calls it by name is looking around.

Any call that names it counts, answered or refused, a read, a look at its metadata or a deletion. A listing does not: it
names no secret, and shows them all to everybody who lists. A declared scanner describes every secret there is, and a
decoy among them; that is a note. If it reads the value, it is no scanner any more. Our own auditor and keeper look at
everything beside the value, and that is no news.

A decoy that was planted with `nightlatch canary` is told with its memo, and in observe mode, too: whoever lays out a
decoy wants to hear of it. Planting and removing it, said beforehand, is no touch; trying it out is one, and says so.

Source: ATT&CK T1555.006; design facts 7.1 (A3); panther-analysis, decoy rules; ruling 42 (a call through CloudFormation
is its caller's).
"""

from __future__ import annotations

from nightlatch.domain.account.decoys import Decoy, Deed, Kind, Planted
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.event.calls import SECRETS_MANAGER_CALLS
from nightlatch.domain.event.events import SecretEvent, secrets_manager
from nightlatch.domain.event.secrets import SecretRef
from nightlatch.domain.history.examples import (
    ACCOUNT,
    AT,
    REGION,
    a_denial,
    a_person,
    a_role,
    a_secret,
    an_event,
    the_service,
)
from nightlatch.domain.judging.baseline import Baseline
from nightlatch.domain.judging.callers import is_aws_service
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.judging.rules import Detection, Example, Match, Verdict


def evaluate(event: SecretEvent, baseline: Baseline) -> Verdict:
    """Fire on the secret alone, for everybody but AWS itself, our own looks and what was said beforehand."""
    inventory = baseline.inventory
    planted = inventory.planted.among(event.secrets, event.at)
    named = {secret for secret, _ in planted}
    decoys = tuple(secret for secret in event.secrets if secret in named or inventory.is_decoy(secret))
    if not decoys or is_aws_service(event.principal) or _is_expected(event, inventory):
        return None
    outcome = "succeeded" if event.succeeded else "was refused" if event.denied else "failed"
    if event.called("DescribeSecret") and baseline.inventory.is_scanner(event.principal):
        return Match(
            reason=f"a declared scanner's DescribeSecret {outcome}",
            severity=Severity.LOW,
            headline="{who}, a declared scanner, looked at a decoy: {secrets}",
            secrets=decoys,
        )
    if planted:
        return _of_planted(event, f"{event.name} {outcome}", tuple(one for _, one in planted), decoys)
    return Match(reason=f"{event.name} {outcome} on what nobody has any business with", secrets=decoys)


def _is_expected(event: SecretEvent, inventory: Inventory) -> bool:
    looks = event.called(*_LOOKS) and event.principal.key in inventory.watchers
    return looks or bool(inventory.planted.tended_by(event))


def _of_planted(event: SecretEvent, what: str, planted: tuple[Decoy, ...], decoys: tuple[SecretRef, ...]) -> Match:
    """Tell with the memos. A test and a theft are never one finding, nor are touches of two decoys."""
    tests = {word.title for one in planted if (word := one.tended(event, Deed.FIRE)) is not None}
    test = f"a test, as {', '.join(sorted(tests))} said beforehand; " if tests else ""
    memos = "; ".join(dict.fromkeys(one.said for one in planted))
    return Match(
        reason=f"{test}{memos}; {what}",
        secrets=decoys,
        subject="+".join(sorted({one.tested if tests else one.touched for one in planted})),
        asked_for=True,
    )


_LOOKS = ("DescribeSecret", "GetResourcePolicy", "ListSecretVersionIds", "ListResourcePolicies")
_INVENTORY = Inventory(decoys=frozenset({"prod/admin-keys"}), scanners=frozenset({"arn:aws:iam::*:role/scanner"}))
_NO_DECOYS = Inventory()
_PLANTED = Inventory(
    planted=Planted(
        decoys=(
            Decoy(
                name="prod/db-admin",
                account_id=ACCOUNT,
                region=REGION,
                memo="planted in the wiki of the orders team",
                kind=Kind.DATABASE,
                by="ana",
                planted_at=AT,
                token="5ad1c0de-0000-4000-8000-000000000001",  # noqa: S106 - the id of a version, not a value
            ),
        )
    ),
    watchers=frozenset({a_role("auditor").key}),
)
_BAIT = a_secret("prod/db-admin")
_DECOY = a_secret("prod/admin-keys")
_SCANNER = a_role("scanner", "nightly")


def _case(
    name: str, event: SecretEvent, severity: Severity | None = None, *, inventory: Inventory = _INVENTORY
) -> Example:
    baseline = Baseline(inventory=inventory)
    return Example(name=name, event=event, fires=severity is not None, severity=severity, baseline=baseline)


DETECTION = Detection(
    id="access.decoy",
    catalogue="ACC-09",
    title="A decoy secret was touched",
    headline="{who} touched a decoy: {secrets}",
    severity=Severity.CRITICAL,
    event_names=SECRETS_MANAGER_CALLS - secrets_manager("ListSecrets"),
    techniques=("T1555.006",),
    evaluate=evaluate,
    contain=True,
    blind_spots=(
        "Only what was planted, or what the inventory names as a decoy, is one. Whoever sees a decoy in a listing and"
        " leaves it alone is not seen. A batch call by filter shows it only in the GetSecretValue record that follows."
        " A copy that somebody makes in another Region is a decoy there only for a stack that is told so."
        " Infrastructure code that keeps the decoy touches it with every plan: exempt its principal for the decoy's"
        " name."
    ),
    playbook="""\
Nothing uses this secret: take the caller for an intruder until it is shown to be a mistake.
Deactivate the access key or revoke the role's sessions, then look at everything it did today.
Rotate the real secrets that it read, and those that it could have read.
If it was a scanner of yours: add its ARN to the scanners of the policy; its looks are notes from then on.""",
    examples=(
        _case("a role reads the decoy", an_event(secret=_DECOY, by=a_role()), Severity.CRITICAL),
        _case(
            "a person is refused at it, by name",
            an_event(
                secret=a_secret("prod/admin-keys", suffix=None),
                by=a_person("mallory"),
                failure=a_denial("GetSecretValue", "prod/admin-keys"),
            ),
            Severity.CRITICAL,
        ),
        _case("somebody describes it", an_event("DescribeSecret", secret=_DECOY, by=a_role()), Severity.CRITICAL),
        _case("a declared scanner reads it", an_event(secret=_DECOY, by=_SCANNER), Severity.CRITICAL),
        _case("a declared scanner describes it", an_event("DescribeSecret", secret=_DECOY, by=_SCANNER), Severity.LOW),
        _case("another secret", an_event(secret=a_secret("prod/admin-key"), by=a_role())),
        _case("AWS itself describes it", an_event("DescribeSecret", secret=_DECOY, by=the_service())),
        _case("a planted decoy is read", an_event(secret=_BAIT, by=a_role()), Severity.CRITICAL, inventory=_PLANTED),
        _case(
            "our auditor looks at its policy",
            an_event("GetResourcePolicy", secret=_BAIT, by=a_role("auditor")),
            inventory=_PLANTED,
        ),
        _case("no decoy is known", an_event(secret=_DECOY, by=a_role()), inventory=_NO_DECOYS),
    ),
)
