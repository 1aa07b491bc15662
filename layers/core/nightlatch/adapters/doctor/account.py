"""Looks at the account around the stack: its other Regions, and its quotas.

Source: EC2 API reference, DescribeRegions (those that are on, unless all are asked for; OptInStatus); Secrets Manager
API reference, ListSecrets (100 a page, PrimaryRegion); Service Quotas API reference, GetServiceQuota, ListServiceQuotas
(only quotas with an applied value), ListAWSDefaultServiceQuotas; Lambda's quota of concurrent executions is L-B99A9384.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from nightlatch.adapters.doctor.asking import Asker
from nightlatch.domain.watching.doctor.gaps import Answer, Gap
from nightlatch.domain.watching.doctor.regions import RegionSeen

_OFF = "not-opted-in"
_A_PAGE = 100
_MOST_PAGES = 20
_CONCURRENT = "L-B99A9384"
_LISTS = ("servicequotas:ListServiceQuotas", "servicequotas:ListAWSDefaultServiceQuotas")


def other_regions(ask: Asker, *, region: str, stack: str) -> tuple[RegionSeen, ...] | Gap:
    """Give the other Regions that are on in the account, and what is in each."""
    listed = ask.ask("ec2:DescribeRegions")
    if isinstance(listed, Gap):
        return listed
    on = (one["RegionName"] for one in (listed or {}).get("Regions", ()) if one.get("OptInStatus") != _OFF)
    return tuple(_region(ask, name, stack) for name in sorted(on) if name != region)


def _region(ask: Asker, name: str, stack: str) -> RegionSeen:
    listed = ask.ask("secretsmanager:ListSecrets", name, MaxResults=_A_PAGE)
    if isinstance(listed, Gap):
        return RegionSeen(name=name, secrets=listed)
    secrets = (listed or {}).get("SecretList", ())
    if not secrets:
        return RegionSeen(name=name, secrets=0)
    found = ask.ask("cloudformation:DescribeStacks", name, StackName=stack)
    return RegionSeen(
        name=name,
        secrets=len(secrets),
        are_more=bool((listed or {}).get("NextToken")),
        replicas=sum(one.get("PrimaryRegion", name) != name for one in secrets),
        has_stack=found if isinstance(found, Gap) else bool((found or {}).get("Stacks")),
    )


def concurrent_functions(ask: Asker) -> float | Gap | None:
    """Give how many functions may run at once; None where Service Quotas does not know."""
    answer = ask.ask("servicequotas:GetServiceQuota", ServiceCode="lambda", QuotaCode=_CONCURRENT)
    if answer is None or isinstance(answer, Gap):
        return answer
    return float(answer["Quota"]["Value"])


def secrets_of_a_region(ask: Asker) -> float | Gap | None:
    """Give how many secrets a Region takes; None where Service Quotas does not know."""
    return _quota(ask, "secretsmanager", lambda name: name == "Secrets")


def lookups_a_second(ask: Asker) -> float | Gap | None:
    """Give how often the event history may be asked; None where Service Quotas does not know."""
    return _quota(ask, "cloudtrail", lambda name: "LookupEvents" in name)


def _quota(ask: Asker, service: str, is_meant: Callable[[str], bool]) -> float | Gap | None:
    """Give a quota by its name: what applies to the account, else what AWS gives everybody."""
    refused: Gap | None = None
    for action in _LISTS:
        for page in _pages(ask, action, service):
            if isinstance(page, Gap):
                refused = page
                break
            for one in page.get("Quotas", ()):
                if is_meant(str(one.get("QuotaName", ""))):
                    return float(one["Value"])
    return refused


def _pages(ask: Asker, action: str, service: str) -> Iterator[Answer | Gap]:
    more: dict[str, str] = {}
    for _ in range(_MOST_PAGES):
        page = ask.ask(action, ServiceCode=service, **more)
        if page is None:  # the service has none here
            return
        yield page
        if isinstance(page, Gap) or not page.get("NextToken"):
            return
        more = {"NextToken": page["NextToken"]}
