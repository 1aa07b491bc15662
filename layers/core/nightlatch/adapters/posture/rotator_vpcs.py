"""In which VPCs functions rotate secrets, for who goes on with an audit whose functions somebody else looked at.

Source: botocore 1.44 service models: ListSecrets (RotationLambdaARN), ListFunctions (VpcConfig).
"""

from __future__ import annotations

from nightlatch.adapters.posture.paged import pages
from nightlatch.adapters.posture.questions import Questions
from nightlatch.domain.event.resources import unqualified
from nightlatch.domain.posture.unseen import Gap

_SECRETS, _FUNCTIONS = "secretsmanager:ListSecrets", "lambda:ListFunctions"
_MOST_PAGES = 10_000  # AWS lets an account have 500,000 secrets in a Region, which are half as many pages


def vpcs_of_rotators(questions: Questions) -> dict[str, list[str]] | Gap:
    """Give the names of rotation functions by the VPC that they run in: two lists, read whole.

    Raises:
        Unavailable: AWS cannot be reached at all, or does not accept the credentials.
    """
    rotators: set[str] = set()
    secrets = pages(
        questions, _SECRETS, after="NextToken", most=_MOST_PAGES, IncludePlannedDeletion=True, MaxResults=100
    )
    for answer in secrets:
        if isinstance(answer, Gap):
            return answer
        rotators |= {unqualified(str(one.get("RotationLambdaARN"))) for one in answer.get("SecretList", ())}
    found: dict[str, list[str]] = {}
    for answer in pages(questions, _FUNCTIONS, after="NextMarker", takes="Marker", most=_MOST_PAGES, MaxItems=50):
        if isinstance(answer, Gap):
            return answer
        for one in answer.get("Functions", ()):
            vpc = (one.get("VpcConfig") or {}).get("VpcId")
            if vpc and unqualified(str(one["FunctionArn"])) in rotators:
                found.setdefault(str(vpc), []).append(str(one["FunctionName"]))
    return found
