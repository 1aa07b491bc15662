"""A table that is slow to take or give is asked again, and one that stays so is unavailable; keys have a length."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from nightlatch.adapters.table import Table
from nightlatch.adapters.wire import LONGEST_KEY, key_part
from nightlatch.domain.errors import Unavailable

ITEM = {"pk": {"S": "a"}, "sk": {"S": "b"}}
KEY = {"pk": "a", "sk": "b"}


class Pauses(list[float]):
    """Remembers pauses instead of making them."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)


@pytest.fixture
def stub() -> Iterator[tuple[Table, Stubber, Pauses]]:
    make: Any = boto3.client
    client = make("dynamodb", region_name="eu-west-1", aws_access_key_id="testing", aws_secret_access_key="testing")
    pauses = Pauses()
    with Stubber(client) as answers:
        yield Table(client, "t", pause=pauses), answers, pauses


def test_writes_that_were_not_taken_are_sent_again(stub):
    table, answers, pauses = stub
    again = {"RequestItems": {"t": [{"PutRequest": {"Item": ITEM}}]}}
    answers.add_response("batch_write_item", {"UnprocessedItems": again["RequestItems"]}, again)
    answers.add_response("batch_write_item", {}, again)

    table.put_all([KEY, KEY])

    answers.assert_no_pending_responses()
    assert len(pauses) == 1


def test_reads_that_were_not_given_are_asked_again(stub):
    table, answers, pauses = stub
    asked = {"t": {"Keys": [ITEM], "ConsistentRead": True}}
    answers.add_response("batch_get_item", {"Responses": {}, "UnprocessedKeys": asked}, {"RequestItems": asked})
    answers.add_response("batch_get_item", {"Responses": {"t": [ITEM]}}, {"RequestItems": asked})

    assert list(table.get_all([("a", "b"), ("a", "b")])) == [KEY]
    assert len(pauses) == 1


def test_a_table_that_takes_nothing_is_unavailable_and_the_pauses_grow(stub):
    table, answers, pauses = stub
    for _ in range(8):
        answers.add_response("batch_write_item", {"UnprocessedItems": {"t": [{"PutRequest": {"Item": ITEM}}]}})

    with pytest.raises(Unavailable, match="table t takes no more writes"):
        table.put_all([KEY])

    assert pauses == sorted(pauses)


@pytest.mark.parametrize(
    "code", ["ProvisionedThroughputExceededException", "AccessDeniedException", "ValidationException"]
)
def test_whatever_dynamodb_refuses_comes_again_and_is_never_dropped(stub, code):
    table, answers, _ = stub
    answers.add_client_error("get_item", code, "no")

    with pytest.raises(Unavailable, match=f"table t could not be asked .{code}: no"):
        table.get("a", "b")


def test_every_item_is_read_without_a_limit_page_after_page(stub):
    table, answers, _ = stub
    for _ in range(12):
        answers.add_response("query", {"Items": [ITEM] * 1_000, "LastEvaluatedKey": ITEM})
    answers.add_response("query", {"Items": [ITEM]})

    assert sum(1 for _ in table.every("a", since="0", until="9")) == 12_001  # more than any budget has acts in an hour


def test_a_query_reads_on_until_it_has_enough(stub):
    table, answers, _ = stub
    answers.add_response("query", {"Items": [ITEM], "LastEvaluatedKey": ITEM})
    answers.add_response("query", {"Items": [ITEM], "LastEvaluatedKey": ITEM})

    assert len(table.query("a", since="0", until="9", most=2)) == 2
    answers.assert_no_pending_responses()


def test_a_key_is_itself_unless_it_is_too_long():
    assert key_part("prod/db") == "prod/db"
    long = [key_part(text) for text in ("\u00e4" * 2_000, "\u00e4" * 2_001)]
    assert all(len(key.encode()) <= LONGEST_KEY for key in long)
    assert long[0] != long[1]
