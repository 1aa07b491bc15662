"""What was judged is known to whoever compares it with the event history, and how far each name was looked at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from nightlatch.adapters.watching.judged_dynamodb import DynamoJudged
from nightlatch.domain.event.events import Failure, SecretEvent
from nightlatch.domain.history.examples import AT, a_secret, a_service_event, an_event
from nightlatch.domain.watching.lookups import Progress, Span
from nightlatch.domain.watching.states import Change
from worlds import a_table, on_moto


@pytest.fixture
def judged(monkeypatch) -> Iterator[DynamoJudged]:
    with on_moto(monkeypatch):
        yield DynamoJudged(a_table()[0])


def an_event_called(event_id: str) -> SecretEvent:
    return replace(an_event("PutSecretValue", secret=a_secret()), event_id=event_id)


def test_what_was_noted_is_left_out_however_many_there_are(judged):
    ids = [f"event-{number}" for number in range(250)]

    judged.note([*map(an_event_called, ids[:240])], AT)
    judged.note([*map(an_event_called, ids[:240])], AT)

    assert judged.without(ids) == ids[240:]


@pytest.mark.parametrize(
    "event",
    [
        an_event("PutSecretValue", secret=a_secret()),
        an_event("TagResource", secret=a_secret(), after_s=120),
        an_event("TagResource", secret=a_secret(), after_s=-120),
        an_event("DeleteSecret", secret=a_secret(suffix=None)),
        a_service_event("RotationSucceeded", secret=a_secret()),
    ],
    ids=lambda event: f"{event.name} {event.at:%H:%M}",
)
def test_a_change_about_whose_time_one_of_its_secret_was_judged_is_seen(judged, event):
    change = Change(secret=a_secret(), at=AT)
    assert judged.unseen([change]) == [change]

    judged.note([event], AT)

    assert judged.unseen([change]) == []


@pytest.mark.parametrize(
    "event",
    [
        an_event("PutSecretValue", secret=a_secret("prod/other")),
        an_event("PutSecretValue", secret=a_secret(), after_s=-181),
        an_event("PutSecretValue", secret=a_secret(), after_s=181),
        an_event("PutSecretValue", secret=a_secret(), failure=Failure("AccessDeniedException")),
    ],
    ids=["another secret", "before", "after", "refused"],
)
def test_what_was_judged_of_another_time_or_secret_or_was_refused_accounts_for_no_change(judged, event):
    change = Change(secret=a_secret(), at=AT)

    judged.note([event], AT)

    assert judged.unseen([change]) == [change]


def test_of_many_changes_those_unseen_are_given(judged):
    changes = [Change(secret=a_secret(f"prod/{number}"), at=AT) for number in range(60)]
    judged.note([an_event("PutSecretValue", secret=one.secret) for one in changes[:50]], AT)

    assert judged.unseen(changes) == changes[50:]


def test_up_to_when_states_were_compared_is_known(monkeypatch):
    with on_moto(monkeypatch):
        table = a_table()[0]
        judged = DynamoJudged(table)
        assert judged.compared() is None

        judged.compare_from(AT + timedelta(seconds=1, microseconds=7))
        assert judged.compared() == AT + timedelta(seconds=1, microseconds=7)

        table.put({"pk": "heart", "sk": "states", "until": "then"})
        assert judged.compared() is None


def test_how_far_each_name_was_looked_at_is_known(judged):
    assert judged.progress() == {}
    done = Progress(until=AT, asked=AT + timedelta(seconds=1, microseconds=7))
    cut = replace(done, left=Span(AT - timedelta(hours=1), AT - timedelta(minutes=1)))

    judged.looked({"DeleteSecret": cut})
    judged.looked({"DeleteSecret": done, "PutSecretValue": cut})

    assert judged.progress() == {"DeleteSecret": done, "PutSecretValue": cut}


@pytest.mark.parametrize("names", ["", "[]", "null", '{"DeleteSecret": []}', '{"DeleteSecret": ["then", "now"]}'])
def test_progress_that_cannot_be_read_is_begun_anew(monkeypatch, names):
    with on_moto(monkeypatch):
        table = a_table()[0]
        table.put({"pk": "heart", "sk": "names", "names": names})

        assert DynamoJudged(table).progress() == {}
