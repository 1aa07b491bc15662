"""How long the notifier and the answer to a press take on the stage: p50 and p95, with two channels and with all.

    PYTHONPATH=tests python tests/benchmarks/telling.py [--incidents 40]

Each incident is a value that a person overwrites; it is told, offered, and the offer pressed, one after the other. The
functions are real processes, warm after the first; the services are the stage's, in one process on this machine, so a
call costs what moto takes and no network. What holds elsewhere are the ratios: all channels to two, and p95 to p50.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from e2e.built import ROOT
from e2e.watched import Watched
from nightlatch.local.queues.lanes import Caps
from nightlatch.local.running.invocation import Invocation
from nightlatch.local.running.runtime import RunSettings
from nightlatch.local.scenes.company import policy_document
from nightlatch.local.scenes.theatre import open_theatre
from nightlatch.local.stage_settings import StageSettings

SLACK_WAITS_MS = 3_000.0  # for the answer to a press
WARM_UP = 3  # incidents that are not counted


@dataclass
class Times:
    """What was measured with one set of channels, in milliseconds."""

    told: list[float] = field(default_factory=list)  # from the end of the person's call until the message stands
    notifier: list[float] = field(default_factory=list)  # each warm invocation, from the event to its answer
    pressed: list[float] = field(default_factory=list)  # from the request to the answer, as Slack sees it


def main(arguments: Sequence[str]) -> int:
    """Measure both and print a table."""
    parser = argparse.ArgumentParser(description="p50 and p95 of telling and answering, on the stage")
    parser.add_argument("--incidents", type=int, default=40)
    incidents = parser.parse_args(arguments).incidents
    few, every = _measured(incidents, every_channel=False), _measured(incidents, every_channel=True)
    print(f"{'ms':44}{'n':>5}{'p50':>8}{'p95':>8}{'max':>8}")
    for name, times in (("Slack and SNS", few), ("all seven channels", every)):
        for what, values in (
            ("from the call to the message", times.told),
            ("the notifier, warm", times.notifier),
            ("the answer to a press", times.pressed),
        ):
            print(f"{f'{name}: {what}':44}{len(values):>5}{_p50(values):>8.0f}{_p95(values):>8.0f}{max(values):>8.0f}")
    print(f"all channels to two, the notifier's p50: {_p50(every.notifier) / _p50(few.notifier):.2f}")
    slowest = max(few.pressed + every.pressed)
    print(f"of the {SLACK_WAITS_MS:.0f} ms that Slack waits the slowest answer took {slowest / SLACK_WAITS_MS:.0%}")
    return 0


def _measured(incidents: int, *, every_channel: bool) -> Times:
    times, is_counted = Times(), False

    def ended(invocation: Invocation) -> None:
        if is_counted and not invocation.cold and invocation.error is None and "Notifier" in invocation.function:
            times.notifier.append(invocation.duration_ms)

    settings = StageSettings(run=RunSettings(on_invocation=ended), caps=Caps(window_s=0.2))  # reads lie for seconds
    policy = {**policy_document(), "telling": {"storm_after": 1_000}}  # so many incidents would be one message
    with open_theatre(ROOT / "template.yaml", settings=settings, policy=policy, every_channel=every_channel) as theatre:
        watched = Watched(theatre, [], [], [])
        for number in range(WARM_UP + incidents):
            is_counted = number >= WARM_UP
            told, pressed = _one(watched)
            if is_counted:
                times.told.append(told)
                times.pressed.append(pressed)
    return times


def _one(watched: Watched) -> tuple[float, float]:
    secret = watched.a_secret()
    begun = time.perf_counter()
    offer = watched.an_offer(secret=secret)
    told = time.perf_counter() - begun
    watched.settle()
    begun = time.perf_counter()
    answer = watched.press(offer)
    pressed = time.perf_counter() - begun
    assert answer.json()["text"].startswith("Approved"), answer.text
    watched.settle()
    return told * 1_000, pressed * 1_000


def _p50(values: Sequence[float]) -> float:
    return statistics.median(values)


def _p95(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=20, method="inclusive")[-1]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
