"""An event reaches a rule on the stage exactly when EventBridge would hand it over; what AWS refuses is refused here.

The engine's recorded answers are the judge where they are present; the cases written here say what each rule of the
language means and run everywhere.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightlatch.local.patterns import InvalidPattern, compile_pattern

ANSWERS = "event-ruler-answers.jsonl"
HELD_AT_LEAST = 1000

EVENT_OF_A_READ = {
    "version": "0",
    "source": "aws.secretsmanager",
    "detail-type": "AWS API Call via CloudTrail",
    "account": "111122223333",
    "region": "eu-west-1",
    "resources": [],
    "detail": {
        "eventSource": "secretsmanager.amazonaws.com",
        "eventName": "GetSecretValue",
        "readOnly": True,
        "errorCode": None,
        "sourceIPAddress": "198.51.100.7",
        "userIdentity": {"type": "IAMUser", "userName": "mallory"},
        "resources": [
            {"ARN": "arn:aws:kms:eu-west-1:111122223333:key/k-1", "type": "AWS::KMS::Key"},
            {
                "ARN": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:pay-a1b2c3",
                "type": "AWS::SecretsManager::Secret",
            },
        ],
    },
}


def matches(pattern, event):
    return compile_pattern(pattern).matches(event)


# The engine's own answers


@pytest.fixture
def answers():
    folder = os.environ.get("NIGHTLATCH_RECORDS")
    if not folder:
        pytest.skip("NIGHTLATCH_RECORDS is not set: the engine's recorded answers are not compared")
    path = Path(folder) / ANSWERS
    if not path.is_file():
        pytest.skip(f"NIGHTLATCH_RECORDS holds no {ANSWERS}: the engine's recorded answers are not compared")
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def our_answer(case):
    try:
        return matches(case["pattern"], case["event"])
    except InvalidPattern:
        return None


@pytest.mark.records
def test_every_recorded_answer_of_the_engine_is_ours_too(answers):
    differing = [(number, case["name"]) for number, case in enumerate(answers, 1) if our_answer(case) != case["match"]]

    assert differing == []
    assert len(answers) >= HELD_AT_LEAST
    assert {case["match"] for case in answers} == {True, False, None}


@pytest.mark.records
def test_a_pattern_given_as_text_gets_the_recorded_answers_too(answers):
    as_text = [{**case, "pattern": json.dumps(case["pattern"])} for case in answers]

    assert [our_answer(case) for case in as_text] == [case["match"] for case in answers]


# One leaf against one filter


@pytest.mark.parametrize(
    ("asked", "leaf", "expected"),
    [
        # plain values, and no mixing of types
        ("DeleteSecret", "DeleteSecret", True),
        ("DeleteSecret", "deletesecret", False),
        ("DeleteSecret", "DeleteSecretValue", False),
        ("", "", True),
        (5, 5, True),
        (5, 5.0, True),
        (5, "5", False),
        ("5", 5, False),
        (1, True, False),
        (True, 1, False),
        (True, True, True),
        (True, False, False),
        (None, None, True),
        (None, False, False),
        ("null", None, False),
        (111122223333, 111122223333, True),
        (111122223333, 111122223334, False),
        (10**400, 10**400, True),
        (1, -(10**400), False),
        # an address is the same in all its spellings
        ("198.51.100.7", "198.51.100.7", True),
        ("198.51.100.7", "198.051.100.007", True),
        ("2001:db8::1", "2001:DB8:0:0:0:0:0:1", True),
        ("198.51.100.7", "::ffff:c633:6407", True),
        ("198.51.100.7", "198.51.100.70", False),
        ("300.1.1.1", "300.1.1.1", True),
        ("a:b", "a:b", True),
        # prefix and suffix
        ({"prefix": "Put"}, "PutSecretValue", True),
        ({"prefix": "Put"}, "putSecretValue", False),
        ({"prefix": "Put"}, "UnPut", False),
        ({"prefix": ""}, "anything", True),
        ({"prefix": ""}, 5, False),
        ({"prefix": {"equals-ignore-case": "put"}}, "PUTSecretValue", True),
        ({"prefix": {"equals-ignore-case": "put"}}, "InPut", False),
        ({"suffix": "Secret"}, "DeleteSecret", True),
        ({"suffix": "Secret"}, "DeleteSecretValue", False),
        ({"suffix": "t"}, "t\n", False),
        ({"suffix": {"equals-ignore-case": "SECRET"}}, "DeleteSecret", True),
        ({"suffix": {"equals-ignore-case": "SECRET"}}, "SecretS", False),
        ({"suffix": {"equals-ignore-case": "t"}}, "T\n", False),
        ({"exactly": "DeleteSecret"}, "DeleteSecret", True),
        ({"exactly": "DeleteSecret"}, "DeleteSecret2", False),
        # case, letter by letter
        ({"equals-ignore-case": "Root"}, "rOOT", True),
        ({"equals-ignore-case": "Root"}, "Roots", False),
        ({"equals-ignore-case": "a.c"}, "abc", False),
        ({"equals-ignore-case": "É"}, "é", True),
        ({"equals-ignore-case": "k"}, "\u212a", False),  # the Kelvin sign is no k, though its lower case is one
        ({"equals-ignore-case": "straße"}, "STRASSE", True),  # upper case of one letter may be two
        ({"equals-ignore-case": "straße"}, "strasse", False),
        # wildcards
        ({"wildcard": "arn:*:secret:*"}, "arn:aws:secretsmanager:eu-west-1:111122223333:secret:pay", True),
        ({"wildcard": "arn:*:secret:*"}, "arn:aws:kms:eu-west-1:111122223333:key/k-1", False),
        ({"wildcard": "*"}, "", True),
        ({"wildcard": "*"}, 5, False),
        ({"wildcard": "plain"}, "plain", True),
        ({"wildcard": "plain"}, "plainer", False),
        ({"wildcard": "ab*ba"}, "aba", False),
        ({"wildcard": "a*b*c"}, "a-b-b-c", True),
        ({"wildcard": "a*b*c"}, "a-c-b", False),
        ({"wildcard": "*x*x*"}, "x", False),
        ({"wildcard": "a?c"}, "abc", False),
        ({"wildcard": r"2\*3"}, "2*3", True),
        ({"wildcard": r"2\*3"}, "2xx3", False),
        ({"wildcard": r"C:\\*"}, "C:\\keys", True),
        ({"wildcard": "a*c"}, "a\nc", True),
        # anything-but holds for every leaf that it does not name, of any type
        ({"anything-but": "ana"}, "ben", True),
        ({"anything-but": "ana"}, "ana", False),
        ({"anything-but": "ana"}, 5, True),
        ({"anything-but": "ana"}, None, True),
        ({"anything-but": ["ana", "ben"]}, "ben", False),
        ({"anything-but": 5}, 5.0, False),
        ({"anything-but": 5}, "5", True),
        ({"anything-but": [5, 6]}, True, True),
        ({"anything-but": {"prefix": "AWS"}}, "AWSReservedSSO", False),
        ({"anything-but": {"prefix": ["AWS", "aws"]}}, "aws-elasticbeanstalk", False),
        ({"anything-but": {"prefix": "AWS"}}, "mallory", True),
        ({"anything-but": {"suffix": ".amazonaws.com"}}, "kms.amazonaws.com", False),
        ({"anything-but": {"equals-ignore-case": ["ROOT"]}}, "root", False),
        ({"anything-but": {"wildcard": "*/nightlatch-*"}}, "role/nightlatch-responder", False),
        ({"anything-but": {"wildcard": ["*a*", "*b*"]}}, "ccc", True),
        # numbers
        ({"numeric": ["=", 3]}, 3.0, True),
        ({"numeric": ["=", 3]}, "3", False),
        ({"numeric": ["<", 3]}, 3, False),
        ({"numeric": ["<=", 3]}, 3, True),
        ({"numeric": [">", 3]}, 3.000001, True),
        ({"numeric": [">=", 3]}, 2.9, False),
        ({"numeric": [">", 0, "<=", 5]}, 5, True),
        ({"numeric": [">", 0, "<=", 5]}, 0, False),
        ({"numeric": [">=", 0, "<", 5]}, 5, False),
        ({"numeric": [">=", 0]}, True, False),
        # address ranges
        ({"cidr": "198.51.100.0/24"}, "198.51.100.7", True),
        ({"cidr": "198.51.100.0/24"}, "198.51.101.7", False),
        ({"cidr": "198.51.100.9/24"}, "198.51.100.7", True),
        ({"cidr": "0.0.0.0/0"}, "secretsmanager.amazonaws.com", False),
        ({"cidr": "0.0.0.0/0"}, "2001:db8::1", False),
        ({"cidr": "0.0.0.0/0"}, 5, False),
        ({"cidr": "2001:db8::/32"}, "2001:db8:7::1", True),
        ({"cidr": "fe80::/10"}, "fe80::1%eth0", False),
        # existence: null is a value, an object is not a leaf
        ({"exists": True}, None, True),
        ({"exists": True}, {"below": 1}, False),
        ({"exists": True}, [], False),
        ({"exists": True}, [[], {}], False),
        ({"exists": False}, None, False),
        ({"exists": False}, {"below": 1}, True),
        ({"exists": False}, [], True),
        ({"exists": False}, ["x"], False),
    ],
)
def test_one_filter_on_one_leaf(asked, leaf, expected):
    assert matches({"detail": {"field": [asked]}}, {"detail": {"field": leaf}}) is expected


@pytest.mark.parametrize(
    "asked", ["x", None, {"anything-but": "x"}, {"exists": True}, {"prefix": ""}, {"wildcard": "*"}]
)
def test_a_field_that_is_not_there_satisfies_nothing_but_exists_false(asked):
    assert not matches({"detail": {"field": [asked]}}, {"detail": {"other": "x"}})
    assert matches({"detail": {"field": [asked, {"exists": False}]}}, {"detail": {"other": "x"}})


@pytest.mark.parametrize("event", [{}, {"a": None}, {"a": "x"}, {"a": []}, {"a": {}}, {"a": {"c": 1}}, {"b": 1}])
def test_a_nested_field_is_absent_whatever_stands_in_its_place_above(event):
    assert matches({"a": {"b": [{"exists": False}]}}, event)


# Several values and fields


def test_one_value_of_a_field_suffices_and_every_field_is_needed():
    pattern = {
        "source": ["aws.kms", "aws.secretsmanager"],
        "detail": {"eventName": [{"prefix": "Get"}], "readOnly": [True]},
    }

    assert matches(pattern, EVENT_OF_A_READ)
    assert not matches({**pattern, "region": ["us-east-1"]}, EVENT_OF_A_READ)


def test_our_own_principal_is_left_out_and_a_record_without_identity_is_not_lost():
    name = {"userName": [{"anything-but": ["nightlatch"]}]}
    pattern = {"detail": {"$or": [{"userIdentity": name}, {"userIdentity": {"userName": [{"exists": False}]}}]}}

    assert matches(pattern, EVENT_OF_A_READ)
    assert matches(pattern, {"detail": {"eventName": "EndSecretVersionDelete", "userIdentity": {"type": "AWSService"}}})
    assert not matches(pattern, {"detail": {"userIdentity": {"userName": "nightlatch"}}})


@pytest.mark.parametrize("pattern", [{"a": {"b": [1]}}, {"a.b": [1]}])
@pytest.mark.parametrize("event", [{"a": {"b": 1}}, {"a.b": 1}])
def test_a_dot_in_a_name_and_a_nested_name_are_the_same_field(pattern, event):
    assert matches(pattern, event)


def test_of_two_spellings_of_one_field_the_later_counts():
    assert matches({"a.b": [1], "a": {"b": [2]}}, {"a": {"b": 2}})
    assert not matches({"a.b": [1], "a": {"b": [2]}}, {"a": {"b": 1}})


def test_an_empty_name_at_the_top_is_a_step_of_an_event_but_not_of_a_pattern():
    assert matches({".a": [1]}, {"": {"a": 1}})
    assert matches({"": {"a": [1]}}, {"a": 1})
    assert not matches({"": {"a": [1]}}, {"": {"a": 1}})


# Arrays


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ({"type": ["AWS::SecretsManager::Secret"], "ARN": [{"wildcard": "*:secret:*"}]}, True),
        ({"type": ["AWS::KMS::Key"], "ARN": [{"wildcard": "*:secret:*"}]}, False),
        ({"type": ["AWS::KMS::Key"], "ARN": [{"exists": False}]}, False),
        ({"type": ["AWS::KMS::Key"], "name": [{"exists": False}]}, True),
        ({"type": [{"anything-but": "AWS::KMS::Key"}]}, True),
    ],
)
def test_fields_in_an_array_of_objects_belong_to_one_element(pattern, expected):
    assert matches({"detail": {"resources": pattern}}, EVENT_OF_A_READ) is expected


@pytest.mark.parametrize(
    ("pattern", "event", "expected"),
    [
        # plain values belong to the whole array
        ({"a": ["y"]}, {"a": ["x", "y"]}, True),
        ({"a": [{"anything-but": "x"}]}, {"a": ["x", "y"]}, True),
        ({"a": [{"anything-but": "x"}]}, {"a": ["x", "x"]}, False),
        ({"a": ["x"], "b": [2]}, {"a": ["x", "y"], "b": [1, 2]}, True),
        ({"a": ["x"]}, {"a": [["z"], [["x"]]]}, True),
        ({"a": {"b": [1], "c": [2]}}, {"a": [{"b": [0, 1], "c": [2]}]}, True),
        ({"a": ["x"], "a.b": [1]}, {"a": ["x", {"b": 1}]}, True),
        # arrays in arrays: both levels have to agree
        ({"a": {"b": {"c": [1], "d": [2]}}}, {"a": [{"b": [{"c": 1}, {"d": 2}]}]}, False),
        ({"a": {"b": {"c": [1], "d": [2]}}}, {"a": [{"b": [{"c": 1, "d": 2}]}]}, True),
        ({"a": {"b": {"c": [1]}, "e": [3]}}, {"a": [{"b": [{"c": 1}], "e": 0}, {"b": [], "e": 3}]}, False),
        ({"a": {"b": {"c": [1]}, "e": [3]}}, {"a": [{"b": [{"c": 0}, {"c": 1}], "e": 3}]}, True),
        ({"a": {"b": [1], "c": [2]}}, {"a": [[{"b": 1}, {"c": 2}]]}, False),
        # an earlier choice is taken back when a later field needs it
        ({"a": {"b": [1], "c": [2]}}, {"a": [{"b": 1, "c": 0}, {"b": 1, "c": 2}]}, True),
        # different arrays are independent
        ({"a": {"x": [1]}, "b": {"x": [1]}}, {"a": [{"x": 0}, {"x": 1}], "b": [{"x": 1}]}, True),
        # absence is judged in the element chosen so far, by names in their order
        ({"a": {"b": [1], "c": [{"exists": False}]}}, {"a": [{"b": 1}, {"c": 2}]}, True),
        ({"a": {"b": [1], "c": [{"exists": False}]}}, {"a": [{"b": 1, "c": 2}]}, False),
        ({"a": {"b": [{"exists": False}], "c": [2]}}, {"a": [{"b": 1}, {"c": 2}]}, False),
        ({"a": {"c": [2], "b": [{"exists": False}]}}, {"a": [{"b": 1}, {"c": 2}]}, False),
        ({"a": [{"exists": False}]}, {"a": [{"b": 1}, 2]}, False),
        ({"a": [{"exists": False}]}, {"a": [{"b": 1}]}, True),
        ({"a": {"b": [{"exists": False}]}}, {"a": ["x", "y"]}, True),
    ],
)
def test_arrays_keep_together_what_belongs_together(pattern, event, expected):
    assert matches(pattern, event) is expected


def test_many_long_arrays_do_not_multiply_the_work():
    pattern = compile_pattern({name: {"x": [{"exists": True}], "y": [-1]} for name in "abcdefgh"} | {"z": [1]})
    event = {name: [{"x": index, "y": -1} for index in range(60)] for name in "abcdefgh"} | {"z": 1}

    assert pattern.matches(event)  # 60 to the 8th places, were each array's choice kept to the end


# $or


@pytest.mark.parametrize(
    ("pattern", "event", "expected"),
    [
        ({"$or": [{"a": [1]}, {"b": [2]}]}, {"b": 2}, True),
        ({"$or": [{"a": [1]}, {"b": [2]}]}, {"a": 2, "b": 1}, False),
        ({"c": [3], "$or": [{"a": [1]}, {"b": [2]}]}, {"b": 2}, False),
        ({"d": {"$or": [{"a": [1]}, {"b": [2]}]}}, {"d": {"a": 1}}, True),
        ({"$or": [{"a": [1], "b": [2]}, {"c": [3]}]}, {"a": 1, "c": 0}, False),
        ({"$or": [{"a": [1], "$or": [{"b": [2]}, {"c": [3]}]}, {"d": [4]}]}, {"a": 1, "c": 3}, True),
        ({"$or": [{"a": [1], "$or": [{"b": [2]}, {"c": [3]}]}, {"d": [4]}]}, {"a": 1, "d": 0}, False),
        ({"$or": [{"a": [1]}, {"b": [2]}], "d": {"$or": [{"e": [1]}, {"f": [2]}]}}, {"b": 2, "d": {"e": 1}}, True),
        ({"$or": [{"a": [1]}, {"b": [2]}], "d": {"$or": [{"e": [1]}, {"f": [2]}]}}, {"b": 2, "d": {"e": 2}}, False),
        # a branch that names a sibling replaces it, but only the sibling before it
        ({"a": ["x"], "$or": [{"a": ["y"]}, {"b": [1]}]}, {"a": "y"}, True),
        ({"a": ["x"], "$or": [{"a": ["y"]}, {"b": [1]}]}, {"a": "x"}, False),
        ({"$or": [{"a": ["y"]}, {"b": [1]}], "a": ["x"]}, {"a": "y"}, False),
        ({"$or": [{"a": ["y"]}, {"b": [1]}], "a": ["x"]}, {"a": "x"}, True),
        # what cannot be an "$or" is a field of that name
        ({"$or": ["x", "y"]}, {"$or": "y"}, True),
        ({"$or": {"a": [1]}}, {"$or": {"a": 1}}, True),
        ({"$or": [{"prefix": "x"}, {"suffix": "y"}]}, {"$or": "ay"}, True),
        ({"$or": [{"prefix": "x"}]}, {"$or": "xa"}, True),
        # the fields of a branch and its siblings keep together in arrays
        ({"r": {"t": ["K"], "$or": [{"n": [1]}, {"n": [2]}]}}, {"r": [{"t": "K", "n": 3}, {"t": "S", "n": 2}]}, False),
    ],
)
def test_or_means_one_of_its_branches_together_with_the_fields_around_it(pattern, event, expected):
    assert matches(pattern, event) is expected


# Refusals


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ({}, "the pattern: an empty object"),
        ({"detail": {}}, "detail: an empty object"),
        ({"detail": {"a": "x"}}, r"detail\.a: a field takes an array"),
        ({"a": 1}, "a: a field takes an array"),
        ({"a": None}, "a: a field takes an array"),
        ({"a": []}, "a: an empty array"),
        ({"a": [["x"]]}, "a: an array holds texts"),
        ({"a": [{}]}, "a: a filter has exactly one operator"),
        ({"a": [{"prefix": "x", "suffix": "y"}]}, "a: a filter has exactly one operator"),
        ({"a": [{"exists": False, "prefix": "y"}]}, "a: a filter has exactly one operator"),
        ({"a": [{"contains": "x"}]}, "a: there is no operator 'contains'; write one of prefix"),
        ({"a": [{"prefix": ["x", "y"]}]}, "a: prefix takes one text"),
        ({"a": [{"prefix": 5}]}, "a: prefix takes one text"),
        ({"a": [{"prefix": {"wildcard": "x"}}]}, "a: the one operator inside prefix"),
        ({"a": [{"prefix": {"equals-ignore-case": 5}}]}, "a: equals-ignore-case takes one text"),
        ({"a": [{"suffix": None}]}, "a: suffix takes one text"),
        ({"a": [{"suffix": {}}]}, "a: the one operator inside suffix"),
        ({"a": [{"equals-ignore-case": ["x"]}]}, "a: equals-ignore-case takes one text"),
        ({"a": [{"exactly": 5}]}, "a: exactly takes one text"),
        ({"a": [{"wildcard": 5}]}, "a: wildcard takes one text"),
        ({"a": [{"wildcard": "a**b"}]}, "a: a wildcard has no two asterisks"),
        ({"a": [{"wildcard": r"a\b"}]}, "a: a backslash in a wildcard"),
        ({"a": [{"wildcard": "a\\"}]}, "a: a backslash in a wildcard"),
        ({"a": [{"anything-but": []}]}, "a: anything-but takes texts or numbers"),
        ({"a": [{"anything-but": ["x", 1]}]}, "a: anything-but takes texts or numbers"),
        ({"a": [{"anything-but": None}]}, "a: anything-but takes texts or numbers"),
        ({"a": [{"anything-but": False}]}, "a: anything-but takes texts or numbers"),
        ({"a": [{"anything-but": [None]}]}, "a: anything-but takes texts or numbers"),
        ({"a": [{"anything-but": {}}]}, "a: anything-but takes exactly one operator"),
        ({"a": [{"anything-but": {"numeric": ["=", 1]}}]}, "a: anything-but takes exactly one operator"),
        ({"a": [{"anything-but": {"prefix": "x", "suffix": "y"}}]}, "a: anything-but takes exactly one operator"),
        ({"a": [{"anything-but": {"prefix": ""}}]}, "a: anything-but with prefix takes at least one text"),
        ({"a": [{"anything-but": {"suffix": ["x", ""]}}]}, "a: anything-but with suffix takes at least one text"),
        ({"a": [{"anything-but": {"prefix": 5}}]}, "a: anything-but with prefix takes one text"),
        (
            {"a": [{"anything-but": {"prefix": {"equals-ignore-case": "x"}}}]},
            "a: anything-but with prefix takes one text",
        ),
        ({"a": [{"anything-but": {"wildcard": ["a**"]}}]}, "a: a wildcard has no two asterisks"),
        ({"a": [{"numeric": []}]}, "a: numeric takes one or two comparisons"),
        ({"a": [{"numeric": 5}]}, "a: numeric takes one or two comparisons"),
        ({"a": [{"numeric": [">"]}]}, "a: numeric takes one or two comparisons"),
        ({"a": [{"numeric": [">", 1, "<", 5, "<", 7]}]}, "a: numeric takes one or two comparisons"),
        ({"a": [{"numeric": [">", "1"]}]}, "a: numeric compares with numbers"),
        ({"a": [{"numeric": ["=", True]}]}, "a: numeric compares with numbers"),
        ({"a": [{"numeric": ["!=", 1]}]}, "a: a comparison here is one of > >= < <= ="),
        ({"a": [{"numeric": [["="], 1]}]}, "a: a comparison here is one of"),
        ({"a": [{"numeric": ["<", 5, ">", 1]}]}, "a: a comparison here is one of > >=;"),
        ({"a": [{"numeric": ["=", 5, "<", 9]}]}, "a: a comparison here is one of > >=;"),
        ({"a": [{"numeric": [">", 5, "<", 5]}]}, "a: a numeric range matches nothing"),
        ({"a": [{"cidr": "198.51.100.0"}]}, "a: cidr takes an address and a mask"),
        ({"a": [{"cidr": "198.51.100.0/x"}]}, "a: cidr takes an address and a mask"),
        ({"a": [{"cidr": "example.org/24"}]}, "a: cidr takes an address and a mask"),
        ({"a": [{"cidr": 24}]}, "a: cidr takes one text"),
        ({"a": [{"cidr": "198.51.100.7/32"}]}, "a: a cidr mask is below 32"),
        ({"a": [{"cidr": "2001:db8::1/128"}]}, "a: a cidr mask is below 128"),
        ({"a": [{"exists": "true"}]}, "a: exists takes true or false"),
        ({"a": [{"exists": None}]}, "a: exists takes true or false"),
        ({"a": [{"exists": 0}]}, "a: exists takes true or false"),
        ({"$or": [{"a": [1]}]}, r"\$or: \$or takes an array of at least two objects"),
        ({"$or": []}, r"\$or: \$or takes an array of at least two objects"),
        ({"$or": "x"}, r"\$or: \$or takes an array of at least two objects"),
        ({"d": {"$or": [{"a": [1]}, "b"]}}, r"d\.\$or: \$or takes an array of at least two objects"),
        ({"$or": [{"a": [1]}, {}]}, "the pattern: an empty object"),
        ({"$or": [{"a": [1]}, {"b": {"prefix": ["x"]}}]}, r"b\.prefix: this name is an operator's"),
        ({True: [1]}, "the pattern: True is no text"),
    ],
)
def test_a_pattern_that_aws_refuses_is_refused_with_its_place_and_reason(pattern, reason):
    with pytest.raises(InvalidPattern, match=f"^{reason}") as refusal:
        compile_pattern(pattern)

    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "the pattern is no JSON: "),
        ('{"a": [1]', "the pattern is no JSON: "),
        ("['a']", "the pattern is no JSON: "),
        ('["a"]', "the pattern is no JSON object"),
        ('{"a": [NaN]}', "the pattern is no JSON: NaN"),
        ('{"a": [' + "9" * 5000 + "]}", "the pattern is no JSON: "),
        ('{"a": [1], "b": {"c": [1], "c": [2]}}', '"c" stands twice'),
        ('{"a":' * 3000 + "[1]" + "}" * 3000, "the pattern is nested too deeply"),
    ],
)
def test_a_text_that_is_no_pattern_is_refused(text, reason):
    with pytest.raises(InvalidPattern, match=f"^{reason}") as refusal:
        compile_pattern(text)

    assert "\n" not in str(refusal.value)


# What always holds

NAMES = st.sampled_from(["a", "b", "a.b", "", ".", "$or"])
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text("xX*\\ä", max_size=4)
    | st.sampled_from(["198.51.100.7", "::"])
)
JSON_VALUES = st.recursive(
    SCALARS, lambda below: st.lists(below, max_size=4) | st.dictionaries(NAMES, below, max_size=4), max_leaves=12
)
EVENTS = st.dictionaries(NAMES, JSON_VALUES, max_size=4)
PLAIN_FILTERS = ("x", 1, None, True, "198.51.100.7", {"exists": True}, {"exists": False}, {"prefix": "x"})
OTHER_FILTERS = ({"suffix": "x"}, {"wildcard": "*x*"}, {"cidr": "::/0"}, {"numeric": [">", -1, "<", 9]})
NEGATIONS = ({"anything-but": "x"}, {"anything-but": 1}, {"anything-but": {"prefix": ["x"]}})
FILTERS = st.sampled_from([*PLAIN_FILTERS, *OTHER_FILTERS, *NEGATIONS])
FIELDS = st.dictionaries(
    NAMES.filter(lambda name: name != "$or"), st.lists(FILTERS, min_size=1, max_size=3), min_size=1
)
PATTERNS = st.recursive(
    FIELDS,
    lambda below: st.builds(lambda one, two: {"a": one, "$or": [one, two]}, below, below),
    max_leaves=4,
)


@given(PATTERNS, EVENTS)
def test_every_json_event_has_an_answer(pattern, event):
    assert matches(pattern, event) in (True, False)


@given(PATTERNS, EVENTS)
def test_what_a_pattern_does_not_ask_about_changes_nothing(pattern, event):
    compiled = compile_pattern(pattern)

    assert compiled.matches({**event, "elsewhere": [{"a": "x"}, "x"]}) is compiled.matches(event)


@given(JSON_VALUES)
def test_whatever_is_given_as_a_pattern_is_compiled_or_refused(written):
    try:
        compile_pattern({"detail": written})
    except InvalidPattern as refusal:
        assert "detail" in str(refusal)  # noqa: PT017 - both ends are right, and the refused one names the place


def test_an_event_nested_beyond_any_stack_has_an_answer():
    nested: object = "x"
    for _ in range(3_000):
        nested = [nested]

    assert matches({"a": ["x"]}, {"a": nested})
