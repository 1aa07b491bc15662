"""An episode is the same from whichever of its events it is seen, and a secret counts once however it was called."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from nightlatch.domain.history.examples import AT, a_secret, an_event, sightings
from nightlatch.domain.history.sightings import sighting_of
from nightlatch.domain.history.trail import Trail
from nightlatch.domain.history.windows import Count, Episode, episode_at

WIDTH = timedelta(seconds=10)


def two_secrets(count: Count) -> bool:
    return count.secrets >= 2


def three_secrets(count: Count) -> bool:
    return count.secrets >= 3


def anything(count: Count) -> bool:
    return count.calls >= 1


def reads_at(*seconds: float, known: bool = False) -> Trail:
    return sightings([an_event(secret=a_secret(f"s{s}"), after_s=s) for s in seconds], known=known)


def at(second: float, trail: Trail, too_much=two_secrets) -> Episode | None:
    return episode_at(trail, AT + timedelta(seconds=second), width=WIDTH, too_much=too_much)


def span(episode: Episode | None) -> tuple[float, float] | None:
    if episode is None:
        return None
    evidence = episode.evidence
    return (evidence.first_seen - AT).total_seconds(), (evidence.last_seen - AT).total_seconds()


def test_both_ends_of_a_window_belong_to_it():
    assert span(at(0, reads_at(0, 10))) == (0, 10)
    assert at(0, reads_at(0, 10.001)) is None


def test_windows_that_share_a_sighting_are_one_episode_and_others_are_not():
    trail = reads_at(0, 8, 16, 40, 45)

    assert [span(at(second, trail)) for second in (0, 8, 16)] == [(0, 16)] * 3
    assert [span(at(second, trail)) for second in (40, 45)] == [(40, 45)] * 2
    assert at(17, trail) is None


def test_all_events_of_an_episode_are_given_the_very_same_one():
    trail = reads_at(*range(50))

    first = at(0, trail)
    assert first is not None
    assert all(at(second, trail) is first for second in range(50))
    assert at(3, trail.between(AT, AT + timedelta(seconds=5))) is first


def test_the_fullest_window_lends_its_count():
    episode = at(0, reads_at(0, 9, 17, 18, 19))

    assert episode is not None
    assert episode.peak.secrets == 4  # from the ninth second on; five in all
    assert len(episode.secrets) == 5


def test_a_trail_without_too_much_has_no_episode():
    assert at(0, reads_at(0, 30)) is None
    assert at(0, reads_at()) is None


def test_calls_actions_and_secrets_are_counted_apart():
    events = [
        an_event("ListSecrets"),
        an_event("DescribeSecret", secret=a_secret(suffix=None)),
        an_event(secret=a_secret()),
    ]

    episode = at(0, sightings(events), anything)

    assert episode is not None
    assert episode.peak == Count(calls=3, actions=3, secrets=1, unknown=1, regions=1)
    assert episode.secrets == (a_secret(),)


def test_secrets_that_the_principal_did_not_know_are_named_first():
    episode = at(0, Trail.of([*reads_at(0, 2, known=True), *reads_at(3)]), three_secrets)

    assert episode is not None
    assert [secret.name for secret in episode.secrets] == ["s3", "s0", "s2"]
    assert episode.peak.unknown == 1


@given(st.lists(st.integers(-40, 40), max_size=12), st.integers(-40, 40), st.randoms())
def test_an_event_is_in_an_episode_exactly_if_some_window_that_holds_it_holds_too_much(seconds, moment, chance):
    seen = [*seconds, moment]
    chance.shuffle(seen)

    episode = at(moment, reads_at(*seen), three_secrets)

    windows = [{s for s in seen if start <= s <= start + 10} for start in range(moment - 10, moment + 1)]
    assert (episode is not None) == any(len(held) >= 3 for held in windows)
    if episode is not None:
        assert episode.peak.secrets >= max(len(held) for held in windows)
        low, high = span(episode)  # type: ignore[misc]
        assert low <= moment <= high
        assert set(episode.evidence.event_ids) == {
            sighting.event_id for sighting in reads_at(*(s for s in seen if low <= s <= high))
        }


def test_regions_are_counted_in_each_window_and_named_over_the_whole_episode():
    seen = [
        replace(sighting_of(an_event("ListSecrets", after_s=second)), region=region)
        for second, region in [(0, "eu-west-1"), (5, "us-east-1"), (6, "us-east-1"), (12, "sa-east-1"), (13, "")]
    ]

    episode = at(0, Trail.of(seen), two_regions)

    assert episode is not None
    assert episode.peak.regions == 2
    assert episode.regions == ("eu-west-1", "sa-east-1", "us-east-1")
    assert at(13, Trail.of(seen[-2:]), two_regions) is None


def two_regions(count: Count) -> bool:
    return count.regions >= 2
