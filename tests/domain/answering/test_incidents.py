"""Findings about one problem are one incident; telling it again changes nothing, and order does not matter."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import a_finding
from nightlatch.domain.answering.incidents import MOST_EVIDENCE, add, incident_key, link, open_incident
from nightlatch.domain.history.examples import a_secret, a_user, the_service
from nightlatch.domain.judging.findings import COOL_DOWN, Severity

near = st.lists(
    st.builds(
        a_finding,
        rule=st.sampled_from(["deletion.scheduled", "access.bulk-read"]),
        after_s=st.integers(0, 50).map(float),
        severity=st.sampled_from(list(Severity)),
    ),
    min_size=1,
    max_size=5,
)


@given(found=near, data=st.data())
def test_an_incident_holds_the_same_in_any_order(found, data):
    def told(findings):
        incident = open_incident(findings[0])
        for finding in findings[1:]:
            incident = add(incident, finding)
        return incident

    one, other = told(found), told(data.draw(st.permutations(found)))

    assert {f.rule: f.event_ids for f in one.findings} == {f.rule: f.event_ids for f in other.findings}
    assert (one.opened_at, one.last_seen, one.severity, one.key) == (
        other.opened_at, other.last_seen, other.severity, other.key
    )  # fmt: skip


@given(found=near)
def test_adding_again_gives_the_very_same_incident(found):
    incident = open_incident(found[0])
    for finding in found:
        incident = add(incident, finding)

    assert all(add(incident, finding) is incident for finding in found)


def test_an_incident_turns_on_who_acts():
    by_mallory = [a_finding(by=a_user("mallory"), subject=subject) for subject in ("secret:a", "secret:b")]

    assert len({incident_key(finding) for finding in by_mallory}) == 1
    assert incident_key(by_mallory[0]) != incident_key(a_finding(by=a_user("ci-deploy")))


def test_where_nobody_is_named_it_turns_on_what_it_is_done_to():
    nameless = [a_finding(by=the_service(), subject=subject) for subject in ("secret:a", "secret:b")]

    assert len({incident_key(finding) for finding in nameless}) == 2


def test_the_name_of_an_incident_does_not_depend_on_the_rule_that_opened_it():
    assert open_incident(a_finding(rule="a.b")).id == open_incident(a_finding(rule="c.d")).id


@pytest.mark.parametrize(("after", "accepted"), [(COOL_DOWN, True), (COOL_DOWN + timedelta(seconds=1), False)])
def test_an_incident_takes_findings_within_the_cool_down_on_both_sides(after, accepted):
    seconds = after.total_seconds()

    assert open_incident(a_finding()).accepts(a_finding(after_s=seconds)) is accepted
    assert open_incident(a_finding(after_s=seconds)).accepts(a_finding()) is accepted


def test_each_new_thing_raises_the_revision_by_one():
    incident = open_incident(a_finding())

    grown = add(incident, a_finding(rule="access.bulk-read"))
    linked = link(grown, "r-1")

    assert [incident.revision, grown.revision, linked.revision] == [1, 2, 3]
    assert link(linked, "r-1") is linked


def test_the_worst_finding_leads():
    mild = a_finding(rule="a.mild", severity=Severity.MEDIUM, secrets=(a_secret("a"), a_secret("b")))
    incident = add(open_incident(mild), a_finding(rule="b.bad", severity=Severity.CRITICAL))

    assert incident.lead.rule == "b.bad"
    assert incident.severity is Severity.CRITICAL


def test_evidence_is_bounded():
    incident = open_incident(a_finding(event_ids=("e",)))

    grown = add(incident, a_finding(event_ids=tuple(f"e{n:05}" for n in range(2 * MOST_EVIDENCE))))

    assert len(grown.findings[0].event_ids) == MOST_EVIDENCE


@pytest.mark.parametrize("how", ["opened", "added"])
def test_evidence_is_bounded_from_the_first_finding_on(how):
    big = a_finding(event_ids=tuple(f"e{n:05}" for n in range(2 * MOST_EVIDENCE)))

    incident = open_incident(big) if how == "opened" else add(open_incident(a_finding(rule="other.rule")), big)

    assert max(len(finding.event_ids) for finding in incident.findings) == MOST_EVIDENCE


def test_of_equally_bad_findings_the_one_that_blinds_the_monitor_leads():
    tags = a_finding(rule="change.protection-tags", severity=Severity.CRITICAL, secrets=(a_secret("a"), a_secret("b")))
    blind = a_finding(rule="monitor.tampered", severity=Severity.CRITICAL, secrets=())
    milder = a_finding(rule="monitor.blind", severity=Severity.HIGH)

    assert add(open_incident(tags), blind).lead.rule == blind.rule
    assert add(open_incident(tags), milder).lead.rule == tags.rule
