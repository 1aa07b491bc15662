"""Nothing that came out of a file is lost from the account, and only what somebody reads is parsed."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest

from nightlatch.detections import CATALOGUE
from nightlatch.domain.history.examples import a_secret, an_event
from nightlatch.service.intake import MOST_LISTED, FileRead, FileSkipped, Malformed, Tally, readable_by, take_in


def test_every_item_is_in_the_account():
    broken = FileSkipped(path="b", reason="breaks off", records=3)
    bad = Malformed("a", 1, "no eventName")

    events, tally = take_in([an_event(event_id="1"), bad, FileRead("a", 2), an_event(event_id="1"), broken])

    assert [event.event_id for event in events] == ["1"]
    assert tally == Tally(files=2, records=5, skipped=(broken,), malformed=(bad,))


@pytest.mark.parametrize(
    ("tally", "partial"),
    [
        (Tally(files=1, records=1), False),
        (Tally(files=2, skipped=(FileSkipped(path="d", reason="digest file", harmless=True),)), False),
        (Tally(files=2, skipped=(FileSkipped(path="x", reason="not JSON"),)), True),
        (Tally(files=1, malformed=(Malformed("x", 0, "no eventName"),)), True),
        (Tally(), True),
    ],
)
def test_a_result_is_partial_when_something_was_not_looked_at(tally, partial):
    assert tally.is_partial is partial


def test_every_event_that_a_rule_names_is_read():
    is_read = readable_by(CATALOGUE)

    for name in (name for rule in CATALOGUE for name in rule.event_names):
        assert is_read(name.source, name.name)
        assert is_read(name.source, f"{name.name}20150331v2") or not name.is_prefix


@pytest.mark.parametrize(
    ("source", "name", "read"),
    [
        ("secretsmanager.amazonaws.com", "DescribeSecret", True),
        ("aws.secretsmanager", "Secret Label Updated", True),
        ("cloudtrail.amazonaws.com", "StopLogging", True),
        ("cloudtrail.amazonaws.com", "LookupEvents", False),
        ("iam.amazonaws.com", "CreateRole", True),  # no rule reads it, but history does
        ("iam.amazonaws.com", "CreateUser", False),
        ("waf.amazonaws.com", "StopLogging", False),
        ("ec2.amazonaws.com", "DescribeInstances", False),
    ],
)
def test_other_events_are_left(source, name, read):
    assert readable_by(CATALOGUE)(source, name) is read


THEIRS = "999988887777"


def test_of_the_records_of_two_accounts_that_of_the_secrets_owner_is_kept():
    """The caller's account has a copy with another event id; one call must count once."""
    owner = replace(an_event(secret=a_secret(), event_id="zz"), shared_event_id="s-1")
    caller = replace(owner, event_id="aa", account_id=THEIRS)
    other = replace(owner, event_id="bb", shared_event_id="s-2")

    for order in permutations([owner, caller, other]):
        events, _ = take_in(order)
        assert sorted(event.event_id for event in events) == ["bb", "zz"]


def test_a_corrected_record_counts_and_its_original_does_not():
    original = an_event(secret=a_secret(), event_id="1")
    corrected = replace(original, event_id="2", corrects="1")
    itself = replace(original, event_id="3", corrects="3")

    for order in permutations([original, corrected, itself]):
        events, _ = take_in(order)
        assert sorted(event.event_id for event in events) == ["2", "3"]


def test_of_many_malformed_records_the_first_are_listed_and_all_are_counted():
    items = [Malformed("x", number, "no eventName") for number in range(5_000)]

    _, tally = take_in(iter(items))

    assert tally.malformed == tuple(items[:MOST_LISTED])
    assert tally.malformed_count == 5_000
    assert tally.is_partial
