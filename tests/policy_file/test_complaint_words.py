"""Whatever somebody writes in a policy, what is said of it is in words of people and repeats no value."""

from __future__ import annotations

import copy
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightlatch.domain.errors import InvalidPolicy
from nightlatch.policy_file import complaints, parse_policy
from policies import ANA, EXEMPTION, MUTE, TRIAL

PLANTED = "planted-value-that-nobody-may-see"
OURS = re.compile(
    r"NoneType|\btuple\b|frozenset|\bdict|\bint\b|\bstr\b|\bbool\b|[Ii]nput|instance|iterable|pydantic|object|literal"
    r"|[Vv]alid |enum|\bmodel\b|\bURL\b|https?:",
)
WHOLE: dict[str, Any] = {
    "version": 1,
    "defaults": {
        "mode": "protect",
        "protect": {"undo": True, "prevent": "force-delete", "min_window_days": 7, "keep_policy": True},
        "snapshots": {"pins": 3, "vault": {"retention_days": 90}},
    },
    "secrets": [{"match": {"names": ["prod/*"]}, "mode": "notify"}],
    "rules": [{"id": "ACC-01", "stage": "staged"}],
    "exemptions": [EXEMPTION],
    "known_actors": [{**EXEMPTION, "may": ["read"], "delete": "ask"}],
    "change_windows": [{**EXEMPTION, "may": ["delete"], "starts": "2027-01-30T20:00:00Z"}],
    "deployers": [{key: EXEMPTION[key] for key in ("principal", "owner", "reason", "expires")}],
    "approvers": [ANA],
    "inventory": {
        "trusted_accounts": ["222233334444"],
        "break_glass": ["arn:aws:iam::*:role/break-glass"],
        "tiers": [{"names": "prod/*", "tier": "crown"}],
        "secrets": [{"arn": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:app/db-AbCdEf", "tier": "temp"}],
        "organization_id": "o-exampleorgid",
        "taken_at": "2026-03-02T09:00:00Z",
    },
    "limits": {"act_within_min": 5},
    "audit": {"daily": True, "hour": 4, "limits": {"value_days": 60}, "mutes": [MUTE]},
    "tests": [TRIAL, {"name": "of its own", "event": {"eventName": "X"}, "expect": {"verdict": "told", "acts": []}}],
}
del WHOLE["known_actors"][0]["rule"], WHOLE["change_windows"][0]["rule"]
JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.just(PLANTED),
    st.text(max_size=8),
    st.lists(st.none(), max_size=2),
    st.dictionaries(st.sampled_from(["a", "mode", 1]), st.just(PLANTED), max_size=2),
    st.just(datetime(2027, 1, 31, tzinfo=UTC)),
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Give every place of a document."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for key, part in inside for found in places(part, (*path, key)))]


def with_junk(place: tuple[Any, ...], junk: Any) -> Any:
    if not place:
        return junk
    document = copy.deepcopy(WHOLE)
    part: Any = document
    for key in place[:-1]:
        part = part[key]
    part[place[-1]] = junk
    return document


def test_the_document_is_a_policy_before_it_is_spoilt() -> None:
    assert complaints(WHOLE) == ()


@given(place=st.sampled_from(places(WHOLE)), junk=JUNK)
def test_no_words_of_python_or_pydantic_and_no_value_reach_people(place: tuple[Any, ...], junk: Any) -> None:
    for one in complaints(with_junk(place, junk)):
        assert not OURS.search(one.problem), (one, junk)
        assert PLANTED not in str(one)
        assert one.problem == one.problem.strip()
        assert one.problem


@pytest.mark.parametrize(
    ("document", "complaint"),
    [
        ({"version": 1, "secrets": None}, "secrets: write a list, such as [a, b]"),
        ({"version": 1, "secrets": [None]}, "secrets.0: write keys and values here"),
        ({"version": 1, "defaults": {"mode": "protct"}}, "did you mean 'protect'?"),
        (
            {"version": 1, "routes": [{"channels": ["slack"], "slack_channel": "#alerts"}]},
            "routes.0.slack_channel: write a Slack channel id",
        ),
        (
            {"version": 1, "routes": [{"channels": ["slack"], "match": {"accounts": ["1234"]}}]},
            "routes.0.match.accounts.0: write an account id of twelve digits",
        ),
        ({"version": 1, "approvers": [{"slack": "ana", "name": "ana"}]}, "approvers.0.slack: write a Slack user id"),
        (
            {"version": 1, "inventory": {"secrets": [{"arn": "x"}]}},
            "inventory.secrets.0.arn: write a secret's full ARN",
        ),
        ({"version": 1, "exemptions": [{**EXEMPTION, "expires": "soon"}]}, "exemptions.0.expires: write a date"),
        ({"version": 1, "tests": [{"name": "a", "expect": "tld", "example": "ACC-01"}]}, "did you mean 'told'?"),
        ({"version": 1, "tests": [{"name": "a", "expect": "told"}]}, "name an `event` or the `example` of a rule"),
        (
            {"version": 1, "tests": [{"name": "a", "expect": "told", "event": {"a": 1}, "secret": "b"}]},
            "`principal` and `secret` go with `example`",
        ),
    ],
)
def test_a_mistake_says_what_to_write_instead(document: Any, complaint: str) -> None:
    with pytest.raises(InvalidPolicy) as refused:
        parse_policy(document)

    assert complaint in str(refused.value)
