"""What came out of log files, thing by thing, and the account that is given of it at the end of a hunt.

Nothing is lost silently: a record that could not be judged is listed with its file and place, a file that was
not read is listed with the reason, and both make the result a partial one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from nightlatch.domain.account.lineage import MAKES_ROLES
from nightlatch.domain.event.events import NATIVE_SECRETS_MANAGER, SECRETS_MANAGER, SecretEvent
from nightlatch.domain.judging.key_moves import MAKES_KEYS
from nightlatch.domain.judging.rules import Detection

MOST_LISTED = 100


@dataclass(frozen=True, slots=True)
class Malformed:
    """A record that nobody can judge; `index` counts the records of its file from 0."""

    path: str
    index: int
    reason: str


@dataclass(frozen=True, slots=True)
class FileRead:
    """A file read to its end; `records` counts those that no rule reads, too."""

    path: str
    records: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSkipped:
    """A file that was not read, or not to its end."""

    path: str
    reason: str
    records: int = 0  # read before it broke
    harmless: bool = False  # a digest, an insight or an empty file: nothing to judge was in it


Item = SecretEvent | Malformed | FileRead | FileSkipped


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What was read and what was not."""

    files: int = 0
    records: int = 0
    skipped: tuple[FileSkipped, ...] = ()
    malformed: tuple[Malformed, ...] = ()  # the first of them; a file of rubbish must not fill the memory
    unlisted: int = 0  # malformed records beyond those

    @property
    def malformed_count(self) -> int:
        """How many records could not be judged."""
        return len(self.malformed) + self.unlisted

    @property
    def is_partial(self) -> bool:
        """Whether something that may matter could not be judged, or nothing was there to be read."""
        return bool(self.malformed) or self.files == 0 or any(not file.harmless for file in self.skipped)


def take_in(items: Iterable[Item]) -> tuple[list[SecretEvent], Tally]:
    """Part the events, each call once, from the account of the reading; a corrected record counts, not its original."""
    events: dict[str, SecretEvent] = {}
    malformed: list[Malformed] = []
    unlisted = 0
    skipped: list[FileSkipped] = []
    read: list[FileRead] = []
    for item in items:
        match item:
            case SecretEvent():
                events.setdefault(item.event_id, item)
            case Malformed() if len(malformed) < MOST_LISTED:
                malformed.append(item)
            case Malformed():
                unlisted += 1
            case FileSkipped():
                skipped.append(item)
            case FileRead():
                read.append(item)
    tally = Tally(
        files=len(read) + len(skipped),
        records=sum(file.records for file in read) + sum(file.records for file in skipped),
        skipped=tuple(skipped),
        malformed=tuple(malformed),
        unlisted=unlisted,
    )
    return _each_call_once(events.values()), tally


def _each_call_once(events: Iterable[SecretEvent]) -> list[SecretEvent]:
    """Leave out records that were written again, and keep one of two accounts': of the one whose secret it was."""
    some = tuple(events)
    corrected = {event.corrects for event in some if event.corrects != event.event_id}
    kept: dict[str, SecretEvent] = {}
    for event in some:
        if event.event_id in corrected:
            continue
        call = event.shared_event_id or event.event_id
        kept[call] = min(kept.get(call, event), event, key=_preference)
    return list(kept.values())


def _preference(event: SecretEvent) -> tuple[bool, str]:
    return event.secret is None or event.secret.account_id != event.account_id, event.event_id


def readable_by(rules: Sequence[Detection]) -> Callable[[str, str], bool]:
    """Give a quick test of source and name: does any rule, or the history of secrets, read such events?"""
    names = [*MAKES_ROLES, *MAKES_KEYS, *(name for rule in rules for name in rule.event_names)]
    exact = {(name.source, name.name) for name in names if not name.is_prefix}
    prefixes: dict[str, tuple[str, ...]] = {}
    for name in names:
        if name.is_prefix:
            prefixes[name.source] = (*prefixes.get(name.source, ()), name.name)

    def is_read(source: str, name: str) -> bool:
        if source in {SECRETS_MANAGER, NATIVE_SECRETS_MANAGER} or (source, name) in exact:
            return True
        return name.startswith(prefixes.get(source, ())) if source in prefixes else False

    return is_read
