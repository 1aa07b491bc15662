"""The window that tells most is found whatever the order, and a secret counts once however it was called."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from nightlatch.domain.examples import AT, a_secret, an_event, sightings
from nightlatch.domain.sightings import Sighting
from nightlatch.domain.windows import Count, fullest, nearest

WIDTH = timedelta(seconds=10)
TEXTS = ["prod", "prod-backup", "prod-AbCdEf", "prod-backup-AbCdEf", "prod-GhIjKl"]
REFERENCES = st.builds(
    lambda name, suffix: a_secret(name, suffix=suffix),
    st.sampled_from(TEXTS),
    st.sampled_from([None, "AbCdEf", "GhIjKl"]),
)


def by_secrets(count: Count) -> tuple[int, ...]:
    return (count.secrets,)


def reads_at(*seconds: float, known: bool = False) -> tuple[Sighting, ...]:
    return sightings([an_event(secret=a_secret(f"s{s}"), after_s=s) for s in seconds], known=known)


def test_both_ends_of_a_window_belong_to_it():
    window = fullest(reads_at(0, 10, 10.001), of=AT, width=WIDTH, rank=by_secrets)

    assert window.count.secrets == 2


def test_a_window_holds_the_moment_and_looks_both_ways():
    window = fullest(reads_at(-30, -6, 0, 3, 20), of=AT, width=WIDTH, rank=by_secrets)

    assert [s.at for s in window.sightings] == [AT + timedelta(seconds=n) for n in (-6, 0, 3)]


def test_of_equal_windows_the_earliest_is_taken():
    window = fullest(reads_at(-8, 0, 8), of=AT, width=WIDTH, rank=by_secrets)

    assert window.sightings[0].at == AT - timedelta(seconds=8)


def test_nothing_around_the_moment_is_an_empty_window():
    window = fullest(reads_at(60), of=AT, width=WIDTH, rank=by_secrets)

    assert window.sightings == ()
    assert window.count == Count(calls=0, actions=0, secrets=0, unknown=0)


def test_calls_actions_and_secrets_are_counted_apart_and_leave_with_their_sightings():
    early = sightings([an_event("ListSecrets", after_s=-20), an_event(secret=a_secret("old"), after_s=-20)])
    late = sightings([an_event("DescribeSecret", secret=a_secret(suffix=None)), an_event(secret=a_secret())])

    window = fullest([*early, *late], of=AT, width=WIDTH, rank=lambda count: (count.calls,))

    assert window.count == Count(calls=2, actions=2, secrets=1, unknown=1)


def test_secrets_that_the_principal_did_not_know_are_named_first():
    window = fullest([*reads_at(0, 2, known=True), *reads_at(3)], of=AT, width=WIDTH, rank=by_secrets)

    assert [secret.name for secret in window.secrets] == ["s3", "s0", "s2"]
    assert window.count.unknown == 1


@given(
    st.lists(st.integers(-25, 25), unique=True, max_size=12).flatmap(
        lambda at: st.tuples(st.just(at), st.permutations(at))
    )
)
def test_the_order_of_arrival_changes_nothing(orders: tuple[list[int], list[int]]):
    one, other = (fullest(reads_at(*order), of=AT, width=WIDTH, rank=by_secrets) for order in orders)

    assert one == other


@given(st.lists(st.integers(-25, 25), max_size=12))
def test_no_other_window_of_the_width_holds_more(seconds: list[int]):
    window = fullest(reads_at(0, *seconds), of=AT, width=WIDTH, rank=by_secrets)

    tried = [{s for s in (0, *seconds) if start <= s <= start + 10} for start in range(-10, 1)]
    assert window.count.secrets == max(len(held) for held in tried)


def by_unknown(count: Count) -> tuple[int, ...]:
    return (count.unknown, count.secrets)


@given(st.lists(st.tuples(st.integers(-15, 15), st.sampled_from(["a", "b", "c"]), st.booleans()), max_size=12))
def test_the_nearest_of_each_secret_count_as_all_of_them_do(seen: list[tuple[int, str, bool]]):
    events = [
        an_event(secret=a_secret(name), after_s=second, event_id=str(n)) for n, (second, name, _) in enumerate(seen)
    ]
    marks = [known for _, _, known in seen]
    all_of_them = [s for event, known in zip(events, marks, strict=True) for s in sightings([event], known=known)]

    few = fullest(nearest(all_of_them, of=AT), of=AT, width=WIDTH, rank=by_unknown)
    whole = fullest(all_of_them, of=AT, width=WIDTH, rank=by_unknown)

    assert by_unknown(few.count) == by_unknown(whole.count)
