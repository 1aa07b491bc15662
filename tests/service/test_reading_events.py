"""Log files are gone through once, in flat memory, and the account of it is whole."""

from __future__ import annotations

from dataclasses import replace

from nightlatch.domain.event.events import Channel
from nightlatch.domain.history.examples import a_secret, an_event
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
