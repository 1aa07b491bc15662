"""The deployed keeper, responder and notifier with a vault: copied at once, compared without values, proven to open."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from e2e.watched import Watched
from nightlatch.adapters.snapshots.copies_dynamodb import DynamoCopies, DynamoProofs
from nightlatch.adapters.snapshots.metadata_dynamodb import DynamoSnapshots
from nightlatch.adapters.table import Table
from nightlatch.domain.event.secrets import SecretRef, secret_ref
from nightlatch.domain.secret.metadata import changes
from nightlatch.local.scenes.company import a_value
from worlds import ACCOUNT, REGION

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("vault")]
NAME = "prod/orders/e2e-vault"
PLANTED = "pl4nted-v4lue"


def the_table(watched: Watched) -> Table:
    return Table(watched.client("dynamodb"), watched.theatre.variables("Keeper")["NIGHTLATCH_SNAPSHOT_TABLE"])


def ref(name: str = NAME) -> SecretRef:
    return secret_ref(name, account_id=ACCOUNT, region=REGION)


@pytest.fixture(scope="module")
def changed(watched: Watched) -> Mapping[str, Any]:
    """Create a secret that is opted in, change its tags and its value, and wait until all of it is judged and kept."""
    terraform = watched.theatre.as_role("terraform", "apply")
    terraform.create_secret(Name=NAME, SecretString=json.dumps({"username": "app", "password": PLANTED}))
    watched.settle()
    terraform.tag_resource(SecretId=NAME, Tags=[{"Key": "team", "Value": "orders"}])
    offer = watched.an_offer(secret=NAME)
    watched.settle()
    watched.drill()
    return {"offer": offer}


def test_every_version_of_an_opted_in_secret_is_copied(watched: Watched, changed: Mapping[str, Any]) -> None:
    copies = DynamoCopies(the_table(watched), now=watched.theatre.stage.clock.now).of(ref())

    assert {one.version_id for one in copies} == {changed["offer"].good, changed["offer"].bad}


def test_what_was_there_before_nightlatch_is_copied_and_pinned_when_it_is_opted_in(
    watched: Watched, changed: Mapping[str, Any]
) -> None:
    assert changed
    copies = DynamoCopies(the_table(watched), now=watched.theatre.stage.clock.now)

    for name in (one for one in watched.theatre.company.names if one.startswith("prod/orders/")):
        assert copies.of(ref(name)) != (), name


def test_the_message_says_which_keys_changed_and_never_a_value(watched: Watched, changed: Mapping[str, Any]) -> None:
    message = watched.shows(changed["offer"].ts, "keys changed: password")

    assert PLANTED not in json.dumps(message)


def test_a_change_beside_the_value_is_kept_with_its_event(watched: Watched, changed: Mapping[str, Any]) -> None:
    assert changed
    newest, before, *_ = DynamoSnapshots(the_table(watched)).of(ref())

    assert changes(before.metadata, newest.metadata) == ("tag team added",)
    assert newest.cause_event_id in {envelope["detail"].get("eventID") for envelope in watched.envelopes}


def test_a_drill_proves_every_copy(watched: Watched, changed: Mapping[str, Any]) -> None:
    assert changed
    table = the_table(watched)
    copies = tuple(DynamoCopies(table, now=watched.theatre.stage.clock.now).all())

    proofs = DynamoProofs(table).of([one.id for one in copies])

    assert len(proofs) == len(copies) > 0
    assert {proof.why for proof in proofs.values()} == {""}
    assert DynamoProofs(table).last_drill() is not None


def test_the_keepers_own_reads_are_nobodys_news(watched: Watched, changed: Mapping[str, Any]) -> None:
    assert changed
    keeper = watched.theatre.stage.stack.functions["Keeper"].role_arn.rpartition("/")[2]
    reads = [
        envelope["detail"]["eventID"]
        for envelope in watched.envelopes
        if envelope["detail"].get("eventName") in {"GetSecretValue", "DescribeSecret", "GetResourcePolicy"}
        and keeper in (arn := envelope["detail"]["userIdentity"].get("arn", ""))
        and not arn.endswith("/borrowed")  # the thief of another test
    ]

    assert len(reads) > 2
    assert [found for event_id in reads for found in watched.findings_logged(event_id)] == []


def test_a_read_with_the_keepers_role_that_the_keeper_did_not_make_is_told(
    watched: Watched, changed: Mapping[str, Any]
) -> None:
    assert changed
    role = watched.theatre.stage.stack.physical_id("KeeperRole")
    before = len(watched.envelopes)

    # Of a secret that the keeper reads itself this would look like the keeper: see the blind spots of first-read.
    watched.theatre.as_role(role, "borrowed").get_secret_value(SecretId="prod/identity/db")
    watched.settle()

    [event_id] = [
        envelope["detail"]["eventID"]
        for envelope in watched.envelopes[before:]
        if envelope["detail"].get("eventName") == "GetSecretValue"
    ]
    assert watched.findings_logged(event_id) != []


def test_the_keepers_role_opens_no_copy_and_reads_no_secret_that_is_not_named(
    watched: Watched, changed: Mapping[str, Any]
) -> None:
    assert changed
    role = watched.theatre.stage.stack.physical_id("KeeperRole")
    thief = watched.theatre.as_role(role, "borrowed")
    watched.theatre.as_role("terraform", "apply").create_secret(Name="test/e2e-not-named", SecretString=a_value())

    with pytest.raises(Exception, match="AccessDenied"):
        thief.get_secret_value(SecretId="test/e2e-not-named")


def test_no_value_was_written_anywhere(watched: Watched, changed: Mapping[str, Any]) -> None:
    assert changed
    said = json.dumps([list(watched.lines), list(watched.bodies)])
    dynamodb = watched.client("dynamodb")
    stored = [dynamodb.scan(TableName=name)["Items"] for name in dynamodb.list_tables()["TableNames"]]

    assert PLANTED not in said
    assert PLANTED not in json.dumps(stored, default=str)
