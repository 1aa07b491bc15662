"""The news of an audit: what is new and grave, what is fixed, the score; and a message that is read when tired."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from nightlatch.domain.answering.audit_message import audit_message
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.examples import ACCOUNT, NOW, REGION
from nightlatch.domain.posture.findings import FindingKind, Mute, PostureFinding
from nightlatch.domain.posture.news import MOST_NAMED, News, news_of, percent
from nightlatch.domain.posture.remarks import MUTE_EXPIRED
from nightlatch.domain.posture.reports import Kept, Run, Standing, begun
from posture_worlds import a_posture_finding

RUN = replace(
    begun(NOW, account_id=ACCOUNT, region=REGION),
    counts={"a.b": {"clean": 6, "violated": 2, "spared": 5}, "c.d": {"clean": 1, "unseen": 9}},
)
MUTE = Mute(checks=("*",), names=("*",), owner="ana", reason="known", expires=NOW + timedelta(days=1))


def kept(name: str = "a", standing: Standing = Standing.NEW, **other: object) -> Kept:
    return Kept(finding=a_posture_finding(name, **other), standing=standing, first_seen=NOW)


def high(name: str = "a", standing: Standing = Standing.NEW, **other: object) -> Kept:
    return kept(name, standing, severity=Severity.HIGH, **other)


def news(*findings: Kept, run: Run = RUN) -> News:
    return news_of(run, findings)


def test_the_score_is_of_what_could_be_judged() -> None:
    assert (news().score, percent({}), percent({"a.b": {"unseen": 1}})) == (77, None, None)


def test_what_is_new_and_grave_is_worth_telling_and_nothing_else_is() -> None:
    for quiet in (
        kept(),  # MEDIUM
        high(standing=Standing.OPEN),
        high(standing=Standing.FIXED),
        high(muted=MUTE),
        high(kind=FindingKind.UNSEEN),
    ):
        assert not news(quiet).is_worth_telling
        assert audit_message(news(quiet)) is None
    assert news(high()).is_worth_telling


def test_findings_are_counted_by_how_they_stand() -> None:
    found = news(
        high("a"),
        high("b", Standing.OPEN),
        kept("c"),
        kept("d", Standing.FIXED),
        kept("e", muted=MUTE),
        kept("f", Standing.FIXED, muted=MUTE),
        kept("g", kind=FindingKind.UNSEEN),
        high("h", Standing.SPARED),
    )

    assert found.open == {Severity.HIGH: 2, Severity.MEDIUM: 1}
    assert (found.new_count, found.new_grave_count, found.fixed_count, found.muted) == (2, 1, 1, 1)
    assert found.fixed == ("rotation.off on d",)
    assert (found.violations_of("a.b"), found.violations_of("x.y")) == (2, 0)


def test_the_worst_are_named_however_late_they_come_and_not_more_than_can_be_read() -> None:
    worst = kept("last", severity=Severity.CRITICAL)

    found = news(*(high(f"s{n}") for n in range(30)), worst)

    assert (found.new_grave_count, len(found.new_grave)) == (31, MOST_NAMED)
    assert found.new_grave[0] == worst.finding


def expired(standing: Standing) -> Kept:
    finding: PostureFinding = a_posture_finding(check=MUTE_EXPIRED, evidence=("x.* on * until 2026-03-01 (ana)",))
    return Kept(finding=finding, standing=standing, first_seen=NOW)


def test_a_mute_that_has_expired_is_told_once() -> None:
    message = audit_message(news(expired(Standing.NEW)))

    assert message is not None
    assert message.title == "Audit: a mute has expired"
    assert "Mute expired: x.* on * until 2026-03-01 (ana)" in message.lines
    assert audit_message(news(expired(Standing.OPEN))) is None


def test_the_message_says_what_is_new_what_is_fixed_the_score_and_where_to_read_more() -> None:
    run = replace(RUN, score_before=70, gaps=3)
    findings = [high("prod/db"), *(kept(f"old/{n}", Standing.FIXED) for n in range(5)), kept("x", Standing.OPEN)]

    message = audit_message(news(*findings, kept("quiet", muted=MUTE), run=run))

    assert message is not None
    assert message.title == "Audit: 1 new finding of HIGH or worse"
    assert message.sentence == (
        "Audit: 1 new finding of HIGH or worse; the worst: HIGH: Nobody rotates it: prod/db (rotation.off);"
        " 5 fixed; score 77 %, was 70 %"
    )
    assert message.lines == (
        "HIGH: Nobody rotates it: prod/db (rotation.off)",
        "Fixed: rotation.off on old/0, rotation.off on old/1, rotation.off on old/2 and 2 more",
        "Open in all: 1 HIGH, 1 MEDIUM; 1 muted",
        "Score 77 %, was 70 %",
        "3 looks were refused or not possible; what was open there stays open",
        "Read more: nightlatch audit lists every finding with the command that mends it; or the console, under Audit",
    )


def test_what_does_not_fit_is_counted_and_a_long_name_does_not_fill_the_screen() -> None:
    message = audit_message(news(*(high(f"{'n' * 500}{number}") for number in range(MOST_NAMED + 2))))

    assert message is not None
    assert "and 2 more of them" in message.lines
    assert max(map(len, message.lines)) <= 220


@pytest.mark.parametrize(("before", "said"), [(77, "score 77 %, as before"), (None, "score 77 %")])
def test_a_score_without_a_change_or_a_past_says_so(before: int | None, said: str) -> None:
    message = audit_message(news(high(), run=replace(RUN, score_before=before)))

    assert message is not None
    assert message.sentence.endswith(said)
