"""Which conditions of a policy statement really narrow who may use it, and to which accounts or organisations.

A condition narrows when a request that lacks the key fails it and when every value it lists is concrete.
So `...IfExists`, `ForAllValues:`, `Null`, the negated operators and every value with a wildcard do not
count, however narrow they look. Conditions of one statement are ANDed: one that narrows is enough.

Source: IAM user guide, global condition keys, condition operators and set operators for multivalued keys;
Amazon S3 user guide, the meaning of "public" (which keys AWS itself takes for fixed).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from ipaddress import IPv4Network, ip_network

_ACCOUNT = re.compile(r"\d{12}")
_ORGANIZATION = re.compile(r"o-[a-z0-9]+")
_UNIQUE_ID = re.compile(r"[A-Z0-9]{16,128}(:.+)?")
_ARN_PARTS = 6
_LONGEST_NUMBER = 10**12  # an account id written as a JSON number; anything larger is no account
_WIDEST_V4, _WIDEST_V6 = 8, 32  # prefix lengths: what is wider is half the world, not a network

_MATCHES = frozenset({"stringequals", "stringequalsignorecase", "stringlike", "arnequals", "arnlike"})
_DIFFERS = frozenset({"stringnotequals", "stringnotequalsignorecase", "stringnotlike", "arnnotequals", "arnnotlike"})
_ANY = "foranyvalue:"
_PRINCIPAL_ARN = "aws:principalarn"
_OF_CALLERS = frozenset(
    {_PRINCIPAL_ARN, "aws:principalaccount", "aws:principalorgid", "aws:principalorgpaths", "aws:userid"}
)
_NETWORKS = frozenset({"aws:sourcevpc", "aws:sourcevpce"})
_IF_EXISTS = "ifexists"
_SOURCE_IP = "aws:sourceip"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A condition that narrows: to these accounts or organisations where its key names such, else to a place."""

    key: str
    accounts: frozenset[str] = frozenset()
    organizations: frozenset[str] = frozenset()
    principals: frozenset[str] = frozenset()  # users and roles by ARN, maybe with a wildcard in their name

    @property
    def says_who(self) -> bool:
        """Whether it goes by the caller: its ARN or id, its account, its organisation."""
        return self.key in _OF_CALLERS

    @property
    def is_network(self) -> bool:
        """Whether it goes by a VPC or an endpoint: whoever is in it passes, with credentials of any account."""
        return self.key in _NETWORKS

    @property
    def is_place(self) -> bool:
        """Whether it goes by where a caller comes from, whoever it is."""
        return self.is_network or self.key == _SOURCE_IP


def limits(condition: object) -> tuple[Limit, ...]:
    """Give the conditions of an Allow statement that narrow it."""
    return tuple(
        limit
        for operator, key, values in comparisons(condition)
        if (limit := _limit(operator.removeprefix(_ANY), key, values, _MATCHES, "ipaddress")) is not None
    )


def limits_by_denial(condition: object) -> tuple[Limit, ...]:
    """Give what remains allowed where a Deny statement with one negated condition shuts out all others.

    A negated operator is also true where the request lacks the key, with `IfExists` and without, so nobody
    slips through. With a second condition beside it the Deny has holes, and is not counted.
    """
    compared = tuple(comparisons(condition))
    if len(compared) != 1:
        return ()
    operator, key, values = compared[0]
    limit = _limit(operator.removesuffix(_IF_EXISTS), key, values, _DIFFERS, "notipaddress")
    return () if limit is None else (limit,)


def account_of(text: str) -> str | None:
    """Give the account that an account number or an ARN names, None where it names none."""
    if _ACCOUNT.fullmatch(text):
        return text
    parts = text.split(":", _ARN_PARTS - 1)
    if len(parts) == _ARN_PARTS and parts[0] == "arn" and _ACCOUNT.fullmatch(parts[4]):
        return parts[4]
    return None


def texts_of(value: object) -> tuple[str, ...]:
    """Give the texts of a JSON value that policies write as one text or a list; numbers as text."""
    items = value if isinstance(value, (list, tuple)) else (value,)
    return tuple(
        str(item) for item in items if isinstance(item, str) or (type(item) is int and 0 <= item < _LONGEST_NUMBER)
    )


