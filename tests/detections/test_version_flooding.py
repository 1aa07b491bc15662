"""A secret whose history is pushed out is told once, by whichever of its signs shows first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations

import pytest

from nightlatch.detections.version_flooding import DETECTION
from nightlatch.domain.event.events import Failure, SecretEvent
from nightlatch.domain.event.secrets import secret_ref
from nightlatch.domain.history.examples import (
    ACCOUNT,
    REGION,
    a_role,
    a_secret,
    a_service_event,
    a_user,
    an_event,
    sightings,
)
from nightlatch.domain.history.sightings import sighting_of
from nightlatch.domain.history.trail import Trail
from nightlatch.domain.judging.baseline import Baseline
from nightlatch.domain.judging.findings import Finding, Severity, fold
from nightlatch.domain.judging.rules import Match, detect
from nightlatch.domain.secret.versions import PENDING

FULL = Failure("LimitExceededException")
HOUR, DAY = 3_600, 86_400
PARTIAL = secret_ref(f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:prod/db", account_id=ACCOUNT, region=REGION)


def put(*, after_s: float = 0, secret=None, name: str = "PutSecretValue", **more) -> SecretEvent:
    more.setdefault("version_id", None if more.get("failure") else f"v-{after_s}")
    return an_event(name, secret=secret or a_secret(), after_s=after_s, **more)


def puts(count: int, over_s: float, **more) -> list[SecretEvent]:
    """Spread writes evenly, the first and the last so far apart."""
    return [put(after_s=n * over_s / (count - 1), **more) for n in range(count)]


def removals(count: int, over_s: float) -> list[SecretEvent]:
    return [
        a_service_event("SecretVersionDeletion", secret=a_secret(), after_s=n * over_s / (count - 1))
        for n in range(count)
    ]


def judge(seen: Sequence[SecretEvent], event: SecretEvent | None = None) -> Match | None:
    verdict = DETECTION.evaluate(event or seen[-1], Baseline(on_secret=sightings(seen)))
    assert verdict is None or isinstance(verdict, Match)
    return verdict


def judge_all(arrived: Sequence[SecretEvent]) -> tuple[Finding, ...]:
    found: list[Finding] = []
    for count, event in enumerate(arrived, start=1):
        seen = sightings({one.event_id: one for one in arrived[:count]}.values())
        found.extend(detect(event, Baseline(on_secret=seen), (DETECTION,))[0])
    return fold(tuple(found))


@pytest.mark.parametrize(
    ("count", "over_s", "fires"),
    [
        (7, 600, True),
        (7, 601, False),
        (6, 5, False),
        (21, HOUR, True),
        (21, HOUR + 20, False),
        (20, HOUR, False),
        (61, DAY, True),
        (61, DAY + 60, False),
        (60, DAY, False),
    ],
)
def test_the_three_windows_of_writes(count, over_s, fires):
    assert (judge(puts(count, over_s)) is not None) == fires


@pytest.mark.parametrize(("count", "over_s", "fires"), [(6, DAY, True), (6, DAY + 5, False), (5, 10, False)])
def test_more_than_five_versions_removed_in_a_day(count, over_s, fires):
    found = judge(removals(count, over_s))

    assert (found is not None) == fires
    if found is not None:
        assert (found.subject, found.severity) == (f"secret:{a_secret().keys[0]}", None)
        assert f"removed {count} old versions" in found.reason


def test_every_order_and_every_repetition_comes_to_one_finding():
    events = puts(7, 60)
    orders = [events, events[::-1], *list(permutations(events))[::997]]

    outcomes = {judge_all([*order, order[0]]) for order in orders}

    assert len({(found[0].event_ids, found[0].severity) for found in outcomes}) == 1
    assert {len(found) for found in outcomes} == {1}


def test_it_is_one_secret_by_all_its_names_and_no_other():
    forms = [a_secret(), a_secret(suffix=None), PARTIAL]
    named = [put(after_s=n, secret=forms[n % 3]) for n in range(7)]
    others = [put(after_s=10 + n, secret=a_secret(f"prod/{n}")) for n in range(7)]

    assert all(judge(named, event) for event in named)
    assert judge([*named[:6], *others], others[-1]) is None
    assert judge([*named[:6], *others], named[5]) is None


@pytest.mark.parametrize(
    "other",
    [
        put(failure=Failure("AccessDenied")),
        put(failure=Failure("InvalidParameterException"), version_id="v-9"),
        put(name="UpdateSecret", version_id=None, request={"description": "orders"}),
        put(version_id="v-1.0", event_id="a retry"),
        an_event("UpdateSecretVersionStage", secret=a_secret(), version_id="v-9"),
        an_event("CreateSecret", secret=a_secret(), version_id="v-9"),
    ],
    ids=["refused", "failed", "description", "the same version again", "label moved", "creation"],
)
def test_what_makes_no_further_version_does_not_count(other):
    six = [put(after_s=n + 1.0) for n in range(6)]

    assert judge([*six, other], six[-1]) is None
    assert judge([*six, put(after_s=9), other], six[-1]) is not None


def test_pending_versions_and_updates_that_show_their_version_count():
    events = [put(after_s=n, request={"versionStages": [PENDING]}) for n in range(6)]

    assert judge([*events, put(name="UpdateSecret", after_s=9)]) is not None


def test_our_own_writes_are_no_evidence():
    seen = Trail.of([*sightings(puts(6, 60)), replace(sighting_of(put(after_s=99)), own=True)])

    assert DETECTION.evaluate(puts(6, 60)[-1], Baseline(on_secret=seen)) is None


def test_two_who_share_the_work_are_one_finding_about_the_secret():
    events = [put(after_s=n, by=a_user(("mallory", "trudy")[n % 2])) for n in range(8)]

    found = judge(events)

    assert found is not None
    assert found.subject == f"secret:{a_secret().keys[0]}"
    assert "user/mallory, user/trudy" in found.reason
    assert found.headline is not None
    alone = judge(puts(8, 60))
    assert alone is not None
    assert (alone.subject, alone.headline) == (None, None)


def test_of_many_writers_a_few_are_named():
    found = judge([put(after_s=n, by=a_role(f"r{n}")) for n in range(7)])

    assert found is not None
    assert "role/r0, role/r1, role/r2 and 4 more" in found.reason
    assert judge([put(after_s=n, by=a_role(f"r{n % 3}")) for n in range(7)]).reason.endswith("role/r1, role/r2")  # type: ignore[union-attr]


def test_who_finds_the_secret_full_is_told_milder_and_counts_among_the_writes():
    refused = put(after_s=70, failure=FULL)

    alone, among = judge([refused]), judge([*puts(6, 60), refused])

    assert alone is not None
    assert among is not None
    assert (alone.severity, among.severity) == (Severity.HIGH, None)
    assert "AWS refused 1 of them" in among.reason


def test_an_event_that_names_no_secret_is_silent():
    assert DETECTION.evaluate(an_event("PutSecretValue"), Baseline()) is None


@pytest.mark.parametrize(
    "event",
    [
        put(after_s=30, failure=Failure("AccessDenied")),
        put(after_s=30, name="UpdateSecret", version_id=None, request={"description": "orders"}),
    ],
    ids=["refused", "description"],
)
def test_what_makes_no_version_is_silent_amid_a_flood(event):
    assert judge([*puts(7, 60), event], event) is None


def test_each_refusal_for_too_many_versions_counts():
    refused = [put(after_s=n, failure=FULL) for n in range(7)]

    found = judge(refused)

    assert found is not None
    assert found.reason.startswith("7 new versions of one secret within 10 minutes, by user/ci-deploy; AWS refused 7")


def test_writes_are_no_removals_and_all_removals_are_named():
    five, six = removals(5, 60), removals(6, 60)

    found = judge([*six, *puts(7, 60)], six[-1])

    assert judge([*five, *puts(7, 60)], five[-1]) is None
    assert found is not None
    assert found.evidence is not None
    assert found.evidence.event_ids == tuple(event.event_id for event in six)


def test_who_wrote_before_the_flood_has_no_part_in_it():
    long_before = put(after_s=-3 * DAY, by=a_user("ben"))

    found = judge([long_before, *puts(7, 60)])

    assert found is not None
    assert (found.subject, found.headline) == (None, None)
