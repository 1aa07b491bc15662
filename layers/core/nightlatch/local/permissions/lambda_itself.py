"""What Lambda does in a function's name without a call of the function's: takes its messages and writes its log.

The lanes reach moto's queues directly (`queues/moto_queues.py`), so the guard never sees these. AWS refuses to connect
a queue with a function whose role may not read it; a function whose role may not log runs, and its log is lost.

Source: SQS developer guide, sqs-configure-lambda-function-trigger (the three permissions); Lambda developer guide,
monitoring-cloudwatchlogs-loggroups; that a new stream is asked about by the name of its group, two colons and
`log-stream`, is known from refusals of real accounts and believed.
"""

from __future__ import annotations

from nightlatch.local.permissions.policies import Request, Verdict, decide
from nightlatch.local.permissions.roles import policies_of, refuse_boundary

TAKING = ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")


def taking_from(queue_arn: str) -> tuple[Request, ...]:
    """Say what it takes to bring a queue's messages to a function."""
    return tuple(Request(action=f"sqs:{name}", resource=queue_arn) for name in TAKING)


def writing_to(group_arn: str) -> tuple[Request, ...]:
    """Say what it takes to write a function's log into a group that exists.

    Args:
        group_arn: As CloudFormation gives it, with `:*` at its end.
    """
    stream = f"{group_arn.removesuffix(':*')}:log-stream:"
    return (
        Request(action="logs:CreateLogStream", resource=stream),
        Request(action="logs:PutLogEvents", resource=f"{stream}2026/03/02/[$LATEST]0123456789abcdef"),
    )


def lacking(role_arn: str, *requests: Request) -> tuple[Request, ...]:
    """Give those of the requests that a role is not allowed.

    Raises:
        NoSuchRole: There is no such role.
        NotAPolicy: One of its policies is none.
        CannotEvaluate: One of its policies says something that the stage cannot judge.
    """
    policies = policies_of(role_arn)
    refuse_boundary(role_arn)
    return tuple(request for request in requests if decide(policies, request) is not Verdict.ALLOWED)
