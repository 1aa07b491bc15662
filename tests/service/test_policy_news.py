"""A stored policy that is refused is told once, in one incident, with what counts instead and what to do."""

from __future__ import annotations

from dataclasses import replace

from fakes import FakeDispatch, FakeIncidents
from nightlatch.domain.answering.policy_notes import RefusedPolicy
from nightlatch.domain.history.examples import AT
from nightlatch.service.policy_news import tell_refused

REFUSED = RefusedPolicy(
    arn="arn:aws:ssm:eu-west-1:111122223333:parameter/nightlatch/test/policy",
    version=7,
    stored_at=AT,
    why="parameter /nightlatch/test/policy: unknown key 'defualts'; did you mean 'defaults'?",
    in_force="3f410111b46d",
)


def test_it_is_told_once_however_often_it_is_looked_at() -> None:
    incidents, dispatch = FakeIncidents(), FakeDispatch()

    for _ in range(3):
        tell_refused(REFUSED, incidents=incidents, dispatch=dispatch)

    (incident,) = incidents.by_id.values()
    assert (incident.revision, incident.policy_digest) == (1, "3f410111b46d")
    assert (incident.lead.account_id, incident.lead.region) == ("111122223333", "eu-west-1")
    assert {notice.mark for notice in dispatch.notices} == {"revision-1"}


def test_it_says_what_is_wrong_what_counts_and_what_to_do() -> None:
    reason = REFUSED.finding.reason

    for part in (
        "version 7",
        "did you mean 'defaults'?",
        "policy 3f410111b46d stays in force for judging",
        "policy push FILE",
    ):
        assert part in reason
    assert reason.endswith("nightlatch policy show --version 6")
    assert "nothing is judged" in replace(REFUSED, in_force="").finding.reason
    assert "--version" not in replace(REFUSED, version=1).finding.reason


def test_another_bad_document_is_news_in_the_same_incident() -> None:
    incidents = FakeIncidents()
    for version in (7, 8):
        tell_refused(replace(REFUSED, version=version), incidents=incidents, dispatch=FakeDispatch())

    (incident,) = incidents.by_id.values()
    assert incident.revision > 1


def test_what_is_wrong_is_cut_where_it_is_long() -> None:
    assert len(replace(REFUSED, why="x" * 10_000).finding.reason) < 1_000


def test_an_arn_that_is_none_is_no_crash() -> None:
    finding = replace(REFUSED, arn="").finding

    assert (finding.account_id, finding.region) == ("", "")
