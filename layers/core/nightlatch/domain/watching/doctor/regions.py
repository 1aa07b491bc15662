"""Which Regions hold secrets that nobody watches.

After this module a reader knows that a stack watches its own Region alone, replicas elsewhere included: each Region
with secrets and without a stack is a line.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from nightlatch.domain.watching.diagnosis import Line, Verdict
from nightlatch.domain.watching.doctor.gaps import Gap, unseen


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionSeen:
    """Another Region of this account."""

    name: str
    secrets: int | Gap  # as many as the first page tells
    are_more: bool = False
    replicas: int = 0  # among those
    has_stack: bool | Gap = False  # one of the same name


def of_regions(seen: Collection[RegionSeen] | Gap, stack: str) -> Iterator[Line]:
    """Judge the other Regions that are on in this account."""
    if isinstance(seen, Gap):
        yield unseen("other Regions", seen)
        return
    empty = 0
    yield from _unseen(seen)
    for region in seen:
        about = f"Region {region.name}"
        if isinstance(region.secrets, Gap):
            continue
        if not region.secrets:
            empty += 1
        elif isinstance(region.has_stack, Gap):
            yield unseen(about, region.has_stack)
        elif region.has_stack:
            said = f"holds {_count(region)}, and a stack {stack} of its own"
            yield Line(about=about, verdict=Verdict.OK, said=said)
        else:
            said = f"holds {_count(region)}, and no stack {stack}: nobody watches them"
            fix = f"sam deploy --region {region.name} --stack-name {stack}"
            yield Line(about=about, verdict=Verdict.WARN, said=said, fix=fix)
    if empty:
        yield Line(about="other Regions", verdict=Verdict.OK, said=f"{empty} of them hold no secret")


def _unseen(seen: Collection[RegionSeen]) -> Iterator[Line]:
    """Name Regions whose secrets may not be listed in one line: an organisation that allows two denies all others."""
    gaps = {region.name: region.secrets for region in seen if isinstance(region.secrets, Gap)}
    if gaps:
        first = next(iter(gaps.values())).why
        yield unseen(f"Region{'s' if len(gaps) > 1 else ''} {', '.join(gaps)}", Gap(first))


def _count(region: RegionSeen) -> str:
    some = f"{region.secrets}{' or more' if region.are_more else ''} secret{'' if region.secrets == 1 else 's'}"
    return f"{some} ({region.replicas} of them replicas)" if region.replicas else some
