"""Routes choose who hears of a finding, and nothing that anybody can write or tag makes nobody hear."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import a_finding, an_incident
from nightlatch.domain.answering.incidents import MOST_EVIDENCE
from nightlatch.domain.answering.routes import ChannelName, Route
from nightlatch.domain.answering.routing import Destination, destination
from nightlatch.domain.history.examples import ACCOUNT, a_secret
from nightlatch.domain.judging.findings import MOST_TAGS, Finding, Severity, fold, join

ALL = ("slack", "sns", "pagerduty")
PAGER, SNS = ChannelName.PAGERDUTY, ChannelName.SNS


def chosen(*routes: Route, available: tuple[str, ...] = ALL, **finding: object) -> tuple[str, ...]:
    return destination(an_incident(a_finding(**finding)), routes, available).channels  # type: ignore[arg-type]


def test_without_a_route_everybody_hears():
    assert chosen() == ALL


@pytest.mark.parametrize(
    "fitting",
    [
        {"at_least": Severity.HIGH},
        {"rules": ("deletion.",)},
        {"rules": ("DEL-01",)},
        {"accounts": frozenset({ACCOUNT})},
        {"names": ("prod/*",)},
    ],
)
def test_a_finding_that_fits_goes_where_the_route_says(fitting: dict[str, object]):
    assert chosen(Route(channels=(PAGER,), **fitting)) == ("pagerduty",)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "other",
    [
        {"at_least": Severity.CRITICAL},
        {"rules": ("access.",)},
        {"accounts": frozenset({"222233334444"})},
        {"names": ("test/*",)},
        {"tags": (("owner", "payments"),)},
    ],
)
def test_a_finding_that_does_not_fit_goes_to_everybody(other: dict[str, object]):
    assert chosen(Route(channels=(PAGER,), **other)) == ALL  # type: ignore[arg-type]


def test_the_first_route_that_fits_decides():
    assert chosen(Route(channels=(SNS,), rules=("deletion.",)), Route(channels=(PAGER,))) == ("sns",)


def test_tags_that_the_inventory_saw_choose_a_route():
    by_owner = Route(channels=(PAGER,), tags=(("owner", "pay*"),))
    finding = a_finding()
    tagged = an_incident(type(finding)(**{**_fields(finding), "tags": (("owner", "payments"),)}))

    assert destination(tagged, [by_owner], ALL).channels == ("pagerduty",)


def _fields(finding: object) -> dict[str, object]:
    return {name: getattr(finding, name) for name in type(finding).__slots__}


def test_an_incident_goes_wherever_one_of_its_findings_does():
    incident = an_incident(a_finding(), a_finding(rule="access.bulk-read"))
    routes = [Route(channels=(SNS,), rules=("deletion.",)), Route(channels=(PAGER,), rules=("access.",))]

    assert destination(incident, routes, ALL).channels == ("sns", "pagerduty")


def test_the_worst_finding_chooses_the_slack_channel():
    incident = an_incident(a_finding(), a_finding(rule="access.bulk-read", severity=Severity.CRITICAL))
    routes = [
        Route(channels=(ChannelName.SLACK,), rules=("deletion.",), slack_channel="C0DELETIONS"),
        Route(channels=(ChannelName.SLACK,), rules=("access.",), slack_channel="C0READERS"),
    ]

    assert destination(incident, routes, ALL) == Destination(("slack",), "C0READERS")


def finding_on(*names: str, tags: tuple[tuple[str, str], ...] = (), **changes: Any) -> Finding:
    secrets = tuple(a_secret(name, suffix=None) for name in names)
    return replace(a_finding(secrets=secrets, **changes), tags=tags)


def told(*findings: Finding, routes: Sequence[Route]) -> tuple[str, ...]:
    return destination(an_incident(*findings), routes, EVERY).channels


EVERY = ("slack", "sns", "pagerduty", "webhook")
WEBHOOK = ChannelName.WEBHOOK
SANDBOX = Route(channels=(WEBHOOK,), names=("sandbox/*",))


def test_a_secrets_name_does_not_divert_what_is_found_on_another():
    rest = Route(channels=(PAGER, ChannelName.SLACK))
    first, later = finding_on("sandbox/x"), finding_on("prod/db", after_s=60, severity=Severity.CRITICAL)

    assert told(first, routes=[SANDBOX, rest]) == ("webhook",)
    assert told(join(first, later), routes=[SANDBOX, rest]) == ("slack", "pagerduty", "webhook")
    assert told(join(first, later), routes=[SANDBOX]) == EVERY


def test_a_tag_that_may_be_another_secrets_adds_channels_and_takes_none_away():
    by_owner = Route(channels=(WEBHOOK,), tags=(("owner", "sandbox"),))
    rest = Route(channels=(PAGER,))
    tags = (("owner", "sandbox"),)

    assert told(finding_on("x", tags=tags), routes=[by_owner, rest]) == ("webhook",)
    assert told(finding_on("x", "prod/db", tags=tags), routes=[by_owner, rest]) == ("pagerduty", "webhook")
    assert told(finding_on("x", "prod/db", tags=(("owner", "pay"),)), routes=[by_owner, rest]) == ("pagerduty",)


def test_of_a_secret_that_bears_two_values_of_one_tag_nobody_knows_which_it_was():
    by_owner = Route(channels=(WEBHOOK,), tags=(("owner", "sandbox"),))
    tags = (("owner", "payments"), ("owner", "sandbox"))

    assert told(finding_on("prod/db", tags=tags), routes=[by_owner, Route(channels=(PAGER,))]) == (
        "pagerduty",
        "webhook",
    )


def test_where_tags_may_have_been_cut_off_any_route_by_tags_may_fit():
    by_owner = Route(channels=(WEBHOOK,), tags=(("owner", "payments"),))
    tags = tuple(("owner", f"a-{number:02}") for number in range(MOST_TAGS))

    assert told(finding_on("a", "b", tags=tags), routes=[by_owner, Route(channels=(PAGER,))]) == (
        "pagerduty",
        "webhook",
    )


def test_a_reading_of_an_arn_that_is_not_the_likeliest_adds_channels_and_takes_none_away():
    exact = Route(channels=(WEBHOOK,), names=("sandbox/app",))
    rest = Route(channels=(PAGER,))
    arn = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:sandbox/app"

    assert told(finding_on(f"{arn}-Qw3rTy"), routes=[exact, rest]) == ("webhook",)
    assert told(finding_on(f"{arn}-backup"), routes=[exact, rest]) == ("pagerduty", "webhook")


def test_where_secrets_may_have_been_cut_off_everybody_hears():
    many = finding_on(*(f"sandbox/{number}" for number in range(MOST_EVIDENCE)))

    assert told(many, routes=[SANDBOX]) == EVERY


def test_secrets_that_want_different_slack_channels_are_told_in_the_usual_one():
    slack = ChannelName.SLACK
    sandbox = Route(channels=(slack,), names=("sandbox/*",), slack_channel="C0SANDBOX")
    prod = Route(channels=(slack, PAGER), names=("prod/*",), slack_channel="C0PROD")
    silent = Route(channels=(WEBHOOK,), names=("quiet/*",), slack_channel="C0QUIET")
    routes = [sandbox, prod, silent]

    def place(*names: str) -> str:
        return destination(an_incident(finding_on(*names)), routes, EVERY).slack_channel

    assert place("sandbox/x", "sandbox/y") == "C0SANDBOX"
    assert place("sandbox/x", "prod/db") == ""
    assert place("sandbox/x", "elsewhere") == ""
    assert place("quiet/x", "prod/db") == "C0PROD"
    alike = an_incident(finding_on("sandbox/x"), finding_on("prod/db", rule="access.bulk-read"))
    assert destination(alike, routes, EVERY).slack_channel == ""


SECRETS = st.lists(
    st.tuples(
        st.sampled_from(["prod/db", "prod/pay", "sandbox/x", "sandbox/y", "prod/db-abcdef"]),
        st.dictionaries(st.sampled_from(["owner", "team"]), st.sampled_from(["a", "b"]), max_size=2),
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda one: one[0],
)
BY_SECRET = st.lists(
    st.builds(
        Route,
        channels=st.lists(st.sampled_from([ChannelName(name) for name in EVERY]), min_size=1).map(tuple),
        names=st.lists(st.sampled_from(["prod/*", "prod/db", "sandbox/*", "*/x"]), max_size=2).map(tuple),
        tags=st.dictionaries(st.sampled_from(["owner", "team"]), st.sampled_from(["a", "b", "*"]), max_size=2).map(
            lambda some: tuple(some.items())
        ),
    ),
    max_size=5,
)


@given(secrets=SECRETS, routes=BY_SECRET)
def test_whoever_hears_of_a_secret_by_itself_hears_of_it_among_others(
    secrets: list[tuple[str, dict[str, str]]], routes: list[Route]
):
    findings = [
        finding_on(name, tags=tuple(tags.items()), after_s=number, event_ids=(f"e{number}",))
        for number, (name, tags) in enumerate(secrets)
    ]

    together = told(*fold(tuple(findings)), routes=routes)

    for finding in findings:
        assert {*told(finding, routes=routes)} <= {*together}


ROUTES = st.lists(
    st.builds(
        Route,
        channels=st.lists(st.sampled_from(ChannelName), min_size=1).map(tuple),
        at_least=st.sampled_from(Severity),
        rules=st.lists(st.sampled_from(["deletion.", "access.", "DEL-01", ""])).map(tuple),
        names=st.lists(st.sampled_from(["*", "prod/*", "x"])).map(tuple),
    )
)


@given(
    routes=ROUTES,
    name=st.text(min_size=1),
    severity=st.sampled_from(Severity),
    available=st.lists(st.sampled_from([*ChannelName]), min_size=1, unique=True),
)
def test_every_incident_reaches_somebody_whatever_the_routes_say(
    routes: list[Route], name: str, severity: Severity, available: list[str]
):
    incident = an_incident(a_finding(secrets=(a_secret(name, suffix=None),), severity=severity))

    assert destination(incident, routes, available).channels != ()
