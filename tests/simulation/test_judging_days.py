"""Days are judged as they come in live, and what history has forgotten hides nothing of what comes after."""

from __future__ import annotations

from simulation.callers import person
from simulation.judging import Judge
from simulation.organisation import Organisation
from simulation.records import Pen, Secret, answer, day_at, version

ORG = Organisation()
SECRET = Secret("app/x")


def test_what_comes_after_a_principal_was_forgotten_is_seen() -> None:
    """As many sightings come as were dropped; of a read-back the trail of its reader must show that it is one."""
    judge, terraform, mallory = Judge(ORG.policy), ORG.terraform, person("mallory")
    days = {day: Pen(1, day) for day in (0, 20, 21)}
    made = {"name": SECRET.name, "clientRequestToken": version(SECRET, 0)}
    planted = {"secretId": SECRET.name, "clientRequestToken": version(SECRET, "planted")}
    read_back = {"secretId": SECRET.arn, "versionId": version(SECRET, 0)}
    days[0].call("CreateSecret", terraform, day_at(0, 1), made, response=answer(SECRET))
    days[0].label(SECRET, version(SECRET, 0), day_at(0, 1))
    days[20].call("PutSecretValue", mallory, day_at(20, 15), planted, response=answer(SECRET))
    days[20].label(SECRET, version(SECRET, "planted"), day_at(20, 15))
    days[21].call("GetSecretValue", terraform, day_at(21, 1), read_back)

    for day, pen in days.items():
        judge.day(day, pen.records)

    assert [finding.rule for finding in judge.end().folded()] == ["change.unexpected-writer"]


def test_what_waits_at_midnight_is_judged() -> None:
    judge, pen = Judge(ORG.policy), Pen(1, 0)
    pen.call("CancelRotateSecret", person("ana"), day_at(0, 23.9), {"secretId": SECRET.arn}, response=answer(SECRET))

    judge.day(0, pen.records)
    before = len(judge.told.alerts)

    assert (before, [finding.rule for finding in judge.end().folded()]) == (0, ["rotation.cancelled"])
