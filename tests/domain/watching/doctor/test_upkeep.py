"""A look for what was missed that lags, and alarms that can tell nobody, are said."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from nightlatch.domain.history.examples import AT
from nightlatch.domain.watching.beats import BEAT_EVERY
from nightlatch.domain.watching.diagnosis import Names, Verdict
from nightlatch.domain.watching.doctor.gaps import Gap
from nightlatch.domain.watching.doctor.upkeep import LAGS_AFTER, AlarmSeen, of_alarms, of_reconcile
from nightlatch.domain.watching.lookups import LONGEST, SETTLED

NAMES = Names(stack="nightlatch", topic="", lanes={}, heartbeat="heart")
REFUSED = Gap("was refused (AccessDenied); allow it, then ask again")
WELL = AlarmSeen(name="nightlatch-changes-wait")


@pytest.mark.parametrize(
    ("until", "verdict"),
    [
        (AT - SETTLED - BEAT_EVERY, Verdict.OK),
        (AT - LAGS_AFTER, Verdict.OK),
        (AT - LAGS_AFTER - timedelta(seconds=1), Verdict.WARN),
        (AT - LONGEST, Verdict.WARN),
        (AT - LONGEST - timedelta(seconds=1), Verdict.FAIL),
        (None, Verdict.WARN),
        (REFUSED, Verdict.UNSEEN),
    ],
)
def test_the_age_of_the_last_whole_look_is_judged(until, verdict):
    line = of_reconcile(until, NAMES, AT)

    assert line.verdict is verdict
    is_mended = verdict in {Verdict.WARN, Verdict.FAIL}
    assert line.fix == ("aws lambda invoke --function-name heart /dev/stdout" if is_mended else "")


@pytest.mark.parametrize(
    ("alarm", "fix"),
    [
        (replace(WELL, is_there=False), "sam deploy"),
        (
            replace(WELL, state="ALARM"),
            "aws cloudwatch describe-alarm-history --alarm-name nightlatch-changes-wait --max-records 3",
        ),
        (replace(WELL, is_on=False), "aws cloudwatch enable-alarm-actions --alarm-names nightlatch-changes-wait"),
        (replace(WELL, actions=0), "sam deploy"),
    ],
    ids=["gone", "rings", "actions off", "no action"],
)
def test_an_alarm_that_cannot_tell_or_rings_is_a_fault(alarm, fix):
    assert [(line.verdict, line.fix) for line in of_alarms([WELL, alarm], "sam deploy")] == [(Verdict.FAIL, fix)]


def test_an_alarm_that_rings_into_nothing_is_both():
    alarm = replace(WELL, state="ALARM", is_on=False)

    assert [line.verdict for line in of_alarms([alarm], "sam deploy")] == [Verdict.FAIL, Verdict.FAIL]


def test_alarms_that_stand_are_counted_none_is_a_fault_and_a_refusal_is_not_called_well():
    [well] = of_alarms([WELL, replace(WELL, state="INSUFFICIENT_DATA")], "sam deploy")
    [none] = of_alarms([], "sam deploy")
    [refused] = of_alarms(REFUSED, "sam deploy")

    assert (well.verdict, well.said) == (Verdict.OK, "2 stand and can tell, none rings")
    assert (none.verdict, none.fix) == (Verdict.FAIL, "sam deploy")
    assert refused.verdict is Verdict.UNSEEN
