"""What rotation functions log and where they run, and which variables of any function hold credentials."""

from __future__ import annotations

from dataclasses import replace

import pytest

from asked import finding_of, judgement_of, outcome_of, violation_of
from nightlatch.checks import (
    lambda_credential_by_name,
    lambda_credential_in_variable,
    logging_code_changed,
    logging_debug,
    logging_forwarded,
    logging_kept_long,
    logging_leaks,
    logging_no_customer_key,
    logging_no_data_protection,
    vpc_rotation_outside,
)
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.checks import Check, Outcome
from nightlatch.domain.posture.examples import ACCOUNT, FUNCTION, TERMS, a_function, a_log_group, ago
from nightlatch.domain.posture.functions import FunctionPosture, LogGroupPosture, Variable
from nightlatch.domain.posture.terms import Limits
from nightlatch.domain.posture.unseen import Gap

KEPT, KEYLESS, UNMASKED, FORWARDED, LEAKS = (
    one.CHECK
    for one in (
        logging_kept_long,
        logging_no_customer_key,
        logging_no_data_protection,
        logging_forwarded,
        logging_leaks,
    )
)
DEBUG, CHANGED, OUTSIDE = logging_debug.CHECK, logging_code_changed.CHECK, vpc_rotation_outside.CHECK
HELD, NAMED = lambda_credential_in_variable.CHECK, lambda_credential_by_name.CHECK

REFUSED = Gap("logs:DescribeLogGroups", "refused")
BAD_GROUP = LogGroupPosture(name="/aws/lambda/rotate-db", forwarded_to=("arn:aws:lambda:x:y:z",), leaks=("a key",))
BAD = a_function(
    log_group=BAD_GROUP,
    variables=(
        Variable(name="LOG_LEVEL", is_debug=True),
        Variable(name="HOOK", holds="a Slack token"),
        Variable(name="DB_PASSWORD", is_named_credential=True),
    ),
    changed_at=ago(hours=1),
    vpc=None,
)
OF_LINES = (KEPT, KEYLESS, UNMASKED, FORWARDED, LEAKS)
OF_ROTATORS = (*OF_LINES, DEBUG, CHANGED, OUTSIDE)
of_lines = pytest.mark.parametrize("check", OF_LINES, ids=lambda one: one.id)
of_rotators = pytest.mark.parametrize("check", OF_ROTATORS, ids=lambda one: one.id)
of_all = pytest.mark.parametrize("check", [HELD, NAMED], ids=lambda one: one.id)


@of_rotators
def test_what_holds_of_rotation_functions_is_asked_of_no_other(check: Check[FunctionPosture]) -> None:
    assert outcome_of(check, BAD) is Outcome.VIOLATED
    assert judgement_of(check, replace(BAD, rotates=())).why == "it rotates no secret"
    assert judgement_of(check, replace(BAD, is_gone=True)).why == "it does not exist any more"


@of_all
def test_credentials_are_looked_for_in_every_function(check: Check[FunctionPosture]) -> None:
    assert outcome_of(check, replace(BAD, rotates=())) is Outcome.VIOLATED


@of_lines
def test_a_function_that_wrote_nothing_yet_is_spared(check: Check[FunctionPosture]) -> None:
    assert judgement_of(check, a_function(log_group=None)).why == "it has written nothing yet"


@of_lines
def test_a_log_group_that_nobody_could_look_at_is_not_a_good_one(check: Check[FunctionPosture]) -> None:
    assert judgement_of(check, a_function(log_group=REFUSED)).gap == REFUSED
    assert outcome_of(check, a_function(log_group=REFUSED, rotates=())) is Outcome.SPARED


@pytest.mark.parametrize(
    ("check", "field"), [(UNMASKED, "has_data_protection"), (FORWARDED, "forwarded_to"), (LEAKS, "leaks")]
)
def test_one_refused_call_hides_one_answer(check: Check[FunctionPosture], field: str) -> None:
    half_seen = a_log_group(**{field: REFUSED})

    assert judgement_of(check, half_seen).gap == REFUSED
    assert outcome_of(KEPT, half_seen) is Outcome.CLEAN


