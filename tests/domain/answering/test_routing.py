"""Routes choose who hears of a finding, and nothing that anybody can write or tag makes nobody hear."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import a_finding, an_incident
from nightlatch.domain.answering.routes import ChannelName, Route
from nightlatch.domain.answering.routing import Destination, destination
from nightlatch.domain.history.examples import ACCOUNT, a_secret
from nightlatch.domain.judging.findings import Severity

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
