"""What AWS says of a call becomes what an act can do about it: wait, look again, or tell a person what helps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError

from fakes_snapshots import FakeCopies
from nightlatch.adapters.acting.hand import AwsHand
from nightlatch.domain.answering.acting import Call
from nightlatch.domain.errors import NotYet, Refused, WorldMoved

HELD = "You can't create this secret because a secret with this name is already scheduled for deletion."
CREATE = Call(service="secretsmanager", operation="CreateSecret", parameters={"Name": "prod/db", "KmsKeyId": "key-1"})


class Refusing:
    """A client that AWS refuses."""

    def __init__(self, code: str, message: str) -> None:
        self._error = ClientError({"Error": {"Code": code, "Message": message}}, "CreateSecret")

    def create_secret(self, **asked: Any) -> Mapping[str, Any]:
        assert asked["Name"] == "prod/db"
        raise self._error


def made(code: str, message: str = "no") -> None:
    AwsHand(clients=lambda _service: Refusing(code, message), copies=FakeCopies()).perform(CREATE, "prod/db")


def test_a_name_that_is_still_held_will_be_free_in_some_seconds():
    with pytest.raises(NotYet, match="still holds the name"):
        made("InvalidRequestException", HELD)


def test_any_other_state_of_a_secret_is_no_reason_to_wait():
    with pytest.raises(Refused, match="InvalidRequestException"):
        made("InvalidRequestException", "You can't perform this operation on the secret.")


def test_a_name_that_somebody_took_meanwhile_is_worth_another_look():
    with pytest.raises(WorldMoved, match="somebody created it meanwhile"):
        made("ResourceExistsException")


@pytest.mark.parametrize("code", ["EncryptionFailure", "DecryptionFailure"])
def test_a_key_that_cannot_be_used_is_named_with_the_command_that_helps(code):
    with pytest.raises(Refused, match="aws kms enable-key --key-id key-1"):
        made(code)


def test_a_value_goes_along_only_where_the_vault_can_be_opened():
    call = Call(service="secretsmanager", operation="CreateSecret", parameters={"Name": "prod/db"}, value_from="c-1")

    with pytest.raises(Refused, match="no vault can be opened from here"):
        AwsHand(clients=lambda _service: Refusing("never", "asked"), copies=FakeCopies()).perform(call, "prod/db")
