"""How long messages wait in the live lanes, whether our rules may still send to them, and whether they still do.

After this module a reader knows how a queue's policy is read for one rule: an Allow for EventBridge whose conditions
are known to hold for it, and no Deny that may hold. What is not understood is not called well.

Source: SQS developer guide, CloudWatch metrics (ApproximateAgeOfOldestMessage); EventBridge user guide, resource-based
policies for SQS targets (events.amazonaws.com, aws:SourceArn).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from nightlatch.domain.aws_policies.policy_conditions import texts_of
from nightlatch.domain.aws_policies.policy_statements import effect_of, principals_of, reaches
from nightlatch.domain.event.parameters import Parameters
from nightlatch.domain.watching.diagnosis import Line, Verdict
from nightlatch.domain.watching.doctor.gaps import Gap, unseen

EVENTBRIDGE = "events.amazonaws.com"
LONGEST_S: Mapping[str, int] = {  # by logical id; what the alarms of the template call too long, a test compares them
    "ChangesQueue": 300,
    "ReadsQueue": 600,
    "KeeperQueue": 600,
    "AlertsQueue": 300,
    "ResponsesQueue": 300,
}
TARGETS: Mapping[str, str] = {"ChangesRule": "KeeperQueue", "LabelsRule": "KeeperQueue"}  # beside the lane of judging
_ARN_TESTS = frozenset({"ArnEquals", "ArnLike", "StringEquals", "StringLike"})
_SEND = "sqs:sendmessage"


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneSeen:
    """A queue that is taken from all the time."""

    name: str
    longest_s: int
    oldest_s: float | Gap | None  # in the last ten minutes; None where nothing was measured
    function: str = ""  # that takes from it


def of_ages(lanes: Collection[LaneSeen]) -> Iterator[Line]:
    """Judge how long the oldest message of each lane has waited."""
    for lane in lanes:
        about = f"oldest message of {lane.name}"
        if isinstance(lane.oldest_s, Gap):
            yield unseen(about, lane.oldest_s)
        elif lane.oldest_s is None:
            yield Line(about=about, verdict=Verdict.OK, said="none was measured in the last ten minutes")
        elif lane.oldest_s > lane.longest_s:
            fix = f"aws lambda get-function-concurrency --function-name {lane.function}"
            said = f"it has waited {lane.oldest_s:.0f} s, and {lane.longest_s} s is too long; see its function's errors"
            yield Line(about=about, verdict=Verdict.FAIL, said=said, fix=fix)
        else:
            yield Line(about=about, verdict=Verdict.OK, said=f"waited {lane.oldest_s:.0f} s")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """A rule and the queues that it sends to: a lane, or the dead letters of one of its targets."""

    rule: str  # ARN
    queues: tuple[str, ...]  # ARNs


def of_policies(sendings: Collection[Sending], policies: Mapping[str, str | Gap], redeploy: str) -> Iterator[Line]:
    """Judge whether the policy of each queue lets EventBridge send to it for each rule.

    Args:
        sendings: What sends where.
        policies: By the queue's ARN, its policy as JSON; empty where it has none.
        redeploy: The command that puts the policy back.
    """
    for queue, policy in policies.items():
        about = f"policy of {queue.rsplit(':', 1)[-1]}"
        if isinstance(policy, Gap):
            yield unseen(about, policy)
            continue
        senders = sorted(one.rule for one in sendings if queue in one.queues)
        kept_out = [rule.rsplit("/", 1)[-1] for rule in senders if not may_send(policy, rule, queue)]
        if kept_out:
            said = f"EventBridge may not be able to send for {', '.join(kept_out)}; its events are lost"
            yield Line(about=about, verdict=Verdict.FAIL, said=said, fix=redeploy)
        elif senders:
            yield Line(about=about, verdict=Verdict.OK, said=f"lets {len(senders)} rules send")


def may_send(policy: str, rule: str, queue: str) -> bool:
    """Tell whether a queue's policy surely lets EventBridge send for a rule."""
    document = Parameters({"policy": policy}).document("policy") or {}
    statements = Parameters(document).children("Statement")
    ours = [one for one in statements if _is_about_sending(one, queue)]
    allowed = any(effect_of(one) == "allow" and _holds(one, rule) for one in ours)
    denied = any(effect_of(one) == "deny" and not _is_over_tls_only(one) for one in ours)
    return allowed and not denied


def _is_about_sending(statement: Parameters, queue: str) -> bool:
    named = principals_of(statement)
    is_to_events = named.anyone or EVENTBRIDGE in named.services
    resources = texts_of(statement.get("Resource"))
    return is_to_events and reaches(statement, _SEND) and any(fnmatchcase(queue, one) for one in resources)


def _holds(statement: Parameters, rule: str) -> bool:
    """Tell whether every condition surely holds for what the rule sends; one on anything else is not known to."""
    condition = statement.get("Condition")
    if condition is None:
        return True
    if not isinstance(condition, Mapping):
        return False
    account = rule.split(":")[4]
    return all(
        isinstance(keys, Mapping)
        and operator in _ARN_TESTS
        and all(_value_holds(key, texts_of(values), rule, account) for key, values in keys.items())
        for operator, keys in condition.items()
    )


def _value_holds(key: str, values: Collection[str], rule: str, account: str) -> bool:
    match key.lower():
        case "aws:sourcearn":
            return any(fnmatchcase(rule, value) for value in values)
        case "aws:sourceaccount":
            return account in values
    return False


def _is_over_tls_only(statement: Parameters) -> bool:
    """Tell whether a Deny is about calls without TLS alone, which EventBridge never makes."""
    return statement.get("Condition") in (
        {"Bool": {"aws:SecureTransport": "false"}},
        {"Bool": {"aws:SecureTransport": False}},
    )


def of_targets(rule: str, queue: str, targets: Collection[str] | Gap) -> Iterator[Line]:
    """Judge whether a rule still sends to the second lane that it should, where the first alone says nothing of it."""
    about = f"second target of {rule}"
    if isinstance(targets, Gap):
        yield unseen(about, targets)
    elif queue not in targets:
        fix = f"aws events put-targets --rule {rule} --targets Id=keeper-lane,Arn={queue}"
        said = "changes do not reach whoever keeps what a secret was: snapshots and copies grow old"
        yield Line(about=about, verdict=Verdict.FAIL, said=said, fix=fix)
    else:
        yield Line(about=about, verdict=Verdict.OK, said=f"hands its events to {queue.rsplit(':', 1)[-1]}, too")
