"""One refused deletion is worth a word, three are worth a louder one, and what is under way already is worth none."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest

from nightlatch.detections.refused import DETECTION
from nightlatch.domain.event.events import Failure, SecretEvent
from nightlatch.domain.history.examples import a_denial, a_role, a_secret, an_event, sightings, the_service
from nightlatch.domain.history.sightings import sighting_of
from nightlatch.domain.history.trail import Trail
from nightlatch.domain.judging.baseline import Baseline
from nightlatch.domain.judging.findings import Finding, Severity, fold
from nightlatch.domain.judging.rules import Match, detect

MINUTE = 60
REPLICATED = Failure("InvalidRequestException", "You can't delete a primary secret that is replicated.")


def refused(name: str = "prod/db", *, after_s: float = 0, failure: Failure | None = None, **more) -> SecretEvent:
    secret = a_secret(name, suffix=None)
    why = failure or a_denial("DeleteSecret", name)
    return an_event("DeleteSecret", **{"secret": secret, "after_s": after_s, "failure": why, **more})


def judge(event: SecretEvent, *others: SecretEvent) -> Match | None:
    verdict = DETECTION.evaluate(event, Baseline(by_principal=sightings([event, *others])))
    assert verdict is None or isinstance(verdict, Match)
    return verdict


def judge_all(arrived: list[SecretEvent]) -> tuple[Finding, ...]:
    found = []
    for count, event in enumerate(arrived, start=1):
        seen = sightings({one.event_id: one for one in arrived[:count]}.values())
        found.extend(detect(event, Baseline(by_principal=seen), (DETECTION,))[0])
    return fold(tuple(found))


@pytest.mark.parametrize(
    ("failure", "fires"),
    [
        (a_denial("DeleteSecret", "prod/db"), True),
        (Failure("AccessDeniedException"), True),
        (Failure("ResourceNotFoundException", "can't find the specified secret"), True),
        (REPLICATED, True),
        (Failure("unknown"), True),
        (Failure("InvalidRequestException", "... because it was marked for deletion."), False),
        (Failure("InvalidRequestException", "a secret with this name is already scheduled for deletion"), False),
        (Failure("AccessDenied", "... prod/marked for deletion"), True),
        (Failure("ThrottlingException", "Rate exceeded"), False),
    ],
)
def test_every_refusal_counts_but_of_what_is_under_way_already(failure, fires):
    assert (judge(refused(failure=failure)) is not None) == fires


def test_a_deletion_that_got_through_and_other_refused_calls_are_silent():
    assert judge(an_event("DeleteSecret", secret=a_secret())) is None
    assert judge(an_event("RestoreSecret", failure=a_denial("RestoreSecret", "prod/db"))) is None


def test_it_says_whether_permission_was_lacking_and_names_the_target_where_it_is_known():
    (named,) = judge_all([refused()])
    (unnamed,) = judge_all([refused(secret=None)])

    assert "lack of permission" in named.reason
    assert "lack of permission" not in judge(refused(failure=REPLICATED)).reason  # type: ignore[union-attr]
    assert named.title == "ci-deploy (IAM user) tried to delete secret prod/db, and AWS refused"
    assert unnamed.title == "ci-deploy (IAM user) tried to delete a secret that the record does not name"


@pytest.mark.parametrize(
    ("times", "severity"),
    [
        ([0, 15 * MINUTE, 30 * MINUTE], Severity.HIGH),
        ([0, 15 * MINUTE, 30 * MINUTE + 1], Severity.MEDIUM),
        ([0, 15 * MINUTE], Severity.MEDIUM),
    ],
)
def test_three_within_half_an_hour_are_louder_in_every_order(times, severity):
    events = [refused(f"prod/{n}", after_s=after_s) for n, after_s in enumerate(times)]

    for order in permutations(events):
        assert max(one.severity.rank for one in judge_all([*order, order[0]])) == severity.rank


def test_the_louder_one_names_all_targets_and_counts_all_tries():
    (found,) = judge_all([refused(f"prod/{n % 2}", after_s=n) for n in range(4)])

    assert found.severity is Severity.HIGH
    assert {secret.name for secret in found.secrets} == {"prod/0", "prod/1"}
    assert found.reason.startswith("4 refused deletions")


def test_what_is_under_way_already_and_what_is_our_own_do_not_make_three():
    scheduled = [refused(after_s=-n, failure=Failure("InvalidRequestException", "marked for deletion")) for n in (1, 2)]
    own = [replace(sighting_of(refused(after_s=-n)), own=True) for n in (3, 4)]
    seen = Trail.of([*sightings([refused(), *scheduled]), *own])

    found = DETECTION.evaluate(refused(), Baseline(by_principal=seen))

    assert isinstance(found, Match)
    assert found.severity is None


def test_a_refused_force_delete_is_told_elsewhere_and_counts_here():
    forced = refused(failure=REPLICATED, request={"forceDeleteWithoutRecovery": "true"})
    others = [refused("prod/1", after_s=1), refused("prod/2", after_s=2)]

    assert judge(forced) is None
    assert judge(forced, *others).severity is Severity.HIGH  # type: ignore[union-attr]
    assert judge(others[0], forced, others[1]).severity is Severity.HIGH  # type: ignore[union-attr]


def test_a_service_of_aws_that_is_refused_is_a_note_and_one_on_somebodys_way_is_theirs():
    by_service = [refused(by=the_service(), after_s=n) for n in range(3)]
    on_the_way = replace(a_role("ops"), invoked_by="cloudformation.amazonaws.com")

    assert judge(by_service[0], *by_service[1:]).severity is Severity.LOW  # type: ignore[union-attr]
    assert judge(refused(by=on_the_way)).severity is None  # type: ignore[union-attr]


def test_who_insists_is_told_with_every_try():
    tries = [refused(f"prod/{n}", after_s=n * MINUTE) for n in range(3)]

    found = judge(tries[0], *tries[1:])

    assert found is not None
    assert found.evidence is not None
    assert found.evidence.event_ids == tuple(event.event_id for event in tries)
    assert found.secrets == tuple(event.secret for event in tries)


@pytest.mark.parametrize(
    ("kind", "is_meant"),
    [
        ("resource-based policy", True),
        ("service control policy", True),
        ("resource control policy", True),
        ("permissions boundary", False),
    ],
)
def test_a_refusal_by_a_guard_says_that_it_is_meant_and_how_to_let_it_through(kind, is_meant):
    failure = Failure("AccessDenied", f"... perform: secretsmanager:DeleteSecret with an explicit deny in a {kind}")
    often = [refused(after_s=60 * n, failure=failure) for n in range(3)]

    for found in (judge(refused(failure=failure)), judge(often[0], *often[1:])):
        assert found is not None
        assert ("terraform destroy fails" in found.reason) is is_meant
        assert ("nightlatch allow prod/db --action force-delete --for 2h --reason TEXT" in found.reason) is is_meant


def test_a_refusal_for_another_reason_says_no_more_than_that_nothing_was_deleted():
    assert judge(refused()).reason.endswith("so nothing was deleted")


def test_a_guarded_secret_that_the_record_does_not_name_is_left_to_the_reader():
    failure = Failure("AccessDenied", "an explicit deny in a resource-based policy")

    found = judge(replace(refused(failure=failure), secrets=()))

    assert found is not None
    assert "nightlatch allow SECRET --action" in found.reason


def test_a_name_with_signs_of_the_shell_is_quoted_in_the_command():
    failure = Failure("AccessDenied", "an explicit deny in a resource-based policy")

    found = judge(refused("prod/$(x) y", failure=failure))

    assert found is not None
    assert "nightlatch allow 'prod/$(x) y' --action" in found.reason
