"""Live fire cleans up whatever happens on the way, and says of each thing whether it came."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from nightlatch.domain.answering.policy import Mode, Policy, Protection, Selector
from nightlatch.domain.errors import Refused, Unavailable
from nightlatch.domain.history.examples import a_secret
from nightlatch.domain.watching.diagnosis import Verdict
from nightlatch.service.live_fire import aim_at, fire
from nightlatch.service.live_fire_ports import Aim, Told

SHOTS = ["make", "read", "change", "schedule", "destroy"]
COMMAND = "aws secretsmanager delete-secret --secret-id fire/1"
SHOWN = Told(incident="inc-1", shown_on=("slack", "sns"))


@dataclass
class FakeTarget:
    """Remembers the shots, and fails at one."""

    fails_at: str = ""
    error: BaseException = field(default_factory=lambda: Refused("no"))
    fails: int = 1_000  # how often
    there_again: int = 0  # how often somebody looks before it is brought back; 0 for never
    shots: list[str] = field(default_factory=list)
    command: str = COMMAND
    is_made: bool = False
    looks: int = 0

    def _shot(self, name):
        self.shots.append(name)
        if name == self.fails_at and self.shots.count(name) <= self.fails:
            raise self.error

    def make(self):
        self.is_made = True
        self._shot("make")
        return a_secret()

    def read(self):
        self._shot("read")

    def change(self):
        self._shot("change")

    def schedule(self):
        self._shot("schedule")

    def destroy(self):
        self._shot("destroy")

    def is_there(self):
        self.looks += 1
        return bool(self.there_again) and self.looks >= self.there_again


@dataclass
class FakeSpotter:
    """Has seen what it is told to have seen."""

    judged: tuple[str, ...] = ("GetSecretValue", "PutSecretValue", "DeleteSecret")
    told: Told | None = SHOWN
    restored: bool = True
    destroyed: bool = True

    def has_judged(self, call, secret, times=1):
        del secret
        return call in self.judged and (times == 1 or self.destroyed)

    def told_of(self, secret):
        del secret
        return self.told

    def is_restored(self, secret):
        del secret
        return self.restored


def at_once(came, at_most_s=None):
    del at_most_s
    return 1.0 if came() else None


def shoot(target, spotter=None, *, is_told=True, is_undone=True, wait=at_once):
    lines = []
    fire(target, spotter or FakeSpotter(), Aim(is_told=is_told, is_undone=is_undone), wait, lines.append)
    return lines


def interrupted_shot(target, error, *, wait=at_once):
    lines = []
    with pytest.raises(type(error)):
        fire(target, FakeSpotter(), Aim(is_told=True, is_undone=True), wait, lines.append)
    return lines


def test_all_that_comes_is_well_and_the_secret_is_destroyed():
    target = FakeTarget()

    lines = shoot(target)

    assert [line.verdict for line in lines] == [Verdict.OK] * 6
    assert target.shots == SHOTS
    assert lines[-1].about == "throw-away is gone"


def test_what_does_not_come_is_a_fault_of_its_own():
    lines = shoot(FakeTarget(), FakeSpotter(judged=("DeleteSecret",), told=None, restored=False))

    assert [line.about for line in lines if line.verdict is Verdict.FAIL] == [
        "read is seen",
        "change is seen",
        "deletion is told",
        "deletion is undone",
    ]


def test_in_observe_mode_nothing_is_told_and_that_is_well():
    lines = shoot(FakeTarget(), FakeSpotter(told=None, restored=False), is_told=False, is_undone=False)

    assert [line.verdict for line in lines] == [Verdict.OK] * 6


def told_line(told):
    [line] = [line for line in shoot(FakeTarget(), FakeSpotter(told=told)) if line.about == "deletion is told"]
    return line


def test_an_incident_that_no_channel_showed_is_not_told_and_the_channel_that_failed_is_named():
    line = told_line(Told(incident="inc-1", failing=(("slack", "Slack answered invalid_auth"),)))

    assert line.verdict is Verdict.FAIL
    assert "inc-1" in line.said
    assert "no channel has shown it" in line.said
    assert "slack takes no messages: Slack answered invalid_auth" in line.said
    assert line.fix


def test_an_incident_that_no_channel_showed_and_none_says_why_is_not_told_either():
    line = told_line(Told(incident="inc-1"))

    assert line.verdict is Verdict.FAIL
    assert "no channel has shown it, and none says why" in line.said


def test_a_channel_that_shows_it_a_little_later_is_waited_for():
    class Slow(FakeSpotter):
        looks = 0

        def told_of(self, secret):
            self.looks += 1
            return super().told_of(secret) if self.looks > 2 else Told(incident="inc-1")

    def patient(came, at_most_s=None):
        del at_most_s
        return next((float(tried) for tried in range(3) if came()), None)

    [line] = [line for line in shoot(FakeTarget(), Slow(), wait=patient) if line.about == "deletion is told"]

    assert (line.verdict, line.said) == (Verdict.OK, "after 2 s, on slack, sns")


def test_an_incident_that_a_storm_holds_back_is_worth_another_shot():
    line = told_line(Told(incident="inc-1", is_held=True))

    assert line.verdict is Verdict.WARN
    assert "storm" in line.said


def test_it_is_told_where_one_channel_took_it_and_the_one_that_did_not_is_named():
    line = told_line(Told(incident="inc-1", shown_on=("sns",), failing=(("slack", "timed out"),)))

    assert line.verdict is Verdict.WARN
    assert line.said == "after 1 s, on sns; slack takes no messages: timed out"


def test_it_says_on_which_channels_it_was_told():
    line = told_line(SHOWN)

    assert (line.verdict, line.said) == (Verdict.OK, "after 1 s, on slack, sns")


@pytest.mark.parametrize("at", SHOTS[:-1])
@pytest.mark.parametrize("error", [Refused("no"), KeyboardInterrupt()], ids=["refused", "Ctrl-C"])
def test_whatever_happens_the_secret_is_destroyed_and_it_is_said(at, error):
    target = FakeTarget(fails_at=at, error=error)

    lines = interrupted_shot(target, error)

    assert target.shots == [*SHOTS[: SHOTS.index(at) + 1], "destroy"]
    assert [(line.about, line.verdict) for line in lines] == [("throw-away is gone", Verdict.OK)]


def test_ctrl_c_while_waiting_destroys_it_too():
    target = FakeTarget()
    waits = []

    def interrupted(came, at_most_s=None):
        waits.append(at_most_s)
        if len(waits) == 1:
            raise KeyboardInterrupt
        return at_once(came)

    interrupted_shot(target, KeyboardInterrupt(), wait=interrupted)

    assert target.shots == SHOTS


def test_nothing_is_cleaned_up_where_nothing_was_made():
    target = FakeTarget(fails_at="make")
    target.make = lambda: (_ for _ in ()).throw(Refused("no"))

    assert interrupted_shot(target, Refused("no")) == []
    assert target.shots == []


@pytest.mark.parametrize("error", [KeyboardInterrupt(), Unavailable("slow"), ValueError("a fault of ours")])
def test_a_clean_up_that_is_interrupted_is_done_again(error):
    target = FakeTarget(fails_at="destroy", error=error, fails=1)
    lines = []

    try:
        fire(target, FakeSpotter(), Aim(is_told=True, is_undone=True), at_once, lines.append)
    except KeyboardInterrupt:
        assert isinstance(error, KeyboardInterrupt)
    else:
        assert not isinstance(error, KeyboardInterrupt)

    assert target.shots == [*SHOTS, "destroy"]
    assert (lines[-1].about, lines[-1].verdict) == ("throw-away is gone", Verdict.OK)


@pytest.mark.parametrize("error", [KeyboardInterrupt(), Refused("a boundary denies it"), Unavailable("slow")])
def test_what_cannot_be_destroyed_is_named_with_the_exact_command(error):
    target = FakeTarget(fails_at="destroy", error=error)
    lines = []

    try:
        fire(target, FakeSpotter(), Aim(is_told=True, is_undone=True), at_once, lines.append)
    except KeyboardInterrupt:
        assert isinstance(error, KeyboardInterrupt)

    assert (lines[-1].verdict, lines[-1].fix) == (Verdict.FAIL, COMMAND)
    assert str(error) in lines[-1].said


def test_what_fails_on_the_way_is_still_what_is_raised_where_the_clean_up_fails_too():
    class Broken(FakeTarget):
        def destroy(self):
            raise Unavailable("slow")

    target = Broken(fails_at="read", error=Refused("may not read"))

    lines = interrupted_shot(target, Refused("may not read"))

    assert (lines[-1].verdict, lines[-1].fix) == (Verdict.FAIL, COMMAND)


def test_a_throw_away_that_was_brought_back_is_no_success():
    target = FakeTarget(there_again=2)

    line = shoot(target)[-1]

    assert (line.verdict, line.fix) == (Verdict.FAIL, COMMAND)
    assert "brought back" in line.said


def test_a_throw_away_that_does_not_go_is_no_success():
    line = shoot(FakeTarget(there_again=1))[-1]

    assert (line.verdict, line.fix) == (Verdict.FAIL, COMMAND)
    assert "still there" in line.said


def test_where_its_destruction_was_not_judged_nobody_knows_whether_it_comes_back():
    line = shoot(FakeTarget(), FakeSpotter(destroyed=False))[-1]

    assert line.verdict is Verdict.WARN
    assert line.fix == COMMAND.replace("delete-secret", "describe-secret")


def test_whether_it_is_gone_that_could_not_be_looked_at_is_said():
    target = FakeTarget()

    def refused():
        raise Refused("not permitted; add secretsmanager:DescribeSecret to the role that acts")

    target.is_there = refused

    line = shoot(target)[-1]

    assert line.verdict is Verdict.UNSEEN
    assert "secretsmanager:DescribeSecret" in line.said


def a_policy(protection, default=None):
    selectors = (
        Selector(names=("other/*",), protection=Protection()),
        Selector(names=("prod/ledger/*",), protection=protection),
    )
    return Policy(selectors=selectors, default=default or Protection())


BROUGHT_BACK = Protection(mode=Mode.PROTECT, vault_days=30)
GUARDED = Protection(mode=Mode.PROTECT, prevent=True)


def test_a_throw_away_that_the_vault_would_bring_back_is_refused_with_the_entry_and_the_next_step():
    with pytest.raises(Refused) as refused:
        aim_at("prod/ledger/fire-1", a_policy(BROUGHT_BACK), under="prod/ledger/fire-")

    said = str(refused.value)
    assert "secrets[1] (prod/ledger/*)" in said
    assert "--under" in said
    assert "write an entry for prod/ledger/fire-* above it, with resurrect: false" in said


def test_so_is_one_that_a_guard_would_keep():
    with pytest.raises(Refused, match=r"secrets\[1\] \(prod/ledger/\*\).*guard"):
        aim_at("prod/ledger/1", a_policy(GUARDED), under="prod/ledger/")


def test_where_the_defaults_say_so_they_are_named():
    with pytest.raises(Refused, match="defaults") as refused:
        aim_at("1", a_policy(Protection(), default=BROUGHT_BACK), under="")

    assert "write an entry" not in str(refused.value)  # one for * would be for every secret


@pytest.mark.parametrize(
    ("protection", "aim"),
    [
        (Protection(), Aim(is_told=False, is_undone=False)),
        (Protection(mode=Mode.NOTIFY, vault_days=30), Aim(is_told=True, is_undone=False)),
        (Protection(mode=Mode.PROTECT), Aim(is_told=True, is_undone=True)),
        (Protection(mode=Mode.PROTECT, undo=False), Aim(is_told=True, is_undone=False)),
        (Protection(mode=Mode.PROTECT, vault_days=30, resurrect=False), Aim(is_told=True, is_undone=True)),
    ],
    ids=["observed", "told and copied", "protected", "not undone", "copied and not brought back"],
)
def test_any_other_is_shot_at_and_the_policy_says_what_is_expected(protection, aim):
    assert aim_at("prod/ledger/1", a_policy(protection), under="prod/ledger/") == aim