@pytest.mark.parametrize("check", [DEBUG, HELD, NAMED], ids=lambda one: one.id)
def test_variables_that_nobody_could_see_are_not_harmless(check: Check[FunctionPosture]) -> None:
    gap = Gap("lambda:ListFunctions", "refused")

    assert judgement_of(check, a_function(variables=gap)).gap == gap


@pytest.mark.parametrize(
    ("kept", "limit", "outcome"),
    [
        (None, 90, Outcome.VIOLATED),
        (90, 90, Outcome.CLEAN),
        (91, 90, Outcome.VIOLATED),
        (30, 14, Outcome.VIOLATED),
        (1, 90, Outcome.CLEAN),
    ],
)
def test_lines_may_stay_as_long_as_the_limit(kept: int | None, limit: int, outcome: Outcome) -> None:
    terms = replace(TERMS, limits=Limits(log_days=limit))

    assert outcome_of(KEPT, a_log_group(retention_days=kept), terms) is outcome


def test_how_long_lines_stay_is_said() -> None:
    for_ever, long = a_log_group(retention_days=None), a_log_group(retention_days=3_653)

    assert violation_of(KEPT, for_ever).reason == "its lines are kept for ever"
    assert violation_of(KEPT, long).reason == "its lines are kept for 3,653 days"
    assert violation_of(KEPT, long).evidence == ("log group /aws/lambda/rotate-db", "limit: 90 days")


@pytest.mark.parametrize(("limit", "days"), [(90, "90"), (100, "90"), (4_000, "3653"), (2, "1"), (0, "1")])
def test_the_command_gives_days_that_aws_takes(limit: int, days: str) -> None:
    terms = replace(TERMS, limits=Limits(log_days=limit))

    command = finding_of(KEPT, a_log_group(retention_days=None), terms).command

    assert command == (
        "aws logs put-retention-policy --region eu-west-1 --log-group-name /aws/lambda/rotate-db "
        f"--retention-in-days {days}"
    )


@pytest.mark.parametrize("check", [KEYLESS, UNMASKED, FORWARDED, LEAKS], ids=lambda one: one.id)
def test_the_command_names_the_log_group(check: Check[FunctionPosture]) -> None:
    command = finding_of(check, replace(BAD, log_group=replace(BAD_GROUP, name="/own/group"))).command

    assert command is not None
    assert " /own/group" in command


def test_lines_within_the_account_are_less_grave_than_outside() -> None:
    here = f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:ship"
    one, other = (f"arn:aws:logs:eu-west-1:{number}:destination:d" for number in ("444455556666", "777788889999"))

    inside = finding_of(FORWARDED, a_log_group(forwarded_to=(here,)))
    outside = finding_of(FORWARDED, a_log_group(forwarded_to=(other, here, one)))

    assert (inside.severity, inside.reason) == (Severity.LOW, "its lines are forwarded to 1 place")
    assert outside.severity is Severity.HIGH
    assert outside.reason == ("its lines are forwarded to 3 places, outside this account in 444455556666, 777788889999")
    assert outside.evidence == ("log group /aws/lambda/rotate-db", here, one, other)


def test_a_trusted_account_is_none_outside() -> None:
    place = "arn:aws:logs:eu-west-1:444455556666:destination:d"
    trusting = replace(TERMS, inventory=Inventory(trusted_accounts=frozenset({"444455556666"})))

    assert finding_of(FORWARDED, a_log_group(forwarded_to=(place,)), trusting).severity is Severity.LOW


@of_lines
def test_the_log_group_is_evidence(check: Check[FunctionPosture]) -> None:
    assert violation_of(check, BAD).evidence[0] == "log group /aws/lambda/rotate-db"


