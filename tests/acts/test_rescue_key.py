"""A key that protects secrets is put back from every state that KMS lets it out of; of the others the way is said."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nightlatch.acts import rescue_key
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.answering.acting import Seen, Terms
from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.answering.policy import Policy, Protection
from nightlatch.domain.errors import NotFound, Refused
from nightlatch.domain.history.examples import ACCOUNT, AT, REGION, a_secret
from nightlatch.domain.secret.key_states import NO_WAY_BACK, KeyState, KeyStatus

_KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
_HELD = (a_secret(), a_secret("prod/payments"))
_ACTION = Action(kind=ActionKind.RESCUE_KEY, target=_KEY, held=_HELD)
_AFTER = {"CancelKeyDeletion": KeyStatus.DISABLED, "EnableKey": KeyStatus.ENABLED}


def a_key(status: KeyStatus, **more: object) -> KeyState:
    return KeyState(arn=_KEY, status=status, **more)  # type: ignore[arg-type]


def terms(inventory: Inventory | None = None) -> Terms:
    return Terms(policy=Policy(inventory=inventory or Inventory()), protection=Protection(), now=AT)


@pytest.mark.parametrize(
    ("status", "wanted"),
    [
        (KeyStatus.ENABLED, []),
        (KeyStatus.DISABLED, ["EnableKey"]),
        (KeyStatus.PENDING_DELETION, ["CancelKeyDeletion", "EnableKey"]),
        (KeyStatus.PENDING_REPLICA_DELETION, ["CancelKeyDeletion", "EnableKey"]),
    ],
)
def test_what_is_left_to_do_is_planned_again_after_every_call(status: KeyStatus, wanted: list[str]) -> None:
    key = a_key(status)

    for left in range(len(wanted), -1, -1):
        calls = rescue_key.ACT.plan(_ACTION, Seen(key=key)).calls
        assert [call.operation for call in calls] == wanted[len(wanted) - left :]
        assert {call.action for call in calls} <= rescue_key.ACT.calls
        assert all(call.parameters == {"KeyId": "1234abcd-12ab-34cd-56ef-1234567890ab"} for call in calls)
        if calls:
            key = replace(key, status=_AFTER[calls[0].operation])


def test_every_state_has_a_way_back_or_words_about_it() -> None:
    can = {KeyStatus.ENABLED, KeyStatus.DISABLED, KeyStatus.PENDING_DELETION, KeyStatus.PENDING_REPLICA_DELETION}

    assert can | set(NO_WAY_BACK) == set(KeyStatus)
    for status in NO_WAY_BACK:
        with pytest.raises(Refused, match=str(status)):
            rescue_key.ACT.plan(_ACTION, Seen(key=a_key(status)))


def test_which_secrets_can_be_read_again_is_said() -> None:
    says = rescue_key.ACT.plan(_ACTION, Seen(key=a_key(KeyStatus.DISABLED))).says

    assert "2 secrets" in says
    assert "prod/payments" in says


def test_a_key_of_aws_is_left_alone() -> None:
    with pytest.raises(Refused, match="managed by AWS"):
        rescue_key.ACT.settle(_ACTION, Seen(key=a_key(KeyStatus.DISABLED, is_aws_managed=True)), terms())


def test_a_key_that_no_secret_is_known_to_need_is_left_alone() -> None:
    unknown = replace(_ACTION, held=())
    seen = Seen(key=a_key(KeyStatus.DISABLED))

    with pytest.raises(Refused, match="protected_keys"):
        rescue_key.ACT.settle(unknown, seen, terms())
    assert rescue_key.ACT.settle(unknown, seen, terms(Inventory(protected_keys=frozenset({_KEY})))) == unknown
    assert rescue_key.ACT.settle(_ACTION, seen, terms()) == _ACTION


def test_a_key_that_is_gone_takes_what_it_encrypted_with_it() -> None:
    with pytest.raises(NotFound, match="cannot be read again"):
        rescue_key.ACT.settle(_ACTION, Seen(), terms())


@pytest.mark.parametrize(
    ("key", "said"),
    [
        (a_key(KeyStatus.PENDING_REPLICA_DELETION, has_replicas=True), "own Region"),
        (a_key(KeyStatus.PENDING_DELETION, is_imported=True), "import it again"),
        (a_key(KeyStatus.DISABLED, has_custom_store=True), "custom key store"),
    ],
)
def test_what_putting_the_key_back_does_not_settle_is_said_before(key: KeyState, said: str) -> None:
    (warning,) = rescue_key.ACT.plan(_ACTION, Seen(key=key)).warnings

    assert said in warning
