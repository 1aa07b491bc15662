"""Whether Lambda takes the messages of each lane: the event source mappings.

After this module a reader knows which function takes from which queue, how many messages at once, and that a mapping
which is disabled, fails or points elsewhere is a lane that nobody reads.

Source: Lambda API reference, GetEventSourceMapping (State, LastProcessingResult, FunctionResponseTypes).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from nightlatch.domain.watching.diagnosis import Line, Verdict
from nightlatch.domain.watching.doctor.gaps import Gap, unseen

REPORTS = "ReportBatchItemFailures"
_STARTING = frozenset({"Creating", "Enabling", "Updating"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a mapping should be, by logical ids of the template."""

    queue: str
    batch: int


WANTED: Mapping[str, Wanted] = {  # by function; a test holds it against the template
    "DetectorChanges": Wanted("ChangesQueue", 10),
    "DetectorReads": Wanted("ReadsQueue", 100),
    "Keeper": Wanted("KeeperQueue", 10),
    "Notifier": Wanted("AlertsQueue", 10),
    "Responder": Wanted("ResponsesQueue", 1),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingSeen:
    """A mapping as Lambda has it."""

    uuid: str
    queue: str  # ARN
    state: str  # Enabled, Disabled, Creating, Enabling, Disabling, Updating, Deleting
    batch: int
    reports: bool = True  # a message that fails comes again alone
    result: str = ""  # how the last taking went; `PROBLEM: ...` where it failed


def of_mappings(function: str, queue: str, batch: int, seen: Collection[MappingSeen] | Gap) -> Iterator[Line]:
    """Judge how one function takes from its lane.

    Args:
        function: Its name.
        queue: ARN of its lane.
        batch: How many messages it should take at once.
        seen: All mappings of the function.
    """
    about = f"event source of {function}"
    if isinstance(seen, Gap):
        yield unseen(about, seen)
        return
    lane = queue.rsplit(":", 1)[-1]
    ours = [one for one in seen if one.queue == queue]
    if not ours:
        fix = (
            f"aws lambda create-event-source-mapping --function-name {function} --event-source-arn {queue}"
            f" --batch-size {batch} --function-response-types {REPORTS}"
        )
        yield Line(about=about, verdict=Verdict.FAIL, said=f"nothing takes the messages of {lane}", fix=fix)
    for one in ours:
        yield _of_mapping(about, lane, batch, one)


def _of_mapping(about: str, lane: str, batch: int, one: MappingSeen) -> Line:
    update = f"aws lambda update-event-source-mapping --uuid {one.uuid}"
    if one.state in _STARTING:
        said = f"it is {one.state.lower()}; ask again in a minute"
        return Line(about=about, verdict=Verdict.WARN, said=said)
    if one.state != "Enabled":
        said = f"it is {one.state.lower()}: nothing takes the messages of {lane}"
        return Line(about=about, verdict=Verdict.FAIL, said=said, fix=f"{update} --enabled")
    if one.result.startswith("PROBLEM"):
        fix = f"aws lambda get-event-source-mapping --uuid {one.uuid}"
        return Line(about=about, verdict=Verdict.FAIL, said=f"Lambda cannot take from {lane}: {one.result}", fix=fix)
    if not one.reports:
        said = "a message that fails brings its whole batch back"
        return Line(about=about, verdict=Verdict.WARN, said=said, fix=f"{update} --function-response-types {REPORTS}")
    if one.batch != batch:
        said = f"it takes {one.batch} messages at once, and {batch} was deployed"
        return Line(about=about, verdict=Verdict.WARN, said=said, fix=f"{update} --batch-size {batch}")
    return Line(about=about, verdict=Verdict.OK, said=f"enabled, takes {batch} of {lane} at once")
