"""Secrets Manager as nightlatch uses it: described without values, labels moved by compare-and-set, restored."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from fakes import FakeSecrets
from fakes_snapshots import FakeCopies
from nightlatch.adapters.acting.hand import AwsHand
from nightlatch.adapters.secrets_manager import AwsSecrets
from nightlatch.domain.answering.acting import Call
from nightlatch.domain.errors import NotFound, Refused, Unavailable, WorldMoved
from nightlatch.domain.event.secrets import SecretRef, secret_ref
from nightlatch.domain.history.examples import a_secret
from nightlatch.domain.secret.versions import CURRENT, PREVIOUS, SecretState
from nightlatch.service.act_ports import Hand
from nightlatch.service.ports import Secrets
from worlds import REGION, a_client, at_once, on_moto

PIN = "nightlatch/20260302T090000Z-00000001"
ACCOUNT = "111122223333"


@dataclass
class ByHand:
    """Looks as nightlatch does, and makes its calls with its hand."""

    secrets: Secrets
    hand: Hand

    def describe(self, secret: SecretRef) -> SecretState:
        return self.secrets.describe(secret)

    def move_label(self, secret: SecretRef, label: str, *, to: str | None, away_from: str | None) -> str:
        ends = {"MoveToVersionId": to, "RemoveFromVersionId": away_from}
        asked = {name: version for name, version in ends.items() if version is not None}
        return self._call("UpdateSecretVersionStage", secret, VersionStage=label, **asked)

    def restore(self, secret: SecretRef) -> str:
        return self._call("RestoreSecret", secret)

    def _call(self, operation: str, secret: SecretRef, **asked: object) -> str:
        call = Call(service="secretsmanager", operation=operation, parameters={"SecretId": secret.text, **asked})
        return self.hand.perform(call, secret.name)


@dataclass
class OnMoto:
    """What the owner of a secret does, on moto."""

    port: ByHand
    client: Any

    def create(self, name: str) -> SecretRef:
        answer = self.client.create_secret(Name=name, SecretString="planted")
        return secret_ref(answer["ARN"], account_id=ACCOUNT, region=REGION)

    def put(self, name: str) -> str:
        return self.client.put_secret_value(SecretId=name, SecretString="planted again")["VersionId"]

    def delete(self, name: str) -> None:
        self.client.delete_secret(SecretId=name)


@dataclass
class OnFake:
    """The same on the fake."""

    port: FakeSecrets

    def __getattr__(self, name: str) -> Any:
        return getattr(self.port, name)


@pytest.fixture(params=["fake", "moto"])
def owner(request, monkeypatch) -> Iterator[Any]:
    if request.param == "fake":
        yield OnFake(FakeSecrets())
        return
    with on_moto(monkeypatch):
        client = a_client("secretsmanager")
        yield OnMoto(
            ByHand(AwsSecrets(client, a_client("kms")), AwsHand(clients=a_client, copies=FakeCopies())), client
        )


def test_a_secret_is_described_by_arn_and_by_name(owner):
    secret = owner.create("prod/db")
    by_name = secret_ref("prod/db", account_id=ACCOUNT, region=REGION)

    state = owner.port.describe(secret)

    assert (state.arn, state.name) == (secret.text, "prod/db")
    assert state.current is not None
    assert (state.rotation_enabled, state.owning_service, state.is_replica, state.deleted_at) == (
        False, None, False, None
    )  # fmt: skip
    assert owner.port.describe(by_name).arn == secret.text


def test_a_put_makes_the_old_version_previous(owner):
    secret = owner.create("prod/db")
    first = owner.port.describe(secret).current

    second = owner.put("prod/db")

    state = owner.port.describe(secret)
    assert state.current is not None
    assert state.current.id == second
    assert state.holder(PREVIOUS) == replace(
        first, labels=frozenset({PREVIOUS}), created_at=state.holder(PREVIOUS).created_at
    )


def test_current_goes_back_when_it_is_where_the_plan_saw_it(owner):
    secret = owner.create("prod/db")
    first = owner.port.describe(secret).current.id
    second = owner.put("prod/db")

    request_id = owner.port.move_label(secret, CURRENT, to=first, away_from=second)

    state = owner.port.describe(secret)
    assert request_id
    assert state.current.id == first
    assert state.holder(PREVIOUS).id == second


def test_current_stays_when_it_is_elsewhere_than_the_plan_saw(owner):
    secret = owner.create("prod/db")
    first = owner.port.describe(secret).current.id
    owner.put("prod/db")
    third = owner.put("prod/db")

    with pytest.raises(WorldMoved, match="prod/db"):
        owner.port.move_label(secret, CURRENT, to=first, away_from=first)
    with pytest.raises(WorldMoved):
        owner.port.move_label(secret, CURRENT, to=first, away_from=None)

    assert owner.port.describe(secret).current.id == third


def test_a_pin_is_attached_and_taken_away(owner):
    secret = owner.create("prod/db")
    first = owner.port.describe(secret).current.id
    owner.put("prod/db")

    owner.port.move_label(secret, PIN, to=first, away_from=None)
    pinned = owner.port.describe(secret).holder(PIN)
    owner.port.move_label(secret, PIN, to=None, away_from=first)

    assert pinned is not None
    assert pinned.id == first
    assert owner.port.describe(secret).holder(PIN) is None


def test_a_version_that_does_not_exist_takes_no_label(owner):
    secret = owner.create("prod/db")
    current = owner.port.describe(secret).current.id

    with pytest.raises(WorldMoved):
        owner.port.move_label(secret, CURRENT, to="0" * 32, away_from=current)


def test_of_many_who_move_current_at_once_one_does(owner):
    secret = owner.create("prod/db")
    first = owner.port.describe(secret).current.id
    second = owner.put("prod/db")

    def move() -> bool:
        try:
            owner.port.move_label(secret, CURRENT, to=first, away_from=second)
        except WorldMoved:
            return False
        return True

    assert at_once([partial(move) for _ in range(6)]).count(True) == 1


def test_a_deleted_secret_is_described_and_restored(owner):
    secret = owner.create("prod/db")
    owner.put("prod/db")
    owner.delete("prod/db")

    pending = owner.port.describe(secret)
    request_id = owner.port.restore(secret)

    assert pending.deleted_at is not None
    assert pending.deleted_at.tzinfo is not None
    assert pending.current is not None
    assert request_id
    assert owner.port.describe(secret).deleted_at is None


def test_an_unknown_secret_is_not_found(owner):
    unknown = a_secret("prod/none", suffix=None)

    with pytest.raises(NotFound, match="prod/none"):
        owner.port.describe(unknown)
    with pytest.raises(NotFound):
        owner.port.move_label(unknown, PIN, to="0" * 32, away_from=None)
    with pytest.raises(NotFound):
        owner.port.restore(unknown)


def test_a_secret_that_waits_to_be_deleted_takes_no_label():
    """On AWS and the fake; moto 5.2.5 lets it through, so it is not asked."""
    owner = FakeSecrets()
    secret = owner.create("prod/db")
    owner.delete("prod/db")

    with pytest.raises(Refused, match="marked for deletion"):
        owner.move_label(secret, PIN, to=owner.stored["prod/db"].versions[0], away_from=None)


# -- what moto does not do is answered as AWS's model allows it


@dataclass
class Answers:
    """Clients that answer what a test says, checked by botocore against AWS's models."""

    secrets: AwsSecrets
    hand: ByHand
    manager: Stubber
    kms: Stubber

    def describe(self, **details: Any) -> None:
        answer = {"ARN": a_secret().text, "Name": "prod/db", **details}
        self.manager.add_response("describe_secret", answer, {"SecretId": a_secret().text})

    def versions(self, *versions: dict[str, Any], token: str = "", then: str = "") -> None:
        asked = {"SecretId": a_secret().text, "IncludeDeprecated": True, "MaxResults": 100}
        answer: dict[str, Any] = {"Versions": list(versions)} | ({"NextToken": then} if then else {})
        self.manager.add_response("list_secret_version_ids", answer, asked | ({"NextToken": token} if token else {}))


