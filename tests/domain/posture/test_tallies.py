"""What findings come to is counted once each, in a memory that does not grow with them."""

from __future__ import annotations

import pytest

from audits import MUTE, a_company, a_posture_finding, kept, names, unseen
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.findings import FindingKind
from nightlatch.domain.posture.reports import Standing
from nightlatch.domain.posture.tallies import tallied
from nightlatch.domain.posture.unseen import NO_COPIES, NOT_COUNTED, NOT_DEPLOYED, Gap


def test_what_is_muted_counts_nowhere_else() -> None:
    tally = tallied([kept(a_posture_finding("a")), kept(a_posture_finding("b", muted=MUTE))])

    assert (tally.total, tally.muted) == (1, 1)
    assert tally.mutes == ((MUTE, 1),)
    assert [step.count for step in tally.steps] == [1]
    assert names(tally.worst) == ["a"]


def test_what_is_fixed_asks_for_nothing() -> None:
    tally = tallied([kept(a_posture_finding("a", muted=MUTE), Standing.FIXED), kept(standing=Standing.FIXED)])

    assert (tally.total, tally.muted, tally.of(Standing.FIXED)) == (0, 0, 1)
    assert (tally.steps, tally.worst, tally.at_or_above(Severity.INFORMATIONAL)) == ((), (), 0)


def test_what_is_spared_is_neither_there_nor_fixed() -> None:
    tally = tallied([kept(a_posture_finding("a", muted=MUTE), Standing.SPARED), kept(standing=Standing.SPARED)])

    assert (tally.total, tally.muted, tally.of(Standing.FIXED), tally.of(Standing.SPARED)) == (0, 0, 0, 1)
    assert (tally.steps, tally.worst) == ((), ())


def test_a_finding_counts_for_every_severity_that_it_reaches() -> None:
    tally = tallied([kept(a_posture_finding("a", severity=one)) for one in Severity])

    assert [tally.at_or_above(one) for one in Severity] == [5, 4, 3, 2, 1]


def test_the_worst_show_one_of_each_check_before_a_second_one_of_any() -> None:
    many = [kept(a_posture_finding(f"m{place}")) for place in range(30)]
    grave = kept(a_posture_finding("grave", check="policy.public", severity=Severity.CRITICAL))
    other = kept(a_posture_finding("other", check="tags.none"))

    worst = tallied([*many, other, grave], most=3).worst

    assert names(worst) == ["grave", "m0", "other"]


def test_what_could_not_be_looked_at_is_folded_by_what_was_asked() -> None:
    found = [kept(unseen(f"s{place}", evidence=(f"not judged: {check}",))) for place in range(9) for check in "ab"]
    own = kept(unseen("account", action="nightlatch:use"))

    tally = tallied([*found, own, kept(unseen("quiet", muted=MUTE))])

    by = {(one.about, one.is_muted): one for one in tally.blanks}
    denied = by["secretsmanager:GetResourcePolicy", False]
    assert (denied.count, len(denied.names)) == (18, 5)
    assert denied.evidence == ("not judged: a", "not judged: b")
    assert [one.about for one in tally.missing] == ["secretsmanager:GetResourcePolicy"]
    assert not by["nightlatch:use", False].is_partial
    assert not by["secretsmanager:GetResourcePolicy", True].is_partial


@pytest.mark.parametrize("gap", [NOT_COUNTED, NOT_DEPLOYED, NO_COPIES])
def test_what_an_operator_chose_to_do_without_is_named_and_no_failure(gap: Gap) -> None:
    tally = tallied([kept(unseen(action=gap.action))])

    assert [one.about for one in tally.blanks] == [gap.action]
    assert tally.missing == ()


@pytest.mark.parametrize("action", ["nightlatch:policy", "nightlatch:schedule", "nightlatch:counts"])
def test_what_cannot_be_read_keeps_an_audit_from_being_whole_whoever_gave_it_its_name(action: str) -> None:
    assert [one.about for one in tallied([kept(unseen(action=action))]).missing] == [action]


def test_a_check_that_failed_keeps_an_audit_from_being_whole() -> None:
    broken = a_posture_finding(check="audit.fault.rotation.off", kind=FindingKind.FAULT)

    (missing,) = tallied([kept(broken)]).missing

    assert (missing.about, missing.kind) == ("rotation.off", FindingKind.FAULT)


def test_ten_thousand_findings_leave_as_much_behind_as_a_hundred() -> None:
    few, many = tallied(a_company(1_000)), tallied(a_company(6_000))

    assert len(many.worst) == len(few.worst) == 20
    assert len(many.steps) == len(few.steps) == 10
    assert len(many.blanks) == len(few.blanks)
    assert many.total > 4 * few.total
