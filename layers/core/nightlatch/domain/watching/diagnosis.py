"""What a doctor says of nightlatch: one line for each thing, how it stands, and the exact command that mends it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from nightlatch.domain.watching.beats import LATE_AFTER, SILENT_AFTER, Pulse
from nightlatch.domain.watching.paths import ALL_EVENTS, DISABLED, Expected, Paths, faults


class Verdict(StrEnum):
    """How something stands."""

    OK = "ok"
    WARN = "warn"  # it works; somebody should look
    FAIL = "fail"  # it does not work
    UNSEEN = "not looked"  # these credentials may not look


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing that was looked at."""

    about: str
    verdict: Verdict
    said: str
    fix: str = ""  # a command; empty where there is nothing to mend


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What the stack is made of, as far as commands must name it."""

    stack: str
    topic: str  # ARN
    lanes: dict[str, str]  # `changes` and `reads` -> ARN
    reads_rules: frozenset[str] = frozenset()  # names of those that must let reads through
    heartbeat: str = ""  # function


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueSeen:
    """A queue of ours."""

    name: str
    arn: str
    waiting: int
    is_for_dead_letters: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionSeen:
    """A function of ours."""

    name: str
    log_group: str
    state: str  # Active, Pending, Inactive or Failed
    reserved: int | None = None  # concurrency; 0 mutes it
    errors: int = 0  # in the last hour


def of_rules(paths: Paths, expected: Expected, names: Names) -> Iterator[Line]:
    """Judge each rule by itself, then the events that none lets through."""
    wrong = {fault.about: fault.why for fault in faults(Paths(rules=paths.rules, unseen=paths.unseen), expected)}
    for rule in paths.rules:
        why = wrong.get(f"rule:{rule.name}")
        needs_all = rule.name in names.reads_rules and rule.state not in {None, DISABLED, ALL_EVENTS}
        if why is None and not needs_all:
            yield Line(about=f"rule {rule.name}", verdict=Verdict.OK, said=f"{rule.state}, hands its events over")
            continue
        said = why or f"its state {rule.state} lets no reads through"
        fix = _mending(rule.name, state=rule.state, has_target=bool(rule.targets), names=names)
        yield Line(about=f"rule {rule.name}", verdict=Verdict.FAIL, said=said, fix=fix)
    for about, why in wrong.items():
        if about.startswith("events:"):
            yield Line(about=about.replace(":", " of "), verdict=Verdict.FAIL, said=why, fix=redeploy(names))


def _mending(rule: str, *, state: str | None, has_target: bool, names: Names) -> str:
    is_of_reads = rule in names.reads_rules
    if state is None or (state != DISABLED and not is_of_reads and has_target):
        return redeploy(names)
    if not has_target:
        lane = names.lanes.get("reads" if is_of_reads else "changes", "LANE")
        return f"aws events put-targets --rule {rule} --targets Id=lane,Arn={lane}"
    if not is_of_reads:
        return f"aws events enable-rule --name {rule}"
    pattern = f'"$(aws events describe-rule --name {rule} --query EventPattern --output text)"'
    return f"aws events put-rule --name {rule} --state {ALL_EVENTS} --event-pattern {pattern}"


def redeploy(names: Names) -> str:
    """Give the command that puts back what the template says."""
    return f"sam deploy --stack-name {names.stack}"


def of_trails(paths: Paths) -> Iterator[Line]:
    """Judge whether one trail brings what this Region's secrets need, and name those that were stopped."""
    if paths.trails is None:
        return
    found = faults(Paths(trails=paths.trails), Expected(events=frozenset(), lanes=frozenset()))
    for fault in found:
        names = [trail.name for trail in paths.trails]
        fix = (
            "aws cloudtrail create-trail --name management --s3-bucket-name BUCKET --is-multi-region-trail"
            " && aws cloudtrail start-logging --name management"
        )
        if names and fault.about == "trail":
            fix = f"aws cloudtrail start-logging --name {names[0]}"
        elif names:
            every = '[{"ReadWriteType":"All","IncludeManagementEvents":true}]'
            fix = f"aws cloudtrail put-event-selectors --trail-name {names[0]} --event-selectors '{every}'"
        yield Line(about="trail", verdict=Verdict.FAIL, said=fault.why, fix=fix)
    for trail in paths.trails if not found else ():
        said = "logs" if trail.is_logging else "is stopped; another one logs"
        lost = f", without {' and '.join(trail.losses)}" if trail.losses else ""
        yield Line(about=f"trail {trail.name}", verdict=Verdict.OK, said=f"{said}{lost}")


