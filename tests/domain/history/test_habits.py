"""Habits tell what is new of a call, with tolerance where clocks and releases change things."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from nightlatch.domain.event.events import Origin
from nightlatch.domain.history.examples import AT, an_event
from nightlatch.domain.history.habits import (
    ENOUGH_HOURS,
    Facet,
    Habits,
    Kind,
    agent_family,
    facets_of,
    hour_name,
    hour_of_week,
    names_attack_tool,
    network_of,
)
from nightlatch.domain.history.pairs import Pair

ONCE = Pair(AT, AT, 1)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("198.51.100.7", "198.51.100.0/24"),
        ("2001:db8:1:2::7", "2001:db8:1::/48"),
        ("secretsmanager.amazonaws.com", None),
        ("AWS Internal", None),
        ("", None),
        (None, None),
    ],
)
def test_a_network_is_a_prefix_of_an_address(address, network):
    assert network_of(Origin(address=address)) == network


@pytest.mark.parametrize(
    ("user_agent", "family"),
    [
        ("Boto3/1.34.5 md/Botocore#1.34 ua/2.0", "boto3"),
        ("aws-cli/2.15.0 Python/3.11", "aws-cli"),
        ("APN/1.0 HashiCorp/1.0 Terraform/1.5.0 (+https://www.terraform.io) aws-sdk-go-v2/1.2", "terraform"),
        ("[aws-sdk-go/1.44]", "aws-sdk-go"),
        ("Mozilla/5.0 (X11; Linux)", "mozilla"),
        ("curl/8.5", "curl"),
        ("console.amazonaws.com", "console.amazonaws.com"),
    ],
)
def test_a_family_of_user_agents_does_not_change_with_a_release(user_agent, family):
    assert agent_family(user_agent) == family


def test_an_hour_is_known_by_its_neighbours_over_the_end_of_the_week_too():
    habits = Habits({Facet(Kind.HOUR, "0"): ONCE, Facet(Kind.REGION, "eu-west-1"): ONCE})

    assert [hour for hour in range(168) if not habits.is_new(Facet(Kind.HOUR, str(hour)))] == [0, 1, 167]
    assert habits.is_new(Facet(Kind.REGION, "us-east-1"))
    assert not habits.is_new(Facet(Kind.REGION, "eu-west-1"))


def test_habits_mean_something_after_enough_distinct_hours():
    many = {Facet(Kind.HOUR, str(hour)): Pair(AT, AT + timedelta(days=7), 2) for hour in range(ENOUGH_HOURS // 2)}

    assert Habits(many).are_known
    assert not Habits(dict(list(many.items())[1:])).are_known


def test_a_call_shows_its_sides():
    assert {facet.kind for facet in facets_of(an_event())} == set(Kind)


def test_hours_are_named_for_a_person():
    assert hour_of_week(datetime(2026, 3, 8, 23, 59, tzinfo=UTC)) == 167
    assert hour_name(167) == "Sunday 23:00 UTC"


@pytest.mark.parametrize(
    ("text", "tool"), [("aws-cli/2 kali-linux", "kali"), ("Pacu/1.0", "pacu"), ("Boto3", None), (None, None)]
)
def test_a_tool_of_attack_is_named_where_it_names_itself(text, tool):
    assert names_attack_tool(text) == tool
