"""What others wrote in a policy stays as it is: a guard goes in and out by its Sids, byte for byte."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightlatch.domain.aws_policies.policy_text import MOST_CHARACTERS
from nightlatch.domain.errors import Refused
from nightlatch.domain.guarding.guard_texts import Drift, drift, merge, remove, stands_in
from nightlatch.domain.guarding.guards import KEEP_POLICY, NO_FORCE_DELETE, SIDS, WINDOW, Guard

GUARD = Guard(account_id="111122223333", spared=("arn:aws:iam::111122223333:role/break-glass",), min_window_days=14)
READ = {"Sid": "Read", "Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "*", "Resource": "*"}
OURS = [str(statement["Sid"]) for statement in GUARD.statements()]

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
statements = st.dictionaries(st.sampled_from(["Sid", "Effect", "Action", "Condition", "x"]), json_values, max_size=4)
documents = st.builds(
    lambda before, statement, after: {**before, "Statement": statement, **after},
    st.dictionaries(st.sampled_from(["Version", "Id", "a"]), json_values, max_size=2),
    statements | st.lists(statements, max_size=4),
    st.dictionaries(st.sampled_from(["z", "é", "\t"]), json_values, max_size=2),
)
separators = st.sampled_from([(",", ":"), (", ", ": "), (" ,\n", " :\t"), (",  ", ":  ")])
texts = st.builds(
    lambda document, around, indent, apart, plain: (
        around + json.dumps(document, indent=indent, separators=apart, ensure_ascii=plain) + around
    ),
    documents,
    st.sampled_from(["", " ", "\n", "\r\n\t"]),
    st.sampled_from([None, 0, 2, 4]),
    separators,
    st.booleans(),
)
guards = st.builds(
    Guard,
    account_id=st.just("111122223333"),
    spared=st.just(("arn:aws:iam::111122223333:role/break-glass",)),
    min_window_days=st.integers(7, 30),
    replicated=st.booleans(),
    keeps_policy=st.booleans(),
)


def a_text(*statements: object) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)}, indent=2)


def sids(text: str | None) -> list[str]:
    assert text is not None
    return [statement.get("Sid", "") for statement in json.loads(text)["Statement"]]


@given(text=st.none() | texts, guard=guards)
def test_applying_and_removing_a_guard_gives_the_policy_back_byte_for_byte(text, guard):
    assert remove(merge(text, guard)) == text


@given(text=st.none() | texts, guard=guards)
def test_applying_a_guard_twice_is_applying_it_once(text, guard):
    once = merge(text, guard)

    assert merge(once, guard) == once
    assert not drift(once, guard)


@given(text=st.none() | texts, first=guards, second=guards)
def test_a_guard_that_was_changed_leaves_nothing_of_the_former_one(text, first, second):
    changed = merge(merge(text, first), second)

    assert not drift(changed, second)
    assert remove(changed) == text


@given(text=texts, guard=guards)
def test_what_others_wrote_keeps_its_order_and_its_meaning(text, guard):
    before, after = json.loads(text), json.loads(merge(text, guard))
    listed = before["Statement"] if isinstance(before["Statement"], list) else [before["Statement"]]

    assert after["Statement"][: len(listed)] == listed
    assert [one["Sid"] for one in after["Statement"][len(listed) :]] == [one["Sid"] for one in guard.statements()]
    assert {name: value for name, value in after.items() if name != "Statement"} == {
        name: value for name, value in before.items() if name != "Statement"
    }


@given(text=texts, guard=guards, data=st.data())
def test_what_others_add_after_the_guard_stays_when_it_goes(text, guard, data):
    document = json.loads(merge(text, guard))
    at = data.draw(st.integers(0, len(document["Statement"])))
    document["Statement"].insert(at, READ)

    left = json.loads(remove(json.dumps(document)) or "")

    others = [one for one in document["Statement"] if one.get("Sid") not in SIDS]
    statement = left["Statement"]
    assert (statement if isinstance(statement, list) else [statement]) == others


def test_a_policy_that_was_none_becomes_none_again_though_blanks_were_changed():
    rewritten = json.dumps(json.loads(merge(None, GUARD)), indent=2)

    assert remove(rewritten) is None


def test_a_list_that_others_emptied_leaves_no_policy():
    text = merge(a_text(READ), GUARD)
    document = json.loads(text)
    document["Statement"] = document["Statement"][1:]

    assert remove(json.dumps(document)) is None


def test_a_policy_without_a_guard_is_given_back_as_it_stands():
    text = a_text(READ)

    assert remove(text) is text


def test_a_guard_that_aws_wrote_in_other_words_is_the_same_guard():
    document = json.loads(merge(a_text(READ), replace(GUARD, replicated=True)))
    for statement in document["Statement"][1:]:
        statement["Principal"] = {"AWS": "*"}
        statement["Action"] = (
            [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"][::-1]
        )
        keys = statement["Condition"]["ArnNotLike"]
        keys["aws:PrincipalArn"] = keys["aws:PrincipalArn"][::-1]

    assert not drift(json.dumps(document), replace(GUARD, replicated=True))


def test_drift_says_what_is_missing_altered_and_too_many():
    document = json.loads(merge(a_text(READ), replace(GUARD, replicated=True)))
    kept = {one["Sid"]: one for one in document["Statement"]}
    altered = {**kept[WINDOW], "Effect": "Allow"}
    text = a_text(READ, altered, kept[KEEP_POLICY], kept[KEEP_POLICY], kept["NightlatchKeepReplicas"])

    found = drift(text, GUARD)

    assert found == Drift(
        missing=(NO_FORCE_DELETE,), altered=(WINDOW,), surplus=("NightlatchKeepReplicas", KEEP_POLICY)
    )
    assert str(found) == (
        "missing: NightlatchNoForceDelete; altered: NightlatchWindow; "
        "not wanted: NightlatchKeepReplicas, NightlatchKeepPolicy"
    )
    assert sids(merge(text, GUARD)) == ["Read", *OURS]


def test_no_policy_at_all_lacks_the_whole_guard():
    assert drift(None, GUARD).missing == tuple(OURS)
    assert str(Drift()) == "as it shall be"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no JSON",
        "[]",
        "null",
        '"Statement"',
        "{}",
        '{"statement": []}',
        '{"Statement": []} {}',
        '{"Statement": [],}',
        '{"Statement": [] "Id": 1}',
        '{"Statement": [NaN]}',
        '{"Statement": [1]}',
        '{"Statement": "Deny"}',
        '{"Statement": null}',
        '{"Statement": [], "Statement": []}',
        '{"Statement": [{"Sid": "a", "Sid": "b"}]}',
        '{"Statement": [{"Condition": {"Bool": {}, "Bool": {}}}]}',
        '{1: 2, "Statement": []}',
        '{"Statement": [{"Sid": "a\nb"}]}',
        '{"Statement": ' + "[" * 20_000,
        '{"Statement": [' + " " * MOST_CHARACTERS + "]}",
    ],
)
def test_a_text_that_is_no_policy_or_could_be_read_in_two_ways_is_refused(text):
    for change in (lambda: merge(text, GUARD), lambda: remove(text), lambda: drift(text, GUARD)):
        with pytest.raises(Refused, match="the resource policy"):
            change()


def test_a_refusal_repeats_nothing_of_the_policy():
    with pytest.raises(Refused) as refusal:
        merge('{"Statement": [{"Sid": "do-not-repeat", "Sid": 1}]}', GUARD)

    assert "do-not-repeat" not in str(refusal.value)


def test_a_policy_without_room_for_the_guard_is_refused_with_both_sizes():
    filler = {**READ, "Sid": "x" * (MOST_CHARACTERS - len(a_text(READ)) - 100)}

    with pytest.raises(Refused, match=r"would have \d+ characters, AWS takes 20480"):
        merge(a_text(filler), GUARD)


def guarded(**other: object) -> str:
    """Write a policy with a guard's first statement, changed."""
    return json.dumps({"Version": "2012-10-17", "Statement": [{**GUARD.statements()[0], **other}]})


