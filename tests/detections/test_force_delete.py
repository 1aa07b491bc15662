"""The flag alone decides, however it was written and whatever AWS answered."""

from __future__ import annotations

import pytest

from nightlatch.detections.force_delete import DETECTION
from nightlatch.domain.event.events import Failure, SecretEvent
from nightlatch.domain.history.examples import a_secret, an_event
from nightlatch.domain.judging.baseline import Baseline, Maturity
from nightlatch.domain.judging.findings import Remedy, Severity, State, fold
from nightlatch.domain.judging.rules import detect


def forced(
    flag: object = "true", *, failure: Failure | None = None, name: str = "prod/db", after_s: float = 0
) -> SecretEvent:
    request = {"secretId": name, "forceDeleteWithoutRecovery": flag}
    secret = a_secret(name, suffix=None)
    return an_event("DeleteSecret", secret=secret, request=request, failure=failure, after_s=after_s)


@pytest.mark.parametrize("flag", [True, "true", "TRUE", "1"])
def test_every_spelling_of_the_flag_fires(flag):
    (finding,), _ = detect(forced(flag), Baseline(), (DETECTION,))

    assert finding.severity is Severity.CRITICAL


@pytest.mark.parametrize("flag", [False, "false", None, "", 0, {}])
def test_a_flag_that_is_not_set_is_silent(flag):
    assert detect(forced(flag), Baseline(), (DETECTION,)) == ((), ())


def test_an_attempt_is_told_as_an_attempt():
    (finding,), _ = detect(forced(failure=Failure("InvalidRequestException")), Baseline(), (DETECTION,))

    assert finding.severity is Severity.CRITICAL
    assert "tried to delete" in finding.title
    assert "InvalidRequestException" in finding.reason


@pytest.mark.parametrize("maturity", list(Maturity))
def test_it_never_waits_and_no_history_is_needed(maturity):
    findings, waits = detect(forced(), Baseline(maturity=maturity), (DETECTION,))

    assert [finding.state for finding in findings] == [State.OPEN]
    assert waits == ()


def test_a_secret_deleted_and_created_again_in_a_loop_is_one_finding():
    events = [forced(after_s=300 * n) for n in range(10)]
    found = [f for event in [*events, *events] for f in detect(event, Baseline(), (DETECTION,))[0]]

    (finding,) = fold(tuple(found[::-1]))

    assert finding.count == 10
    assert len(finding.secrets) == 1


def test_ten_victims_are_one_finding_that_lists_them():
    found = [f for n in range(10) for f in detect(forced(name=f"prod/{n}", after_s=n), Baseline(), (DETECTION,))[0]]

    (finding,) = fold(tuple(found))

    assert [secret.name for secret in finding.secrets] == [f"prod/{n}" for n in range(10)]
    assert finding.remedy is Remedy.RESURRECT
