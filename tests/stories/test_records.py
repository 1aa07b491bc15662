"""The records of the stories have the shape of our own records, which other tests hold against real ones."""

from __future__ import annotations

from itertools import chain

import pytest

from nightlatch.adapters.records.cloudtrail import parse
from own_records import own_record
from stories import twins
from stories.records import Record
from stories.story import Story
from stories.told import ATTACKS, BENIGN, CONTROLS

EVERY = [*ATTACKS, *CONTROLS, *BENIGN]
KINDS = {
    "call": own_record("get_secret_value"),
    "through AWS": own_record("kms_decrypt"),
    "service": own_record("end_version_delete"),
    "label": own_record("label_updated"),
}
SOMETIMES = {"errorCode", "errorMessage", "sharedEventID", "sessionCredentialFromConsole", "additionalEventData"}


def _kind(record: Record) -> str:
    if "detail-type" in record:
        return "label"
    if record["eventType"] == "AwsServiceEvent":
        return "service"
    return "call" if "tlsDetails" in record else "through AWS"


each_story = pytest.mark.parametrize("story", EVERY, ids=str)


@each_story
def test_records_have_the_fields_of_real_ones(story: Story):
    past = story.history() if story.history else ()
    for record in chain(story.records(), past):
        real = KINDS[_kind(record)].keys()
        assert real - record.keys() <= {"resources"}
        assert record.keys() - real <= SOMETIMES


@each_story
def test_a_story_is_the_same_each_time_and_every_record_another(story: Story):
    records = story.records()

    assert story.records() == records
    assert len({parse(record).event_id for record in records}) == len(records)


def test_the_name_and_both_arns_take_turns_wherever_a_caller_chose_the_word():
    (story,) = (story for story in ATTACKS if story.name == "denied-then-granted")
    told = story.records()

    versions = [twins.respelled(told, seed) for seed in range(20)]

    spellings = [{parse(version[n]).secrets[0].text for version in versions} for n in range(6)]
    assert [len(words) for words in spellings] == [3] * 6
    assert {frozenset(secret.name for secret in parse(v[0]).secrets) for v in versions} == {frozenset({"crown/vault"})}
    assert all(version[7] == told[7] for version in versions)  # the stranger, who must use the ARN
