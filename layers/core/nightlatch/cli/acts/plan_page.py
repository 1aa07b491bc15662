"""What an act would do, shown before anybody says yes: what is so now, what may come of it, the calls, the way back."""

from __future__ import annotations

from collections.abc import Iterator

from nightlatch.acts import ACTS
from nightlatch.cli.speech.terminal import plain
from nightlatch.domain.answering.actions import Action
from nightlatch.domain.secret.versions import SecretState, Version
from nightlatch.reach.hints import placed
from nightlatch.service.wish import Preview


def plan_page(wished: Preview, *, undo: str | None, place: str = "") -> str:
    """Write the page.

    Args:
        wished: The plan.
        undo: The command that takes it back; None where there is none.
        place: The options that name where it is done, for the commands that the plan names.
    """
    return "\n".join(plain(f"{name:<9}{text}") for name, text in _lines(wished, undo, place))


def _lines(wished: Preview, undo: str | None, place: str) -> Iterator[tuple[str, str]]:
    act = ACTS[wished.action.kind]
    secret = wished.seen.secret
    yield "Act", f"{act.label}: {act.consequence}"
    if secret is not None:
        yield "Secret", f"{secret.name} ({secret.arn})"
        yield from _versions(wished.action, secret)
    else:
        yield "On", wished.action.name
    for shown in wished.plan.shows:
        yield "So that", placed(shown, place)
    for warning in wished.plan.warnings:
        yield "Careful", placed(warning, place)
    for call in wished.plan.calls:
        yield "Call", call.command
    if not wished.plan.calls:
        yield "Call", "none: nightlatch alone takes note" if wished.plan.takes_note else "none: it is so already"
    if wished.action.until is not None:
        yield "Until", f"{wished.action.until:%Y-%m-%d %H:%M} UTC, or as long after the last yes"
    if wished.people > 1 and wished.is_something:
        yield "People", f"{wished.people} must say yes: you and another approver"
    if undo is not None and wished.is_something:
        yield "To undo", undo


def _versions(action: Action, secret: SecretState) -> Iterator[tuple[str, str]]:
    current = secret.current
    if current is not None:
        yield "Current", _described(current)
    target = secret.version(action.to or "")
    if target is not None and target is not current:
        yield "Back to", _described(target)


def _described(version: Version) -> str:
    made = f", made {version.created_at:%Y-%m-%d %H:%M} UTC" if version.created_at else ""
    labels = ", ".join(sorted(version.labels))
    return f"{version.id}{made}" + (f" ({labels})" if labels else "")