@pytest.fixture
def answers() -> Iterator[Answers]:
    make: Any = partial(boto3.client, region_name=REGION, aws_access_key_id="testing", aws_secret_access_key="testing")
    manager, kms = make("secretsmanager"), make("kms")
    with Stubber(manager) as on_manager, Stubber(kms) as on_kms:
        secrets = AwsSecrets(manager, kms)
        hand = AwsHand(clients={"secretsmanager": manager}.__getitem__, copies=FakeCopies())
        yield Answers(secrets, ByHand(secrets, hand), on_manager, on_kms)


def test_versions_are_read_to_the_last_page(answers):
    answers.describe()
    answers.versions({"VersionId": "v1" * 16}, then="more")
    answers.versions({"VersionId": "v2" * 16, "VersionStages": [CURRENT]}, token="more")

    state = answers.secrets.describe(a_secret())

    assert [version.id for version in state.versions] == ["v1" * 16, "v2" * 16]


def test_a_version_whose_every_key_is_disabled_is_unusable_and_one_good_key_is_enough(answers):
    answers.describe(KmsKeyId="key-good")
    answers.versions(
        {"VersionId": "v1" * 16, "KmsKeyIds": ["key-dead"]},
        {"VersionId": "v2" * 16, "KmsKeyIds": ["key-dead", "key-good"]},
        {"VersionId": "v3" * 16, "KmsKeyIds": ["DefaultEncryptionKey"]},
    )
    dead = {"KeyMetadata": {"KeyId": "key-dead", "KeyState": "PendingDeletion"}}
    good = {"KeyMetadata": {"KeyId": "key-good", "KeyState": "Enabled"}}
    kms = {"key-dead": dead, "key-good": good}
    answers.secrets._kms = _Keys(kms)

    state = answers.secrets.describe(a_secret())

    assert [version.key_id for version in state.versions] == ["key-dead", "key-good", "DefaultEncryptionKey"]
    assert state.unusable_keys == frozenset({"key-dead"})
    assert state.key_id == "key-good"


