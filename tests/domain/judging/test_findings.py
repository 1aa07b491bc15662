"""Folding findings gives the same in any order; a title says what was really counted."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import a_finding
from nightlatch.domain.history.examples import a_secret
from nightlatch.domain.judging.findings import COOL_DOWN, Severity, State, fold, name_secrets

found = st.builds(
    a_finding,
    rule=st.sampled_from(["a.b", "c.d"]),
    after_s=st.integers(0, 12).map(lambda n: n * 1_200.0),
    lasting_s=st.integers(0, 3).map(lambda n: n * 1_800.0),
    event_ids=st.lists(st.sampled_from([f"e{n}" for n in range(9)]), min_size=1, max_size=3, unique=True).map(
        lambda ids: tuple(sorted(ids))
    ),
    secrets=st.lists(st.sampled_from([a_secret(f"s{n}") for n in range(5)]), min_size=1, max_size=3).map(tuple),
    severity=st.sampled_from(list(Severity)),
    state=st.sampled_from(list(State)),
    headline=st.sampled_from(["{who} made {secrets} public", "{who} tried to make {secrets} public"]),
)


def gist(findings):
    return {
        (
            *(f.rule, f.id, f.severity, f.state, f.event_ids, frozenset(f.secrets), f.first_seen, f.last_seen),
            *(f.headline, frozenset(f.named)),
        )
        for f in findings
    }


@given(findings=st.lists(found, max_size=6), data=st.data())
def test_folding_does_not_depend_on_order(findings, data):
    shuffled = data.draw(st.permutations(findings))

    assert gist(fold(tuple(findings))) == gist(fold(tuple(shuffled)))


@given(findings=st.lists(found, max_size=6))
def test_folding_again_changes_nothing_and_duplicates_add_nothing(findings):
    folded = fold(tuple(findings))

    assert gist(fold(folded)) == gist(folded)
    assert gist(fold((*findings, *findings))) == gist(folded)


@given(findings=st.lists(found, max_size=6))
def test_folding_loses_no_evidence(findings):
    folded = fold(tuple(findings))

    assert {e for f in folded for e in f.event_ids} == {e for f in findings for e in f.event_ids}
    assert {s for f in folded for s in f.secrets} == {s for f in findings for s in f.secrets}


def test_a_title_names_only_the_secrets_that_its_headline_is_true_of():
    done, tried = "{who} made {secrets} public", "{who} tried to make {secrets} public"
    public = a_finding(secrets=(a_secret("a"),), severity=Severity.CRITICAL, headline=done)
    attempt = a_finding(secrets=(a_secret("b"),), severity=Severity.MEDIUM, headline=tried, event_ids=("e2",))
    more = a_finding(secrets=(a_secret("c"),), severity=Severity.CRITICAL, headline=done, event_ids=("e3",))

    (both,) = fold((attempt, public))
    (three,) = fold((both, more))

    assert both.title == "mallory (IAM user) made secret a public"
    assert {secret.name for secret in both.secrets} == {"a", "b"}
    assert three.title == "mallory (IAM user) made 2 secrets (a, c) public"
    assert {secret.name for secret in three.secrets} == {"a", "b", "c"}


@pytest.mark.parametrize(("gap_s", "count"), [(COOL_DOWN.total_seconds(), 1), (COOL_DOWN.total_seconds() + 1, 2)])
def test_findings_fold_within_the_cool_down(gap_s, count):
    assert len(fold((a_finding(), a_finding(after_s=gap_s)))) == count


def test_findings_of_other_subjects_and_rules_do_not_fold():
    findings = (a_finding(), a_finding(subject="secret:x"), a_finding(rule="a.b"))

    assert len(fold(findings)) == 3


def test_the_worst_and_the_most_open_win():
    (folded,) = fold(
        (
            a_finding(severity=Severity.LOW, state=State.OPEN, event_ids=("a",)),
            a_finding(severity=Severity.CRITICAL, state=State.LEARNING, event_ids=("b",)),
        )
    )

    assert (folded.severity, folded.state, folded.count) == (Severity.CRITICAL, State.OPEN, 2)


def test_the_id_survives_more_evidence():
    assert a_finding(event_ids=("a",)).id == a_finding(event_ids=("a", "b"), lasting_s=60).id


def test_a_severity_is_raised_by_one_and_critical_stays():
    assert [severity.raised() for severity in Severity] == [
        Severity.LOW,
        Severity.MEDIUM,
        Severity.HIGH,
        Severity.CRITICAL,
        Severity.CRITICAL,
    ]


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (0, "no named secret"),
        (1, "secret s0"),
        (3, "3 secrets (s0, s1, s2)"),
        (12, "12 secrets (s0, s1, s2 and 9 more)"),
    ],
)
def test_secrets_are_named_as_far_as_a_line_holds(count, said):
    assert name_secrets(tuple(a_secret(f"s{n}") for n in range(count))) == said


@pytest.mark.parametrize(
    ("lasting_s", "said"), [(0, "within a second"), (45, "within 45 s"), (119, "within 119 s"), (121, "within 3 min")]
)
def test_a_title_is_one_sentence_with_the_time_it_took(lasting_s, said):
    title = a_finding(lasting_s=lasting_s).title

    assert title == f"mallory (IAM user) deleted secret prod/db {said}"


def test_braces_in_a_name_do_not_break_a_title():
    finding = replace(a_finding(), secrets=(a_secret("{who}{0}", suffix=None),))

    assert "{who}{0}" in finding.title
