"""Somebody changed or deleted a part of nightlatch itself: the first step of one who does not want to be seen.

A rule, its targets, a function, a queue, a topic, an alarm, the table, a bucket, a key, a log, a role or the stack.
The quietest of them is PutRule: the rule of the reads, set to plain ENABLED, loses every read and looks as before.
Only what the inventory names as ours counts, by service and name together: other services have a DeleteRule, too.

Source: EventBridge user guide, ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS; design facts 7.5 (A18 to A21), traps 21
to 24 and 29; ATT&CK T1685 (was T1562.001).
"""

from __future__ import annotations

from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.account.own_parts import PARTS
from nightlatch.domain.event.events import CLOUDFORMATION, CLOUDWATCH, EVENTBRIDGE, LAMBDA, SecretEvent
from nightlatch.domain.history.examples import ACCOUNT, REGION, a_user, an_event
from nightlatch.domain.judging.baseline import Baseline
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.judging.rules import Detection, Example, Match, Verdict


def evaluate(event: SecretEvent, baseline: Baseline) -> Verdict:
    """Fire on every such call that AWS carried out on a resource which the inventory names as ours."""
    if not event.succeeded or _changes_nothing(event):
        return None
    for part in PARTS:
        if part.is_touched_by(event) and baseline.inventory.is_own(*part.named_in(event)):
            # A finding for each service: who is told of the rule must also hear of the function.
            subject = f"principal:{event.principal.key}|{part.source}"
            return Match(reason=f"{event.name} touched {part.what}{_quietly(event)}", subject=subject)
    return None


def _changes_nothing(event: SecretEvent) -> bool:
    """Tell a trial run, a limit that leaves the function running, and the end of a limit from harm."""
    if event.source != LAMBDA:
        return False
    if event.name.startswith("PutFunctionConcurrency"):
        left = event.request.number("reservedConcurrentExecutions")
        return left is not None and left > 0
    ends_limit = event.name.startswith("DeleteFunctionConcurrency")
    return ends_limit or event.request.flag("dryRun") is True


def _quietly(event: SecretEvent) -> str:
    state = event.request.text("state") if event.name == "PutRule" else None
    is_plain = state == "ENABLED" or event.name == "EnableRule"
    return "; in its state now it lets no reads through" if is_plain and event.source == EVENTBRIDGE else ""


_FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:nightlatch-detector"
_OURS = Inventory(self_resources=frozenset({"nightlatch-reads", "nl-heartbeat-missing", _FUNCTION, "nl-prod"}))


def _case(
    name: str, call: str, source: str, /, *, fires: bool, inventory: Inventory = _OURS, **request: object
) -> Example:
    event = an_event(call, source=source, by=a_user("mallory"), request=request)
    severity = Severity.CRITICAL if fires else None
    return Example(name=name, event=event, fires=fires, severity=severity, baseline=Baseline(inventory=inventory))


_MUTE = "PutFunctionConcurrency20171031"

DETECTION = Detection(
    id="monitor.tampered",
    catalogue="MON-01",
    title="Monitor tampered",
    headline="{who} changed or deleted a part of nightlatch",
    severity=Severity.CRITICAL,
    event_names=frozenset().union(*(part.calls for part in PARTS)),
    techniques=("T1562.001", "T1685"),
    evaluate=evaluate,
    contain=True,
    blind_spots=(
        "Ours is what the inventory found in our own stack, and what `self_resources` names; in a hunt without either "
        "this rule is silent. A deployment of our own stack looks the same, for no record names the stack it came "
        "from. Parameters, the secret of the Slack token and event buses are not watched, a refused attempt is not "
        "told, and whoever stops delivery first may keep this very event from coming. IAM is seen where us-east-1 is."
    ),
    playbook="""\
Is a deployment of nightlatch running? Then it names the same minute and the same person; otherwise go on.
Put the part back: deploy the stack again, and look that the rule of the reads is in the state that lets reads through.
Stop the principal: it knows what watches it, and this was its first step.
What happened since is in CloudTrail, not in nightlatch: hunt through the trail from an hour before.""",
    examples=(
        _case(
            "the rule of the reads is put to plain ENABLED",
            "PutRule",
            EVENTBRIDGE,
            fires=True,
            name="nightlatch-reads",
            state="ENABLED",
        ),
        _case(
            "a function may not run any more",
            _MUTE,
            LAMBDA,
            fires=True,
            functionName=f"{_FUNCTION}:live",
            reservedConcurrentExecutions=0,
        ),
        _case("the stack is deleted", "DeleteStack", CLOUDFORMATION, fires=True, stackName="nl-prod"),
        _case(
            "the alarms that need none of its functions tell nobody any more",
            "DisableAlarmActions",
            CLOUDWATCH,
            fires=True,
            alarmNames=["cpu", "nl-heartbeat-missing"],
        ),
        _case("somebody else's rule", "DisableRule", EVENTBRIDGE, fires=False, name="nightly-report"),
        _case(
            "a function keeps some room to run",
            _MUTE,
            LAMBDA,
            fires=False,
            functionName="nightlatch-detector",
            reservedConcurrentExecutions=5,
        ),
        _case(
            "nothing is named as ours",
            "DeleteRule",
            EVENTBRIDGE,
            fires=False,
            inventory=Inventory(),
            name="nightlatch-reads",
        ),
    ),
)
