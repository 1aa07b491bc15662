"""A question about what a failed transaction does to the work of others."""

from __future__ import annotations

from threading import Thread
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.dynamodb import models

from local.probes.world import Probe, World

TABLE = "ledger"
_LONG_ENOUGH_S = 0.5  # for a writer who need not wait


def written_during_a_transaction_that_fails(world: World) -> object:
    """Write an item while a transaction looks at its condition; say whether it is there in the end."""
    client = world.client("dynamodb")
    key = [{"AttributeName": "pk", "KeyType": "HASH"}]
    types = [{"AttributeName": "pk", "AttributeType": "S"}]
    client.create_table(TableName=TABLE, KeySchema=key, AttributeDefinitions=types, BillingMode="PAY_PER_REQUEST")
    writer = Thread(target=lambda: client.put_item(TableName=TABLE, Item={"pk": {"S": "theirs"}}))
    look = models.get_filter_expression

    def look_while_others_write(*args: Any) -> Any:
        writer.start()
        writer.join(_LONG_ENOUGH_S)
        return look(*args)

    with pytest.MonkeyPatch.context() as patches:
        patches.setattr(models, "get_filter_expression", look_while_others_write)
        put = {"TableName": TABLE, "Item": {"pk": {"S": "ours"}}, "ConditionExpression": "attribute_exists(pk)"}
        with pytest.raises(ClientError, match="TransactionCanceledException"):
            client.transact_write_items(TransactItems=[{"Put": put}])
    writer.join()
    return "Item" in client.get_item(TableName=TABLE, Key={"pk": {"S": "theirs"}})


PROBES = {"transaction-isolation": Probe(ask=written_during_a_transaction_that_fails, aws=True, moto=False)}