def of_subscriptions(paths: Paths, names: Names) -> Iterator[Line]:
    """Judge who hears the topic, which the alarms tell by themselves."""
    if paths.subscriptions is None:
        return
    if not any(one.is_confirmed for one in paths.subscriptions):
        fix = f"aws sns subscribe --topic-arn {names.topic} --protocol email --notification-endpoint YOU@EXAMPLE.COM"
        said = "nobody who has confirmed it: alarms about nightlatch itself reach nobody"
        yield Line(about="subscriptions", verdict=Verdict.FAIL, said=said, fix=fix)
    for one in paths.subscriptions:
        arn = f"{names.topic}:{one.name.rsplit(':', 1)[-1]}"
        if not one.is_confirmed:
            said, fix = "waits to be confirmed, by the link in the message that AWS sent", ""
            yield Line(about=f"subscription {one.name}", verdict=Verdict.WARN, said=said, fix=fix)
        elif one.has_filter:
            fix = (
                f"aws sns set-subscription-attributes --subscription-arn {arn}"
                " --attribute-name FilterPolicy --attribute-value '{}'"
            )
            said = "has a filter, which may drop messages"
            yield Line(about=f"subscription {one.name}", verdict=Verdict.WARN, said=said, fix=fix)
        elif one.has_filter is None:
            said = "whether it has a filter could not be looked at"
            yield Line(about=f"subscription {one.name}", verdict=Verdict.UNSEEN, said=said)
        else:
            yield Line(about=f"subscription {one.name}", verdict=Verdict.OK, said="hears everything")


def of_heartbeat(pulse: Pulse, names: Names, now: datetime) -> Line:
    """Judge how long the heart has been silent, and how late its last beat came."""
    fix = f"aws lambda invoke --function-name {names.heartbeat} /dev/stdout" if names.heartbeat else redeploy(names)
    age = pulse.age(now)
    if age is None:
        return Line(about="heartbeat", verdict=Verdict.FAIL, said="none was ever sent", fix=fix)
    never = pulse.arrived_at is None
    if age >= SILENT_AFTER:
        said = f"{'none has ever come back' if never else 'none came back'} for {_minutes(age)}"
        return Line(about="heartbeat", verdict=Verdict.FAIL, said=said, fix=fix)
    if never:
        return Line(about="heartbeat", verdict=Verdict.WARN, said="the first is on its way; ask again in ten minutes")
    lag = pulse.lag or timedelta(0)
    said = f"the last came back {_minutes(age)} ago, {int(lag.total_seconds())} s after it was sent"
    return Line(about="heartbeat", verdict=Verdict.WARN if lag >= LATE_AFTER else Verdict.OK, said=said)


def _minutes(span: timedelta) -> str:
    minutes = int(span.total_seconds()) // 60
    return f"{minutes} minute{'' if minutes == 1 else 's'}"


def of_queues(queues: Collection[QueueSeen]) -> Iterator[Line]:
    """Judge what lies in dead letters."""
    for queue in queues:
        if queue.is_for_dead_letters and queue.waiting:
            fix = f"aws sqs start-message-move-task --source-arn {queue.arn}"
            said = f"{queue.waiting} messages could not be handled; mend the cause, then redrive"
            yield Line(about=f"dead letters {queue.name}", verdict=Verdict.FAIL, said=said, fix=fix)
        else:
            kind = "dead letters" if queue.is_for_dead_letters else "queue"
            said = f"{queue.waiting or 'no'} messages wait"
            yield Line(about=f"{kind} {queue.name}", verdict=Verdict.OK, said=said)


def of_functions(functions: Collection[FunctionSeen]) -> Iterator[Line]:
    """Judge whether each function may run, and has run well in the last hour."""
    for one in functions:
        about = f"function {one.name}"
        if one.reserved == 0:
            fix = f"aws lambda delete-function-concurrency --function-name {one.name}"
            said = "it may not run: its concurrency is 0"
            yield Line(about=about, verdict=Verdict.FAIL, said=said, fix=fix)
        elif one.state not in {"Active", "Inactive"}:  # Inactive: not called for weeks; it runs when it is
            yield Line(about=about, verdict=Verdict.FAIL, said=f"its state is {one.state}")
        elif one.errors:
            fix = f"aws logs tail {one.log_group} --since 1h --filter-pattern ERROR"
            said = f"{one.errors} errors in the last hour"
            yield Line(about=about, verdict=Verdict.WARN, said=said, fix=fix)
        else:
            yield Line(about=about, verdict=Verdict.OK, said="no errors in the last hour")
