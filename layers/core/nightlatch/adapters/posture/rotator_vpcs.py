"""In which VPCs functions rotate secrets, for who goes on with an audit whose functions somebody else looked at.

Source: botocore 1.44 service models: ListSecrets (RotationLambdaARN), ListFunctions (VpcConfig).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from nightlatch.adapters.posture.questions import Questions
from nightlatch.domain.event.resources import unqualified
from nightlatch.domain.posture.unseen import Gap

_SECRETS, _FUNCTIONS = "secretsmanager:ListSecrets", "lambda:ListFunctions"


def vpcs_of_rotators(questions: Questions) -> dict[str, list[str]] | Gap:
    """Give the names of rotation functions by the VPC that they run in: two lists, read whole.

    Raises:
        Unavailable: AWS cannot be reached at all, or does not accept the credentials.
    """
    rotators: set[str] = set()
    for answer in _pages(questions, _SECRETS, "NextToken", "NextToken", IncludePlannedDeletion=True, MaxResults=100):
        if isinstance(answer, Gap):
            return answer
        rotators |= {unqualified(str(one.get("RotationLambdaARN"))) for one in answer.get("SecretList", ())}
    found: dict[str, list[str]] = {}
    for answer in _pages(questions, _FUNCTIONS, "NextMarker", "Marker", MaxItems=50):
        if isinstance(answer, Gap):
            return answer
        for one in answer.get("Functions", ()):
            vpc = (one.get("VpcConfig") or {}).get("VpcId")
            if vpc and unqualified(str(one["FunctionArn"])) in rotators:
                found.setdefault(str(vpc), []).append(str(one["FunctionName"]))
    return found


def _pages(
    questions: Questions, action: str, token: str, place: str, **asked: Any
) -> Iterator[Mapping[str, Any] | Gap]:
    more: dict[str, str] = {}
    while True:
        answer = questions.answer(action, **asked, **more)
        yield answer
        if isinstance(answer, Gap) or not answer.get(token):
            return
        more = {place: answer[token]}
