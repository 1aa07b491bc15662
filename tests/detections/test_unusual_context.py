"""Three signs in words, of somebody whose habits are known; two are a trip, and a stranger's are nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from nightlatch.detections.unusual_context import DETECTION, signs
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.account.tiers import Tier, TierOf
from nightlatch.domain.event.events import Failure, Origin, SecretEvent
from nightlatch.domain.history.examples import AT, a_person, a_role, a_secret, a_user, an_event
from nightlatch.domain.history.habits import ENOUGH_HOURS, Facet, Habits, Kind
from nightlatch.domain.history.pairs import Pair
from nightlatch.domain.judging.baseline import Baseline, Maturity
from nightlatch.domain.judging.findings import State
from nightlatch.domain.judging.rules import Match, detect

ANA = a_person("ana")
CROWN = Inventory(tiers=(TierOf("prod/*", Tier.CROWN),))


def usual(*, hours: int = ENOUGH_HOURS) -> Habits:
    often = Pair(AT - timedelta(days=40), AT - timedelta(days=1), hours)
    facets = {Kind.NETWORK: "198.51.100.0/24", Kind.AGENT: "boto3", Kind.REGION: "eu-west-1", Kind.HOUR: "9"}
    return Habits({Facet(kind, value): often for kind, value in facets.items()})


def read(*, by=ANA, address="198.51.100.7", agent="Boto3/1.34", hours: float = 0, **more) -> SecretEvent:
    event = an_event(**{"secret": a_secret(), "by": by, "after_s": hours * 3_600, **more})
    return replace(event, origin=Origin(address=address, user_agent=agent))


def judge(event: SecretEvent, habits: Habits | None = None, inventory: Inventory | None = None) -> Match | None:
    baseline = Baseline(habits=habits or usual(), inventory=inventory or Inventory(), maturity=Maturity.MATURE)
    verdict = DETECTION.evaluate(event, baseline)
    assert verdict is None or isinstance(verdict, Match)
    return verdict


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (read(address="203.0.113.9"), "never before from network 203.0.113.0/24"),
        (read(agent="curl/8.5"), "never before with this kind of client"),
        (read(hours=14), "never before around Monday 23:00 UTC"),
        (replace(read(), region="us-east-1"), "never before in us-east-1"),
        (read(agent="Boto3/1.34 kali"), "the client calls itself kali, a tool of attack"),
        (read(by=a_user()), "signed with a long-lived key"),
        (read(by=replace(ANA, from_console=True, mfa=False)), "in the console without a second factor"),
    ],
)
def test_each_sign_is_said_in_words(event, said):
    assert list(signs(event, usual())) == [said]


@pytest.mark.parametrize(
    "event",
    [read(), read(hours=1), read(hours=-1), read(agent="Boto3/1.99"), read(address="AWS Internal")],
    ids=["as always", "an hour later", "an hour earlier", "a new release", "no address"],
)
def test_what_is_usual_is_no_sign(event):
    assert list(signs(event, usual())) == []


def test_three_signs_are_told_with_all_of_them_and_two_are_not():
    three, two = read(address="203.0.113.9", agent="curl/8", hours=14), read(address="203.0.113.9", agent="curl/8")

    found = judge(three)

    assert found is not None
    assert found.reason.startswith("3 signs that this is not them: ")
    assert found.reason.count(";") == 2
    assert judge(two) is None


def test_what_the_caller_calls_itself_is_not_repeated():
    found = judge(read(address="203.0.113.9", agent="<!channel> evil", hours=14))

    assert found is not None
    assert "evil" not in found.reason


def test_a_stranger_has_no_habits_to_compare_with():
    event = read(address="203.0.113.9", agent="curl/8", hours=14)

    assert judge(event, usual(hours=ENOUGH_HOURS - 1)) is None


def test_a_workload_is_judged_for_crown_secrets_alone():
    event = read(by=a_role("app"), address="203.0.113.9", agent="curl/8", hours=14)

    assert judge(event) is None
    assert judge(event, inventory=CROWN) is not None
    assert judge(replace(event, secrets=(a_secret("dev/x"),)), inventory=CROWN) is None


@pytest.mark.parametrize(
    "event",
    [
        read(address="203.0.113.9", agent="curl/8", hours=14, failure=Failure("AccessDenied")),
        read(by=replace(ANA, invoked_by="cloudformation.amazonaws.com"), address="203.0.113.9", agent="c/1", hours=14),
    ],
    ids=["refused", "through a service"],
)
def test_what_did_not_come_to_pass_or_came_through_a_service_is_not_told(event):
    assert judge(event) is None


@pytest.mark.parametrize(
    ("maturity", "state"),
    [(Maturity.NONE, State.DIGEST), (Maturity.LEARNING, State.LEARNING), (Maturity.MATURE, State.OPEN)],
)
def test_it_means_something_against_history_alone(maturity, state):
    event = read(address="203.0.113.9", agent="curl/8", hours=14)

    (finding,), _ = detect(event, Baseline(habits=usual(), maturity=maturity), (DETECTION,))

    assert finding.state is state


@pytest.mark.parametrize(
    "who",
    [replace(ANA, from_console=True, mfa=True), replace(ANA, from_console=True), replace(ANA, mfa=False)],
    ids=["with a second factor", "it is not known", "not in the console"],
)
def test_only_the_console_without_a_second_factor_is_a_sign(who):
    assert list(signs(read(by=who), usual())) == []


@pytest.mark.parametrize(
    "name",
    [
        "GetSecretValue",
        "PutSecretValue",
        "UpdateSecret",
        "UpdateSecretVersionStage",
        "DeleteSecret",
        "PutResourcePolicy",
    ],
)
def test_reads_and_what_changes_a_secret_are_judged(name):
    event = replace(read(address="203.0.113.9", agent="curl/8", hours=14), name=name)

    (finding,), _ = detect(event, Baseline(habits=usual(), maturity=Maturity.MATURE), (DETECTION,))

    assert finding.state is State.OPEN
