"""Who uses a secret how: consumers are told apart from AWS, and what was not counted from what did not happen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from asked import finding_of, judgement_of, outcome_of, violation_of
from nightlatch.checks import (
    caching_polling,
    command_line_typed_values,
    retries_no_backoff,
    retries_throttled,
    vpc_public_reads,
)
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.checks import Check, Outcome
from nightlatch.domain.posture.examples import TERMS, a_secret, a_use, ago
from nightlatch.domain.posture.secrets import SecretPosture, VersionPosture
from nightlatch.domain.posture.terms import Limits
from nightlatch.domain.posture.unseen import NOT_COUNTED, Gap
from nightlatch.domain.posture.use import OTHERS, ReaderKind, ReaderUse, TypedWrite
from nightlatch.domain.secret.versions import CURRENT, PREVIOUS

ROLE = "arn:aws:iam::111122223333:role/"
POLLING = caching_polling.CHECK
THROTTLED = retries_throttled.CHECK
HASTY = retries_no_backoff.CHECK
TYPED = command_line_typed_values.CHECK
PUBLIC = vpc_public_reads.CHECK
EACH = pytest.mark.parametrize("check", [POLLING, THROTTLED, HASTY, TYPED, PUBLIC], ids=lambda one: one.id)


def reader(name: str = "app", **other: object) -> ReaderUse:
    return replace(ReaderUse(principal=ROLE + name, reads=100), **other)  # type: ignore[arg-type]


def used(*readers: ReaderUse, **other: object) -> SecretPosture:
    return a_secret(use=a_use(*readers, **other))


@EACH
def test_what_nobody_counted_is_not_what_nobody_did(check: Check[SecretPosture]) -> None:
    uncounted = judgement_of(check, a_secret(use=NOT_COUNTED))

    assert uncounted.outcome is Outcome.UNSEEN
    assert uncounted.gap == NOT_COUNTED
    assert outcome_of(check, used()) is Outcome.CLEAN


@EACH
def test_secrets_of_services_and_replicas_are_read_by_consumers_all_the_same(check: Check[SecretPosture]) -> None:
    is_about_reading = check is not TYPED

    assert check.of_managed is is_about_reading
    assert check.of_replicas is is_about_reading


def test_one_read_above_the_limit_is_polling_and_the_limit_is_the_operators() -> None:
    at_limit, above = reader(busiest_hour=12), reader(busiest_hour=13)
    patient = replace(TERMS, limits=Limits(reads_per_hour=13))

    assert outcome_of(POLLING, used(at_limit)) is Outcome.CLEAN
    assert outcome_of(POLLING, used(above)) is Outcome.VIOLATED
    assert outcome_of(POLLING, used(above), patient) is Outcome.CLEAN


def test_polling_says_calls_caller_and_what_a_cache_would_save_in_a_month() -> None:
    found = violation_of(POLLING, used(reader(reads=1_680, busiest_hour=60, with_5min_cache=336)))

    # 1,344 needless calls in 168 hours are 5,760 in 720, at 0.05 USD for 10,000
    assert found.reason == (
        "role/app read it 60 times in its busiest hour; a cache of five minutes would save 0.03 USD a month"
    )
    assert found.evidence == (
        f"{ROLE}app: 60 calls in its busiest hour, 1,680 in all, 0.03 USD a month more than with a cache",
    )


def test_of_several_who_poll_the_dearest_is_named_and_all_are_summed() -> None:
    found = violation_of(
        POLLING,
        used(
            reader("small", reads=200_000, busiest_hour=90_000),
            reader("caching", reads=900_000, busiest_hour=90_000, is_caching=True),
            reader("big", reads=400_000, busiest_hour=3_000),
            reader("rare", reads=900_000, busiest_hour=12),
        ),
    )

    assert found.reason == (
        "role/big read it 3,000 times in its busiest hour, 1 other caller likewise; a cache of five minutes would save "
        "12.86 USD a month"
    )
    assert [line.split(":role/")[1].split(":")[0] for line in found.evidence] == ["big", "small"]


@pytest.mark.parametrize(
    ("readers", "order"),
    [
        ((reader("a", busiest_hour=13), reader("b", busiest_hour=14)), ["b", "a"]),
        ((reader("b", busiest_hour=13), reader("a", busiest_hour=13)), ["a", "b"]),
    ],
    ids=["the busier first", "of equals by name"],
)
def test_of_two_who_cost_the_same_the_order_is_sure(readers: tuple[ReaderUse, ...], order: list[str]) -> None:
    found = violation_of(POLLING, used(*readers))

    assert [line.split(":role/")[1][0] for line in found.evidence] == order


def test_polling_that_costs_ten_dollars_a_month_is_graver() -> None:
    month, needless = ago(hours=720), 2_000_000  # exactly 10 USD
    dear = used(reader(reads=needless, busiest_hour=3_000), since=month)
    cheaper = used(reader(reads=needless - 1, busiest_hour=3_000), since=month)
    split = used(*(reader(name, reads=needless // 2, busiest_hour=3_000) for name in ("a", "b")), since=month)

    assert finding_of(POLLING, dear).severity is Severity.MEDIUM
    assert finding_of(POLLING, cheaper).severity is Severity.LOW
    assert finding_of(POLLING, split).severity is Severity.MEDIUM


@pytest.mark.parametrize("check", [POLLING, HASTY], ids=lambda one: one.id)
def test_what_many_do_together_is_nobodys_rate(check: Check[SecretPosture]) -> None:
    together = reader(busiest_hour=9_000, throttled=40, hasty=40)

    assert outcome_of(check, used(replace(together, principal=OTHERS))) is Outcome.CLEAN
    assert outcome_of(check, used(together)) is Outcome.VIOLATED


def test_a_month_is_reckoned_from_the_counted_hours() -> None:
    day = a_use(reader(reads=100_000, busiest_hour=9_000), since=ago(days=1))

    assert "15.00 USD a month" in violation_of(POLLING, a_secret(use=day)).reason


def test_one_refusal_for_the_rate_is_told_with_its_caller() -> None:
    found = violation_of(THROTTLED, used(reader(throttled=1)))

    assert found.reason == "1 call was refused for its rate, of 1 caller, most of them of role/app"
    assert found.evidence == (f"{ROLE}app: 1 refused, 100 answered",)


def test_refusals_of_several_callers_are_summed_and_the_most_refused_is_named() -> None:
    found = violation_of(
        THROTTLED,
        used(reader("c"), reader("b", throttled=2), reader("a", throttled=2), reader("z", throttled=1_000)),
    )

    assert found.reason == "1,004 calls were refused for their rate, of 3 callers, most of them of role/z"
    assert [line.split(":role/")[1][0] for line in found.evidence] == ["z", "a", "b"]


@pytest.mark.parametrize(
    ("throttled", "hasty", "outcome"),
    [
        (3, 3, Outcome.VIOLATED),
        (2, 2, Outcome.CLEAN),
        (6, 3, Outcome.VIOLATED),
        (7, 3, Outcome.CLEAN),
        (1, 480, Outcome.VIOLATED),
        (40, 0, Outcome.CLEAN),
    ],
)
def test_haste_is_three_times_and_half_as_often_as_refusals(throttled: int, hasty: int, outcome: Outcome) -> None:
    assert outcome_of(HASTY, used(reader(throttled=throttled, hasty=hasty))) is outcome


def test_the_hastiest_caller_is_named() -> None:
    found = violation_of(
        HASTY,
        used(
            reader("b", throttled=4, hasty=4),
            reader("a", throttled=5, hasty=4),
            reader("z", throttled=9, hasty=8),
            reader("slow", throttled=90, hasty=8),
        ),
    )

    assert found.reason == (
        "role/z was refused 9 times for its rate and came again within 50 ms 8 times; 2 other callers likewise"
    )
    assert [line.split(":role/")[1] for line in found.evidence] == [
        "z: 9 refused, 8 within 50 ms",
        "a: 5 refused, 4 within 50 ms",
        "b: 4 refused, 4 within 50 ms",
    ]


def test_of_two_hasty_callers_the_other_one_is_counted() -> None:
    found = violation_of(HASTY, used(reader("a", throttled=4, hasty=4), reader("b", throttled=4, hasty=4)))

    assert found.reason.endswith("4 times; 1 other caller likewise")


def test_one_hasty_caller_has_nobody_likewise() -> None:
    found = violation_of(HASTY, used(reader(throttled=4, hasty=4)))

    assert found.reason == "role/app was refused 4 times for its rate and came again within 50 ms 4 times"


def test_one_read_from_the_internet_is_told_with_its_share() -> None:
    found = violation_of(PUBLIC, used(reader(reads=24, through_endpoint=23, from_public=1)))

    assert found.reason == (
        "1 read of 1 caller came from public addresses and by no VPC endpoint, most of them of role/app"
    )
    assert found.evidence == (f"{ROLE}app: 1 of 24 reads",)


def test_reads_from_the_internet_are_summed_and_sorted() -> None:
    found = violation_of(
        PUBLIC, used(reader("b", from_public=2), reader("a", from_public=2), reader("z", from_public=9), reader("in"))
    )

    assert found.reason.startswith("13 reads of 3 callers")
    assert found.reason.endswith("of role/z")
    assert [line.split(":role/")[1][0] for line in found.evidence] == ["z", "a", "b"]


@pytest.mark.parametrize("check", [POLLING, THROTTLED, HASTY, PUBLIC], ids=lambda one: one.id)
def test_a_person_and_another_account_are_consumers_and_aws_is_none(check: Check[SecretPosture]) -> None:
    eager = reader(busiest_hour=60, throttled=40, hasty=40, from_public=60)

    outcomes = {kind: outcome_of(check, used(replace(eager, kind=kind))) for kind in ReaderKind}

    assert [kind for kind, outcome in outcomes.items() if outcome is Outcome.CLEAN] == [ReaderKind.SERVICE]


def typed(*, seconds: float = 0, who: str = "ana", days: float = 10) -> TypedWrite:
    return TypedWrite(
        principal=f"arn:aws:iam::111122223333:user/{who}", tool="aws-cli", at=ago(days=days, seconds=seconds)
    )


def since(days: float | None) -> tuple[VersionPosture, ...]:
    made = None if days is None else ago(days=days)
    return (
        VersionPosture(id="v-1", labels=(PREVIOUS,), created_at=ago(days=0)),
        VersionPosture(id="v-2", labels=(CURRENT,), created_at=made),
    )


@pytest.mark.parametrize(
    ("write", "outcome"),
    [
        (typed(seconds=0), Outcome.VIOLATED),
        (typed(seconds=60), Outcome.VIOLATED),
        (typed(seconds=61), Outcome.CLEAN),
        (typed(days=9), Outcome.VIOLATED),
    ],
    ids=["in the same second", "a minute before its version", "another version since", "after the version"],
)
def test_a_typed_value_is_told_until_another_one_is_current(write: TypedWrite, outcome: Outcome) -> None:
    assert outcome_of(TYPED, a_secret(use=a_use(typed=(write,)), versions=since(days=10))) is outcome


@pytest.mark.parametrize(
    "versions",
    [since(None), (), Gap("secretsmanager:ListSecretVersionIds", "refused")],
    ids=["no date", "no current version", "not seen"],
)
def test_where_the_current_value_has_no_known_age_what_was_typed_is_told(
    versions: tuple[VersionPosture, ...] | Gap,
) -> None:
    found = a_secret(use=a_use(typed=(typed(days=40),)), versions=versions)

    assert outcome_of(TYPED, found) is Outcome.VIOLATED


def test_typed_values_are_counted_and_the_last_is_named() -> None:
    writes = (typed(days=9, who="ana"), typed(days=7, who="ben"), typed(days=8, who="ana"), typed(days=90, who="ben"))

    found = violation_of(TYPED, a_secret(use=a_use(typed=writes)))

    assert found.reason == ("3 values were written from a command line by a person, the last by user/ben on 2026-02-23")
    assert found.evidence[0] == "arn:aws:iam::111122223333:user/ben with aws-cli at 2026-02-23T09:00:00Z"
    assert [line.split(" at ")[1][:10] for line in found.evidence] == ["2026-02-23", "2026-02-22", "2026-02-21"]


def test_one_typed_value_reads_as_one() -> None:
    found = violation_of(TYPED, a_secret(use=a_use(typed=(typed(),))))

    assert found.reason.startswith("1 value was written from a command line by a person")


def test_the_remedy_for_a_typed_value_types_none() -> None:
    command = finding_of(TYPED, a_secret(use=a_use(typed=(typed(),)))).command

    assert command is not None
    assert command.endswith("--secret-string file://secret.txt")


def test_of_many_callers_the_first_ten_are_evidence() -> None:
    many = [reader(f"app-{number:02}", throttled=1, from_public=1, busiest_hour=60, hasty=9) for number in range(12)]

    for check in (POLLING, THROTTLED, HASTY, PUBLIC):
        evidence = violation_of(check, used(*many)).evidence

        assert len(evidence) == 11
        assert evidence[-1] == "and 2 more"
