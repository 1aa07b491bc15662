"""After this module a reader knows how a role on the stage can hold one of AWS's own policies.

moto can load all of them, some 1,500, at every start, which takes most of a second. A template names three
or four; only those are put into moto, from the same list. A name that is not in the list is a mistake.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.models import AWSManagedPolicy, iam_backends

_OWN = "arn:aws:iam::aws:policy/"


def hold(arn: str, account: str, region: str) -> None:
    """Put one of AWS's policies into an account's IAM, if the ARN names one that is not there yet."""
    backend = iam_backends[account]["aws"]
    if not arn.startswith(_OWN) or arn in backend.managed_policies:
        return
    policy = _known().get(arn.rpartition("/")[2])
    if policy is not None:
        held = AWSManagedPolicy.from_data(arn.rpartition("/")[2], account, region, policy)
        backend.managed_policies[held.arn] = held


@cache
def _known() -> dict[str, Any]:
    known: dict[str, Any] = json.loads(aws_managed_policies_data)
    return known
