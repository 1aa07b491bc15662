"""What history keeps of an event holds no request, and a window is the same from whichever event it is looked at."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from nightlatch.domain.examples import AT, a_secret, a_user, an_event, sightings
from nightlatch.domain.sightings import busiest, secrets_of, sighting_of, within

WIDTH = timedelta(minutes=10)
MALLORY = a_user("mallory")


def reads(*seconds: float):
    return sightings([an_event(secret=a_secret(f"s{n}"), by=MALLORY, after_s=s) for n, s in enumerate(seconds)])


def test_a_sighting_holds_no_request():
    event = an_event("PutSecretValue", secret=a_secret(), request={"secretString": "planted-marker"})

    assert "planted-marker" not in repr(sighting_of(event))


def test_a_sighting_says_who_what_when_and_how_it_ended():
    event = an_event(
        "UpdateSecretVersionStage", secret=a_secret(), version_id="v2", request={"versionStage": "AWSCURRENT"}
    )

    seen = sighting_of(event, known=True)

    assert (seen.event_id, seen.at, seen.name, seen.principal) == (event.event_id, AT, event.name, event.principal.key)
    assert (seen.secret, seen.version_id, seen.labels) == (a_secret(), "v2", ("AWSCURRENT",))
    assert (seen.succeeded, seen.denied, seen.known, seen.read_back) == (True, False, True, False)


def test_equal_listings_have_equal_digests_in_any_order_and_on_any_page():
    one = {"filters": [{"key": "name", "values": ["a", "b"]}, {"key": "all", "values": ["c"]}]}
    other = {"filters": [{"key": "all", "values": ["c"]}, {"key": "name", "values": ["b", "a"]}], "nextToken": "x"}
    third = {"filters": [{"key": "all", "values": ["d"]}]}

    digests = [sighting_of(an_event("BatchGetSecretValue", request=asked)).digest for asked in (one, other, third)]

    assert digests[0] == digests[1] != digests[2]
    assert sighting_of(an_event(secret=a_secret())).digest == ""


def test_a_window_includes_both_its_ends():
    seen = within(reads(-601, -600, 0, 60, 61), of=AT, before=WIDTH, after=timedelta(seconds=60))

    assert [(s.at - AT).total_seconds() for s in seen] == [-600, 0, 60]


def test_the_busiest_window_holds_the_event_and_no_more_than_its_width():
    seen = busiest(reads(-900, -500, -400, 0, 150, 200), of=AT, width=WIDTH)

    assert [(s.at - AT).total_seconds() for s in seen] == [-400, 0, 150, 200]


def test_the_weight_decides():
    events = [an_event(secret=a_secret("same"), after_s=s) for s in (-500, -490, -480, 0)] + [
        an_event(secret=a_secret(f"s{n}"), after_s=s) for n, s in enumerate((200, 300))
    ]

    seen = busiest(sightings(events), of=AT, width=WIDTH, weigh=lambda some: len(secrets_of(some)))

    assert len(secrets_of(seen)) == 3


def test_with_nothing_around_the_busiest_window_is_empty():
    assert busiest((), of=AT, width=WIDTH) == ()
    assert busiest(reads(-3_600, 3_600), of=AT, width=WIDTH) == ()


seconds = st.lists(st.integers(-1_200, 1_200).map(float), max_size=12, unique=True)


@given(times=seconds, data=st.data())
def test_the_busiest_window_is_the_same_in_any_order(times, data):
    seen = reads(0, *[s for s in times if s])

    shuffled = data.draw(st.permutations(seen))

    assert busiest(seen, of=AT, width=WIDTH) == busiest(shuffled, of=AT, width=WIDTH)


@given(times=seconds)
def test_no_window_around_the_event_is_busier(times):
    seen = reads(0, *[s for s in times if s])

    chosen = busiest(seen, of=AT, width=WIDTH)

    starts = [s.at for s in seen if AT - WIDTH <= s.at <= AT]
    assert len(chosen) == max(sum(start <= s.at <= start + WIDTH for s in seen) for start in starts)
    assert chosen[-1].at - chosen[0].at <= WIDTH
    assert chosen[0].at <= AT <= chosen[-1].at