class _Keys:
    """Answers DescribeKey whatever the order in which keys are asked for."""

    def __init__(self, answers: dict[str, dict[str, Any]]) -> None:
        self._answers = answers

    def describe_key(self, *, KeyId: str) -> dict[str, Any]:  # noqa: N803 - AWS's name
        return self._answers[KeyId]


def test_a_key_that_may_not_be_looked_at_is_unknown_and_not_unusable(answers):
    answers.describe(KmsKeyId="key-1")
    answers.versions({"VersionId": "v1" * 16, "KmsKeyIds": ["key-1"]})
    answers.kms.add_client_error("describe_key", "AccessDeniedException", http_status_code=400)

    assert answers.secrets.describe(a_secret()).unusable_keys == frozenset()


def test_replicas_managed_and_rotating_secrets_are_told_apart(answers):
    answers.describe(PrimaryRegion="us-east-1", OwningService="rds", RotationEnabled=True)
    answers.versions()

    state = answers.secrets.describe(a_secret())

    assert (state.is_replica, state.owning_service, state.rotation_enabled) == (True, "rds", True)


def test_the_labels_of_a_deleted_secret_are_known_though_its_versions_cannot_be_listed(answers):
    answers.describe(DeletedDate=datetime(2026, 4, 1, tzinfo=UTC), VersionIdsToStages={"v1" * 16: [CURRENT]})
    answers.manager.add_client_error("list_secret_version_ids", "InvalidRequestException", "marked for deletion")

    state = answers.secrets.describe(a_secret())

    assert state.current is not None
    assert state.current.id == "v1" * 16


@pytest.mark.parametrize(
    ("code", "status", "meaning", "said"),
    [
        ("InvalidRequestException", 400, Refused, "marked for deletion"),
        ("InvalidParameterException", 400, WorldMoved, "plan again"),
        ("ResourceNotFoundException", 400, NotFound, "does not exist"),
        ("AccessDeniedException", 400, Refused, "add secretsmanager:UpdateSecretVersionStage"),
        ("LimitExceededException", 400, Refused, "quota"),
        ("ExpiredTokenException", 400, Refused, "sign in"),
        ("ThrottlingException", 400, Unavailable, "try again later"),
        ("InternalServiceError", 500, Unavailable, "try again later"),
        ("SomethingNew", 503, Unavailable, "try again later"),
    ],
)
def test_what_aws_answers_to_a_move_says_what_to_do(answers, code, status, meaning, said):
    answers.manager.add_client_error(
        "update_secret_version_stage", code, "it was marked for deletion", http_status_code=status
    )

    with pytest.raises(meaning, match=said):
        answers.hand.move_label(a_secret(), PIN, to="v1" * 16, away_from=None)


def test_a_secret_of_another_region_is_refused_before_aws_is_asked(answers):
    elsewhere = secret_ref("prod/db", account_id=ACCOUNT, region="us-east-1")

    with pytest.raises(Refused, match="us-east-1"):
        answers.secrets.describe(elsewhere)


def test_a_secret_of_the_same_name_in_our_account_is_not_taken_for_another_accounts(answers):
    answers.manager.add_response("describe_secret", {"ARN": a_secret().text, "Name": "prod/db"})
    theirs = secret_ref("prod/db", account_id="444455556666", region=REGION)

    with pytest.raises(Refused, match="444455556666"):
        answers.secrets.describe(theirs)
