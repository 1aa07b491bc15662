"""Whether the events of IAM reach a stack that is not in us-east-1.

After this module a reader knows that IAM writes its events in us-east-1 alone (ruling 24), that a rule there has to
forward them to the default bus of the stack's Region, and how it is said that it does not.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from nightlatch.domain.event.events import EventName
from nightlatch.domain.watching.diagnosis import Line, Verdict
from nightlatch.domain.watching.doctor.gaps import Gap, unseen
from nightlatch.domain.watching.paths import DISABLED
from nightlatch.domain.watching.patterns import Pattern

IAM, IAM_REGION = "iam.amazonaws.com", "us-east-1"
_ABOUT = "forwarding of IAM's events"


@dataclass(frozen=True, slots=True, kw_only=True)
class Forwarder:
    """A rule of us-east-1 whose target is the default bus of the stack's Region."""

    name: str
    state: str
    pattern: Pattern
    dead: int | Gap = 0  # messages that could not be forwarded within a day


def of_forwarding(
    seen: Collection[Forwarder] | Gap, *, region: str, stack: str, wanted: Collection[EventName]
) -> Iterator[Line]:
    """Judge the rules that forward.

    Args:
        seen: Those that were found.
        region: Where the stack is.
        stack: What it is called.
        wanted: Events that rules of the catalogue read; those of IAM count.
    """
    if region == IAM_REGION:
        yield Line(about=_ABOUT, verdict=Verdict.OK, said="IAM writes them in this Region: nothing to forward")
        return
    if isinstance(seen, Gap):
        yield unseen(_ABOUT, seen)
        return
    fix = (
        f"aws cloudformation deploy --region {IAM_REGION} --template-file us-east-1.yaml --capabilities CAPABILITY_IAM"
        f" --stack-name {stack}-forwarding-{region} --parameter-overrides HomeRegion={region}"
    )
    if not seen:
        said = f"no rule of {IAM_REGION} forwards them: who changes a role or a policy is not seen"
        yield Line(about=_ABOUT, verdict=Verdict.WARN, said=said, fix=fix)
    of_iam = sorted((event for event in wanted if event.source == IAM), key=lambda event: event.name)
    live = [one for one in seen if one.state != DISABLED]
    for one in seen:
        if one not in live and not live:
            enable = f"aws events enable-rule --region {IAM_REGION} --name {one.name}"
            said = f"the rule {one.name} of {IAM_REGION} is disabled"
            yield Line(about=_ABOUT, verdict=Verdict.FAIL, said=said, fix=enable)
    lost = [event.name for event in of_iam if not any(one.pattern.lets_through(event) for one in live)]
    if live and lost:
        more = f" and {len(lost) - 3} more" if len(lost) > 3 else ""  # noqa: PLR2004 - a few names say which
        said = f"no rule of {IAM_REGION} forwards {', '.join(lost[:3])}{more}"
        yield Line(about=_ABOUT, verdict=Verdict.FAIL, said=said, fix=fix)
    elif live:
        said = f"forwarded from {IAM_REGION} by {', '.join(one.name for one in live)}"
        yield Line(about=_ABOUT, verdict=Verdict.OK, said=said)
    for one in live:
        yield from _of_dead_letters(one)


def _of_dead_letters(one: Forwarder) -> Iterator[Line]:
    about = f"dead letters of {one.name} in {IAM_REGION}"
    if isinstance(one.dead, Gap):
        yield unseen(about, one.dead)
    elif one.dead:
        fix = f"aws events list-targets-by-rule --region {IAM_REGION} --rule {one.name}"
        said = f"{one.dead} events of IAM could not be forwarded; see the role and the bus of its target"
        yield Line(about=about, verdict=Verdict.FAIL, said=said, fix=fix)
