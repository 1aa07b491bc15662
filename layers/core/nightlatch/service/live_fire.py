"""Shoots at a secret that is made for it, and waits until nightlatch has seen each shot, told it and undone the last.

    make -> read -> change -> schedule its deletion -> (seen, seen, seen, told, undone) -> destroy

The secret is destroyed whatever happens on the way, Ctrl-C included. Destroying it is a force deletion, which
nightlatch tells too, as it should: the secret's name says what it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from nightlatch.domain.event.secrets import SecretRef
from nightlatch.domain.watching.diagnosis import Line, Verdict

SHOTS = (("read", "GetSecretValue"), ("change", "PutSecretValue"), ("scheduled deletion", "DeleteSecret"))


class Target(Protocol):
    """A secret to shoot at, with the caller's own rights. All may raise Refused and Unavailable."""

    def make(self) -> SecretRef:
        """Make it, with a value that nobody knows."""

    def read(self) -> None:
        """Read its value and look at it not."""

    def change(self) -> None:
        """Give it another value."""

    def schedule(self) -> None:
        """Schedule its deletion."""

    def destroy(self) -> None:
        """Delete it for good; nothing where it was never made."""


class Spotter(Protocol):
    """What nightlatch has made of the shots. All may raise Unavailable."""

    def has_judged(self, call: str, secret: SecretRef) -> bool:
        """Tell whether a call of ours on the secret stands in its history."""

    def incident_about(self, secret: SecretRef) -> str | None:
        """Give the id of the incident that tells of it."""

    def is_restored(self, secret: SecretRef) -> bool:
        """Tell whether its deletion is cancelled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """What is expected of nightlatch, by the policy in force."""

    is_told: bool  # else the mode is observe, and it is only recorded
    is_undone: bool


Wait = Callable[[Callable[[], bool]], float | None]  # gives seconds, None where it did not come in time


def fire(target: Target, spotter: Spotter, aim: Callable[[SecretRef], Aim], wait: Wait) -> Iterator[Line]:
    """Shoot, and give a line for each thing that nightlatch should do.

    Raises:
        Refused: The caller may not make, read, change or delete the secret; what was made is destroyed.
        Unavailable: AWS could not be asked; the same.
    """
    try:
        secret = target.make()
        target.read()
        target.change()
        target.schedule()
        for about, call in SHOTS:
            yield _line(f"{about} is seen", wait(lambda call=call: spotter.has_judged(call, secret)))  # type: ignore[misc]
        wanted = aim(secret)
        if wanted.is_told:
            yield _line("deletion is told", wait(lambda: spotter.incident_about(secret) is not None))
        else:
            said = "the policy says observe for it: it is recorded, and nobody is told"
            yield Line(about="deletion is told", verdict=Verdict.OK, said=said)
        if wanted.is_undone:
            yield _line("deletion is undone", wait(lambda: spotter.is_restored(secret)))
        else:
            said = "the policy does not say protect for it: nothing is undone by itself"
            yield Line(about="deletion is undone", verdict=Verdict.OK, said=said)
    finally:
        target.destroy()


def _line(about: str, seconds: float | None) -> Line:
    if seconds is None:
        return Line(about=about, verdict=Verdict.FAIL, said="it did not come in time", fix="nightlatch doctor")
    return Line(about=about, verdict=Verdict.OK, said=f"after {seconds:.0f} s")