def sparing(*entries: str, **more: object) -> dict[str, object]:
    force = {"secretsmanager:ForceDeleteWithoutRecovery": "true"}
    return {"Bool": force, "ArnNotLike": {"aws:PrincipalArn": list(entries)}, **more}


@given(guards, texts)
def test_whatever_guard_is_put_in_stands_there(guard: Guard, text: str) -> None:
    try:
        merged = merge(text, guard)
    except Refused:
        return

    assert stands_in(merged)
    assert not stands_in(remove(merged))


def test_a_guard_stands_as_aws_gives_it_back() -> None:
    assert stands_in(guarded(Principal={"AWS": "*"}, Action=["secretsmanager:DeleteSecret"]))
    assert stands_in(guarded(Condition=sparing("arn:aws:iam::*:role/break-glass")))


@pytest.mark.parametrize(
    "gutted",
    [
        {"Effect": "Allow"},
        {"Action": "secretsmanager:DescribeSecret"},
        {"Principal": {"AWS": "arn:aws:iam::111122223333:role/nobody"}},
        {"Resource": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:other-AbCdEf"},
        {"Sid": "Mine"},
        {"Condition": sparing("arn:aws:iam::111122223333:role/*")},
        {"Condition": sparing("*")},
        {"Condition": sparing("arn:aws:iam::111122223333:role/ci", StringEquals={"aws:PrincipalTag/x": "y"})},
        {"Condition": {"Bool": {"secretsmanager:ForceDeleteWithoutRecovery": "true"}}},
        {"Condition": "none"},
    ],
    ids=lambda gutted: next(iter(gutted)),
)
def test_a_sid_alone_is_no_guard(gutted: dict[str, object]) -> None:
    assert not stands_in(guarded(**gutted))


def test_a_text_that_is_no_policy_holds_no_guard() -> None:
    assert not stands_in("{")
    assert not stands_in(None)
