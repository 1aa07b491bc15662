"""An account is looked at whole and without a value; what AWS refuses is a gap by its name, and the rest is there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from fakes_posture import (
    FakeProtections,
    FakeUses,
    Scripted,
    Watched,
    all_secrets,
    premises,
    refusal,
)
from nightlatch.adapters.posture.premises import AwsPremises
from nightlatch.domain.errors import Refused, Unavailable, WorldMoved
from nightlatch.domain.guarding.guard_texts import merge
from nightlatch.domain.guarding.guards import Guard
from nightlatch.domain.posture.secrets import Protected, SecretPosture
from nightlatch.domain.posture.unseen import NOT_DEPLOYED, Gap
from nightlatch.domain.secret.key_states import KeyState, KeyStatus
from nightlatch.domain.secret.versions import CURRENT, PREVIOUS
from worlds import ACCOUNT, REGION, a_client, on_moto

ARN = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:prod/db-AbCdEf"
VALUE = "planted-value-7"
HOSTILE = "prod/$(reboot)"
GUARD = Guard(account_id=ACCOUNT, spared=(f"arn:aws:iam::{ACCOUNT}:role/break-glass",))
DATE = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)


@pytest.fixture
def moto(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with on_moto(monkeypatch):
        yield


def create(name: str = "prod/db", **said: Any) -> str:
    return str(a_client("secretsmanager").create_secret(Name=name, SecretString=VALUE, **said)["ARN"])


def only(port: AwsPremises) -> SecretPosture:
    (found,) = all_secrets(port)
    return found


# -- secrets, on moto


@pytest.mark.usefixtures("moto")
def test_a_secret_is_seen_with_its_versions_its_policy_and_its_key() -> None:
    key = a_client("kms").create_key()["KeyMetadata"]
    arn = create(Description="of orders", KmsKeyId=key["Arn"], Tags=[{"Key": "owner", "Value": "orders"}])
    a_client("secretsmanager").put_secret_value(SecretId=arn, SecretString=f"{VALUE} again")
    policy = merge(None, GUARD)
    a_client("secretsmanager").put_resource_policy(SecretId=arn, ResourcePolicy=policy)

    found = only(premises())

    assert (found.arn, found.name, found.description) == (arn, "prod/db", "of orders")
    assert found.tags == (("owner", "orders"),)
    assert found.key_state == KeyState(arn=key["Arn"], status=KeyStatus.ENABLED)
    assert isinstance(found.versions, tuple)
    assert {label for version in found.versions for label in version.labels} == {CURRENT, PREVIOUS}
    assert found.policy_text == policy
    assert isinstance(found.protected, Protected)
    assert found.protected.is_guarded
    assert (found.account_id, found.region) == (ACCOUNT, REGION)


@pytest.mark.usefixtures("moto")
def test_every_page_is_read_and_no_secret_twice() -> None:
    names = {f"prod/{number:03}" for number in range(210)}
    for name in names:
        create(name)
    port = premises()

    found = [one.name for one in all_secrets(port)]

    assert len(found) == len(names)
    assert {*found} == names
    assert port.calls_by_action == {
        "secretsmanager:ListSecrets": 3,
        "secretsmanager:ListSecretVersionIds": 210,
        "secretsmanager:GetResourcePolicy": 210,
        "secretsmanager:DescribeSecret": 210,  # the list does not tell who else has a secret's values
    }
    assert port.calls == 633


@pytest.mark.usefixtures("moto")
def test_an_empty_account_is_one_empty_page() -> None:
    assert premises().secrets(None).secrets == ()


@pytest.mark.usefixtures("moto")
def test_a_secret_that_waits_to_be_deleted_is_seen_and_its_policy_is_a_gap() -> None:
    a_client("secretsmanager").delete_secret(SecretId=create())
    port = premises()

    found = only(port)

    assert found.deleted_at is not None
    assert isinstance(found.policy_text, Gap)
    assert isinstance(found.versions, tuple)
    assert set(port.calls_by_action) == {"secretsmanager:ListSecrets"}


@pytest.mark.usefixtures("moto")
def test_a_secret_that_vanishes_while_being_looked_at_is_named_and_the_others_are_there() -> None:
    gone = create("prod/gone")
    create("prod/stays")

    def force_delete_first(asked: Mapping[str, Any], call: Callable[..., Any]) -> Any:
        if asked["SecretId"] == gone:
            a_client("secretsmanager").delete_secret(SecretId=gone, ForceDeleteWithoutRecovery=True)
        return call(**asked)

    page = premises(Watched(a_client, secretsmanager__GetResourcePolicy=force_delete_first)).secrets(None)

    assert [one.name for one in page.secrets] == ["prod/stays"]
    assert page.vanished == (gone,)


@pytest.mark.usefixtures("moto")
def test_one_secret_that_may_not_be_looked_at_leaves_the_others_whole() -> None:
    closed = create("prod/closed")
    create("prod/open")

    def refuse_one(asked: Mapping[str, Any], call: Callable[..., Any]) -> Any:
        if asked["SecretId"] == closed:
            raise refusal(said="User: u is not authorized with an explicit deny in a resource-based policy")
        return call(**asked)

    refused = {
        "secretsmanager__GetResourcePolicy": refuse_one,
        "secretsmanager__ListSecretVersionIds": refuse_one,
    }
    found = {one.name: one for one in all_secrets(premises(Watched(a_client, **refused)))}

    assert isinstance(found["prod/open"].versions, tuple)
    assert found["prod/open"].policy_text is None
    policy, versions = found["prod/closed"].policy_text, found["prod/closed"].versions
    assert isinstance(policy, Gap)
    assert isinstance(versions, Gap)
    assert (policy.action, versions.action) == (
        "secretsmanager:GetResourcePolicy",
        "secretsmanager:ListSecretVersionIds",
    )
    assert "no permission outweighs that" in policy.why
    assert isinstance(found["prod/closed"].protected, Gap)


@pytest.mark.usefixtures("moto")
def test_one_key_of_many_secrets_is_asked_for_once() -> None:
    key = a_client("kms").create_key()["KeyMetadata"]["Arn"]
    for number in range(12):
        create(f"prod/{number}", KmsKeyId=key)
    port = premises()

    found = all_secrets(port)

    assert port.calls_by_action["kms:DescribeKey"] == 1
    assert {one.key_state.status for one in found if isinstance(one.key_state, KeyState)} == {KeyStatus.ENABLED}


@pytest.mark.usefixtures("moto")
def test_a_key_that_is_gone_is_no_gap() -> None:
    create(KmsKeyId="1b7a0c0e-0000-4000-8000-00000000000a")

    state = only(premises()).key_state

    assert isinstance(state, KeyState)
    assert state.status is KeyStatus.GONE
    assert state.arn == f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1b7a0c0e-0000-4000-8000-00000000000a"


@pytest.mark.usefixtures("moto")
@pytest.mark.parametrize("policy", ["{not json", "[]", "null", '"a text"'])
def test_a_policy_that_is_no_json_is_passed_on_as_it_is(policy: str) -> None:
    create()
    answer = {"ARN": ARN, "Name": "prod/db", "ResourcePolicy": policy}

    found = only(premises(Watched(a_client, secretsmanager__GetResourcePolicy=lambda _asked, _call: answer)))

    assert found.policy_text == policy
    assert isinstance(found.protected, Protected)
    assert not found.protected.is_guarded


@pytest.mark.usefixtures("moto")
def test_hostile_names_are_looked_at_like_any_other() -> None:
    names = {HOSTILE, "=cmd|' /C calc'!A0", "<script>", "../../etc", "a b\\c"}
    for name in names:
        create(name)

    assert {one.name for one in all_secrets(premises())} == names


@pytest.mark.usefixtures("moto")
def test_what_is_known_of_a_secret_stands_beside_what_aws_tells() -> None:
    create()
    kept = Protected(is_guarded=True, wants_guard=True)
    uses, protections = FakeUses(), FakeProtections(by_name={"prod/db": kept})

    found = only(premises(uses=uses, protections=protections))

    assert found.use == uses.of([found.secret])[found.secret]  # type: ignore[index]
    assert isinstance(found.protected, Protected)
    assert (found.protected.wants_guard, found.protected.is_guarded) == (True, False)  # the policy itself says so


@pytest.mark.usefixtures("moto")
def test_where_nobody_counts_and_nothing_is_deployed_there_are_gaps() -> None:
    create()

    found = only(premises(uses=FakeUses(gap=NOT_DEPLOYED), protections=FakeProtections(gap=NOT_DEPLOYED)))

    assert (found.use, found.protected) == (NOT_DEPLOYED, NOT_DEPLOYED)


@pytest.mark.usefixtures("moto")
def test_a_secret_that_is_left_out_on_purpose_is_named_so_that_nobody_takes_it_for_gone() -> None:
    left, _ = create("decoy"), create("prod/db")
    port = premises(wants=lambda name: name != "decoy")

    page = port.secrets(None)

    assert ([one.name for one in page.secrets], page.left_out, page.vanished) == (["prod/db"], (left,), ())
    assert port.calls_by_action["secretsmanager:GetResourcePolicy"] == 1


# -- what AWS answers and moto does not


def listed(**said: Any) -> Mapping[str, Any]:
    return {"SecretList": [{"ARN": ARN, "Name": "prod/db", **said}]}


def on(**answers: Any) -> AwsPremises:
    usual = {
        "secretsmanager__ListSecrets": listed(),
        "secretsmanager__DescribeSecret": {"ARN": ARN, "Name": "prod/db"},
        "secretsmanager__ListSecretVersionIds": {"Versions": []},
        "secretsmanager__GetResourcePolicy": {},
    }
    return premises(Scripted(**usual | answers))


def test_days_are_those_of_utc_whatever_the_machine_thinks() -> None:
    version = {"VersionId": "v1" * 16, "LastAccessedDate": DATE, "CreatedDate": DATE}

    found = only(
        on(
            secretsmanager__ListSecrets=listed(LastAccessedDate=DATE, NextRotationDate=DATE),
            secretsmanager__ListSecretVersionIds={"Versions": [version]},
        )
    )

    assert found.last_read == DATE.date()
    assert isinstance(found.versions, tuple)
    assert (found.versions[0].last_read, found.versions[0].created_at) == (DATE.date(), DATE)
    assert found.next_rotation == DATE


ABROAD = f"arn:aws:secretsmanager:{REGION}:999988887777:secret:copy-AbCdEf"


def describing(**said: Any) -> dict[str, Any]:
    return {"secretsmanager__DescribeSecret": {"ARN": ARN, "Name": "prod/db", **said}}


def test_a_copy_in_another_account_is_seen_though_the_list_says_nothing_of_it() -> None:
    entry = {"ReplicaSecretARN": ABROAD, "ReplicationStatus": "InSync", "StatusMessage": "hunter2"}

    found = only(on(**describing(CrossAccountReplicas=[entry])))

    assert isinstance(found.replicas, tuple)
    (replica,) = found.replicas
    assert (replica.arn, replica.account_id, replica.region, replica.status) == (
        ABROAD,
        "999988887777",
        REGION,
        "InSync",
    )
    assert replica.place == "account 999988887777"
    assert "hunter2" not in repr(found)
    assert (found.foreign_primary, found.policy_by_aws, found.is_replica) == (None, None, False)


def test_of_a_copy_of_another_accounts_secret_both_policies_are_read() -> None:
    asked_for: list[str | None] = []

    def policy(asked: Mapping[str, Any]) -> Any:
        asked_for.append(asked.get("PolicyName"))
        return {"ResourcePolicy": "{}" if asked.get("PolicyName") is None else '{"Statement": []}'}

    primary = {"PrimarySecretARN": ABROAD, "ReplicationStatus": "InSync"}

    found = only(on(**describing(CrossAccountPrimary=primary), secretsmanager__GetResourcePolicy=policy))

    assert (found.foreign_primary, found.policy_text, found.policy_by_aws) == (ABROAD, "{}", '{"Statement": []}')
    assert asked_for == [None, "cross-account-replication"]


@pytest.mark.parametrize(
    ("answer", "is_gap"), [(refusal("ResourceNotFoundException"), False), (refusal(), True), ({}, False)]
)
def test_a_copy_without_a_second_policy_is_there_and_one_that_may_not_be_read_is_a_gap(
    answer: Any,
    is_gap: bool,  # noqa: FBT001 - a table of examples
) -> None:
    def policy(asked: Mapping[str, Any]) -> Any:
        return answer if asked.get("PolicyName") else {"ResourcePolicy": "{}"}

    primary = {"PrimarySecretARN": ABROAD, "ReplicationStatus": "InSync"}

    found = only(on(**describing(CrossAccountPrimary=primary), secretsmanager__GetResourcePolicy=policy))

    assert found.policy_text == "{}"
    assert isinstance(found.policy_by_aws, Gap) is is_gap


def test_whether_others_have_its_values_is_a_gap_where_nobody_may_ask() -> None:
    found = only(on(secretsmanager__DescribeSecret=refusal()))

    assert isinstance(found.replicas, Gap)
    assert found.foreign_primary == found.replicas


def test_replicas_in_other_regions_are_seen_with_how_they_stand() -> None:
    status = [{"Region": "us-east-1", "Status": "Failed", "StatusMessage": "no", "KmsKeyId": "alias/there"}]
    answers = {
        "secretsmanager__ListSecrets": listed(PrimaryRegion=REGION),
        "secretsmanager__DescribeSecret": {"ARN": ARN, "Name": "prod/db", "ReplicationStatus": status},
    }

    (replica,) = only(on(**answers)).replicas  # type: ignore[misc]

    assert (replica.region, replica.status, replica.key) == ("us-east-1", "Failed", "alias/there")


def test_a_replica_is_not_asked_for_replicas() -> None:
    port = on(secretsmanager__ListSecrets=listed(PrimaryRegion="us-east-1"))

    assert only(port).replicas == ()
    assert "secretsmanager:DescribeSecret" not in port.calls_by_action


def test_a_secret_that_began_to_wait_for_its_deletion_since_it_was_listed_says_so() -> None:
    found = only(
        on(
            secretsmanager__GetResourcePolicy=refusal("InvalidRequestException", "it was marked for deletion"),
            secretsmanager__DescribeSecret={"ARN": ARN, "Name": "prod/db", "DeletedDate": DATE},
        )
    )

    assert found.deleted_at == DATE
    assert isinstance(found.policy_text, Gap)


@pytest.mark.parametrize("call", ["ListSecretVersionIds", "GetResourcePolicy", "DescribeSecret"])
def test_whichever_call_finds_a_secret_gone_it_has_vanished(call: str) -> None:
    gone = {f"secretsmanager__{call}": refusal("ResourceNotFoundException")}
    page = on(secretsmanager__ListSecrets=listed(PrimaryRegion=REGION), **gone).secrets(None)

    assert (page.secrets, page.vanished) == ((), (ARN,))


def test_a_policy_that_aws_does_not_tell_for_another_reason_is_a_gap() -> None:
    found = only(
        on(
            secretsmanager__GetResourcePolicy=refusal("InvalidRequestException", "not now"),
            secretsmanager__DescribeSecret={"ARN": ARN, "Name": "prod/db"},
        )
    )

    assert found.deleted_at is None
    assert isinstance(found.policy_text, Gap)
    assert "not now" in found.policy_text.why


def test_a_call_that_aws_does_not_answer_for_long_is_a_gap_of_that_secret() -> None:
    found = only(on(secretsmanager__ListSecretVersionIds=refusal("InternalServiceError", status=500)))

    assert isinstance(found.versions, Gap)
    assert "try again later" in found.versions.why
    assert found.policy_text is None


def test_versions_are_read_to_the_last_page() -> None:
    pages = {None: ("v1", "more"), "more": ("v2", None)}

    def page(asked: Mapping[str, Any]) -> Mapping[str, Any]:
        name, token = pages[asked.get("NextToken")]
        return {"Versions": [{"VersionId": name * 16}]} | ({"NextToken": token} if token else {})

    found = only(on(secretsmanager__ListSecretVersionIds=page)).versions

    assert isinstance(found, tuple)
    assert [one.id for one in found] == ["v1" * 16, "v2" * 16]


def test_a_list_that_is_denied_is_refused_with_what_to_allow() -> None:
    with pytest.raises(Refused, match="add secretsmanager:ListSecrets"):
        on(secretsmanager__ListSecrets=refusal()).secrets(None)
    with pytest.raises(Refused, match="add lambda:ListFunctions"):
        on(lambda__ListFunctions=refusal()).functions(None, {})


def test_a_place_in_a_list_that_aws_has_forgotten_says_to_begin_anew() -> None:
    with pytest.raises(WorldMoved, match="begin anew"):
        on(secretsmanager__ListSecrets=refusal("InvalidNextTokenException")).secrets("old")
    with pytest.raises(WorldMoved, match="begin anew"):
        on(lambda__ListFunctions=refusal("InvalidParameterValueException")).functions("list:old", {})


@pytest.mark.parametrize("code", ["ExpiredTokenException", "UnrecognizedClientException"])
def test_credentials_that_expire_on_the_way_stop_the_audit_and_are_no_gap(code: str) -> None:
    for refused in ("secretsmanager__GetResourcePolicy", "secretsmanager__ListSecrets"):
        with pytest.raises(Unavailable, match="sign in"):
            on(**{refused: refusal(code)}).secrets(None)


def test_a_network_that_is_gone_stops_the_audit_and_is_no_gap() -> None:
    lost = EndpointConnectionError(endpoint_url="https://192.0.2.1")

    with pytest.raises(Unavailable, match="could not be reached"):
        on(secretsmanager__GetResourcePolicy=lost).secrets(None)
