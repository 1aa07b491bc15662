"""A batch call is judged by what its filters can reach, by its repetition, and by whether it is new."""

from __future__ import annotations

import pytest

from nightlatch.detections.batch_retrieval import DETECTION
from nightlatch.domain.event.events import Failure, SecretEvent
from nightlatch.domain.history.examples import AT, a_secret, an_event, sightings
from nightlatch.domain.history.pairs import Pair
from nightlatch.domain.judging.baseline import Baseline, Maturity
from nightlatch.domain.judging.findings import Finding, Severity, State, fold
from nightlatch.domain.judging.rules import Match, detect


def batch(*filters: tuple[str, list[str]], after_s: float = 0, **more) -> SecretEvent:
    asked = {"filters": [{"key": key, "values": values} for key, values in filters]}
    return an_event("BatchGetSecretValue", request=asked, after_s=after_s, **more)


def before() -> SecretEvent:
    return batch(("name", ["other/"]), after_s=-3600)


def judge(event: SecretEvent, *others: SecretEvent, known: bool = False) -> Match | None:
    seen = sightings([event, *others], known=known)
    verdict = DETECTION.evaluate(event, Baseline(maturity=Maturity.MATURE, by_principal=seen))
    assert verdict is None or isinstance(verdict, Match)
    return verdict


def judge_all(events: list[SecretEvent], maturity: Maturity = Maturity.NONE) -> tuple[Finding, ...]:
    baseline = Baseline(maturity=maturity, by_principal=sightings(events))
    return fold(tuple(f for event in events for f in detect(event, baseline, (DETECTION,))[0]))


@pytest.mark.parametrize(
    "filters",
    [
        [("tag-key", ["!none"])],
        [("name", ["!a", "!b"]), ("tag-value", ["!c"])],
        [("all", ["!zz"])],
        [("all", ["e"])],
        [("ALL", ["ab"])],
        [("all", ["a", "e"])],
        [("name", [""])],
    ],
)
def test_a_filter_that_reaches_nearly_everything_is_high_at_the_first_call(filters):
    verdict = judge(batch(*filters), before())

    assert verdict is not None
    assert verdict.severity is Severity.HIGH


@pytest.mark.parametrize(
    "filters",
    [
        [("tag-key", ["!none"]), ("name", ["app/"])],
        [("all", ["abc"])],
        [("name", ["ab"])],
        [("tag-key", ["team"])],
        [("tag-key", ["!none", "team"])],
        [("tag-key", [])],
        [],
    ],
)
def test_a_filter_that_narrows_is_silent(filters):
    assert judge(batch(*filters), before()) is None


def test_three_equal_calls_in_two_minutes_are_pages_and_two_are_not():
    pages = [batch(("tag-key", ["team"]), after_s=60 * n) for n in range(3)]

    verdict = judge(*pages, before())

    assert verdict is not None
    assert verdict.evidence is not None
    assert (verdict.severity, len(verdict.evidence.event_ids)) == (Severity.HIGH, 3)
    assert judge(*pages[:2], before()) is None


def test_three_calls_in_more_than_two_minutes_are_no_pages():
    calls = [batch(("tag-key", ["team"]), after_s=60.5 * n) for n in range(3)]

    assert judge(calls[1], calls[0], calls[2], before()) is None


def test_equal_means_the_same_filters_in_any_order():
    one, two = ("tag-key", ["team", "stage"]), ("name", ["app/"])
    same = [batch(one, two), batch(two, one, after_s=1), batch(("tag-key", ["stage", "team"]), two, after_s=2)]
    other = [batch(one, two), batch(two, one, after_s=1), batch(two, after_s=2)]

    assert judge(*same, before())
    assert judge(*other, before()) is None


def test_a_list_of_names_has_no_pages():
    named = [an_event("BatchGetSecretValue", request={"secretIdList": ["a", "b"]}, after_s=n) for n in range(5)]

    assert judge(*named, before()) is None


def test_a_known_filter_is_silent_however_wide():
    assert judge(batch(("tag-key", ["!none"])), known=True) is None


@pytest.mark.parametrize("code", ["AccessDenied", "InvalidParameterException"])
def test_a_call_that_gave_nothing_is_silent(code):
    assert judge(batch(("tag-key", ["!none"]), failure=Failure(code))) is None


@pytest.mark.parametrize(
    ("maturity", "state"),
    [(Maturity.NONE, State.DIGEST), (Maturity.LEARNING, State.LEARNING), (Maturity.MATURE, State.OPEN)],
)
def test_the_first_batch_call_means_something_only_against_history(maturity, state):
    (finding,) = judge_all([batch(("name", ["app/"]))], maturity)

    assert (finding.severity, finding.state) == (Severity.MEDIUM, state)


def test_a_reader_known_to_history_or_to_this_day_is_not_new():
    call = batch(("name", ["app/"]))
    history = Baseline(maturity=Maturity.MATURE, reader=Pair(AT, AT, 1), by_principal=sightings([call]))

    assert DETECTION.evaluate(call, history) is None
    assert judge(call, before()) is None


def test_secrets_asked_for_by_name_are_named():
    two = (a_secret("app/db"), a_secret("app/mail"))
    call = an_event("BatchGetSecretValue", secret=two[0], request={"secretIdList": [s.text for s in two]})

    (finding,) = judge_all([call])

    assert finding.title == "ci-deploy (IAM user) fetched secret app/db in a batch"


def test_five_equal_calls_within_a_second_are_one_finding_in_any_order():
    calls = [batch(("tag-key", ["team"]), after_s=n // 2, event_id=f"call-{n}") for n in range(5)]
    expected = judge_all(calls)

    for order in (calls[::-1], calls[3:] + calls[:3], calls[1::2] + calls[::2]):
        assert judge_all(order) == expected

    (finding,) = expected
    assert (finding.severity, finding.state, finding.count) == (Severity.HIGH, State.OPEN, 5)


def test_catch_all_calls_with_other_filters_are_no_second_finding():
    calls = [batch(("tag-key", ["!none"]), after_s=2 * n) for n in range(3)] + [batch(("all", ["!zz"]), after_s=9)]

    (finding,) = judge_all(calls)

    assert finding.count == 4


def test_what_was_asked_for_by_filter_is_told_so():
    (finding,) = judge_all([batch(("name", ["app/"]))])

    assert finding.title == "ci-deploy (IAM user) fetched secrets by filter within a second"


def test_refused_calls_and_listings_with_the_same_filters_are_no_pages_and_no_habit():
    one = batch(("tag-key", ["team"]))
    refused = batch(("tag-key", ["team"]), after_s=-2, failure=Failure("AccessDenied"))
    listed = [an_event("ListSecrets", request=one.request.fields, after_s=-n) for n in (4, 6)]

    first = judge(one, refused, *listed)

    assert first is not None
    assert (first.severity, first.novelty) == (Severity.MEDIUM, True)


def test_a_call_that_history_does_not_hold_yet_is_judged_by_itself():
    verdict = DETECTION.evaluate(batch(("tag-key", ["!none"])), Baseline())

    assert isinstance(verdict, Match)
    assert verdict.severity is Severity.HIGH


def test_a_filter_without_a_key_narrows():
    assert judge(an_event("BatchGetSecretValue", request={"filters": [{"values": ["ab"]}]}), before()) is None
