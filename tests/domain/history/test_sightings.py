"""What history keeps of an event holds no request, and says what later judgements need."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nightlatch.domain.event.events import Failure
from nightlatch.domain.history.examples import AT, a_denial, a_secret, a_user, an_event
from nightlatch.domain.history.sightings import sighting_of


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


def test_a_refused_deletion_is_one_that_a_client_does_not_simply_make_again():
    scheduled = Failure("InvalidRequestException", "because it was marked for deletion.")
    failures = [a_denial("DeleteSecret", "prod/db"), scheduled, Failure("ThrottlingException"), None]

    seen = [sighting_of(an_event("DeleteSecret", failure=failure)).refused_deletion for failure in failures]

    assert seen == [True, False, False, False]
    assert not sighting_of(an_event(failure=a_denial("GetSecretValue"))).refused_deletion


def test_a_write_over_the_limit_is_one_that_makes_a_version():
    full = Failure("LimitExceededException")
    names = ("PutSecretValue", "UpdateSecret", "CreateSecret", "UpdateSecretVersionStage")

    seen = [sighting_of(an_event(name, failure=full)).over_limit for name in names]

    assert seen == [True, True, False, False]
    assert not sighting_of(an_event("PutSecretValue", failure=a_denial("PutSecretValue"))).over_limit


def test_of_a_policy_its_denials_and_the_tags_it_depends_on_are_kept_and_not_its_text():
    statement = {"Effect": "Deny", "Principal": "*", "Action": "planted:Action"}
    condition = {"StringEquals": {"aws:ResourceTag/Team": "planted-value"}}
    request = {"resourcePolicy": {"Statement": [statement, {"Effect": "Allow", "Condition": condition}]}}

    seen = sighting_of(an_event("PutResourcePolicy", secret=a_secret(), request=request))

    assert (len(seen.denials), seen.tag_keys) == (1, ("team",))
    assert "planted" not in repr(seen)
    assert sighting_of(an_event("UpdateSecret", secret=a_secret(), request=request)).denials == ()


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        (a_user(), False),
        (replace(a_user(), from_console=False), False),
        (replace(a_user(), from_console=True), True),
        (replace(a_user(), invoked_by="signin.amazonaws.com"), True),
    ],
)
def test_a_click_in_the_console_is_what_aws_says_it_is(who, *, expected: bool):
    assert sighting_of(an_event(by=who)).in_console is expected
