"""What else stops when a principal is stopped: the secrets it uses, and from how many places it is used at once.

Two sources say it. The trail of a principal shows its last day call by call; what history keeps of it shows ninety
days, each use once a day. Neither shows what the principal does beside secrets, which a revocation stops, too.

Source: design product, what one wrong containment costs; design facts 8.2 (blast radius shown before anybody says yes).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from nightlatch.domain.event.calls import READ_PREFIXES, READ_VALUES
from nightlatch.domain.event.secrets import distinct
from nightlatch.domain.history.sightings import Sighting

_NAMED = 5
_A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class BlastRadius:
    """What a principal was seen to do in a span; None where the source does not tell."""

    span: timedelta
    read: tuple[str, ...] = ()  # names of the secrets whose value it read
    changed: tuple[str, ...] = ()  # names of the secrets that it changed
    sessions: int | None = None  # different credentials
    networks: int | None = None
    clients: int | None = None  # families of user agents, which are whatever the caller says
    last_used: datetime | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is known of it."""
        return not (self.read or self.changed or self.last_used)

    @property
    def lines(self) -> tuple[str, ...]:
        """Say it, a line for each thing that is known."""
        span = "the last day" if self.span <= _A_DAY else f"the last {self.span.days} days"
        if self.is_empty:
            return (f"nothing is known of what it does with secrets in {span}",)
        places = [
            _counted(count, one)
            for count, one in ((self.sessions, "session"), (self.networks, "network"), (self.clients, "kind of client"))
            if count
        ]
        lines = [f"in {span} it read {_secrets(self.read)} and changed {_secrets(self.changed)}"]
        if places:
            lines.append(f"it was used from {', '.join(places)}")
        if self.last_used is not None:
            lines.append(f"last seen {self.last_used.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC")
        return tuple(lines)

    @property
    def text(self) -> str:
        """Say it in one line, for a message."""
        return "; ".join(self.lines)


def unknown_radius() -> BlastRadius:
    """Give what is known where nobody asked a history."""
    return BlastRadius(span=_A_DAY)


def radius_of(trail: Iterable[Sighting], *, upto: datetime) -> BlastRadius:
    """Read it off the last day of a principal's trail; what AWS refused is no use."""
    done = [seen for seen in trail if seen.succeeded and upto - _A_DAY <= seen.at <= upto]
    reads = [seen for seen in done if seen.name in READ_VALUES]
    changes = [seen for seen in done if seen.secrets and not seen.name.startswith(READ_PREFIXES)]
    return BlastRadius(
        span=_A_DAY,
        read=_names(reads),
        changed=_names(changes),
        sessions=len({seen.access_key_id for seen in done if seen.access_key_id}) or None,
        networks=len({seen.network for seen in done if seen.network}) or None,
        last_used=max((seen.at for seen in done), default=None),
    )


def radius_of_uses(  # noqa: PLR0913 - what the store keeps stands in as many places
    read: Mapping[str, datetime],
    changed: Mapping[str, datetime],
    *,
    networks: int,
    clients: int,
    span: timedelta,
    upto: datetime,
) -> BlastRadius:
    """Put it together from the last use of each secret, by the secret's name."""
    since = upto - span
    times = [at for at in (*read.values(), *changed.values()) if since <= at]
    return BlastRadius(
        span=span,
        read=tuple(sorted(name for name, at in read.items() if at >= since)),
        changed=tuple(sorted(name for name, at in changed.items() if at >= since)),
        networks=networks or None,
        clients=clients or None,
        last_used=max(times, default=None),
    )


def _names(seen: Iterable[Sighting]) -> tuple[str, ...]:
    return tuple(sorted({secret.name for secret in distinct(secret for one in seen for secret in one.secrets)}))


def _secrets(names: tuple[str, ...]) -> str:
    if not names:
        return "none"
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{_counted(len(names), 'secret')} ({', '.join(names[:_NAMED])}{more})"


def _counted(count: int, one: str) -> str:
    first, _, rest = one.partition(" ")
    return f"{count} {one}" if count == 1 else f"{count} {first}s {rest}".rstrip()
