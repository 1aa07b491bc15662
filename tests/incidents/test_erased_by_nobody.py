"""A team found a secret erased at two in the morning, and nobody knew by whom (product.md 3.2, number 4).

A deletion always names who did it, in the message that offers the way back; and where only the service's own event
shows it, the message says in words that no call is known, instead of saying nothing.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from nightlatch.adapters.slack.message import render
from nightlatch.adapters.sns import human_text
from nightlatch.detections import CATALOGUE
from nightlatch.domain.answering.incidents import open_incident
from nightlatch.domain.history.examples import WAITED, a_secret, a_service_event, a_user, an_event, sightings
from nightlatch.domain.judging.baseline import LATENESS, Baseline, Maturity
from nightlatch.domain.judging.deletions import ENDED
from nightlatch.domain.judging.findings import Finding
from nightlatch.domain.judging.rules import detect

SATURDAY_2_AM = datetime.fromisoformat("2026-03-07T02:00:00+00:00")


def found(event, baseline: Baseline) -> list[Finding]:
    findings, _ = detect(replace(event, at=SATURDAY_2_AM), baseline, CATALOGUE)
    return [one for one in findings if one.rule.startswith("deletion.")]


@pytest.mark.parametrize("request_", [{"forceDeleteWithoutRecovery": True}, {"recoveryWindowInDays": 7}, {}])
def test_whoever_deletes_is_named_at_any_hour_and_without_any_history(request_):
    deletion = an_event("DeleteSecret", secret=a_secret(), by=a_user("svc-cleanup"), request=request_)

    (finding,) = found(deletion, Baseline(maturity=Maturity.NONE))

    incident = open_incident(finding)
    assert "svc-cleanup" in str(render(incident, (), action_mode="slack"))
    assert "svc-cleanup" in human_text(incident, ())


def test_a_deletion_that_no_call_explains_is_told_as_such_and_not_left_out():
    end = a_service_event(ENDED, secret=a_secret(), request_id=f"SecretDeleteMessage:{a_secret().text}:x:Forced")
    waited = replace(Baseline(on_secret=sightings([end])), settled=WAITED)

    (finding,) = [one for one in detect(end, waited, CATALOGUE)[0] if one.rule == "deletion.gone-without-call"]

    assert "no deletion call is known" in human_text(open_incident(finding), ())
    assert timedelta(minutes=15) >= LATENESS
