"""The news of an audit: what is new and grave, what is fixed, the score; and a message that is read when tired."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from nightlatch.domain.answering.audit_message import audit_message
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.examples import ACCOUNT, NOW, REGION, an_account
from nightlatch.domain.posture.findings import FAULT, UNSEEN, FindingKind, Mute, PostureFinding
from nightlatch.domain.posture.news import MOST_NAMED, News, news_of, percent
from nightlatch.domain.posture.remarks import MUTE_EXPIRED, VANISHED
from nightlatch.domain.posture.reports import Kept, Run, Standing, begun
from nightlatch.domain.posture.unseen import NOT_COUNTED
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


def graver(name: str, severity: Severity, was: Severity) -> Kept:
    return replace(kept(name, Standing.OPEN, severity=severity), was=was)


def test_a_finding_that_stays_open_and_becomes_grave_is_told() -> None:
    risen = graver("prod/db", Severity.CRITICAL, Severity.LOW)

    message = audit_message(news(risen, graver("x", Severity.MEDIUM, Severity.LOW)))

    assert message is not None
    assert message.title == "Audit: 1 finding graver than before"
    assert message.lines[0] == "Was LOW, now CRITICAL: Nobody rotates it: prod/db (rotation.off)"
    assert audit_message(news(graver("x", Severity.MEDIUM, Severity.LOW))) is None
    assert audit_message(news(replace(risen, finding=replace(risen.finding, muted=MUTE)))) is None


def test_the_worst_of_what_is_graver_is_named_and_the_rest_counted() -> None:
    found = news(*(graver(f"s{n}", Severity.HIGH, Severity.LOW) for n in range(MOST_NAMED + 3)))
    message = audit_message(found)

    assert (found.risen_count, len(found.risen)) == (MOST_NAMED + 3, MOST_NAMED)
    assert message is not None
    assert "and 3 more of them" in message.lines


def refused(name: str, standing: Standing = Standing.NEW, **other: object) -> Kept:
    check = f"{UNSEEN}.secretsmanager:GetResourcePolicy"
    return kept(name, standing, **{"check": check, "kind": FindingKind.UNSEEN, "severity": Severity.LOW, **other})


OF_TEN = replace(RUN, secrets=10)


def test_an_audit_that_can_no_longer_look_at_half_of_the_secrets_tells_so() -> None:
    blind = news(*(refused(f"s{n}") for n in range(5)), run=OF_TEN)
    message = audit_message(blind)

    assert blind.blinded == ("secretsmanager:GetResourcePolicy at 5 of 10 secrets",)
    assert message is not None
    assert message.title == "Audit: it can no longer see much"
    assert message.lines[0] == "Could no longer look: secretsmanager:GetResourcePolicy at 5 of 10 secrets"
    assert audit_message(news(*(refused(f"s{n}") for n in range(4)), run=OF_TEN)) is None


def test_who_is_blinded_bit_by_bit_is_told_when_it_comes_to_half_and_not_again() -> None:
    before = [refused(f"s{n}", Standing.OPEN) for n in range(4)]

    assert news(*before, refused("s4"), run=OF_TEN).blinded
    assert not news(*before, refused("s4", Standing.OPEN), refused("s5"), run=OF_TEN).blinded
    assert not news(*before, refused("s4", Standing.FIXED), run=OF_TEN).blinded


@pytest.mark.parametrize("action", ["secretsmanager:ListSecrets", "cloudtrail:DescribeTrails"])
def test_one_question_about_the_whole_account_that_is_refused_is_told_once(action: str) -> None:
    def about(standing: Standing) -> Kept:
        return refused("account", standing, check=f"{UNSEEN}.{action}", subject=an_account().arn)

    assert news(about(Standing.NEW), run=OF_TEN).blinded == (f"{action} at the account",)
    assert not news(about(Standing.OPEN), run=OF_TEN).blinded
    assert not news(about(Standing.FIXED), run=OF_TEN).blinded


def test_what_was_chosen_muted_or_vanished_is_no_blindness_and_a_check_that_always_fails_is() -> None:
    of_account = {"subject": an_account().arn}
    chosen = refused("account", check=f"{UNSEEN}.{NOT_COUNTED.action}", **of_account)
    muted = [refused(f"s{n}", muted=MUTE) for n in range(9)]
    gone = [refused(f"s{n}", check=VANISHED) for n in range(9)]
    failing = [refused(f"s{n}", check=f"{FAULT}.rotation.off", kind=FindingKind.FAULT) for n in range(9)]

    assert not news(chosen, *muted, *gone, run=OF_TEN).is_worth_telling
    assert news(*failing, run=OF_TEN).blinded == ("rotation.off at 9 of 10 secrets",)


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
