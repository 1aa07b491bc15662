"""What records the account, what leads to it and what watches it: trails, endpoints, our own rules and alarms."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from asked import finding_of, judgement_of, outcome_of, violation_of
from nightlatch.checks import (
    monitoring_alarm_silent,
    monitoring_kms_unrecorded,
    monitoring_no_trail,
    monitoring_one_region,
    monitoring_reads_unrecorded,
    monitoring_restore_unproven,
    monitoring_rule_state,
    monitoring_rule_untargeted,
    monitoring_trail_not_encrypted,
    monitoring_trail_not_validated,
    vpc_no_endpoint,
    vpc_no_private_dns,
    vpc_open_endpoint,
)
from nightlatch.domain.account.trail_coverage import Loss
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.accounts import GONE, AccountPosture, EndpointPosture, RulePosture, TrailPosture
from nightlatch.domain.posture.checks import Check, Outcome
from nightlatch.domain.posture.examples import TERMS, WATCHES_ALL, a_rule, a_trail, ago, an_account, an_alarm
from nightlatch.domain.posture.terms import Limits
from nightlatch.domain.posture.unseen import NO_COPIES, NOT_DEPLOYED, Gap

NO_TRAIL, READS, KMS, ONE_REGION, UNENCRYPTED, UNVALIDATED = (
    one.CHECK
    for one in (
        monitoring_no_trail,
        monitoring_reads_unrecorded,
        monitoring_kms_unrecorded,
        monitoring_one_region,
        monitoring_trail_not_encrypted,
        monitoring_trail_not_validated,
    )
)
RULE_STATE, UNTARGETED = monitoring_rule_state.CHECK, monitoring_rule_untargeted.CHECK
SILENT, UNPROVEN = monitoring_alarm_silent.CHECK, monitoring_restore_unproven.CHECK
NO_ENDPOINT, NO_DNS, OPEN = vpc_no_endpoint.CHECK, vpc_no_private_dns.CHECK, vpc_open_endpoint.CHECK
OF_TRAILS = (NO_TRAIL, READS, KMS, ONE_REGION, UNENCRYPTED, UNVALIDATED)
STOPPED = a_trail(name="stopped", is_logging=False)
ELSEWHERE = "arn:aws:cloudtrail:us-east-1:111122223333:trail/home"
ORGANISATION = "arn:aws:cloudtrail:us-east-1:444455556666:trail/organisation"


def recorded(*trails: TrailPosture) -> AccountPosture:
    return an_account(trails=trails)


@pytest.mark.parametrize(
    ("field", "checks"),
    [
        ("trails", OF_TRAILS),
        ("endpoints", (NO_ENDPOINT, NO_DNS, OPEN)),
        ("rules", (RULE_STATE, UNTARGETED)),
        ("alarms", (SILENT,)),
        ("restore_proven_at", (UNPROVEN,)),
    ],
)
def test_what_nobody_could_look_at_is_not_as_it_should_be(
    field: str, checks: tuple[Check[AccountPosture], ...]
) -> None:
    gap = Gap("some:Call", "refused")

    for check in checks:
        assert judgement_of(check, an_account(**{field: gap})).gap == gap


@pytest.mark.parametrize("check", [RULE_STATE, UNTARGETED, SILENT, UNPROVEN], ids=lambda one: one.id)
def test_where_no_nightlatch_is_deployed_its_state_is_not_judged(check: Check[AccountPosture]) -> None:
    bare = AccountPosture(account_id="111122223333", region="eu-west-1")

    assert judgement_of(check, bare).gap == NOT_DEPLOYED


def test_without_a_trail_that_logs_there_is_one_finding_and_not_four() -> None:
    for account in (recorded(), recorded(STOPPED)):
        assert outcome_of(NO_TRAIL, account) is Outcome.VIOLATED
        for check in (READS, KMS, ONE_REGION):
            assert judgement_of(check, account).why == "no trail is logging, which is told by itself"


def test_no_trail_says_what_is_wrong_with_those_there_are() -> None:
    blind = a_trail(name="data", losses=(Loss.CHANGES,))

    assert violation_of(NO_TRAIL, recorded()).reason == "there is no trail"
    found = violation_of(NO_TRAIL, recorded(STOPPED, blind))
    assert found.reason == "no trail records changes here"
    assert found.evidence == ("data: leaves changes out", "stopped: stopped")


@pytest.mark.parametrize(("check", "loss"), [(NO_TRAIL, Loss.CHANGES), (READS, Loss.READS), (KMS, Loss.KMS)])
def test_one_logging_trail_that_keeps_them_is_enough(check: Check[AccountPosture], loss: Loss) -> None:
    others = tuple(one for one in Loss if one is not loss)
    without, alone = a_trail(name="a", losses=(loss,)), a_trail(name="b", losses=others)

    assert outcome_of(check, recorded(without)) is Outcome.VIOLATED
    assert outcome_of(check, recorded(without, alone)) is Outcome.CLEAN
    assert outcome_of(check, recorded(without, replace(alone, is_logging=False))) is Outcome.VIOLATED


@pytest.mark.parametrize(("check", "loss"), [(READS, Loss.READS), (KMS, Loss.KMS)])
def test_the_command_goes_to_the_home_of_the_first_trail(check: Check[AccountPosture], loss: Loss) -> None:
    here, home = a_trail(name="z", losses=(loss,)), a_trail(name="a", losses=(loss,), arn=ELSEWHERE)
    here_first = replace(here, arn=here.arn.replace("eu-west-1", "zz-last-1"))

    found = finding_of(check, recorded(here_first, home, replace(STOPPED, arn="arn:aws:cloudtrail:a:1:trail/s")))

    assert found.command is not None
    assert f"--region us-east-1 --trail-name {ELSEWHERE} " in found.command
    assert found.evidence == ("a leaves them out", "z leaves them out")


@pytest.mark.parametrize("wide", [True, False])
@pytest.mark.parametrize("losses", [(), (Loss.READS,), (Loss.CHANGES,), (Loss.KMS,)])
def test_all_regions_count_with_reads_and_writes_in_one_trail(wide: bool, losses: tuple[Loss, ...]) -> None:  # noqa: FBT001
    is_enough = wide and not set(losses) & {Loss.READS, Loss.CHANGES}
    account = recorded(STOPPED, a_trail(is_multi_region=wide, losses=losses))

    assert (outcome_of(ONE_REGION, account) is Outcome.CLEAN) == is_enough


def test_one_region_says_what_each_trail_lacks() -> None:
    found = violation_of(
        ONE_REGION,
        recorded(
            a_trail(name="c", is_multi_region=False, losses=(Loss.READS, Loss.KMS)),
            a_trail(name="b", losses=(Loss.READS, Loss.CHANGES)),
            a_trail(name="a", is_multi_region=False, arn=ELSEWHERE.replace("us-", "aa-")),
            STOPPED,
        ),
    )

    assert found.evidence == (
        "a: this Region alone",
        "b: without reads, without changes",
        "c: this Region alone, without reads",
    )
    assert found.values == (("trail", ELSEWHERE.replace("us-", "aa-")), ("home", "aa-east-1"))


@pytest.mark.parametrize(("check", "flaw"), [(UNENCRYPTED, {"key": None}), (UNVALIDATED, {"validates_files": False})])
def test_files_of_every_trail_of_the_account_count_and_of_no_other(
    check: Check[AccountPosture], flaw: dict[str, object]
) -> None:
    good, organisation = a_trail(), a_trail(arn=ORGANISATION, **flaw)
    home, stopped = a_trail(arn=ELSEWHERE, **flaw), replace(a_trail(**flaw), is_logging=False)

    assert judgement_of(check, recorded(organisation)).why == "no trail here is this account's own"
    assert judgement_of(check, recorded()).why == "no trail here is this account's own"
    assert outcome_of(check, recorded(good, organisation)) is Outcome.CLEAN
    assert outcome_of(check, recorded(stopped)) is Outcome.VIOLATED
    found = finding_of(check, recorded(home, good, stopped))
    assert found.evidence == (stopped.arn, ELSEWHERE)
    assert found.reason.startswith("2 trails whose files ")
    assert "--region eu-west-1 --name " + stopped.arn in (found.command or "")
    assert violation_of(check, recorded(home)).reason.startswith("1 trail whose files ")


@pytest.mark.parametrize(
    ("state", "wanted"),
    list(product(("ENABLED", "DISABLED", WATCHES_ALL, GONE), ("ENABLED", WATCHES_ALL))),
)
def test_a_rule_is_in_the_state_that_its_stack_gave_or_it_is_told(state: str, wanted: str) -> None:
    account = an_account(rules=(a_rule(state=state, wanted=wanted),))

    assert (outcome_of(RULE_STATE, account) is Outcome.CLEAN) == (state == wanted)


@pytest.mark.parametrize(
    ("state", "wanted", "command"),
    [
        ("ENABLED", WATCHES_ALL, f"aws events put-rule --region eu-west-1 --name R --state {WATCHES_ALL} "),
        ("DISABLED", "ENABLED", "aws events enable-rule --region eu-west-1 --name R"),
        (GONE, "ENABLED", "aws cloudformation create-change-set "),
        (GONE, WATCHES_ALL, "aws cloudformation create-change-set "),
    ],
)
def test_the_command_gives_the_state_back_that_the_rule_needs(state: str, wanted: str, command: str) -> None:
    found = finding_of(RULE_STATE, an_account(rules=(RulePosture(name="R", state=state, wanted=wanted, targets=1),)))

    assert (found.command or "").startswith(command)
    assert found.evidence == (f"R: {state}, should be {wanted}",)


def test_of_several_changed_rules_the_first_by_name_gets_the_command() -> None:
    found = violation_of(
        RULE_STATE,
        an_account(rules=(a_rule(name="b", state="ENABLED"), a_rule(name="c"), a_rule(name="a", state="DISABLED"))),
    )

    assert found.reason == "2 rules in another state than the stack gave"
    assert found.values == (("rule", "a"), ("state", WATCHES_ALL))


def test_a_stack_without_rules_or_alarms_is_blind_and_not_clean() -> None:
    empty = an_account(rules=(), alarms=())

    assert finding_of(RULE_STATE, empty).severity is Severity.CRITICAL
    assert finding_of(SILENT, empty).severity is Severity.HIGH
    assert judgement_of(UNTARGETED, empty).why == "there are no rules, which is told by itself"


@pytest.mark.parametrize(
    ("targets", "wanted", "outcome"),
    [(0, 1, Outcome.VIOLATED), (1, 1, Outcome.CLEAN), (1, 2, Outcome.VIOLATED), (2, 1, Outcome.CLEAN)],
)
def test_a_rule_has_all_the_targets_that_its_stack_gave(targets: int, wanted: int, outcome: Outcome) -> None:
    assert outcome_of(UNTARGETED, an_account(rules=(a_rule(targets=targets, wanted_targets=wanted),))) is outcome


def test_a_rule_that_is_gone_is_told_once() -> None:
    gone, lacking = a_rule(name="gone", state=GONE, targets=0), a_rule(name="z", targets=0)

    assert outcome_of(UNTARGETED, an_account(rules=(gone,))) is Outcome.SPARED
    found = violation_of(UNTARGETED, an_account(rules=(gone, lacking, a_rule(name="b", targets=1, wanted_targets=3))))
    assert found.reason == "2 rules without a target that the stack gave"
    assert found.evidence == ("b: 1 of 3 targets", "z: 0 of 1 target")


def test_a_ringing_alarm_that_tells_nobody_comes_first() -> None:
    found = violation_of(
        SILENT,
        an_account(
            alarms=(
                an_alarm(name="a", is_telling=False),
                an_alarm(name="z", is_telling=False, state="ALARM"),
                an_alarm(name="y", state="ALARM"),
                an_alarm(name="b", is_telling=False, state="INSUFFICIENT_DATA"),
            )
        ),
    )

    assert found.severity is Severity.HIGH
    assert found.reason == "3 alarms tell nobody, and 1 of them is in alarm now"
    assert found.evidence == ("z: ALARM", "a: OK", "b: INSUFFICIENT_DATA")
    assert found.values == (("alarm", "z"),)


def test_a_quiet_alarm_that_tells_nobody_is_less_grave() -> None:
    found = finding_of(SILENT, an_account(alarms=(an_alarm(name="a", is_telling=False),)))

    assert (found.severity, found.reason) == (Severity.MEDIUM, "1 alarm tells nobody")
    assert found.command == "aws cloudwatch enable-alarm-actions --region eu-west-1 --alarm-names a"


def test_an_alarm_that_is_gone_cannot_be_turned_on() -> None:
    command = finding_of(SILENT, an_account(alarms=(an_alarm(is_telling=False, state=GONE),))).command

    assert (command or "").startswith("aws cloudformation create-change-set")


@pytest.mark.parametrize(
    ("proven", "limit", "severity"),
    [
        (None, 8, Severity.HIGH),
        (ago(days=8, hours=23), 8, None),
        (ago(days=9), 8, Severity.MEDIUM),
        (ago(days=9), 9, None),
    ],
)
def test_a_restore_is_proven_within_the_limit(proven: object, limit: int, severity: Severity | None) -> None:
    terms = replace(TERMS, limits=Limits(proof_days=limit))
    account = an_account(restore_proven_at=proven)

    if severity is None:
        assert outcome_of(UNPROVEN, account, terms) is Outcome.CLEAN
    else:
        assert finding_of(UNPROVEN, account, terms).severity is severity


def test_where_nothing_is_copied_no_restore_can_be_proven() -> None:
    assert judgement_of(UNPROVEN, an_account(restore_proven_at=NO_COPIES)).why == NO_COPIES.why


def test_how_long_ago_a_restore_was_proven_is_said() -> None:
    assert violation_of(UNPROVEN, an_account(restore_proven_at=ago(days=9))).reason == (
        "a drill last opened everything that it tried on 2026-02-21, 9 days ago"
    )


def reached(*endpoints: EndpointPosture) -> AccountPosture:
    return an_account(endpoints=endpoints)


def test_a_vpc_needs_an_endpoint_where_functions_rotate() -> None:
    bare, busy = EndpointPosture(vpc="vpc-0c"), EndpointPosture(vpc="vpc-0b", functions=("z", "a", "c", "b"))
    other = EndpointPosture(vpc="vpc-0a", functions=("one",))

    assert outcome_of(NO_ENDPOINT, reached(bare, replace(busy, endpoint="vpce-0b"))) is Outcome.CLEAN
    found = finding_of(NO_ENDPOINT, reached(bare, busy, other))
    assert found.reason == "2 VPCs with rotation functions and no endpoint for Secrets Manager"
    assert found.evidence == ("vpc-0a: one", "vpc-0b: a, b, c, and 1 more")
    assert "--vpc-id vpc-0a --service-name com.amazonaws.eu-west-1.secretsmanager " in (found.command or "")


@pytest.mark.parametrize(
    ("check", "flaw", "reason"),
    [
        (NO_DNS, {"has_private_dns": False}, ("endpoint", "endpoints", "without private DNS")),
        (
            OPEN,
            {"is_open": True},
            ("endpoint lets", "endpoints let", "everybody do everything, as the default policy does"),
        ),
    ],
    ids=["private DNS", "policy"],
)
def test_a_flaw_of_an_endpoint_is_told_of_endpoints_alone(
    check: Check[AccountPosture], flaw: dict[str, object], reason: tuple[str, str, str]
) -> None:
    one, many, said = reason
    good = EndpointPosture(vpc="vpc-0a", endpoint="vpce-0a", has_private_dns=True)
    flawed = replace(good, **flaw)  # type: ignore[arg-type]

    assert outcome_of(check, reached(good)) is Outcome.CLEAN
    assert outcome_of(check, reached(replace(flawed, endpoint=None))) is Outcome.CLEAN
    assert violation_of(check, reached(flawed)).reason == f"1 {one} {said}"
    found = finding_of(check, reached(replace(flawed, vpc="vpc-0c", endpoint="vpce-0c"), good, flawed))
    assert found.reason == f"2 {many} {said}"
    assert found.evidence == ("vpce-0a in vpc-0a", "vpce-0c in vpc-0c")
    assert "--vpc-endpoint-id vpce-0a " in (found.command or "")
