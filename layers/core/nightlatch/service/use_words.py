"""How numbers of use and money are said, so that nobody has to count digits."""

from __future__ import annotations

from datetime import UTC, datetime

from nightlatch.domain.event.principals import short_name
from nightlatch.domain.posture.use import HOURS_OF_DAY, ReaderKind, ReaderUse

_IDENTITY_CENTER = ":role/aws-reserved/sso.amazonaws.com/"
_TEN = 10
_CENT = 0.01


def rate(per_hour: float) -> str:
    """Say how often: by the hour, or where that is less than once by the day or month."""
    if per_hour >= _TEN:
        return f"{per_hour:,.0f}/h"
    if per_hour >= 1:
        return f"{per_hour:.1f}/h"
    per_day = per_hour * HOURS_OF_DAY
    if per_day >= 1:
        return f"{per_day:.1f}/day"
    return f"{per_day * 30:.1f}/month" if per_hour else "never"


def money(usd: float) -> str:
    """Say an amount of USD to the cent."""
    return f"{usd:,.2f}" if usd >= _CENT else ("<0.01" if usd else "0")


def caller(principal: str, kind: ReaderKind | None = None) -> str:
    """Name a principal shortly: the person first, and the account of one from elsewhere."""
    name = short_name(principal)
    if _IDENTITY_CENTER in principal:
        return f"{name.rsplit('/', 1)[-1]} (Identity Center)"
    parts = principal.split(":")
    is_arn = principal.startswith("arn:") and len(parts) > 5  # noqa: PLR2004 - the account is the fifth part
    return f"{name} of {parts[4]}" if kind is ReaderKind.OUTSIDE and is_arn else name


def came_from(use: ReaderUse) -> str:
    """Say where the last read came from, and how many of all came over the internet."""
    place = use.place or ""
    if not use.from_public:
        return place
    return (
        f"{place} (public)" if use.from_public == use.reads else f"{place} ({share(use.from_public, use.reads)} public)"
    )


def share(part: int, whole: int) -> str:
    """Say a part of a whole in per cent; no part is 0 %, and nothing but the whole is 100 %."""
    if part in {0, whole}:
        return "100 %" if part else "0 %"
    return f"{min(99, max(1, round(100 * part / whole)))} %"


def moment(at: datetime | None) -> str:
    """Write a moment to the minute."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M}" if at is not None else ""


def time_text(at: datetime | None) -> str | None:
    """Write a moment for programs."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if at is not None else None
