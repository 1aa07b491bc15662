"""What makes moto quicker changes no answer."""

from __future__ import annotations

from typing import Any

import boto3
from moto import mock_aws

from nightlatch.local import fidelity

ITEMS: list[dict[str, Any]] = [
    {"pk": {"S": "a"}, "sk": {"S": ""}, "one": {"N": "1.50"}, "two": {"BOOL": False}, "three": {"NULL": True}},
    {"pk": {"S": "a"}, "sk": {"S": "1"}, "bytes": {"B": b"\x00\xff"}, "many": {"BS": [b"a", b"b"]}},
    {
        "pk": {"S": "a"},
        "sk": {"S": "2"},
        "words": {"SS": ["x", "y"]},
        "numbers": {"NS": ["1", "2"]},
        "empty": {"S": ""},
    },
    {
        "pk": {"S": "a"},
        "sk": {"S": "3"},
        "deep": {
            "M": {"S": {"L": [{"S": "s"}, {"M": {"L": {"L": []}, "N": {"N": "0"}}}, {"B": b""}]}, "none": {"M": {}}}
        },
    },
]


def answers() -> list[Any]:
    table = boto3.client("dynamodb", region_name="eu-west-1")
    keys = [{"AttributeName": name, "KeyType": kind} for name, kind in (("pk", "HASH"), ("sk", "RANGE"))]
    table.create_table(
        TableName="t",
        KeySchema=keys,
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
        BillingMode="PAY_PER_REQUEST",
    )
    for item in ITEMS:
        table.put_item(TableName="t", Item={**item, "sk": {"S": item["sk"]["S"] or "0"}})
    of_one = {"KeyConditionExpression": "pk = :a", "ExpressionAttributeValues": {":a": {"S": "a"}}}
    updated = table.update_item(
        TableName="t",
        Key={"pk": {"S": "a"}, "sk": {"S": "3"}},
        UpdateExpression="SET n = :n",
        ExpressionAttributeValues={":n": {"L": [{"N": "7"}, {"NULL": True}]}},
        ReturnValues="ALL_NEW",
    )
    return [
        table.query(TableName="t", **of_one)["Items"],
        table.scan(TableName="t")["Items"],
        table.get_item(TableName="t", Key={"pk": {"S": "a"}, "sk": {"S": "1"}})["Item"],
        table.get_item(TableName="t", Key={"pk": {"S": "a"}, "sk": {"S": "none"}}).get("Item"),
        updated["Attributes"],
    ]


def test_an_item_comes_back_the_same() -> None:
    with mock_aws():
        slow = answers()
    with mock_aws():
        fidelity.install()
        try:
            quick = answers()
        finally:
            fidelity.uninstall()

    assert quick == slow
    assert [len(one) for one in quick[:2]] == [len(ITEMS)] * 2