def test_a_destination_that_names_no_account_is_none_outside() -> None:
    assert finding_of(FORWARDED, a_log_group(forwarded_to=("",))).severity is Severity.LOW


def test_a_scan_that_nobody_asked_for_is_neither_good_nor_bad() -> None:
    assert judgement_of(LEAKS, a_log_group(leaks=None)).why == "nobody asked to scan its lines"
    assert outcome_of(LEAKS, a_log_group(leaks=())) is Outcome.CLEAN


def test_leaks_are_told_by_kind() -> None:
    found = violation_of(LEAKS, a_log_group(leaks=("password with a value", "an AWS access key")))

    assert found.reason == "its lines hold 2 kinds of what belongs into secrets"
    assert found.evidence == (
        "log group /aws/lambda/rotate-db",
        "password with a value",
        "an AWS access key",
    )


def test_variables_for_debugging_are_named_in_order() -> None:
    found = violation_of(
        DEBUG,
        a_function(
            variables=(
                Variable(name="LOG_LEVEL", is_debug=True),
                Variable(name="TABLE"),
                Variable(name="DEBUG", is_debug=True),
            )
        ),
    )

    assert (found.reason, found.evidence) == ("2 variables turn on debug logging", ("DEBUG", "LOG_LEVEL"))
    assert violation_of(DEBUG, BAD).reason == "1 variable turns on debug logging"


@pytest.mark.parametrize(
    ("changed_at", "outcome"),
    [
        (ago(days=7), Outcome.CLEAN),
        (ago(days=6, hours=23), Outcome.VIOLATED),
        (ago(days=-1), Outcome.VIOLATED),
        (None, Outcome.SPARED),
    ],
    ids=["seven days ago", "a little later", "by a clock that is ahead", "Lambda does not say"],
)
def test_a_change_is_news_for_as_long_as_the_limit(changed_at: object, outcome: Outcome) -> None:
    assert outcome_of(CHANGED, a_function(changed_at=changed_at)) is outcome


def test_a_change_says_when_and_what_it_can_reach() -> None:
    found = violation_of(CHANGED, a_function(changed_at=ago(days=2), rotates=("prod/db", "prod/pay")))

    assert found.reason == "its code or configuration was changed on 2026-02-28"
    assert found.evidence == ("rotates prod/db", "rotates prod/pay")


def test_outside_a_vpc_says_what_it_rotates() -> None:
    assert violation_of(OUTSIDE, BAD).evidence == ("rotates prod/db",)
    assert FUNCTION in (finding_of(OUTSIDE, BAD).command or "")


def test_a_credential_is_told_by_name_and_kind_alone() -> None:
    found = violation_of(
        HELD,
        a_function(
            variables=(
                Variable(name="Z", holds="a Slack token"),
                Variable(name="A", holds="a private key"),
                Variable(name="B", is_named_credential=True),
            )
        ),
    )

    assert found.reason == "2 variables hold what looks like a credential"
    assert found.evidence == ("A: a private key", "Z: a Slack token")
    assert violation_of(HELD, BAD).reason == "1 variable holds what looks like a credential"


def test_a_variable_that_is_told_by_its_value_is_not_told_by_its_name_again() -> None:
    both = Variable(name="API_KEY", holds="an AWS access key", is_named_credential=True)
    plain = Variable(name="TOKEN", is_named_credential=True)

    found = violation_of(NAMED, a_function(variables=(both, plain, replace(plain, name="PIN_PASSWORD"))))

    assert found.reason == "2 variables are named like a credential and refer to no secret"
    assert found.evidence == ("PIN_PASSWORD", "TOKEN")
    assert violation_of(NAMED, a_function(variables=(plain,))).reason == (
        "1 variable is named like a credential and refers to no secret"
    )
    assert outcome_of(NAMED, a_function(variables=(both,))) is Outcome.CLEAN
