"""How the command line writes moments, spans and lists."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import typer

PARTS = ("value", "policy", "tags", "key", "rotation", "description")
_AGO = re.compile(r"(?P<count>\d{1,5})(?P<unit>[mhd])")
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


def span(text: str) -> timedelta:
    """Read `90m`, `2h` or `3d`."""
    found = _AGO.fullmatch(text.strip())
    if found is None:
        raise typer.BadParameter(f"{text!r} is no span of time; write 90m, 2h or 3d")
    return int(found["count"]) * _UNITS[found["unit"]]


def moment(text: str | datetime) -> datetime:
    """Read a moment in ISO form, UTC where it names no zone, or how long ago it was."""
    if isinstance(text, datetime):
        return text
    if _AGO.fullmatch(text.strip()):
        return datetime.now(UTC) - span(text)
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no moment; write 2026-03-02T09:00Z, or 2h for two hours ago") from None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def parts(text: str) -> tuple[str, ...]:
    """Read names of parts by commas; none stands for what is usual."""
    named = tuple(dict.fromkeys(part.strip().lower() for part in text.split(",") if part.strip()))
    unknown = [part for part in named if part not in PARTS]
    if unknown:
        raise typer.BadParameter(f"a secret has no part {', '.join(unknown)}; write some of {', '.join(PARTS)}")
    return named
