"""Whoever names a decoy is told, whatever the call and whatever came of it, but for AWS itself; scanners may look."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fakes_canaries import a_decoy
from nightlatch.detections.decoy import DETECTION
from nightlatch.domain.account.decoys import TENDED_FOR, Decoy, Deed, Planted, Tending
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.event.calls import SECRETS_MANAGER_CALLS
from nightlatch.domain.event.events import Failure, SecretEvent
from nightlatch.domain.event.principals import Principal
from nightlatch.domain.event.secrets import SecretRef, secret_ref
from nightlatch.domain.history.examples import (
    ACCOUNT,
    AT,
    REGION,
    a_denial,
    a_person,
    a_role,
    a_secret,
    a_service_event,
    a_user,
    an_event,
    the_root,
    the_service,
)
from nightlatch.domain.judging.baseline import Baseline, Maturity
from nightlatch.domain.judging.findings import Finding, Severity, State, fold
from nightlatch.domain.judging.rules import detect

NAME = "prod/admin-keys"
FULL = a_secret(NAME)
PARTIAL = FULL.text.removesuffix("-AbCdEf")
SCANNER = a_role("prowler")


def ref(text: str) -> SecretRef:
    return secret_ref(text, account_id=ACCOUNT, region=REGION)


def judge(*events: SecretEvent, decoy: str = NAME, scanner: str = SCANNER.key, **more) -> tuple[Finding, ...]:
    inventory = Inventory(decoys=frozenset({decoy}), scanners=frozenset({scanner}))
    baseline = Baseline(inventory=inventory, **more)
    return fold(tuple(f for event in events for f in detect(event, baseline, (DETECTION,))[0]))


def test_every_call_but_a_listing_is_read():
    assert {name.name for name in SECRETS_MANAGER_CALLS} - {name.name for name in DETECTION.event_names} == {
        "ListSecrets"
    }


@pytest.mark.parametrize("name", ["GetSecretValue", "DescribeSecret", "DeleteSecret", "PutResourcePolicy"])
@pytest.mark.parametrize("failure", [None, a_denial("GetSecretValue", NAME), Failure("InvalidRequestException")])
@pytest.mark.parametrize("maturity", list(Maturity))
def test_any_call_that_names_the_decoy_alarms_at_once(name, failure, maturity):
    (finding,) = judge(an_event(name, secret=FULL, failure=failure), maturity=maturity)

    assert (finding.severity, finding.state) == (Severity.CRITICAL, State.OPEN)


@pytest.mark.parametrize("entry", [NAME, PARTIAL, FULL.text])
@pytest.mark.parametrize("called", [NAME, PARTIAL, FULL.text])
def test_the_decoy_is_the_same_in_all_its_forms(entry, called):
    assert judge(an_event(secret=ref(called)), decoy=entry)
    assert judge(an_event(secret=ref("prod/admin-key")), decoy=entry) == ()


def test_a_decoy_made_again_is_another_secret_than_the_one_named_by_its_arn():
    assert judge(an_event(secret=a_secret(NAME, suffix="ZzZzZz")), decoy=FULL.text) == ()


@pytest.mark.parametrize("who", [a_user(), a_role(), a_person(), the_root()], ids=lambda who: who.kind)
def test_everybody_is_told(who):
    assert judge(an_event(secret=FULL, by=who))


def test_aws_itself_is_silent_and_what_it_does_on_a_callers_way_is_not():
    config = a_role("aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig")
    through = replace(a_user(), invoked_by="cloudformation.amazonaws.com")

    assert judge(an_event("DescribeSecret", secret=FULL, by=config)) == ()
    assert judge(an_event("DescribeSecret", secret=FULL, by=the_service())) == ()
    assert judge(a_service_event("RotationStarted", secret=FULL)) == ()
    assert judge(an_event(secret=FULL, by=through))


def test_a_batch_by_name_tells_the_decoy_alone():
    batch = replace(an_event("BatchGetSecretValue"), secrets=(a_secret("prod/db"), FULL))

    (finding,) = judge(batch)

    assert finding.secrets == (FULL,)


@pytest.mark.parametrize(
    ("name", "severity"),
    [
        ("DescribeSecret", Severity.LOW),
        ("GetSecretValue", Severity.CRITICAL),
        ("GetResourcePolicy", Severity.CRITICAL),
    ],
)
@pytest.mark.parametrize("entry", [SCANNER.key, "arn:aws:iam::*:role/prowl*"])
def test_a_declared_scanner_may_describe_and_nothing_else(name, severity, entry):
    (finding,) = judge(an_event(name, secret=FULL, by=SCANNER), scanner=entry)

    assert finding.severity is severity


@pytest.mark.parametrize("entry", ["prowler", "", SCANNER.arn])
def test_a_bare_name_declares_nobody(entry):
    (finding,) = judge(an_event("DescribeSecret", secret=FULL, by=SCANNER), scanner=entry)

    assert finding.severity is Severity.CRITICAL


def test_a_scanner_that_looks_and_then_reads_is_one_critical_finding_in_any_order():
    look, read = (an_event(name, secret=FULL, by=SCANNER) for name in ("DescribeSecret", "GetSecretValue"))

    assert judge(look, read) == judge(read, look, look)
    (finding,) = judge(look, read)
    assert (finding.severity, finding.title) == (
        Severity.CRITICAL,
        f"prowler (role, session i-0123456789abcdef0) touched a decoy: secret {NAME}",
    )


@pytest.mark.parametrize(
    ("failure", "came"),
    [
        (None, "succeeded"),
        (a_denial("DescribeSecret", NAME), "was refused"),
        (Failure("ThrottlingException"), "failed"),
    ],
)
def test_what_came_of_it_is_said_of_everybody_and_of_a_scanner(failure, came):
    by_anybody = an_event("DescribeSecret", secret=FULL, failure=failure)
    by_scanner = replace(by_anybody, principal=SCANNER)

    assert [finding.reason for event in (by_anybody, by_scanner) for finding in judge(event)] == [
        f"DescribeSecret {came} on what nobody has any business with",
        f"a declared scanner's DescribeSecret {came}",
    ]


def test_a_scanner_is_told_of_the_decoy_alone():
    event = replace(an_event("DescribeSecret", by=SCANNER), secrets=(a_secret("prod/db"), FULL))

    (finding,) = judge(event)

    assert (finding.severity, finding.secrets) == (Severity.LOW, (FULL,))


# Decoys that somebody planted


def plant(*decoys: Decoy, watchers: frozenset[str] = frozenset()) -> Baseline:
    return Baseline(inventory=Inventory(planted=Planted(decoys=decoys), watchers=watchers))


def found(baseline: Baseline, *events: SecretEvent) -> tuple[Finding, ...]:
    return fold(tuple(f for event in events for f in detect(event, baseline, (DETECTION,))[0]))


def a_test_by(who: Principal) -> Tending:
    return Tending(deed=Deed.FIRE, by=who.key, title="ana (U0ANA)", since=AT, until=AT + TENDED_FOR)


BAIT = a_secret("prod/db-admin")


@pytest.mark.parametrize("name", ["GetSecretValue", "DescribeSecret", "DeleteSecret", "PutResourcePolicy"])
@pytest.mark.parametrize("failure", [None, a_denial("GetSecretValue", "prod/db-admin")])
def test_any_touch_of_a_planted_decoy_is_critical_and_says_its_memo(name, failure):
    (finding,) = found(plant(a_decoy()), an_event(name, secret=BAIT, failure=failure))

    assert (finding.severity, finding.state, finding.asked_for) == (Severity.CRITICAL, State.OPEN, True)
    assert finding.reason.startswith("memo by ana (U0ANA): stands in the wiki of the orders team; ")


def test_touches_of_two_decoys_by_one_thief_are_two_findings_with_a_memo_each():
    other = a_decoy("prod/pay-admin", memo="lay in the backup")

    both = found(
        plant(a_decoy(), other), an_event(secret=BAIT), an_event(secret=a_secret("prod/pay-admin"), after_s=60)
    )

    assert [finding.secrets for finding in both] == [(BAIT,), (a_secret("prod/pay-admin"),)]
    assert ["stands in the wiki" in finding.reason for finding in both] == [True, False]
    assert ["lay in the backup" in finding.reason for finding in both] == [False, True]


def test_a_batch_that_names_two_decoys_says_both_memos_and_is_about_these_two():
    one, other = a_decoy(), a_decoy("prod/pay-admin", memo="lay in the backup")
    named = (a_secret("prod/db"), BAIT, a_secret("prod/pay-admin"))
    batch = replace(an_event("BatchGetSecretValue"), secrets=named)

    (finding,) = found(plant(one, other), batch)

    assert finding.secrets == named[1:]
    assert finding.subject == "+".join(sorted([one.touched, other.touched]))
    assert "stands in the wiki" in finding.reason
    assert "lay in the backup" in finding.reason


def test_a_test_is_told_like_a_theft_says_so_and_never_speaks_for_one():
    ana = a_user("ana")
    baseline = plant(a_decoy(tendings=(a_test_by(ana),)))
    tried = an_event("DescribeSecret", secret=BAIT, by=ana)

    test, theft = found(baseline, tried, an_event(secret=BAIT, by=ana, after_s=30))

    assert test.severity is theft.severity is Severity.CRITICAL
    assert test.reason.startswith("a test, as ana (U0ANA) said beforehand; memo by")
    assert "test" not in theft.reason
    assert "a test" not in found(baseline, replace(tried, principal=a_role()))[0].reason


@pytest.mark.parametrize(
    "name", ["DescribeSecret", "GetResourcePolicy", "ListSecretVersionIds", "ListResourcePolicies"]
)
def test_our_own_looks_are_no_news_and_a_read_by_our_own_role_is(name):
    auditor = a_role("auditor")
    baseline = plant(a_decoy(), watchers=frozenset({auditor.key}))

    assert found(baseline, an_event(name, secret=BAIT, by=auditor)) == ()
    assert found(baseline, an_event("GetSecretValue", secret=BAIT, by=auditor))
    assert found(baseline, an_event(name, secret=BAIT, by=a_role()))


def test_planting_and_removing_as_it_was_said_is_no_touch_and_anything_else_is():
    ana = a_user("ana")
    words = [replace(a_test_by(ana), deed=deed) for deed in (Deed.PLANT, Deed.REMOVE)]
    baseline = plant(a_decoy(tendings=tuple(words)))

    assert found(baseline, *(an_event(name, secret=BAIT, by=ana) for name in ("CreateSecret", "DeleteSecret"))) == ()
    assert found(baseline, an_event("GetSecretValue", secret=BAIT, by=ana))
    assert found(baseline, an_event("DeleteSecret", secret=BAIT, by=a_role()))


def test_a_declared_scanner_may_describe_a_planted_decoy():
    inventory = Inventory(planted=Planted(decoys=(a_decoy(),)), scanners=frozenset({SCANNER.key}))

    (finding,) = found(Baseline(inventory=inventory), an_event("DescribeSecret", secret=BAIT, by=SCANNER))

    assert finding.severity is Severity.LOW
