"""Counts are the true numbers, however the records were cut and in whatever order they came."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightlatch.adapters.counting.packed import pack, unpack
from nightlatch.domain.errors import Unreadable
from nightlatch.domain.event.events import Channel, Failure, Origin, SecretEvent
from nightlatch.domain.history.examples import (
    AT,
    a_denial,
    a_person,
    a_role,
    a_secret,
    a_user,
    an_event,
    an_outsider,
    the_service,
)
from nightlatch.domain.posture.counted_use import Span, Totals
from nightlatch.domain.posture.counting import CALLS_50MS_APART, counts_of
from nightlatch.domain.posture.counts import MOST_TYPED, Counts, Hour, Key, Seen, hour_of, key_of, keys_of, newest
from nightlatch.domain.posture.use import ReaderKind, ReaderUse

DB, API = a_secret("prod/db"), a_secret("prod/api")
APP, JOB = a_role("app"), a_role("job")
THROTTLED = Failure("ThrottlingException", "Rate exceeded")
SPAN = Span(AT - timedelta(days=40), AT + timedelta(days=40))


def from_(event: SecretEvent, **origin: str | None) -> SecretEvent:
    return replace(event, origin=replace(event.origin, **origin))


def use_of(*events: SecretEvent, secret=DB, by=APP) -> ReaderUse:
    totals = Totals()
    totals.add(counts_of(events))
    return next(one for one in totals.use_of(keys_of(secret), SPAN).readers if one.principal == by.key)


events = st.builds(
    lambda secret, by, after_s, failure, origin, number: replace(
        an_event(secret=secret, by=by, after_s=after_s, failure=failure, event_id=f"e-{number}"), origin=origin
    ),
    st.sampled_from([DB, API, a_secret("prod/db", suffix=None)]),
    st.sampled_from([APP, JOB, a_person()]),
    st.integers(0, 100_000),
    st.sampled_from([None, None, None, THROTTLED, a_denial("secretsmanager:GetSecretValue")]),
    st.builds(
        Origin,
        address=st.sampled_from(["198.51.100.7", "10.0.0.7", "secretsmanager.amazonaws.com", None]),
        user_agent=st.sampled_from(["Boto3/1.34", "Boto3/1.34 AwsSecretCache/1.1", None]),
        vpc_endpoint_id=st.sampled_from([None, "vpce-0123456789abcdef0"]),
    ),
    st.integers(0, 2**32),
)


@given(st.lists(events, unique_by=lambda event: event.event_id, max_size=60), st.data())
def test_counts_in_any_batching_and_order_are_the_true_ones(some, data):
    shuffled = data.draw(st.permutations(some))
    counted = Counts()
    while shuffled:
        size = data.draw(st.integers(1, len(shuffled)))
        counted.join(unpack(pack(counts_of(shuffled[:size]))))
        shuffled = shuffled[size:]

    true = Counter()
    for event in some:
        at = (key_of(event.secret), event.principal.key, hour_of(event.at))
        true["reads", *at] += event.succeeded
        true["endpoint", *at] += event.succeeded and event.origin.vpc_endpoint_id is not None
        is_public = event.origin.vpc_endpoint_id is None and event.origin.address == "198.51.100.7"
        true["public", *at] += event.succeeded and is_public
        true["caching", *at] += event.succeeded and "AwsSecretCache/" in (event.origin.user_agent or "")
        true["throttled", *at] += event.failure == THROTTLED
    found = {
        (name, key.secret, key.principal, hour): number
        for key, pair in counted.pairs.items()
        for hour, numbers in pair.hours.items()
        for name, number in numbers._asdict().items()
        if number and name != "hasty"
    }
    assert found == {name: number for name, number in true.items() if number}
    assert counted.pairs == counts_of(some).pairs


def test_who_is_refused_because_the_secret_waits_to_be_deleted_is_counted_as_missing_it():
    refused = an_event(
        secret=DB,
        by=APP,
        failure=Failure(
            "InvalidRequestException",
            "You can\u2019t perform this operation on the secret because it was marked for deletion.",
        ),
    )

    found = use_of(refused, replace(refused, event_id="again"))

    assert (found.refused_deleted, found.reads, found.throttled) == (2, 0, 0)
    assert found.last_read is None
    assert unpack(pack(counts_of([refused]))).pairs == counts_of([refused]).pairs


def test_the_last_read_is_the_latest_whatever_came_last():
    late, early = an_event(secret=DB, by=APP, after_s=50), from_(an_event(secret=DB, by=APP), address="10.1.2.3")

    assert use_of(late, early) == use_of(early, late)
    assert use_of(late, early).last_read == late.at
    assert use_of(late, early).place == "198.51.100.0/24"


def test_a_name_and_an_arn_of_one_secret_are_one():
    assert use_of(an_event(secret=DB, by=APP), an_event(secret=a_secret(suffix=None), by=APP, after_s=1)).reads == 2


def test_an_arn_whose_end_reads_like_a_word_is_found_by_who_knows_it_whole():
    """Of a caller's ARN nobody knows whether `backup` is a suffix; of AWS's own list it is certain."""
    called = a_secret("prod/db", suffix="backup")
    listed = replace(called, is_full=True)
    counts = counts_of([an_event(secret=called, by=APP), an_event(secret=a_secret(suffix=None), by=APP, after_s=1)])
    totals = Totals()
    totals.add(counts)

    assert [one.reads for one in totals.use_of(keys_of(listed), SPAN).readers] == [2]
    assert counts_of([an_event(secret=called, by=APP)], meant=lambda _: listed).pairs.keys() == {
        Key(key_of(listed), APP.key)
    }


def test_a_batch_call_counts_by_the_record_of_each_secret():
    batch = an_event("BatchGetSecretValue", secret=DB, by=APP)
    each = [an_event(secret=secret, by=APP, after_s=1) for secret in (DB, API)]

    assert use_of(batch, *each).reads == 1
    assert use_of(batch, *each, secret=API).reads == 1


@pytest.mark.parametrize(
    "event",
    [
        an_event(secret=DB, by=APP, failure=a_denial("secretsmanager:GetSecretValue")),
        an_event("DescribeSecret", secret=DB, by=APP),
        an_event(secret=DB, by=APP, channel=Channel.NETWORK),
        an_event("Decrypt", secret=DB, by=APP, source="kms.amazonaws.com"),
    ],
    ids=["denied", "a look", "a twin", "the key's own record"],
)
def test_what_gave_no_value_is_no_read(event):
    assert not counts_of([event])


def test_who_asks_in_vain_for_a_secret_that_waits_to_be_deleted_is_counted():
    words = "You can't perform this operation on the secret because it was marked for deletion."
    refused = an_event(secret=DB, by=APP, failure=Failure("InvalidRequestException", words))
    use = use_of(refused, replace(refused, event_id="again"))

    assert (use.reads, use.refused_deleted, use.last_read) == (0, 2, None)


def test_nightlatchs_own_reads_are_left_out():
    own, other = an_event(secret=DB, by=APP), an_event(secret=DB, by=APP, after_s=1)

    assert counts_of([own, other], own={own.event_id}).pairs == counts_of([other]).pairs


@pytest.mark.parametrize(
    ("by", "kind"),
    [
        (a_person(), ReaderKind.PERSON),
        (replace(APP, from_console=True), ReaderKind.PERSON),
        (replace(a_user("ana"), mfa=True), ReaderKind.PERSON),
        (a_user(), ReaderKind.USER),
        (APP, ReaderKind.WORKLOAD),
        (an_outsider(), ReaderKind.OUTSIDE),
        (an_outsider(role="their-app"), ReaderKind.OUTSIDE),
        (the_service(), ReaderKind.SERVICE),
    ],
)
def test_readers_are_told_apart_by_what_aws_says_of_them(by, kind):
    assert use_of(an_event(secret=DB, by=by), by=by).kind is kind


def test_somebody_who_once_came_as_a_person_is_one_in_any_order():
    once, again = replace(a_user("ana"), mfa=True), a_user("ana")
    reads = [an_event(secret=DB, by=by, after_s=number) for number, by in enumerate((again, once, again))]

    assert {use_of(*some, by=once).kind for some in (reads, reads[::-1])} == {ReaderKind.PERSON}


@pytest.mark.parametrize(
    "address", ["10.1.2.3", "172.31.0.1", "192.168.1.1", "100.64.0.1", "fd00::1", "AWS Internal", ""]
)
def test_an_address_of_ones_own_or_none_is_not_the_internet(address):
    assert use_of(from_(an_event(secret=DB, by=APP), address=address)).from_public == 0


def test_the_busiest_hour_and_what_a_cache_of_five_minutes_would_leave():
    busy = [an_event(secret=DB, by=APP, after_s=number) for number in range(100)]
    quiet = [an_event(secret=DB, by=APP, after_s=7_200 + number) for number in range(3)]
    use = use_of(*busy, *quiet)

    assert (use.reads, use.busiest_hour, use.hours) == (103, 100, 2)
    assert (use.with_hour_cache, use.with_5min_cache) == (2, 15)


def a_throttled(after_s: float, number: int = 0) -> SecretEvent:
    return an_event(by=APP, after_s=after_s, failure=THROTTLED, event_id=f"throttled-{after_s}-{number}")


def test_a_refusal_that_names_no_secret_is_put_to_the_call_next_to_it():
    near, far = an_event(secret=DB, by=APP, after_s=2), an_event(secret=API, by=APP, after_s=90)

    assert use_of(a_throttled(0), near, far).throttled == 1
    assert use_of(a_throttled(89), near, far, secret=API).throttled == 1
    assert [key.secret for key in counts_of([a_throttled(0)]).pairs] == ["111122223333/eu-west-1/"]


def test_of_more_calls_in_a_second_than_fit_50_ms_apart_the_others_were_hasty():
    calls = [an_event(secret=DB, by=APP, event_id=f"e-{number}") for number in range(CALLS_50MS_APART + 4)]

    assert use_of(*calls, a_throttled(0), a_throttled(0, 1)).hasty == 6
    assert use_of(*calls, a_throttled(5)).hasty == 0
    assert use_of(*calls).hasty == 0


def test_a_limit_of_versions_is_no_throttling():
    event = an_event("PutSecretValue", secret=DB, by=APP, failure=Failure("LimitExceededException"))

    assert not counts_of([event])


@pytest.mark.parametrize(
    ("agent", "tool"),
    [
        ("aws-cli/2.15.0 md/command#secretsmanager.create-secret", "aws-cli"),
        ("[aws-cli/2.15.0]", "aws-cli"),
        ("AWSPowerShell/4.1", "AWS Tools for PowerShell"),
        ("aws-tools/4.1", "AWS Tools for PowerShell"),
    ],
)
def test_a_value_that_a_person_typed_is_told_with_its_tool(agent, tool):
    write = from_(an_event("PutSecretValue", secret=DB, by=a_person()), user_agent=agent)
    [typed] = counts_of([write]).typed

    assert (typed.principal, typed.tool, typed.secret) == (a_person().key, tool, key_of(DB))


@pytest.mark.parametrize(
    "write",
    [
        from_(an_event("PutSecretValue", secret=DB, by=APP), user_agent="aws-cli/2.15.0"),
        an_event("PutSecretValue", secret=DB, by=a_person()),
        from_(an_event("UpdateSecret", secret=DB, by=a_person()), user_agent="aws-cli/2.15.0"),
        from_(an_event("TagResource", secret=DB, by=a_person()), user_agent="aws-cli/2.15.0"),
        from_(an_event("PutSecretValue", secret=DB, by=a_person(), failure=a_denial("x")), user_agent="aws-cli/2.15.0"),
    ],
    ids=["a workload", "an SDK", "a description", "a tag", "refused"],
)
def test_what_no_person_typed_as_a_value_is_not_told(write):
    assert not counts_of([write]).typed


def test_of_many_typed_values_the_newest_stay():
    agent = "aws-cli/2.15.0"
    writes = [
        from_(an_event("PutSecretValue", secret=DB, by=a_person(), after_s=number), user_agent=agent)
        for number in range(MOST_TYPED + 5)
    ]
    kept = list(newest(counts_of(writes).typed))

    assert len(kept) == MOST_TYPED
    assert min(one.at_s for one in kept) == AT.timestamp() + 5


@given(st.text(), st.text(), st.text(max_size=40))
def test_hostile_names_come_back_as_they_were(name, principal, client):
    counts = Counts()
    counts.add(Key(f"1/eu-west-1/{name}", principal), ReaderKind.USER, 5, Hour(reads=3), Seen(9, "AWS", client))

    assert unpack(pack(counts)) == counts


@given(st.binary(max_size=200))
def test_what_is_no_page_is_unreadable_and_nothing_else(junk):
    with pytest.raises(Unreadable):
        unpack(junk)
