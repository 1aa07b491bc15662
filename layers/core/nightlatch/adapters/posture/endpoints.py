"""How the VPCs reach Secrets Manager: by an endpoint of their own, or over the internet.

Source: EC2 API reference, DescribeVpcEndpoints (State, PrivateDnsEnabled, PolicyDocument); Secrets Manager user guide,
vpc-endpoint-overview (service names, also with `-fips`); design facts 2.6.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from nightlatch.adapters.posture.paged import pages
from nightlatch.adapters.posture.questions import Questions
from nightlatch.domain.aws_policies.policy_conditions import texts_of
from nightlatch.domain.aws_policies.policy_statements import effect_of, principals_of, reaches
from nightlatch.domain.event.parameters import Parameters
from nightlatch.domain.posture.accounts import EndpointPosture
from nightlatch.domain.posture.unseen import Gap

_LIST = "ec2:DescribeVpcEndpoints"
_MOST_PAGES = 50
_WRITES = "secretsmanager:putsecretvalue"  # what a policy for readers would not let through


def endpoints_seen(
    questions: Questions, *, region: str, vpcs: Mapping[str, Sequence[str]]
) -> tuple[EndpointPosture, ...] | Gap:
    """Look at every VPC that has an endpoint for Secrets Manager or needs one.

    Args:
        questions: Asks AWS.
        region: Where.
        vpcs: By id of the VPC, the names of functions in it that rotate secrets.

    Raises:
        Unavailable: AWS cannot be reached at all, or does not accept the credentials.
    """
    found: dict[str, EndpointPosture] = {vpc: EndpointPosture(vpc=vpc, functions=tuple(vpcs[vpc])) for vpc in vpcs}
    for answer in pages(questions, _LIST, after="NextToken", most=_MOST_PAGES, Filters=[_of_service(region)]):
        if isinstance(answer, Gap):
            return answer
        for one in _available(answer.get("VpcEndpoints", ())):
            if _is_unreadable(one.get("PolicyDocument")):
                return Gap(_LIST, f"the policy of {one['VpcEndpointId']} is no JSON, so nobody can tell what it allows")
            vpc = str(one["VpcId"])
            found[vpc] = _better(found.get(vpc), _endpoint(one, vpcs.get(vpc, ())))
    return tuple(found[vpc] for vpc in sorted(found))


def _of_service(region: str) -> Mapping[str, Any]:
    name = f"com.amazonaws.{region}.secretsmanager"
    return {"Name": "service-name", "Values": [name, f"{name}-fips"]}


def _available(listed: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    return (one for one in listed if str(one.get("State", "available")).lower() == "available")


def _endpoint(one: Mapping[str, Any], functions: Sequence[str]) -> EndpointPosture:
    return EndpointPosture(
        vpc=str(one["VpcId"]),
        endpoint=str(one["VpcEndpointId"]),
        has_private_dns=bool(one.get("PrivateDnsEnabled")),
        is_open=_is_open(one.get("PolicyDocument")),
        functions=tuple(functions),
    )


def _better(known: EndpointPosture | None, other: EndpointPosture) -> EndpointPosture:
    """Of several endpoints in one VPC give the one that clients reach by the service's usual name."""
    if known is None or known.endpoint is None or (other.has_private_dns and not known.has_private_dns):
        return other
    return known


def _is_open(text: str | None) -> bool:
    """Tell whether an endpoint's policy lets everybody do everything, as the one does that AWS gives it."""
    if not text:
        return True
    statements = Parameters(json.loads(text)).children("Statement")
    return any(_lets_all(statement) for statement in statements) and not any(
        effect_of(statement) == "deny" for statement in statements
    )


def _is_unreadable(text: str | None) -> bool:
    try:
        return bool(text) and not isinstance(json.loads(text or ""), Mapping)
    except (ValueError, RecursionError):
        return True


def _lets_all(statement: Parameters) -> bool:
    return (
        effect_of(statement) == "allow"
        and not statement.has("Condition")
        and principals_of(statement).anyone
        and "*" in texts_of(statement.get("Resource"))
        and reaches(statement, _WRITES)
    )
