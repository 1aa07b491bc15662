"""A caller whose account is neither the recipient's nor trusted is told, and one without an account is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from nightlatch.adapters.records.cloudtrail import parse
from nightlatch.detections.outside_account import DETECTION
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.event.events import Channel, Failure, SecretEvent
from nightlatch.domain.history.examples import ACCOUNT, a_denial, a_role, a_secret, an_event, an_outsider
from nightlatch.domain.judging.baseline import Baseline, Maturity
from nightlatch.domain.judging.findings import Finding, Severity, State, fold
from nightlatch.domain.judging.rules import detect
from own_records import own_record

THEIRS = "999988887777"


def judge(*events: SecretEvent, trusted: str | None = None, maturity: Maturity = Maturity.NONE) -> tuple[Finding, ...]:
    inventory = Inventory(trusted_accounts=frozenset({trusted} - {None}))
    baseline = Baseline(maturity=maturity, inventory=inventory)
    return fold(tuple(f for event in events for f in detect(event, baseline, (DETECTION,))[0]))


@pytest.mark.parametrize("name", ["GetSecretValue", "DescribeSecret", "PutSecretValue", "DeleteSecret", "ListSecrets"])
@pytest.mark.parametrize("failure", [None, a_denial("GetSecretValue"), Failure("ResourceNotFoundException")])
@pytest.mark.parametrize("maturity", list(Maturity))
def test_every_call_from_outside_alarms_at_once(name, failure, maturity):
    (finding,) = judge(an_event(name, secret=a_secret(), by=an_outsider(), failure=failure), maturity=maturity)

    assert (finding.severity, finding.state) == (Severity.HIGH, State.OPEN)
    assert THEIRS in finding.reason


@pytest.mark.parametrize("who", [an_outsider(), an_outsider(role="reader")], ids=["number only", "role"])
@pytest.mark.parametrize("entry", [THEIRS, "9999-8888-7777", f"arn:aws:iam::{THEIRS}:root"])
def test_a_trusted_account_is_silent_in_whatever_form_it_is_named(who, entry):
    event = an_event(secret=a_secret(), by=who)

    assert judge(event, trusted=entry) == ()
    assert judge(event, trusted="222233334444")


@pytest.mark.parametrize("account", [None, ACCOUNT])
def test_a_missing_account_is_not_foreign(account):
    assert judge(an_event(secret=a_secret(), by=replace(a_role(), account_id=account))) == ()


def test_of_the_two_copies_of_one_call_only_the_owners_fires():
    owners = replace(an_event(secret=a_secret(), by=an_outsider(role="reader")), shared_event_id="shared")
    callers = replace(owners, event_id="other", account_id=THEIRS)

    (finding,) = judge(callers, owners, owners)

    assert finding.event_ids == (owners.event_id,)


def test_what_a_vpc_endpoint_refused_to_a_caller_of_another_account_is_no_access_of_ours():
    seen = replace(
        an_event(by=an_outsider(role="tenant"), failure=Failure("VpceAccessDenied")), channel=Channel.NETWORK
    )

    assert judge(seen) == ()


def test_a_strangers_calls_are_one_finding_that_names_its_secrets():
    (finding,) = judge(
        *(
            an_event(secret=a_secret(f"prod/{n}"), by=an_outsider(), at=an_event().at + timedelta(minutes=n))
            for n in range(4)
        )
    )

    assert finding.title == (
        "Another account called Secrets Manager on 4 secrets (prod/0, prod/1, prod/2 and 1 more):"
        f" account {THEIRS} (outside)"
    )


def test_a_record_of_another_account_is_read_and_told():
    (finding,) = judge(parse(own_record("from_another_account")))

    assert finding.principal.account_id != finding.account_id


@pytest.mark.parametrize(
    ("failure", "came"),
    [(None, "succeeded"), (a_denial("ListSecrets"), "was refused"), (Failure("ThrottlingException"), "failed")],
)
def test_what_came_of_it_is_said_also_where_no_secret_is_named(failure, came):
    (finding,) = judge(an_event("ListSecrets", by=an_outsider(), failure=failure))

    assert finding.reason == f"account {THEIRS} is neither this one nor trusted; its ListSecrets {came}"
    assert finding.headline == DETECTION.headline
