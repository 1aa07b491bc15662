"""Runs `nightlatch doctor --live-fire`: shoots at a throw-away secret, shows what nightlatch makes of it, cleans up."""

from __future__ import annotations

import secrets as entropy
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from nightlatch.cli.acts.throw_away import ThrowAway
from nightlatch.cli.looks.examining import code_of, show
from nightlatch.cli.speech.exit_codes import ExitCode
from nightlatch.cli.speech.forms import Form
from nightlatch.cli.speech.terminal import confirmed, progress, say
from nightlatch.domain.watching.diagnosis import Line
from nightlatch.reach.spotted import Spotted
from nightlatch.reach.where import Where, connect
from nightlatch.service.live_fire import aim_at, fire

_PAUSE_S = 2.0


def run(where: Where, output: Form, *, under: str, wait_s: float, yes: bool) -> ExitCode:
    """Shoot, wait and clean up; what was found out is shown however it ends.

    Args:
        where: Which nightlatch.
        output: How to write the lines.
        under: How the secret's name begins, by which the policy judges it.
        wait_s: For each thing, how long at most.
        yes: Shoot without asking.

    Raises:
        NotFound: No stage or stack.
        Refused: The policy would bring the secret back, you may not make or delete it, or nobody is there to ask.
        InvalidPolicy: The policy in force is wrong, so that nobody knows what it would do.
        Unavailable: AWS could not be asked.
    """
    connection = connect(where)
    name = f"{under}{entropy.token_hex(4)}"
    aim = aim_at(name, connection.policy(), under=under)
    say(f"makes {name}, reads it, changes it, schedules its deletion, and at the end deletes it for good")
    say("people are told of the deletion, and of a force deletion when it is over")
    if not yes and not confirmed("Shoot?"):
        return ExitCode.CLEAN
    options = f" --profile {where.profile}" if where.profile and not where.local else ""
    lines: list[Line] = []
    try:
        with _hanging_up_is_ctrl_c(), progress() as doing:
            doing("waiting for what nightlatch makes of it")
            target, spotter = ThrowAway(connection, name, options=options), Spotted(connection)
            fire(target, spotter, aim, _Patience(wait_s), lines.append)
    finally:
        if lines:
            show(lines, output)
    return code_of(lines)


@contextmanager
def _hanging_up_is_ctrl_c() -> Iterator[None]:
    """Let a terminal that is closed, or a job that is ended, find the secret destroyed like Ctrl-C does."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _Patience:
    """The port `Wait`, by looking again and again."""

    def __init__(self, at_most_s: float) -> None:
        self._at_most_s = at_most_s

    def __call__(self, came: Callable[[], bool], at_most_s: float | None = None) -> float | None:
        longest = self._at_most_s if at_most_s is None else min(at_most_s, self._at_most_s)
        begun = time.monotonic()
        while not came():
            if time.monotonic() - begun > longest:
                return None
            time.sleep(_PAUSE_S)
        return time.monotonic() - begun
