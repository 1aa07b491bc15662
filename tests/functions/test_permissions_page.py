"""docs/permissions.md lists every statement of the template, and none that is not there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from functions.transformed import TEMPLATE, many, policies_of, resource, resources, target

PAGE = (TEMPLATE.parent / "docs" / "permissions.md").read_text(encoding="utf-8")
ROLES = resources("AWS::IAM::Role")
KINDS = ("AWS::SQS::QueuePolicy", "AWS::SNS::TopicPolicy", "AWS::S3::BucketPolicy")
EVERY = {"*": "everything"}
OF_THE_ACCOUNT = {
    ":secret:*": "every secret of the account and Region",
    ":key/*": "every key of the account and Region",
    ":function:*": "every function of the account and Region",
    ":log-group:*": "every log group of the account and Region",
    ":alarm:*": "every alarm of the account and Region",
    "cloudtrail:*:*:trail/*": "every trail",
    ":rule/${AWS::StackName}-*": "the rules of our stack",
    "kms:*:${AWS::AccountId}:key/*": "every key of the account in any Region",
    ":role/*": "every role of the account",
    ":user/*": "every user of the account",
    ":role/aws-service-role/*": "roles linked to services of AWS",
    "product/${AWS::AccountId}/default": "nightlatch's product in Security Hub",
    ":hub/default": "the Security Hub of the account and Region",
    ":role/aws-reserved/*": "roles of Identity Center",
}


def section(heading: str) -> str:
    """Give the part of the page under a heading."""
    (found,) = re.findall(rf"^## {re.escape(heading)}[^\n]*\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    return str(found)


def rows(heading: str) -> list[list[str]]:
    """Give the cells of each row of the section's table, less its head."""
    lines = [line for line in section(heading).splitlines() if line.startswith("| ")][2:]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def quoted(cell: str) -> set[str]:
    """Give what stands in backquotes."""
    return set(re.findall(r"`([^`]+)`", cell))


def on(value: Any) -> str:
    """Say what a statement is about in the words of the page."""
    match value:
        case {"Ref": "AWS::StackId"}:
            return "our own stack"
        case (
            {"Ref": str(name)}
            | {"Fn::GetAtt": [str(name), *_]}
            | {"Fn::Split": [",", {"Ref": str(name)}]}
            | {"Fn::If": [_, {"Fn::GetAtt": [str(name), *_]}, _]}
        ):
            return name
        case {"Fn::Sub": str(text)} if ":parameter${" in text:
            return text.split(":parameter${")[1].rstrip("}")
        case {"Fn::Sub": str(text)} if text.startswith("${VaultBucket.Arn}/"):
            return "VaultBucket"
        case {"Fn::Sub": str(text)}:
            return max((len(end), words) for end, words in OF_THE_ACCOUNT.items() if text.endswith(end))[1]
        case str(text):
            return EVERY[text]
    raise AssertionError(f"a resource that this test cannot name: {value}")


def statements(role: str) -> Iterator[tuple[Mapping[str, Any], str | None]]:
    """Give a role's statements with the condition under which each exists."""
    for document, condition in policies_of(role):
        for entry in document["Statement"]:
            yield (entry["Fn::If"][1], entry["Fn::If"][0]) if "Fn::If" in entry else (entry, condition)


def texts(value: Any) -> Iterator[str]:
    """Give every key and every plain text of a condition block, below its operators."""
    for keys in value.values():
        for key, wanted in keys.items():
            yield key
            yield from (text for text in many(wanted) if isinstance(text, str))


@pytest.mark.parametrize("role", ROLES)
def test_the_page_lists_every_statement_of_a_role_and_no_other(role: str) -> None:
    told = {next(iter(quoted(sid))): (may, where, why) for sid, may, where, why in rows(f"`{role}`")}
    held = {statement["Sid"]: (statement, condition) for statement, condition in statements(role)}

    assert set(told) == set(held)
    for sid, (statement, condition) in held.items():
        may, where, why = told[sid]
        assert quoted(may) == set(many(statement["Action"])), sid
        assert may.startswith("**never**") == (statement["Effect"] == "Deny"), sid
        named = {on(value) for value in many(statement["Resource"])}
        assert all(name in where for name in named), sid
        extra = quoted(where) - named - set(texts(statement.get("Condition", {}))) - {condition}
        assert extra == set(), sid
        assert set(texts(statement.get("Condition", {}))) <= quoted(where), sid
        assert condition is None or f"only with `{condition}`" in where, sid
        assert why.endswith("."), sid


def test_the_page_has_every_role_and_names_the_functions_that_have_it() -> None:
    assert re.findall(r"^## `(\w+)`", PAGE, re.MULTILINE) == list(ROLES)
    for role in ROLES:
        functions = {
            name
            for name, function in resources("AWS::Lambda::Function").items()
            if function["Role"] == {"Fn::GetAtt": [role, "Arn"]}
        }
        opening = section(f"`{role}`").split("\n| ")[0]
        assert functions <= quoted(opening), role
        condition = resource(role).get("Condition")
        assert condition is None or condition in quoted(opening), role


def who(principal: Mapping[str, Any]) -> str:
    """Name who a statement is about: a service, some roles, or everybody whom the account lets."""
    named = [one for one in many(principal.get("AWS", [])) if "Fn::GetAtt" in one]
    return ", ".join(target(one) for one in named) or principal.get("Service", "the account")


def granted() -> Iterator[tuple[str, str, frozenset[str], frozenset[str]]]:
    """Give who is let in by the policies of resources: statement, who, what, on what."""
    of_resources = [(policy["PolicyDocument"], None) for kind in KINDS for policy in resources(kind).values()]
    of_keys = [(key["KeyPolicy"], name) for name, key in resources("AWS::KMS::Key").items()]
    for document, itself in (*of_resources, *of_keys):
        for statement in document["Statement"]:
            if statement["Effect"] == "Allow":
                where = {itself} if itself else {on(value) for value in many(statement["Resource"])}
                yield (
                    statement["Sid"],
                    who(statement["Principal"]),
                    frozenset(many(statement["Action"])),
                    frozenset(where),
                )
    for permission in resources("AWS::Lambda::Permission").values():
        where = {on(permission["FunctionName"])}
        yield "none", permission["Principal"], frozenset({permission["Action"]}), frozenset(where)


def test_the_page_lists_everybody_else_who_is_let_in() -> None:
    told = {
        (sid.strip("`"), let_in.replace("`", ""), frozenset(quoted(may)), frozenset(quoted(where)))
        for sid, let_in, may, where, _ in rows("Who else is let in")
    }

    assert told == set(granted())


def test_every_denial_of_a_resource_policy_is_the_one_that_the_page_names() -> None:
    denied = {
        statement["Sid"]
        for kind in KINDS
        for policy in resources(kind).values()
        for statement in policy["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Deny"
    }

    assert denied == {"OnlyOverTls", "OnlyTheKeeperPutsIn", "OnlyTheResponderTakesOut", "NeitherRemoves"}
    assert denied <= quoted(section("Who else is let in"))
