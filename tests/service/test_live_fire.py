"""Live fire cleans up whatever happens on the way, and says of each thing whether it came."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from nightlatch.domain.errors import Refused
from nightlatch.domain.history.examples import a_secret
from nightlatch.domain.watching.diagnosis import Verdict
from nightlatch.service.live_fire import Aim, fire

SHOTS = ["make", "read", "change", "schedule", "destroy"]


@dataclass
class FakeTarget:
    """Remembers the shots, and fails at one."""

    fails_at: str = ""
    error: BaseException = field(default_factory=lambda: Refused("no"))
    shots: list[str] = field(default_factory=list)

    def _shot(self, name):
        self.shots.append(name)
        if name == self.fails_at:
            raise self.error

    def make(self):
        self._shot("make")
        return a_secret()

    def read(self):
        self._shot("read")

    def change(self):
        self._shot("change")

    def schedule(self):
        self._shot("schedule")

    def destroy(self):
        self.shots.append("destroy")


@dataclass
class FakeSpotter:
    """Has seen what it is told to have seen."""

    judged: tuple[str, ...] = ("GetSecretValue", "PutSecretValue", "DeleteSecret")
    incident: str | None = "inc-1"
    restored: bool = True

    def has_judged(self, call, secret):
        del secret
        return call in self.judged

    def incident_about(self, secret):
        del secret
        return self.incident

    def is_restored(self, secret):
        del secret
        return self.restored


def at_once(came):
    return 1.0 if came() else None


def shoot(target, spotter=None, *, is_told=True, is_undone=True, wait=at_once):
    return list(fire(target, spotter or FakeSpotter(), lambda _: Aim(is_told=is_told, is_undone=is_undone), wait))


def test_all_that_comes_is_well_and_the_secret_is_destroyed():
    target = FakeTarget()

    lines = shoot(target)

    assert [line.verdict for line in lines] == [Verdict.OK] * 5
    assert target.shots == SHOTS


def test_what_does_not_come_is_a_fault_of_its_own():
    lines = shoot(FakeTarget(), FakeSpotter(judged=("DeleteSecret",), incident=None, restored=False))

    assert [line.about for line in lines if line.verdict is Verdict.FAIL] == [
        "read is seen",
        "change is seen",
        "deletion is told",
        "deletion is undone",
    ]


def test_in_observe_mode_nothing_is_told_and_that_is_well():
    lines = shoot(FakeTarget(), FakeSpotter(incident=None, restored=False), is_told=False, is_undone=False)

    assert [line.verdict for line in lines] == [Verdict.OK] * 5


@pytest.mark.parametrize("at", SHOTS[:-1])
@pytest.mark.parametrize("error", [Refused("no"), KeyboardInterrupt()], ids=["refused", "Ctrl-C"])
def test_whatever_happens_the_secret_is_destroyed(at, error):
    target = FakeTarget(fails_at=at, error=error)

    with pytest.raises(type(error)):
        shoot(target)

    assert target.shots == [*SHOTS[: SHOTS.index(at) + 1], "destroy"]


def test_ctrl_c_while_waiting_destroys_it_too():
    target = FakeTarget()

    def interrupted(_came):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        shoot(target, wait=interrupted)

    assert target.shots == SHOTS
