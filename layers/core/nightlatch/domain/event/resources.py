"""Whether two texts mean one AWS resource: callers write names, ids, aliases, partial and full ARNs, any version.

An operator writes an inventory one way and CloudTrail shows another: a Lambda function as `rotate-db`,
`111122223333:function:rotate-db:live` or its ARN, a key by id, alias or ARN, a queue by URL. Both are reduced to a
name with what else they tell (service, account, Region, kind), and what both tell must agree.

Source: IAM user guide, ARNs; Lambda API reference, FunctionName; KMS API reference, KeyId; SQS queue URLs; ruling 33.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from nightlatch.domain.event.events import SecretEvent
from nightlatch.domain.event.parameters import Parameters

_PARTIAL_FUNCTION = re.compile(r"(?P<account>\d{12}):(?:function:)?(?P<name>[^:]+)(?::[^:]+)?")
_QUEUE_URL = re.compile(r"https?://(?:sqs\.)?(?P<region>[a-z0-9-]+)[^/]*/(?P<account>\d{12})/(?P<name>[^/]+)")
_KINDS = frozenset(
    {"function", "layer", "key", "rule", "role", "user", "table", "stack", "log-group", "secret", "trail", "alarm"}
)
_FUNCTION_ARN_PARTS = 6
_QUALIFIED_PARTS = 7  # of a function's ARN; behind them stands the version or alias
_ACCOUNT = re.compile(r"\d{12}")
# What stands before a bare name in an ARN of its service.
_BARE = {
    "cloudformation": "stack/",
    "cloudwatch": "alarm:",
    "dynamodb": "table/",
    "events": "rule/",
    "iam": "role/",
    "kms": "key/",
    "lambda": "function:",
    "logs": "log-group:",
    "s3": "",
    "sns": "",
    "sqs": "",
}
_GLOBAL = frozenset({"iam", "s3"})
_IN_ARNS = {"monitoring": "cloudwatch"}  # services that records name otherwise than ARNs do


@dataclass(frozen=True, slots=True)
class _Resource:
    name: str
    service: str = ""
    region: str = ""
    account: str = ""
    kind: str = ""


def is_same_resource(one: str, other: str) -> bool:
    """Tell whether two texts can mean one resource: equal names, and nothing that both tell differs."""
    return is_any_of(frozenset({one}), (other,))


def is_any_of(entries: frozenset[str], texts: Iterable[str]) -> bool:
    """Tell whether one of the texts can mean one of the entries; an inventory may hold thousands of them."""
    known = _by_name(entries)
    return any(_agree(entry, read) for read in map(_read, texts) for entry in known.get(read.name, ()))


def _agree(one: _Resource, other: _Resource) -> bool:
    told = [(getattr(one, part), getattr(other, part)) for part in ("service", "region", "account", "kind")]
    return all(not here or not there or here == there for here, there in told)


def texts_in(event: SecretEvent, *fields: str) -> tuple[str, ...]:
    """Give every text by which a record names the resource it touches.

    Args:
        event: The call.
        fields: The request's and response's fields that may name it or list it, a dotted path for a nested one.
    """
    found = [text for place in (event.request, event.response) for field in fields for text in _at(place, field)]
    return tuple(dict.fromkeys([*found, *event.resources]))


def arns_in(event: SecretEvent, *fields: str) -> tuple[str, ...]:
    """Give the same texts, a bare name written out: it means what its service has in the call's account and Region.

    So a rule is not taken for a topic of the same name, nor a function for the one of that name in another Region.

    Args:
        event: The call.
        fields: As for `texts_in`.
    """
    named = event.source.split(".", 1)[0]
    service = _IN_ARNS.get(named, named)
    return tuple(
        dict.fromkeys(
            written_out(text, service=service, region=event.region, account=event.account_id)
            for text in texts_in(event, *fields)
        )
    )


def written_out(text: str, *, service: str, region: str, account: str) -> str:
    """Write a bare name out as the ARN that it is short for; what tells more stays as it is.

    Args:
        text: What a caller wrote.
        service: Whose name it is, as in an ARN.
        region: Where the call was made.
        account: Where the call was made.
    """
    form = _BARE.get(service)
    tells_more = text.startswith(("arn:", "http")) or _PARTIAL_FUNCTION.fullmatch(text) is not None
    if form is None or tells_more or not _ACCOUNT.fullmatch(account):
        return text
    place = "" if service in _GLOBAL else region
    owner = "" if service == "s3" else account
    kind = "" if text.startswith(("alias/", form)) else form
    return f"arn:aws:{service}:{place}:{owner}:{kind}{text}"


def _at(place: Parameters, path: str) -> tuple[str, ...]:
    *outer, last = path.split(".")
    for name in outer:
        place = place.child(name)
    return tuple(text for text in place.texts(last) if text)


def unversioned(text: str, *, service: str, region: str, account: str) -> str:
    """Write a resource in one form without alias or version: `kms/eu-west-1/111122223333/1234abcd-...`.

    Args:
        text: What a caller wrote.
        service: Where the text tells no service, as for the three that follow.
        region: Where the call was made.
        account: Where the call was made.
    """
    read = _read(text)
    owner = read.service or service
    place = "" if owner in _GLOBAL else read.region or region
    return f"{owner}/{place}/{read.account or account}/{read.name}"


def unqualified(arn: str) -> str:
    """Leave a function's version or alias out of its ARN; any other text stays."""
    parts = arn.split(":")
    return ":".join(parts[:_QUALIFIED_PARTS]) if parts[2:3] == ["lambda"] and parts[5:6] == ["function"] else arn


@lru_cache(maxsize=64)
def _by_name(entries: frozenset[str]) -> Mapping[str, Sequence[_Resource]]:
    known: dict[str, list[_Resource]] = {}
    for resource in map(_read, entries):
        if resource.name:
            known.setdefault(resource.name, []).append(resource)
    return known


@lru_cache(maxsize=4_096)
def _read(text: str) -> _Resource:
    text = text.strip()
    if text.startswith("arn:"):
        return _read_arn(text)
    queue = _QUEUE_URL.fullmatch(text)
    if queue is not None:
        return _Resource(queue["name"], service="sqs", region=queue["region"], account=queue["account"])
    partial = _PARTIAL_FUNCTION.fullmatch(text)
    if partial is not None:
        return _Resource(partial["name"], service="lambda", account=partial["account"], kind="function")
    if text.startswith("function:"):
        return _Resource(text.split(":")[1], service="lambda", kind="function")
    return _Resource(text.split(":", 1)[0])  # a function's name may carry its alias


def _read_arn(text: str) -> _Resource:
    parts = text.split(":", _FUNCTION_ARN_PARTS - 1)
    if len(parts) < _FUNCTION_ARN_PARTS:
        return _Resource(text)
    _, _, service, region, account, rest = parts
    kind, separator, name = rest.partition("/" if "/" in rest and ":" not in rest.split("/", 1)[0] else ":")
    if not separator:
        return _Resource(rest, service=service, region=region, account=account)
    if kind == "alias":
        return _Resource(rest, service=service, region=region, account=account)
    if kind not in _KINDS:
        return _Resource(rest.rsplit("/", 1)[-1], service=service, region=region, account=account)
    if kind in {"function", "log-group", "layer"}:
        name = name.split(":", 1)[0]
    elif kind == "stack":
        name = name.split("/", 1)[0]
    elif kind in {"rule", "role", "user"}:
        name = name.rsplit("/", 1)[-1]
    return _Resource(name, service=service, region=region, account=account, kind=kind)