def comparisons(condition: object) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Take a Condition block apart: operator and key in lower case, values as texts."""
    if not isinstance(condition, Mapping):
        return
    for operator, tests in condition.items():
        if isinstance(tests, Mapping):
            for key, value in tests.items():
                yield str(operator).lower(), str(key).lower(), texts_of(value)


def _limit(operator: str, key: str, values: tuple[str, ...], known: frozenset[str], by_address: str) -> Limit | None:
    """Read one comparison; every one of its values must be concrete, for they are ORed."""
    if not values:
        return None
    if key == _SOURCE_IP:
        return Limit(key=key) if operator == by_address and _are_networks(values) else None
    reader = _READERS.get(key)
    if operator not in known or reader is None or any(_is_open(value) for value in values if key not in _ARN_KEYS):
        return None
    found = [reader(key, value) for value in values]
    if any(limit is None for limit in found):
        return None
    # An ARN without an account (a bucket) leaves the account open, so then no account may be concluded.
    accounts = [limit.accounts for limit in found if limit is not None]
    return Limit(
        key=key,
        accounts=frozenset().union(*accounts) if all(accounts) else frozenset(),
        organizations=frozenset().union(*(limit.organizations for limit in found if limit is not None)),
        principals=frozenset(values) if key == _PRINCIPAL_ARN else frozenset(),
    )


def _is_open(value: str) -> bool:
    """Tell whether a value can stand for more than itself: wildcards and policy variables."""
    return any(mark in value for mark in ("*", "?", "${"))


def _account(key: str, value: str) -> Limit | None:
    return Limit(key=key, accounts=frozenset({value})) if _ACCOUNT.fullmatch(value) else None


def _arn(key: str, value: str) -> Limit | None:
    """Accept an ARN of one account, or an exact ARN that has none, such as a bucket's."""
    account = account_of(value)
    if account is not None:
        return Limit(key=key, accounts=frozenset({account}))
    return Limit(key=key) if value.startswith("arn:") and value.count(":") >= _ARN_PARTS - 1 and _exact(value) else None


def _exact(value: str) -> bool:
    return not _is_open(value)


def _organization(key: str, value: str) -> Limit | None:
    identifier = value.split("/", 1)[0]
    return Limit(key=key, organizations=frozenset({identifier})) if _ORGANIZATION.fullmatch(identifier) else None


def _network_place(key: str, value: str) -> Limit | None:
    return Limit(key=key) if value.startswith(("vpc-", "vpce-")) and _exact(value) else None


def _unique_id(key: str, value: str) -> Limit | None:
    """Accept `AIDA...` and `AROA...:session`; the session may be open, the role may not."""
    return Limit(key=key) if _UNIQUE_ID.fullmatch(value) else None


def _are_networks(values: Iterable[str]) -> bool:
    """Tell whether addresses are a network, all of them together: many wide ones are the world in pieces."""
    room: Fraction = Fraction(0)
    for value in values:
        try:
            network = ip_network(value, strict=False)
        except ValueError:
            return False
        widest = _WIDEST_V4 if isinstance(network, IPv4Network) else _WIDEST_V6
        room += Fraction(network.num_addresses, 2 ** (network.max_prefixlen - widest))
    return room <= 1


# Keys whose values may end in a wildcard and still name one account, role or organisation.
_ARN_KEYS = frozenset(
    {"aws:principalarn", "aws:sourcearn", "aws:principalorgpaths", "aws:sourceorgpaths", "aws:userid"}
)
_READERS: Mapping[str, Callable[[str, str], Limit | None]] = {
    "aws:principalorgid": _organization,
    "aws:principalorgpaths": _organization,
    "aws:sourceorgid": _organization,
    "aws:sourceorgpaths": _organization,
    "aws:principalaccount": _account,
    "aws:sourceaccount": _account,
    "aws:principalarn": _arn,
    "aws:sourcearn": _arn,
    "aws:sourcevpc": _network_place,
    "aws:sourcevpce": _network_place,
    "aws:userid": _unique_id,
    "kms:calleraccount": _account,  # of whoever asks Secrets Manager, in the policy of a key
}
