"""Shoots at a secret that is made for it, and waits until nightlatch has seen each shot, told it and undone the last.

    make -> read -> change -> schedule its deletion -> (seen, seen, seen, told, undone) -> destroy -> (gone for good)

After this module a reader knows that the secret is destroyed whatever happens on the way, Ctrl-C included, and that
what could not be destroyed is named with the command that does it. Destroying it is a force deletion, which nightlatch
tells too, as it should: the secret's name says what it was. Nobody shoots where the policy would bring it back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from nightlatch.domain.answering.policy import Mode, Policy
from nightlatch.domain.errors import NightlatchError, Refused, Unavailable
from nightlatch.domain.event.secrets import SecretRef
from nightlatch.domain.watching.diagnosis import Line, Verdict
from nightlatch.service.live_fire_ports import Aim, Spotter, Target, Wait

SHOTS = (("read", "GetSecretValue"), ("change", "PutSecretValue"), ("scheduled deletion", "DeleteSecret"))
TRIES = 3  # to destroy it
_GONE_WITHIN_S = 60.0  # AWS deletes in the background, and shows the secret for some seconds
_STAYS_GONE_S = 10.0  # once its destruction was judged, the responder acts in seconds
_GONE = "throw-away is gone"


def aim_at(name: str, policy: Policy, *, under: str) -> Aim:
    """Say what the policy expects for a throw-away secret.

    Args:
        name: What it will be called.
        policy: In force.
        under: How its name begins, as it was chosen; the rest was drawn.

    Raises:
        Refused: The policy would bring it back after its end, or keep it from being destroyed.
    """
    entry, protection = policy.entry_of(name)
    way_out = "choose names that no such entry covers by --under"
    if under:
        way_out += f", or write an entry for {under}* above it"
    if protection.resurrects:
        raise Refused(
            f"the policy's {entry} says protect with copies in the vault: nightlatch would bring {name} back from the"
            f" vault once it is destroyed; nothing was made; {way_out}"
            f"{', with resurrect: false under protect' if under else ''}"
        )
    if protection.is_guarded:
        raise Refused(
            f"the policy's {entry} asks for a guard: it would keep {name} from being destroyed; nothing was made;"
            f" {way_out}{', without prevent' if under else ''}"
        )
    is_undone = protection.mode is Mode.PROTECT and protection.undo
    return Aim(is_told=protection.mode is not Mode.OBSERVE, is_undone=is_undone)


def fire(target: Target, spotter: Spotter, aim: Aim, wait: Wait, tell: Callable[[Line], None]) -> None:
    """Shoot, tell a line for each thing that nightlatch should do, and clean up.

    Args:
        target: What to shoot at.
        spotter: Who looks what nightlatch makes of it.
        aim: What is expected.
        wait: Waits for each thing.
        tell: Hears each line at once: what was told stays told, whatever comes after it.

    Raises:
        Refused: The caller may not make, read, change or delete the secret.
        Unavailable: AWS could not be asked.
        KeyboardInterrupt: Somebody pressed Ctrl-C, also while it was cleaned up.
    """
    secret: SecretRef | None = None
    is_over = False
    try:
        secret = target.make()
        target.read()
        target.change()
        target.schedule()
        for line in _made_of_it(secret, spotter, aim, wait):
            tell(line)
        is_over = True
    finally:
        if target.is_made:
            _clean_up(target, spotter, wait, tell, secret if is_over else None)


def _made_of_it(secret: SecretRef, spotter: Spotter, aim: Aim, wait: Wait) -> Iterator[Line]:
    for about, call in SHOTS:
        yield _line(f"{about} is seen", wait(lambda call=call: spotter.has_judged(call, secret)))  # type: ignore[misc]
    if aim.is_told:
        yield _told(secret, spotter, wait)
    else:
        said = "the policy says observe for it: it is recorded, and nobody is told"
        yield Line(about="deletion is told", verdict=Verdict.OK, said=said)
    if aim.is_undone:
        yield _line("deletion is undone", wait(lambda: spotter.is_restored(secret)))
    else:
        said = "the policy does not say protect for it: nothing is undone by itself"
        yield Line(about="deletion is undone", verdict=Verdict.OK, said=said)


def _told(secret: SecretRef, spotter: Spotter, wait: Wait) -> Line:
    """Judge whether a channel took it: an incident that nobody was shown is told to nobody."""
    about = "deletion is told"

    def is_shown() -> bool:
        found = spotter.told_of(secret)
        return found is not None and bool(found.shown_on)

    seconds, found = wait(is_shown), spotter.told_of(secret)
    if found is None:
        return _line(about, None)
    why = "; ".join(f"{channel} takes no messages: {reason}" for channel, reason in found.failing)
    if found.is_held and not found.shown_on:
        said = f"incident {found.incident} is told in the summary of a storm of incidents; shoot again when it is calm"
        return Line(about=about, verdict=Verdict.WARN, said=said, fix="nightlatch incidents list")
    if seconds is None or not found.shown_on:
        said = f"incident {found.incident} was opened, and no channel has shown it, "
        said += f"for {why}" if why else "and none says why"
        return Line(about=about, verdict=Verdict.FAIL, said=said, fix="nightlatch doctor")
    said = f"after {seconds:.0f} s, on {', '.join(found.shown_on)}"
    if why:
        return Line(about=about, verdict=Verdict.WARN, said=f"{said}; {why}", fix="nightlatch doctor")
    return Line(about=about, verdict=Verdict.OK, said=said)


def _line(about: str, seconds: float | None) -> Line:
    if seconds is None:
        return Line(about=about, verdict=Verdict.FAIL, said="it did not come in time", fix="nightlatch doctor")
    return Line(about=about, verdict=Verdict.OK, said=f"after {seconds:.0f} s")


def _clean_up(
    target: Target, spotter: Spotter, wait: Wait, tell: Callable[[Line], None], watched: SecretRef | None
) -> None:
    """Destroy it, again where that fails, and say how it ended; Ctrl-C is obeyed when that is said."""
    interrupted: KeyboardInterrupt | None = None
    why = ""
    for _ in range(TRIES):
        try:
            target.destroy()
        except KeyboardInterrupt as error:
            interrupted, why = error, "somebody pressed Ctrl-C again and again while it was destroyed"
        except NightlatchError as error:
            why = str(error)
        except Exception as error:  # noqa: BLE001 - whatever it is, the secret must not stay there unnamed
            why = f"an error of nightlatch itself ({type(error).__name__})"
        else:
            why = ""
            break
    if why:
        said = f"it could not be destroyed: {why}; destroy it by hand"
        tell(Line(about=_GONE, verdict=Verdict.FAIL, said=said, fix=target.command))
    else:
        try:
            tell(_gone(target, spotter, wait, watched))
        except KeyboardInterrupt as error:
            interrupted = error
            tell(_unsure(target, "it was destroyed; you did not wait for whether it stays away"))
    if interrupted is not None:
        raise interrupted


def _gone(target: Target, spotter: Spotter, wait: Wait, watched: SecretRef | None) -> Line:
    """Look whether it is gone, and whether it stays away once nightlatch has judged its destruction."""
    try:
        seconds = wait(lambda: not target.is_there(), _GONE_WITHIN_S)
        if seconds is None:
            said = "its destruction was asked for, and it is still there"
            return Line(about=_GONE, verdict=Verdict.FAIL, said=said, fix=target.command)
        if watched is None:
            return Line(about=_GONE, verdict=Verdict.OK, said="destroyed, before all of it was looked at")
        judged = wait(lambda: spotter.has_judged("DeleteSecret", watched, times=2))
        if wait(target.is_there, _STAYS_GONE_S) is not None:
            said = "it was brought back after it was destroyed; see who did: nightlatch incidents list"
            return Line(about=_GONE, verdict=Verdict.FAIL, said=said, fix=target.command)
    except (Refused, Unavailable) as error:
        return Line(about=_GONE, verdict=Verdict.UNSEEN, said=f"it was destroyed; whether it is gone: {error}")
    if judged is None:
        return _unsure(target, "it is gone; its destruction is not judged yet, so look once more later")
    return Line(about=_GONE, verdict=Verdict.OK, said="destroyed, and nothing brought it back")


def _unsure(target: Target, said: str) -> Line:
    command = target.command.replace("delete-secret", "describe-secret").replace(" --force-delete-without-recovery", "")
    return Line(about=_GONE, verdict=Verdict.WARN, said=said, fix=command)
