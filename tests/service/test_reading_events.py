"""Log files are gone through once, in flat memory, and the account of it is whole."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace
from datetime import timedelta

from nightlatch.domain.event.events import Channel
from nightlatch.domain.history.examples import a_secret, an_event
from nightlatch.domain.posture.counting import counts_of
from nightlatch.domain.posture.counts import Counts
from nightlatch.service import reading_events
from nightlatch.service.intake import FileRead, FileSkipped, Malformed
from nightlatch.service.reading_events import Reading

READ = an_event(secret=a_secret())


def ids(*items):
    reading = Reading(items)
    return [event.event_id for some in reading.batches(2) for event in some], reading.tally


def test_each_call_is_given_once_and_a_twin_never():
    again = replace(READ, event_id="again", at=READ.at)
    twin = replace(READ, event_id="twin", channel=Channel.NETWORK)

    assert ids(READ, READ, again, twin)[0] == [READ.event_id, "again"]


def test_a_corrected_record_counts_once_whichever_comes_first():
    corrected = replace(READ, event_id="corrected", corrects=READ.event_id)

    assert ids(READ, corrected)[0] == [READ.event_id]
    assert ids(corrected, READ)[0] == ["corrected"]


def test_two_accounts_records_of_one_call_are_one():
    one, other = (replace(READ, event_id=event_id, shared_event_id="shared") for event_id in ("one", "other"))

    assert ids(one, other)[0] == ["one"]


def test_what_was_not_read_or_judged_is_in_the_account():
    skipped = FileSkipped(path="b", reason="broken", records=3)
    _, tally = ids(READ, Malformed("a", 0, "no name"), FileRead("a", 2), skipped)

    assert (tally.files, tally.records, tally.malformed_count, tally.skipped) == (2, 5, 1, (skipped,))
    assert tally.is_partial


def test_ten_times_as_many_records_take_no_more_memory(monkeypatch):
    monkeypatch.setattr(reading_events, "MOST_REMEMBERED", 500)

    def peak(number: int) -> int:
        events = (
            replace(READ, event_id=f"read-{one}", at=READ.at + timedelta(seconds=one % 3_600)) for one in range(number)
        )
        tracemalloc.start()
        try:
            counts = Counts()
            for some in Reading(events).batches(100):
                counts.join(counts_of(some))
            assert sum(hour.reads for pair in counts.pairs.values() for hour in pair.hours.values()) == number
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    few = max(peak(1_000) for _ in range(2))  # the first fills caches

    assert peak(10_000) < 1.5 * few
