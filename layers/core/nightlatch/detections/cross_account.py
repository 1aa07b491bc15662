"""A secret was tied to a copy in another account: the copy follows every rotation, and no read is ever logged here.

It takes one call in each account. The account with the replica creates it with the primary's ARN, the primary's account
associates the two, and from then on Secrets Manager carries each new value over. It keeps to one's own organisation
unless the caller says NoRestriction, which nobody needs who stays within it.

Source: service model of Secrets Manager in botocore 1.44.5 (2026), AssociateCrossAccountReplica (SameOrg by default;
calls AcceptCrossAccountReplication for the caller), DisassociateCrossAccountReplica (the copy stays); ATT&CK T1537.
"""

from __future__ import annotations

from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.aws_policies.policy_conditions import account_of
from nightlatch.domain.event.events import SecretEvent, secrets_manager
from nightlatch.domain.history.examples import ACCOUNT, REGION, a_denial, a_person, a_secret, an_event
from nightlatch.domain.judging.baseline import Baseline
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.judging.rules import Detection, Example, Match, Verdict

_TIED_TO = ("crossAccountReplicaARN", "crossAccountPrimaryARN", "replicaSecretARN", "primarySecretARN")
_DONE = {
    "AssociateCrossAccountReplica": "{who} lets {secrets} be copied to another account",
    "AcceptCrossAccountReplication": "{who} tied {secrets} to a secret of another account",
    "CreateSecret": "{who} made {secrets} as a copy of another account's secret",
}


def evaluate(event: SecretEvent, baseline: Baseline) -> Verdict:
    """Fire on every tie to another account; to a trusted one of the same organisation it is milder."""
    if not event.succeeded:
        return None
    if event.called("DisassociateCrossAccountReplica"):
        return Match(
            reason="no new value goes there any more; what was copied before stays in the other account",
            headline="{who} untied {secrets} from its copy in another account",
            severity=Severity.LOW,
        )
    if event.called("CreateSecret") and event.request.text("crossAccountPrimaryARN") is None:
        return None
    accounts = _accounts(event)
    strangers = sorted(account for account in accounts if not baseline.inventory.trusts(account))
    if strangers:
        reason = f"account {', '.join(strangers)} is neither ours nor trusted{_unlimited(event)}"
        return Match(reason=reason, headline=_DONE[event.name])
    if _is_unlimited(event):
        return Match(reason="the copy may be in any organisation", headline=_DONE[event.name])
    whose = (
        f"account {', '.join(sorted(accounts))} is trusted" if accounts else "the record does not show which account"
    )
    return Match(reason=whose, headline=_DONE[event.name], severity=Severity.MEDIUM)


def _accounts(event: SecretEvent) -> frozenset[str]:
    """Give the other accounts that the record names, by the ARNs of their secrets."""
    texts = [place.text(field) or "" for place in (event.request, event.response, event.details) for field in _TIED_TO]
    return frozenset(account for text in texts if (account := account_of(text)) is not None) - {event.account_id}


def _is_unlimited(event: SecretEvent) -> bool:
    return (event.request.text("replicaRestriction") or "").lower() == "norestriction"


def _unlimited(event: SecretEvent) -> str:
    return ", and the copy may be in any organisation" if _is_unlimited(event) else ""


_STRANGER = "999988887777"
_COPY = f"arn:aws:secretsmanager:{REGION}:{_STRANGER}:secret:copy-AbCdEf"
_TRUSTED = Inventory(trusted_accounts=frozenset({_STRANGER}))
_UNKNOWN = Inventory()


def _case(
    story: str, call: str, severity: Severity | None = None, /, *, inventory: Inventory = _UNKNOWN, **request: object
) -> Example:
    event = an_event(call, secret=a_secret(), by=a_person("mallory"), request=request)
    baseline = Baseline(inventory=inventory)
    return Example(name=story, event=event, fires=severity is not None, severity=severity, baseline=baseline)


_ASSOCIATE, _CRITICAL = "AssociateCrossAccountReplica", Severity.CRITICAL

DETECTION = Detection(
    id="replica.cross-account",
    catalogue="REP-02",
    title="Cross-account replica",
    headline="{who} tied {secrets} to another account",
    severity=Severity.CRITICAL,
    event_names=secrets_manager(*_DONE, "DisassociateCrossAccountReplica"),
    techniques=("T1537",),
    evaluate=evaluate,
    contain=True,
    blind_spots=(
        "No real record of these calls has been seen: the names of their fields are taken from the service model. "
        "Reads of the copy are logged in the other account alone. Whether the replica's policy was opened for it "
        "before is not compared, and a refused attempt shows no account."
    ),
    playbook="""\
Disassociate the copy at once, from the primary's account: what was copied stays there, but nothing new follows.
There is no reversal: the copy stays with the other account, and nothing on this side takes it back.
Rotate the secret after that, not before: a rotation would be copied, too.
Whose account is it? One of yours belongs on the list of trusted accounts, with the reason.
Not meant: stop the principal, and look for replicas in other Regions and policies that it has set.""",
    examples=(
        _case(
            "to a stranger's account, in any organisation",
            _ASSOCIATE,
            _CRITICAL,
            crossAccountReplicaARN=_COPY,
            replicaRestriction="NoRestriction",
        ),
        _case("to a stranger's account of the same organisation", _ASSOCIATE, _CRITICAL, crossAccountReplicaARN=_COPY),
        _case(
            "to a trusted account, in any organisation",
            _ASSOCIATE,
            _CRITICAL,
            inventory=_TRUSTED,
            crossAccountReplicaARN=_COPY,
            replicaRestriction="NoRestriction",
        ),
        _case(
            "to a trusted account of the same organisation",
            _ASSOCIATE,
            Severity.MEDIUM,
            inventory=_TRUSTED,
            crossAccountReplicaARN=_COPY,
        ),
        _case(
            "a secret that takes its value from a stranger's",
            "CreateSecret",
            _CRITICAL,
            name="prod/db",
            crossAccountPrimaryARN=_COPY,
        ),
        _case("an ordinary secret is created", "CreateSecret", name="prod/db"),
        Example(
            name="a refused attempt",
            event=an_event(
                _ASSOCIATE, failure=a_denial(_ASSOCIATE, f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:x")
            ),
            fires=False,
            baseline=Baseline(),
        ),
    ),
)
