"""An overwrite takes a value away that was there: first values, pending versions and refused writes take none."""

from __future__ import annotations

import pytest

from nightlatch.domain.event.events import Failure, SecretEvent
from nightlatch.domain.event.secrets import secret_ref
from nightlatch.domain.history.examples import (
    ACCOUNT,
    AT,
    REGION,
    a_label_event,
    a_role,
    a_secret,
    an_event,
    sightings,
)
from nightlatch.domain.judging.baseline import Baseline, Reader
from nightlatch.domain.judging.overwrites import is_first_value, is_maker, is_unheard_of, overwrites

HOUR = 3_600
PARTIAL = secret_ref(f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:prod/db", account_id=ACCOUNT, region=REGION)


def put(*, after_s: float = 0, secret=None, **more) -> SecretEvent:
    more.setdefault("version_id", f"v-{after_s}")
    return an_event("PutSecretValue", secret=secret or a_secret(), after_s=after_s, **more)


def create(*, after_s: float = -60, secret=None, **more) -> SecretEvent:
    return an_event("CreateSecret", secret=secret or a_secret(), after_s=after_s, version_id="c-1", **more)


def around(*events: SecretEvent, **more) -> Baseline:
    seen = sightings(events)
    return Baseline(on_secret=seen, creations=seen.named("CreateSecret"), **more)


@pytest.mark.parametrize("form", [a_secret(), a_secret(suffix=None), PARTIAL], ids=["full", "name", "partial"])
def test_the_first_write_after_a_creation_is_left_out_however_the_secret_is_called(form):
    first, second = put(secret=form), put(after_s=1)

    assert [s.event_id for s in overwrites(sightings([create(), first, second]))] == [second.event_id]


def test_a_creation_excuses_only_what_comes_after_it_of_its_own_secret_and_once_for_each():
    before, other = put(after_s=-90), put(secret=a_secret("prod/api"))
    again = create(after_s=10, secret=a_secret(suffix="NewNew"))
    of_the_new_one = put(after_s=20, secret=a_secret(suffix="NewNew"))

    kept = overwrites(sightings([create(), before, put(), other, again, of_the_new_one]))

    assert {s.event_id for s in kept} == {before.event_id, other.event_id}


def test_a_refused_creation_excuses_nothing():
    refused = create(failure=Failure("ResourceExistsException"))

    assert len(overwrites(sightings([refused, put()]))) == 1


def test_who_made_a_secret_made_it_before():
    assert is_maker(put(), a_secret(), around(create(after_s=-300 * 24 * HOUR)))
    assert is_maker(put(), a_secret(), around(create(after_s=0)))
    assert not is_maker(put(), a_secret(), around(create(after_s=1)))
    assert not is_maker(put(), a_secret(), around(create(by=a_role("stack"))))
    assert not is_maker(put(), a_secret(), around(create(failure=Failure("AccessDenied"))))


@pytest.mark.parametrize(
    ("others", "is_first"),
    [
        ([create(after_s=-HOUR, by=a_role("stack"))], True),
        ([create(after_s=-HOUR - 1, by=a_role("stack"))], False),
        ([create(), put(after_s=-30)], False),
        ([create(), put(after_s=-30, request={"versionStages": ["AWSPENDING"]})], True),
        ([create(), put(after_s=-90)], True),
        ([create(), a_label_event(a_secret(), version_id="c-1", after_s=-59)], False),
        ([create(), a_label_event(a_secret(), version_id="v-0", after_s=0)], True),
        ([create(), a_label_event(a_secret(), version_id="c-1", label="blue", after_s=-59)], True),
        ([create(), put(after_s=30)], True),
        ([], False),
    ],
)
def test_a_first_value_fills_a_secret_of_the_last_hour_that_shows_no_other(others, is_first):
    assert is_first_value(put(), a_secret(), around(*others, put())) == is_first


@pytest.mark.parametrize(
    ("baseline", "is_unheard"),
    [
        (around(put()), True),
        (around(put(), a_label_event(a_secret(), version_id="v-0")), True),
        (around(put(), put(after_s=60)), True),
        (around(put(), put(after_s=-60)), False),
        (around(put(), create()), False),
        (around(put(), readers=(Reader(a_role("app").key, AT),)), False),
    ],
)
def test_a_secret_is_unheard_of_while_nothing_but_the_write_shows_it(baseline, is_unheard):
    assert is_unheard_of(put(), a_secret(), baseline) == is_unheard
