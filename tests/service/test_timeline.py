"""A secret's story names who did what: of what nightlatch did, by whose word; of what its role did else, the role."""

from __future__ import annotations

from dataclasses import replace

from builders import a_response, approved_by_policy
from nightlatch.domain.answering.own_calls import OwnCall
from nightlatch.domain.history.examples import a_role, a_secret, an_event
from nightlatch.domain.history.sightings import sighting_of
from nightlatch.service.timeline import story_of_sightings

RESPONDER = a_role("responder")
SEEN = sighting_of(an_event("RestoreSecret", secret=a_secret(), by=RESPONDER, event_id="e-1"))
OURS = replace(SEEN, own=True, request_id="req-1")


def test_a_call_of_nightlatchs_is_told_with_who_wanted_it_and_the_response() -> None:
    behind = {"e-1": OwnCall(approved_by_policy(a_response()), "req-1")}

    (line,) = story_of_sightings(a_secret(), [OURS], behind)

    assert (line.who, line.note) == ("nightlatch, by policy", "response r-1")


def test_a_call_of_nightlatchs_that_the_ledger_no_longer_explains_is_nightlatchs_all_the_same() -> None:
    (line,) = story_of_sightings(a_secret(), [OURS], {})

    assert (line.who, line.note) == ("nightlatch", "")


def test_what_somebody_else_did_with_the_responders_role_is_not_told_as_nightlatchs() -> None:
    (line,) = story_of_sightings(a_secret(), [SEEN], {"e-1": OwnCall(approved_by_policy(a_response()), "req-1")})

    assert (line.who, line.note) == (RESPONDER.key, "")
