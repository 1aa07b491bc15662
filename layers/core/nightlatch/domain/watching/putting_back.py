"""The command that gives nightlatch's stack back what somebody took from it past CloudFormation.

A plain deployment does not: it compares templates with each other, and not with what is there.

Source: CloudFormation user guide, drift-aware change sets (`REVERT_DRIFT`; rules and alarms are among the types that it
can read); CloudFormation API reference, Parameter (UsePreviousValue; one that is left out gets its default).
"""

from __future__ import annotations


def put_back(where: str) -> str:
    """Give the command for a stack.

    Args:
        where: The options that name it.
    """
    return (
        f"aws cloudformation create-change-set {where} --change-set-name put-back "
        "--use-previous-template --parameters file://parameters.json --capabilities CAPABILITY_IAM "
        "--deployment-mode REVERT_DRIFT"
    )


PUT_BACK = put_back("--region {region} --stack-name nightlatch")
HOW = (
    "The change set shows what it would put back, and does it when you execute it; a plain deployment does not. "
    "parameters.json lists every parameter of the stack with UsePreviousValue: one left out falls to its default."
)
