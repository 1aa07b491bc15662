"""A function that called itself through a queue cost more than a thousand dollars before anybody looked.

The rule kept: no function puts a message into the queue that it is fed from, no queue hands a message out for ever, an
act makes only so many calls, and what is done by itself within an hour is counted.

Source: sustainable-personal-accounts issue 19, terraform-aws-spacelift-workerpool-on-ec2 issue 199 (product.md 3.2, 2).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from acts.acting_world import AT, ActingWorld
from functions.test_privileges import statements
from functions.transformed import many, resources, target
from incidents.loop import Loop
from nightlatch.acts import ACTS
from nightlatch.domain.answering.acting import Act, Call, Plan, Seen
from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.answering.responses import ResponseState
from nightlatch.domain.history.examples import a_role, an_event
from nightlatch.service.respond import MOST_CALLS, respond
from worlds import a_client

FED = {
    target(mapping["FunctionName"]): target(mapping["EventSourceArn"])
    for mapping in resources("AWS::Lambda::EventSourceMapping").values()
}
PIPELINE = a_role("pipeline", "apply")


def sends_to(function: str) -> set[str]:
    """Name the queues that a function may send to."""
    role = target(resources("AWS::Lambda::Function")[function]["Role"])
    sending = [one for one in statements(role, "Allow") if "sqs:SendMessage" in many(one["Action"])]
    return {target(arn) for one in sending for arn in many(one["Resource"])}


def circles(function: str, seen: frozenset[str] = frozenset()) -> bool:
    """Tell whether a message of a function may come back to it, over whatever functions."""
    if function in seen:
        return True
    reached = [other for other, queue in FED.items() if queue in sends_to(function)]
    return any(circles(other, seen | {function}) for other in reached)


def test_no_function_feeds_itself_over_queues() -> None:
    senders = {function for function in resources("AWS::Lambda::Function") if sends_to(function)}

    assert {"Detector", "DetectorReads", "Responder"} & senders
    assert [function for function in senders if circles(function)] == []


@pytest.mark.parametrize("function", FED)
def test_what_always_fails_ends_in_a_dead_letter_queue_that_feeds_nothing(function: str) -> None:
    redrive = resources("AWS::SQS::Queue")[FED[function]]["RedrivePolicy"]

    assert redrive["maxReceiveCount"] <= 5
    assert target(redrive["deadLetterTargetArn"]) not in FED.values()


def never_done(action: Action, seen: Seen) -> Plan:
    del action, seen
    call = Call(service="secretsmanager", operation="RestoreSecret", parameters={"SecretId": "prod/db"})
    return Plan(calls=(call,), says="never")


def test_an_act_that_never_ends_is_ended(loop: Loop) -> None:
    a_client("secretsmanager").create_secret(Name="prod/db", SecretString="planted")
    world = ActingWorld()
    world.wish(Action(kind=ActionKind.RESTORE_DELETED, secret=world.secret("prod/db")))
    endless: Act = replace(ACTS[ActionKind.RESTORE_DELETED], plan=never_done)
    acts = {**ACTS, ActionKind.RESTORE_DELETED: endless}

    ended = respond("r-1", acts=acts, policy=loop.policy, ports=world.ports(), now=AT)

    assert ended.state is ResponseState.FAILED
    assert len([step for step in ended.steps if step.request_id]) == MOST_CALLS
    assert "somebody works against it" in ended.result


def test_a_mass_deletion_is_undone_whole_and_costs_one_act_for_each_secret(loop: Loop) -> None:
    names = [f"prod/s{number}" for number in range(loop.policy.limits.acts_per_h + 20)]
    secrets = [loop.secret(name) for name in names]

    for secret in secrets:
        a_client("secretsmanager").delete_secret(SecretId=secret.text, RecoveryWindowInDays=30)
        loop.happens(an_event("DeleteSecret", secret=secret, by=PIPELINE, at=loop.clock()))
        loop.clock.advance(timedelta(seconds=5))

    assert loop.made.count("RestoreSecret") == len(names)
    assert not [one for one in loop.world.ledger.by_id.values() if one.waits_because]
