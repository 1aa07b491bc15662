"""The findings inside the page, as short rows that its script draws; what many share stands once, behind them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

from nightlatch.cli.report.fields import moment
from nightlatch.cli.report.page.markup import data, seen
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.findings import Mute, PostureFinding
from nightlatch.domain.posture.practices import Practice
from nightlatch.domain.posture.reports import Kept, Standing

_Shared = TypeVar("_Shared")
SEVERITIES, STANDINGS, PRACTICES = list(Severity), list(Standing), list(Practice)


class _Once(dict[_Shared, int]):
    """Numbers what is shared, in the order in which it is first met."""

    def place(self, one: _Shared) -> int:
        return self.setdefault(one, len(self))


def embedded(kept: Iterable[Kept]) -> Iterator[str]:
    """Write the document that `report.js` reads: rows first, then what they point to."""
    kinds: _Once[tuple[str, str, int, str, str]] = _Once()
    mutes: _Once[Mute] = _Once()
    between = '{"rows":['
    for one in kept:
        finding = one.finding
        kind = kinds.place(_kind(finding))
        mute = -1 if finding.muted is None else mutes.place(finding.muted)
        yield f"{between}{data(_row(one, kind, mute))}"
        between = ",\n"
    opening = '{"rows":[' if between.startswith("{") else ""
    practices = [[one.number, one.title] for one in PRACTICES]
    checks = [[one if isinstance(one, int) else seen(one) for one in kind] for kind in kinds]
    yield f'{opening}],"checks":{data(checks)},"mutes":{data([*map(_mute, mutes)])},"practices":{data(practices)}}}'


def _row(one: Kept, kind: int, mute: int) -> list[object]:
    finding = one.finding
    return [
        kind,
        finding.severity.rank,
        STANDINGS.index(one.standing),
        mute,
        seen(finding.name),
        seen(finding.subject),
        seen(finding.reason),
        [*map(seen, finding.evidence)],
        seen(finding.command or ""),
        moment(one.first_seen)[:10],
    ]


def _kind(finding: PostureFinding) -> tuple[str, str, int, str, str]:
    answers = ", ".join((*finding.covers, *finding.well_architected))
    return finding.check, finding.title, PRACTICES.index(finding.practice), finding.remedy, answers


def _mute(mute: Mute) -> list[str]:
    return [seen(mute.owner), seen(mute.reason), moment(mute.expires)[:10]]
