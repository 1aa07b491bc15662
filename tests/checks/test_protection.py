"""What is done for a secret, and whether anybody still needs it: guard, snapshot, copies, drills, disuse, deletion."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from asked import finding_of, judgement_of, outcome_of, violation_of
from fakes_canaries import a_decoy
from nightlatch.checks import (
    monitoring_copy_missing,
    monitoring_copy_unproven,
    monitoring_deletion_pending,
    monitoring_snapshot_old,
    monitoring_unguarded,
    monitoring_unused,
)
from nightlatch.domain.account.decoys import Planted
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.checks import Check, Outcome
from nightlatch.domain.posture.examples import NOW, PROTECTED, TERMS, a_secret, a_use, ago
from nightlatch.domain.posture.secrets import Protected, ReplicaPosture, SecretPosture, VersionPosture
from nightlatch.domain.posture.terms import Limits
from nightlatch.domain.posture.unseen import NOT_COUNTED, NOT_DEPLOYED, Gap
from nightlatch.domain.posture.use import ReaderKind, ReaderUse, SecretUse
from nightlatch.domain.secret.versions import CURRENT, PENDING

UNGUARDED, SNAPSHOT = monitoring_unguarded.CHECK, monitoring_snapshot_old.CHECK
NO_COPY, UNOPENED = monitoring_copy_missing.CHECK, monitoring_copy_unproven.CHECK
UNUSED, PENDING_DELETION = monitoring_unused.CHECK, monitoring_deletion_pending.CHECK
APP = ReaderUse(principal="arn:aws:iam::111122223333:role/app", reads=1)
OPTED_IN = replace(PROTECTED, wants_copies=True, copied_at=ago(days=9), copied=("v-2",))


def protected(of: Protected = PROTECTED, **other: object) -> SecretPosture:
    return a_secret(protected=replace(of, **other))  # type: ignore[arg-type]


@pytest.mark.parametrize("check", [UNGUARDED, SNAPSHOT, NO_COPY, UNOPENED], ids=lambda one: one.id)
def test_what_nightlatch_does_is_not_judged_where_there_is_none(check: Check[SecretPosture]) -> None:
    assert judgement_of(check, a_secret(protected=NOT_DEPLOYED)).gap == NOT_DEPLOYED


def test_a_guard_is_missed_where_it_is_wanted() -> None:
    assert outcome_of(UNGUARDED, protected(is_guarded=False)) is Outcome.VIOLATED
    assert outcome_of(UNGUARDED, protected(is_guarded=True)) is Outcome.CLEAN
    for is_guarded in (True, False):
        spared = judgement_of(UNGUARDED, protected(is_guarded=is_guarded, wants_guard=False))
        assert spared.why == "the policy asks for no guard on it"


def test_the_command_for_a_guard_takes_no_name_that_could_be_an_option() -> None:
    assert finding_of(UNGUARDED, replace(protected(is_guarded=False), name="--all")).command == (
        "nightlatch guard apply arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db-AbCdEf"
    )


@pytest.mark.parametrize(
    ("changed", "kept", "outcome"),
    [
        (ago(hours=27), ago(hours=28), Outcome.VIOLATED),
        (ago(hours=27), ago(hours=27), Outcome.CLEAN),
        (ago(hours=26), ago(hours=28), Outcome.CLEAN),
        (ago(hours=26, seconds=1), ago(hours=28), Outcome.VIOLATED),
        (ago(hours=27), None, Outcome.VIOLATED),
        (ago(hours=26), None, Outcome.CLEAN),
        (ago(days=90), ago(days=89), Outcome.CLEAN),
    ],
)
def test_a_change_is_kept_within_the_limit(changed: datetime, kept: datetime | None, outcome: Outcome) -> None:
    secret = replace(protected(metadata_kept_at=kept), last_changed=changed)

    assert outcome_of(SNAPSHOT, secret) is outcome


def test_a_secret_that_never_changed_is_kept_since_it_was_made() -> None:
    unchanged = replace(protected(metadata_kept_at=None), last_changed=None)

    assert outcome_of(SNAPSHOT, replace(unchanged, created_at=ago(days=2))) is Outcome.VIOLATED
    assert outcome_of(SNAPSHOT, replace(unchanged, created_at=ago(hours=2))) is Outcome.CLEAN
    assert outcome_of(SNAPSHOT, replace(unchanged, created_at=None)) is Outcome.CLEAN


def test_never_kept_is_graver_than_kept_too_early() -> None:
    never, early = protected(metadata_kept_at=None), protected(metadata_kept_at=ago(days=11))

    assert finding_of(SNAPSHOT, never).severity is Severity.MEDIUM
    assert finding_of(SNAPSHOT, early).severity is Severity.LOW
    assert (
        finding_of(SNAPSHOT, early).reason
        == "it changed at 2026-02-20 09:00 UTC, and was last kept at 2026-02-19 09:00 UTC"
    )


def current(made: datetime | None) -> tuple[VersionPosture, ...]:
    return (
        VersionPosture(id="v-3", labels=(PENDING,), created_at=ago(days=1)),
        VersionPosture(id="v-2", labels=(CURRENT,), created_at=made),
    )


@pytest.mark.parametrize(
    ("made", "copied", "outcome"),
    [
        (ago(days=10), ("v-2",), Outcome.CLEAN),
        (ago(days=10), ("v-1", "v-2"), Outcome.CLEAN),
        (ago(days=10), ("v-1", "v-3"), Outcome.VIOLATED),  # of an old value and of a pending one
        (ago(days=10), (), Outcome.VIOLATED),
        (ago(hours=26), (), Outcome.CLEAN),
        (ago(hours=26, seconds=1), (), Outcome.VIOLATED),
        (ago(hours=26), ("v-1",), Outcome.CLEAN),
        (None, ("v-2",), Outcome.CLEAN),
        (None, ("v-1",), Outcome.VIOLATED),  # nobody knows since when, and it is not there
    ],
)
def test_the_current_version_is_copied_within_the_limit(
    made: datetime | None, copied: tuple[str, ...], outcome: Outcome
) -> None:
    taken = ago(days=9) if copied else None
    secret = replace(protected(OPTED_IN, copied_at=taken, copied=copied), versions=current(made))

    assert outcome_of(NO_COPY, secret) is outcome


def test_an_old_copy_is_less_grave_than_none_and_says_of_what() -> None:
    old = finding_of(NO_COPY, protected(OPTED_IN, copied=("v-1",)))

    assert old.severity is Severity.MEDIUM
    assert old.reason == (
        "its value of 2026-02-20 09:00 UTC has no copy: the last one, taken at 2026-02-21 09:00, is of another version"
    )
    assert finding_of(NO_COPY, protected(OPTED_IN, copied_at=None, copied=())).severity is Severity.HIGH


def test_a_copy_of_an_old_version_that_was_taken_late_is_no_copy_of_the_current_one() -> None:
    late = protected(OPTED_IN, copied_at=ago(hours=1), copied=("v-1",))

    assert outcome_of(NO_COPY, late) is Outcome.VIOLATED


def test_whether_a_copy_is_of_the_current_value_takes_versions() -> None:
    gap = Gap("secretsmanager:ListSecretVersionIds", "refused")

    assert judgement_of(NO_COPY, replace(protected(OPTED_IN), versions=gap)).gap == gap
    assert judgement_of(NO_COPY, replace(protected(), versions=gap)).why == "the policy asks for no copies of it"
    assert judgement_of(NO_COPY, replace(protected(OPTED_IN), versions=())).why == "it has no current value"


@pytest.mark.parametrize(
    ("copied", "proven", "outcome"),
    [
        (ago(days=9), None, Outcome.VIOLATED),
        (ago(days=8, hours=23), None, Outcome.CLEAN),
        (ago(days=9), ago(days=400), Outcome.CLEAN),
        (None, None, Outcome.SPARED),
    ],
)
def test_a_copy_is_opened_once_within_the_limit(
    copied: datetime | None, proven: datetime | None, outcome: Outcome
) -> None:
    assert outcome_of(UNOPENED, protected(OPTED_IN, copied_at=copied, proven_at=proven)) is outcome


def test_a_copy_that_nobody_asked_for_need_not_be_opened() -> None:
    assert outcome_of(UNOPENED, protected(OPTED_IN, wants_copies=False)) is Outcome.SPARED
    assert violation_of(UNOPENED, protected(OPTED_IN)).reason == "its copy of 2026-02-21 was never opened"


def unread(**other: object) -> SecretPosture:
    return a_secret(**{"use": NOT_COUNTED, "last_read": None, **other})


@pytest.mark.parametrize(
    ("last_read", "created", "outcome"),
    [
        (ago(days=91).date(), ago(days=400), Outcome.VIOLATED),
        (ago(days=90).date(), ago(days=400), Outcome.CLEAN),
        (None, ago(days=91), Outcome.VIOLATED),
        (None, ago(days=90), Outcome.CLEAN),
        (None, None, Outcome.SPARED),
        (ago(days=400).date(), None, Outcome.SPARED),
    ],
)
def test_a_secret_is_unused_after_more_days_than_the_limit(
    last_read: object, created: datetime | None, outcome: Outcome
) -> None:
    assert outcome_of(UNUSED, unread(last_read=last_read, created_at=created)) is outcome


def test_the_days_of_disuse_are_the_operators() -> None:
    secret = unread(last_read=ago(days=40).date())

    assert outcome_of(UNUSED, secret) is Outcome.CLEAN
    assert outcome_of(UNUSED, secret, replace(TERMS, limits=Limits(unused_days=39))) is Outcome.VIOLATED


def test_a_decoy_is_meant_to_be_read_by_nobody() -> None:
    """It is as it should be, and so no report sets it apart from a secret that somebody reads."""
    other = replace(unread(), arn=unread().arn.replace("prod/db", "prod/pay"))
    planted = Planted(decoys=(a_decoy("prod/db", planted_at=ago(days=300), arn=unread().arn),))
    for inventory in (Inventory(decoys=frozenset({"prod/db"})), Inventory(planted=planted)):
        terms = replace(TERMS, inventory=inventory)

        assert outcome_of(UNUSED, unread(), terms) is Outcome.CLEAN
        assert outcome_of(UNUSED, other, terms) is Outcome.VIOLATED


def test_disuse_says_since_when() -> None:
    assert violation_of(UNUSED, unread()).reason == "nobody has ever read it"
    found = violation_of(UNUSED, unread(last_read=ago(days=100).date()))
    assert found.reason == "it was last read on 2025-11-22"
    assert found.evidence == ("made on 2025-01-26",)


def test_a_counted_read_of_a_consumer_outranks_what_aws_knows() -> None:
    old = unread(last_read=ago(days=100).date())

    assert outcome_of(UNUSED, replace(old, use=a_use(APP))) is Outcome.CLEAN
    assert outcome_of(UNUSED, replace(old, use=a_use(replace(APP, reads=0, throttled=9)))) is Outcome.VIOLATED
    assert outcome_of(UNUSED, replace(old, use=a_use(replace(APP, kind=ReaderKind.SERVICE)))) is Outcome.VIOLATED
    assert outcome_of(UNUSED, replace(old, use=a_use())) is Outcome.VIOLATED


def test_reads_of_nobody_but_nightlatch_are_told_when_counted_long_enough() -> None:
    whole = SecretUse(since=ago(days=90), until=NOW)
    read_by_the_keeper = a_secret(last_read=ago(days=1).date(), use=whole)

    found = violation_of(UNUSED, read_by_the_keeper)

    assert found.reason == "none of its reads of the last 90 days was a consumer's"
    assert outcome_of(UNUSED, replace(read_by_the_keeper, use=replace(whole, since=ago(days=89)))) is Outcome.CLEAN
    assert outcome_of(UNUSED, replace(read_by_the_keeper, created_at=ago(days=90))) is Outcome.CLEAN
    assert outcome_of(UNUSED, replace(read_by_the_keeper, created_at=ago(days=91))) is Outcome.VIOLATED
    assert outcome_of(UNUSED, replace(read_by_the_keeper, use=replace(whole, readers=(APP,)))) is Outcome.CLEAN


def test_replicas_may_be_read_where_this_region_cannot_see_it() -> None:
    replicas = (ReplicaPosture(region="us-east-1", status="InSync"),)

    assert violation_of(UNUSED, unread(replicas=replicas)).evidence[1:] == (
        "its replica in us-east-1 may be read: look there",
    )
    assert violation_of(UNUSED, unread(replicas=Gap("secretsmanager:DescribeSecret", "no"))).evidence == (
        "made on 2025-01-26",
    )


def pending(use: SecretUse | Gap) -> SecretPosture:
    return a_secret(deleted_at=NOW + timedelta(days=6, hours=1), use=use)


def test_only_what_waits_to_be_deleted_is_listed() -> None:
    assert outcome_of(PENDING_DELETION, a_secret(use=a_use(replace(APP, refused_deleted=9)))) is Outcome.CLEAN


def test_who_reads_a_secret_that_waits_is_not_known_where_nobody_counts() -> None:
    uncounted, nobody = (
        violation_of(PENDING_DELETION, pending(NOT_COUNTED)),
        violation_of(PENDING_DELETION, pending(a_use())),
    )

    assert uncounted.reason == (
        "6 days are left to restore it, until 2026-03-08 10:00 UTC; who reads it is not counted"
    )
    assert nobody.reason.endswith("; nobody has asked for it in the counted time")
    assert (uncounted.severity, nobody.severity) == (None, None)


def test_whoever_is_turned_away_makes_it_grave_and_is_named() -> None:
    names = ("d", "a", "b", "c")
    readers = [
        replace(APP, principal=f"arn:aws:iam::111122223333:role/{name}", refused_deleted=9 - place)
        for place, name in enumerate(names)
    ]

    found = violation_of(PENDING_DELETION, pending(a_use(*reversed(readers), replace(APP, reads=900))))

    assert found.severity is Severity.HIGH
    assert found.reason.endswith("; 4 callers ask for it in vain: role/d, role/a, role/b, and 1 more")
    assert found.evidence[0] == "arn:aws:iam::111122223333:role/d: turned away 9 times"
    assert len(found.evidence) == 4


def test_of_two_turned_away_as_often_the_order_is_sure() -> None:
    one, other = (replace(APP, principal=name, reads=0, refused_deleted=1) for name in ("user/a", "user/b"))

    found = violation_of(PENDING_DELETION, pending(a_use(other, one)))

    assert found.evidence == ("user/a: turned away 1 time", "user/b: turned away 1 time")


def test_who_read_it_before_is_listed_and_aws_is_nobody() -> None:
    often, aws = replace(APP, principal="role/z", reads=9), replace(APP, principal="role/aws", kind=ReaderKind.SERVICE)

    found = violation_of(
        PENDING_DELETION, pending(a_use(APP, replace(APP, principal="role/none", reads=0), often, aws))
    )

    assert found.severity is None
    assert found.reason.endswith("; 2 callers read it before")
    assert found.evidence == ("role/z: 9 reads", "arn:aws:iam::111122223333:role/app: 1 read")


def test_one_caller_turned_away_reads_as_one() -> None:
    found = violation_of(PENDING_DELETION, pending(a_use(replace(APP, refused_deleted=1))))

    assert found.reason.endswith("; 1 caller asks for it in vain: role/app")


def test_it_is_restored_by_aws_s_own_call() -> None:
    assert finding_of(PENDING_DELETION, pending(NOT_COUNTED)).command == (
        "aws secretsmanager restore-secret --region eu-west-1 "
        "--secret-id arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db-AbCdEf"
    )
