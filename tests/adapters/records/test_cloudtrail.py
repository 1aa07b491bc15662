"""Every shape of record is read, and only a record that nobody can judge is malformed.

The numbers in the comments are those of the design's 44 fidelity traps, as far as they concern the reading of one
record; the traps about windows, ids and delivery are kept by the tests of those rooms.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from nightlatch.adapters.records.cloudtrail import parse
from nightlatch.domain.errors import MalformedRecord
from nightlatch.domain.event.events import LABEL_UPDATED, NATIVE_SECRETS_MANAGER, Channel
from nightlatch.domain.event.principals import PrincipalKind
from nightlatch.domain.history.sightings import sighting_of
from own_records import ACCOUNT, GONE, REGION, a_secret_arn, own_record

ANA = f"arn:aws:iam::{ACCOUNT}:user/ana"
SSO_ROLE = f"arn:aws:iam::{ACCOUNT}:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Admin_0123456789abcdef"
WHY = "because no identity-based policy allows the secretsmanager:GetSecretValue action"


def texts(record: object) -> list[str]:
    return [secret.text for secret in parse(record).secrets]


def refused(target: str, rest: str = WHY) -> dict[str, object]:
    message = f"User: {ANA} is not authorized to perform: secretsmanager:GetSecretValue on resource: {target} {rest}"
    return own_record("denied_get", errorMessage=message.rstrip())


# What a record is


@pytest.mark.parametrize("missing", ["eventSource", "eventName", "eventTime"])
@pytest.mark.parametrize("value", [GONE, None, "", 7, [], {}])
def test_a_record_without_source_name_or_time_is_malformed(missing, value):
    with pytest.raises(MalformedRecord, match=f"has no.*{missing}"):
        parse(own_record("get_secret_value", **{missing: value}))


@pytest.mark.parametrize(
    "field", sorted(own_record("get_secret_value").keys() - {"eventSource", "eventName", "eventTime"})
)
@pytest.mark.parametrize("value", [GONE, None, 7, "text", [1], {"a": {"b": []}}])
def test_any_other_field_may_be_missing_or_of_the_wrong_type(field, value):
    event = parse(own_record("get_secret_value", **{field: value}))

    assert event.name == "GetSecretValue"
    assert event.at == datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize("record", [None, "text", 7, [], [{}], True, 1.5, b"{}"])
def test_what_is_no_object_is_malformed(record):
    with pytest.raises(MalformedRecord, match="must be a JSON object"):
        parse(record)


def test_a_message_about_a_malformed_record_names_its_id_and_nothing_else_of_it():
    record = own_record("get_secret_value", eventTime="yesterday", requestParameters={"secretId": "prod/hidden"})

    with pytest.raises(MalformedRecord) as raised:
        parse(record)

    assert record["eventID"] in str(raised.value)
    assert "hidden" not in str(raised.value)
    assert "yesterday" not in str(raised.value)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-03-02T09:00:00Z", datetime(2026, 3, 2, 9, tzinfo=UTC)),
        ("2026-03-02T09:00:00", datetime(2026, 3, 2, 9, tzinfo=UTC)),
        ("2026-03-02 09:00:00.000", datetime(2026, 3, 2, 9, tzinfo=UTC)),
        ("2026-03-02T10:00:00+01:00", datetime(2026, 3, 2, 9, tzinfo=UTC)),
    ],
)
def test_times_are_read_as_utc(text, at):
    event = parse(own_record("get_secret_value", eventTime=text))

    assert event.at == at
    assert event.at.tzinfo is UTC


@pytest.mark.parametrize(
    "text", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-02-30T00:00:00Z", "2026-03-02", "1772442000"]
)
def test_a_time_that_no_trail_can_have_written_is_unreadable(text):
    with pytest.raises(MalformedRecord, match="eventTime"):
        parse(own_record("get_secret_value", eventTime=text))


def test_a_record_without_an_id_gets_the_same_one_every_time():
    nameless = own_record("get_secret_value", eventID=GONE)
    reordered = dict(reversed(nameless.items()))
    other = own_record("get_secret_value", eventID=GONE, eventTime="2026-03-02T09:00:01Z")

    assert parse(nameless).event_id == parse(reordered).event_id
    assert parse(nameless).event_id != parse(other).event_id


# Which secret


# 1
@pytest.mark.parametrize("called", ["prod/db", "prod-backup", a_secret_arn("prod/db"), a_secret_arn("prod/db", "")])
def test_a_secret_is_kept_as_the_caller_named_it(called):
    assert texts(own_record("get_secret_value", requestParameters={"secretId": called})) == [called]


# 2, 3
def test_a_suffix_is_not_stripped_from_a_name():
    event = parse(own_record("get_secret_value", requestParameters={"secretId": "prod-backup"}))

    assert event.secret is not None
    assert event.secret.name == "prod-backup"


# 1, 15
@pytest.mark.parametrize("key", ["arn", "aRN", "ARN", "Arn"])
def test_the_arn_of_the_response_wins_over_the_name_of_the_request(key):
    record = own_record("delete_secret", responseElements={key: a_secret_arn("prod/db"), "name": "prod/db"})

    assert texts(record) == [a_secret_arn("prod/db")]


# 4
def test_a_created_secret_is_known_by_the_arn_it_got_and_a_refused_one_by_its_name():
    assert texts(own_record("create_secret")) == [a_secret_arn("prod/new")]
    assert texts(own_record("create_secret", responseElements=None, errorCode="LimitExceededException")) == ["prod/new"]


@pytest.mark.parametrize("called", ["prod/db", a_secret_arn("prod/db"), a_secret_arn("prod/db", "")])
def test_removed_replicas_stand_behind_their_primary(called):
    regions = ["us-east-1", "eu-central-1", "us-east-1"]
    record = own_record(
        "delete_secret",
        eventName="RemoveRegionsFromReplication",
        requestParameters={"secretId": called, "removeReplicaRegions": regions},
        responseElements={"aRN": a_secret_arn("prod/db")},
    )
    event = parse(record)

    assert event.secret == event.secrets[0]
    assert [secret.region for secret in event.secrets] == ["eu-west-1", "us-east-1", "eu-central-1"]
    assert texts(record) == [a_secret_arn("prod/db").replace("eu-west-1", s.region) for s in event.secrets]


def test_replicas_of_a_primary_known_by_name_are_known_by_name():
    asked = {"secretId": "prod/db", "removeReplicaRegions": ["us-east-1"]}
    record = own_record(
        "delete_secret", eventName="RemoveRegionsFromReplication", requestParameters=asked, responseElements=None
    )

    assert [key for secret in parse(record).secrets for key in secret.keys] == [
        f"{ACCOUNT}/eu-west-1/prod/db",
        f"{ACCOUNT}/us-east-1/prod/db",
    ]


@pytest.mark.parametrize(
    "regions", [None, "us-east-1:x", ["eu-west-1"], ["", "*", "us-east-1/prod"], [{"Region": 1}], 7]
)
def test_what_is_no_other_region_makes_no_replica(regions):
    asked = {"secretId": "prod/db", "removeReplicaRegions": regions}
    record = own_record("delete_secret", eventName="RemoveRegionsFromReplication", requestParameters=asked)

    assert len(parse(record).secrets) == 1


# 5
@pytest.mark.parametrize("target", ["prod/db", a_secret_arn("prod/db"), a_secret_arn("prod/db", ""), "prod-backup"])
@pytest.mark.parametrize(
    "why",
    [
        WHY,
        "because no resource-based policy allows the secretsmanager:GetSecretValue action",
        "because no permissions boundary allows the secretsmanager:GetSecretValue action",
        "with an explicit deny in an identity-based policy",
        "with an explicit deny in a resource-based policy",
        "with an explicit deny in a service control policy: arn:aws:organizations::111122223333:policy/o-a/p-b",
        "with an explicit deny in a VPC endpoint policy",
        "",
    ],
)
def test_the_target_of_a_refused_call_stands_in_its_message(target, why):
    assert texts(refused(target, why)) == [target]


# 5
def test_a_refusal_cut_at_one_kilobyte_keeps_the_name_as_far_as_it_goes():
    whole = refused("prod/" + "a" * 1100)["errorMessage"]
    assert isinstance(whole, str)

    [target] = texts(own_record("denied_get", errorMessage=whole[:1024]))

    assert target.startswith("prod/aaa")
    assert len(target) < 1000


# 5
def test_an_arn_cut_before_the_name_is_no_target():
    whole = refused("x")["errorMessage"]
    assert isinstance(whole, str)
    cut = whole.split(" on resource: ")[0] + f" on resource: arn:aws:secretsmanager:{REGION}:1111"

    assert texts(own_record("denied_get", errorMessage=cut)) == []


# 5
@pytest.mark.parametrize("name", ["denied_list", "throttled", "batch"])
def test_a_call_without_a_target_names_no_secret(name):
    assert texts(own_record(name)) == []


# 5
@pytest.mark.parametrize(
    "target", ["*", f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1", f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:rotate"]
)
def test_a_refused_key_or_function_is_no_secret(target):
    assert texts(refused(target)) == []


# 8
def test_a_batch_by_list_names_every_secret_once():
    wanted = ["prod/a", a_secret_arn("prod/a"), "prod/b", 7, None]
    record = own_record("batch", requestParameters={"secretIdList": wanted})

    assert texts(record) == [a_secret_arn("prod/a"), "prod/b"]


# 14
@pytest.mark.parametrize(
    ("name", "arn"),
    [
        ("end_version_delete", a_secret_arn("prod/db")),
        ("rotation_succeeded", a_secret_arn("prod/db")),
        ("rotation_of_managed", a_secret_arn("rds!db-0001", "GhIjKl")),
    ],
)
def test_service_events_name_their_secret_in_their_details(name, arn):
    event = parse(own_record(name))

    assert [secret.text for secret in event.secrets] == [arn]
    assert event.channel is Channel.SERVICE
    assert event.failure is None


# 14
def test_a_deletion_of_a_version_shows_that_it_was_forced():
    assert (parse(own_record("end_version_delete")).request_id or "").endswith(":Forced")


def test_resources_name_a_secret_where_nothing_else_does():
    resources = [{"accountId": ACCOUNT, "type": "AWS::SecretsManager::Secret", "ARN": a_secret_arn("prod/db")}]
    record = own_record("get_secret_value", requestParameters=None, resources=resources)

    assert texts(record) == [a_secret_arn("prod/db")]


# 40
@pytest.mark.parametrize("partition", ["aws", "aws-cn", "aws-us-gov"])
def test_other_partitions_and_scrambled_regions_are_read(partition):
    arn = f"arn:{partition}:secretsmanager:cn-centraleast-1r:{ACCOUNT}:secret:prod/db-AbCdEf"
    event = parse(own_record("get_secret_value", awsRegion="cn-centraleast-1r", requestParameters={"secretId": arn}))

    assert event.secret is not None
    assert (event.secret.region, event.secret.name) == ("cn-centraleast-1r", "prod/db")


# Which version


def test_a_read_names_the_version_it_asked_for():
    assert parse(own_record("get_secret_value")).version_id == "00000000-0000-4000-8000-0000000000a1"
    assert parse(own_record("get_secret_value", requestParameters={"secretId": "prod/db"})).version_id is None


# 19
@pytest.mark.parametrize(("name", "token"), [("put_secret_value", "a2"), ("create_secret", "a3")])
def test_a_written_version_takes_the_token_of_the_request_as_its_id(name, token):
    assert parse(own_record(name)).version_id == f"00000000-0000-4000-8000-0000000000{token}"


def test_the_version_in_a_response_wins_over_the_token():
    response = {"arn": a_secret_arn("prod/db"), "versionId": "00000000-0000-4000-8000-0000000000ff"}

    assert parse(own_record("put_secret_value", responseElements=response)).version_id == response["versionId"]


# 20
def test_an_update_names_a_version_only_where_the_response_does():
    request = {"secretId": "prod/db", "clientRequestToken": "00000000-0000-4000-8000-0000000000a9"}
    arn = a_secret_arn("prod/db")
    silent = own_record(
        "put_secret_value", eventName="UpdateSecret", requestParameters=request, responseElements={"arn": arn}
    )
    telling = {**silent, "responseElements": {"aRN": arn, "VersionId": "00000000-0000-4000-8000-0000000000aa"}}

    assert parse(silent).version_id is None
    assert parse(telling).version_id == "00000000-0000-4000-8000-0000000000aa"


def test_a_refused_write_made_no_version():
    assert parse(own_record("put_secret_value", errorCode="LimitExceededException")).version_id is None


def test_a_moved_label_names_the_version_it_moved_to():
    assert parse(own_record("move_label")).version_id == "00000000-0000-4000-8000-0000000000a1"


# Who


# 10
def test_a_user_is_its_arn_and_has_no_session():
    who = parse(own_record("get_secret_value")).principal

    assert (who.key, who.kind, who.name, who.account_id) == (ANA, PrincipalKind.USER, "ana", ACCOUNT)
    assert (who.access_key_id, who.session_name, who.mfa, who.from_console) == (
        "AKIAEXAMPLEEXAMPLE01",
        None,
        None,
        None,
    )


# 10
def test_a_role_is_its_issuer_whatever_the_session():
    record = own_record("put_secret_value")
    other = json.loads(json.dumps(record).replace("i-0123456789abcdef0", "i-ffffffffffffffff0"))

    one, two = parse(record).principal, parse(other).principal

    assert one.key == two.key == f"arn:aws:iam::{ACCOUNT}:role/service/app"
    assert one.session_name != two.session_name
    assert one.mfa is False


# 10
def test_a_role_of_the_same_name_in_another_account_is_another_principal():
    record = own_record("kms_decrypt")
    other = json.loads(json.dumps(record).replace(f"sts::{ACCOUNT}", "sts::999988887777"))

    assert parse(record).principal.key != parse(other).principal.key


# 11
def test_an_empty_issuer_leaves_the_role_of_the_session():
    who = parse(own_record("kms_decrypt")).principal

    assert (who.key, who.name) == (f"arn:aws:iam::{ACCOUNT}:role/app", "app")
    assert who.session_name == "i-0123456789abcdef0"
    assert who.invoked_by == "secretsmanager.amazonaws.com"


# 11
@pytest.mark.parametrize("gone", ["userName", "principalId"])
def test_a_person_is_the_session_even_where_identity_center_drops_fields(gone):
    record = own_record("put_resource_policy")
    record["userIdentity"]["sessionContext"]["sessionIssuer"].pop(gone)
    record["userIdentity"].pop(gone, None)

    who = parse(record).principal

    assert who.is_person
    assert who.title == "ben (Admin, Identity Center)"
    assert (who.mfa, who.from_console) == (True, True)


# 10
def test_each_person_of_a_permission_set_is_a_principal():
    record = own_record("put_resource_policy")
    other = json.loads(json.dumps(record).replace("/ben", "/mallory"))

    ben, mallory = parse(record).principal, parse(other).principal

    assert ben.key == f"{SSO_ROLE}/ben"
    assert mallory.key == f"{SSO_ROLE}/mallory"
    assert ben.names == (f"{SSO_ROLE}/ben", SSO_ROLE)


# 10
def test_a_person_is_the_same_principal_in_every_session():
    record = own_record("put_resource_policy")
    again = json.loads(json.dumps(record).replace(record["userIdentity"]["accessKeyId"], "ASIAEXAMPLEEXAMPLE99"))

    assert parse(record).principal.key == parse(again).principal.key


# 10
def test_a_role_that_only_borrows_the_name_stays_one_principal_whatever_its_sessions_say():
    text = json.dumps(own_record("put_resource_policy")).replace("aws-reserved/sso.amazonaws.com/eu-west-1/", "")

    one, two = (parse(json.loads(text.replace("/ben", f"/{name}"))).principal for name in ("ben", "ana"))

    assert one.key == two.key == f"arn:aws:iam::{ACCOUNT}:role/AWSReservedSSO_Admin_0123456789abcdef"
    assert one.names == (one.key,)


# 12
def test_root_is_root_without_a_user_name():
    identity = {"type": "Root", "principalId": ACCOUNT, "arn": f"arn:aws:iam::{ACCOUNT}:root", "accountId": ACCOUNT}
    assumed = {**identity, "sessionContext": {"sessionIssuer": {}, "assumedRoot": "true"}}

    for who in (parse(own_record("get_secret_value", userIdentity=one)).principal for one in (identity, assumed)):
        assert (who.kind, who.key) == (PrincipalKind.ROOT, f"arn:aws:iam::{ACCOUNT}:root")


# 12
def test_another_account_without_an_arn_is_its_number_and_its_principal_id():
    who = parse(own_record("from_another_account")).principal

    assert who.kind is PrincipalKind.ACCOUNT
    assert who.key == "account:999988887777:AROAEXAMPLEEXAMPLEOUT"  # whatever the session
    assert (who.account_id, who.session_name) == ("999988887777", "mallory")


def test_a_role_that_is_only_named_like_those_of_identity_center_is_no_person():
    role = f"arn:aws:iam::{ACCOUNT}:role/AWSReservedSSO_Admin_0123456789abcdef"
    issuer = {"type": "Role", "arn": role, "accountId": ACCOUNT, "userName": role.rpartition("/")[2]}
    identity = {
        "type": "AssumedRole",
        "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/{issuer['userName']}/ana",
        "accountId": ACCOUNT,
        "sessionContext": {"sessionIssuer": issuer},
    }

    who = parse(own_record("get_secret_value", userIdentity=identity)).principal

    assert not who.is_person
    assert who.title == "AWSReservedSSO_Admin_0123456789abcdef (role, session ana)"


def test_a_destruction_without_details_names_its_secret_in_the_request_id():
    record = own_record("end_version_delete", additionalEventData=None)
    named = f"SecretDeleteMessage:{a_secret_arn('prod/gone')}:2026-03-02T09:00:00Z:Forced"

    (secret,) = parse({**record, "requestID": named}).secrets

    assert secret.text == a_secret_arn("prod/gone")
    assert parse({**record, "requestID": "SecretDeleteMessage:rubbish"}).secrets == ()


# 12
def test_the_root_arn_of_a_foreign_account_does_not_mean_that_its_root_was_at_work():
    identity = {"type": "AWSAccount", "accountId": "999988887777", "arn": "arn:aws:iam::999988887777:root"}

    assert parse(own_record("from_another_account", userIdentity=identity)).principal.kind is PrincipalKind.ACCOUNT


# 12
def test_a_foreign_caller_known_by_arn_keeps_it():
    arn = "arn:aws:sts::999988887777:assumed-role/reader/mallory"
    identity = {"type": "AWSAccount", "accountId": "999988887777", "arn": arn}

    who = parse(own_record("from_another_account", userIdentity=identity)).principal

    assert (who.key, who.account_id) == ("arn:aws:iam::999988887777:role/reader", "999988887777")


# 41
def test_the_owners_copy_of_a_cross_account_call_carries_the_shared_id():
    event = parse(own_record("from_another_account"))

    assert event.account_id == ACCOUNT
    assert event.shared_event_id == "00000000-0000-4000-8000-0000000000c1"


# 12
@pytest.mark.parametrize("name", ["end_version_delete", "rotation_succeeded"])
@pytest.mark.parametrize(
    "identity", [{"accountId": ACCOUNT, "invokedBy": "secretsmanager.amazonaws.com"}, {}, None, GONE]
)
def test_the_service_itself_is_the_principal_of_its_events(name, identity):
    who = parse(own_record(name, userIdentity=identity)).principal

    assert (who.kind, who.key) == (PrincipalKind.SERVICE, "service:secretsmanager.amazonaws.com")


def test_a_service_is_named_by_who_it_is_invoked_by():
    identity = {"type": "AWSService", "invokedBy": "config.amazonaws.com"}
    who = parse(own_record("get_secret_value", userIdentity=identity)).principal

    assert (who.kind, who.key) == (PrincipalKind.SERVICE, "service:config.amazonaws.com")


# 13, ruling 42
def test_a_call_through_cloudformation_keeps_its_principal():
    record = own_record("force_delete", sourceIPAddress="cloudformation.amazonaws.com")
    record["userIdentity"]["invokedBy"] = "cloudformation.amazonaws.com"

    event = parse(record)

    assert (event.principal.key, event.principal.kind) == (ANA, PrincipalKind.USER)
    assert event.principal.invoked_by == "cloudformation.amazonaws.com"
    assert event.origin.address == "cloudformation.amazonaws.com"


@pytest.mark.parametrize(
    ("identity", "key", "name"),
    [
        (
            {
                "type": "FederatedUser",
                "principalId": f"{ACCOUNT}:ben",
                "arn": f"arn:aws:sts::{ACCOUNT}:federated-user/ben",
            },
            f"arn:aws:sts::{ACCOUNT}:federated-user/ben",
            "ben",
        ),
        (
            {"type": "SAMLUser", "principalId": "Xyz=:ben", "userName": "ben", "identityProvider": "Xyz="},
            "federated:Xyz=:ben",
            "ben",
        ),
        (
            {"type": "WebIdentityUser", "principalId": "idp:app:7", "userName": "7", "identityProvider": "idp.example"},
            "federated:idp.example:7",
            "7",
        ),
        (
            {
                "type": "IdentityCenterUser",
                "accountId": ACCOUNT,
                "onBehalfOf": {
                    "userId": "544894e8",
                    "identityStoreArn": f"arn:aws:identitystore::{ACCOUNT}:identitystore/d-1",
                },
                "credentialId": "1",
            },
            f"federated:arn:aws:identitystore::{ACCOUNT}:identitystore/d-1:544894e8",
            "544894e8",
        ),
    ],
)
def test_people_from_outside_iam_have_a_stable_key(identity, key, name):
    who = parse(own_record("get_secret_value", userIdentity=identity)).principal

    assert (who.kind, who.key, who.name) == (PrincipalKind.FEDERATED, key, name)


@pytest.mark.parametrize(
    ("identity", "key", "kind"),
    [
        ({"arn": ANA}, ANA, PrincipalKind.USER),
        ({"type": "IAMUser", "userName": "ana"}, ANA, PrincipalKind.USER),
        ({"type": "IAMUser", "principalId": "AIDAEXAMPLE"}, f"id:{ACCOUNT}:AIDAEXAMPLE", PrincipalKind.USER),
        ({"type": "AssumedRole", "principalId": "AROAEXAMPLE:x"}, f"id:{ACCOUNT}:AROAEXAMPLE", PrincipalKind.ROLE),
        (
            {"type": "Role", "arn": f"arn:aws:iam::{ACCOUNT}:role/a/app"},
            f"arn:aws:iam::{ACCOUNT}:role/a/app",
            PrincipalKind.ROLE,
        ),
        ({"type": "Unknown"}, f"unknown:{ACCOUNT}", PrincipalKind.UNKNOWN),
        ({"type": "AssumedRole", "sessionContext": {}}, f"unknown:{ACCOUNT}", PrincipalKind.UNKNOWN),
        ({"accountId": ACCOUNT}, f"unknown:{ACCOUNT}", PrincipalKind.UNKNOWN),
        ({}, f"unknown:{ACCOUNT}", PrincipalKind.UNKNOWN),
        (None, f"unknown:{ACCOUNT}", PrincipalKind.UNKNOWN),
        ({"accountId": "999988887777", "principalId": "P"}, "account:999988887777:P", PrincipalKind.ACCOUNT),
    ],
)
def test_what_is_left_of_an_identity_names_the_principal(identity, key, kind):
    who = parse(own_record("get_secret_value", userIdentity=identity)).principal

    assert (who.key, who.kind) == (key, kind)


# Ruling 34
def test_a_missing_account_is_not_a_foreign_one():
    record = own_record("get_secret_value")
    record["userIdentity"].pop("accountId")

    who = parse(record).principal

    assert who.account_id == ACCOUNT  # the ARN says it
    assert parse(own_record("get_secret_value", userIdentity={"type": "Unknown"})).principal.account_id is None


def test_an_account_written_as_a_number_keeps_its_leading_zeros():
    event = parse(own_record("get_secret_value", recipientAccountId=12345678901))

    assert event.account_id == "012345678901"


# What happened


# 6, 7
@pytest.mark.parametrize(
    "code",
    [
        "AccessDenied",
        "AccessDeniedException",
        "UnauthorizedOperation",
        "Client.UnauthorizedOperation",
        "VpceAccessDenied",
    ],
)
def test_every_spelling_of_a_refusal_is_one(code):
    event = parse(own_record("denied_get", errorCode=code))

    assert event.denied
    assert not event.succeeded


# 7
def test_a_failure_that_is_no_refusal_is_a_failure():
    event = parse(own_record("throttled"))

    assert not event.succeeded
    assert not event.denied


def test_a_message_without_a_code_is_a_failure_too():
    record = own_record("denied_get", errorCode=GONE)

    assert parse(record).denied
    assert not parse({**record, "errorMessage": "Rate exceeded"}).succeeded
    assert parse(own_record("get_secret_value", errorCode=None, errorMessage=None)).succeeded


# 16
def test_a_localised_date_in_a_response_is_left_alone():
    assert parse(own_record("delete_secret")).response.text("deletionDate") == "Apr 1, 2026, 9:00:00\u202fAM"


# 17
@pytest.mark.parametrize(("sent", "read"), [(True, True), ("true", True), ("false", False), (GONE, None), (7, None)])
def test_absent_is_unknown_and_not_false(sent, read):
    request = {
        key: value
        for key, value in {"secretId": "prod/db", "forceDeleteWithoutRecovery": sent}.items()
        if value is not GONE
    }

    assert (
        parse(own_record("force_delete", requestParameters=request)).request.flag("forceDeleteWithoutRecovery") is read
    )


# 18
@pytest.mark.parametrize("sent", ["null", "", None, "not JSON", 7, []])
def test_parameters_that_are_no_object_are_empty(sent):
    assert parse(own_record("get_secret_value", requestParameters=sent)).request.names == frozenset()


# 18
def test_parameters_written_as_a_text_are_read():
    assert texts(own_record("get_secret_value", requestParameters='{"secretId": "prod/db"}')) == ["prod/db"]


# 18
def test_a_policy_is_read_as_a_text_and_as_an_object():
    record = own_record("put_resource_policy")
    as_object = json.loads(record["requestParameters"]["resourcePolicy"])

    told = parse({**record, "requestParameters": {**record["requestParameters"], "resourcePolicy": as_object}})

    assert told.request.document("resourcePolicy") == parse(record).request.document("resourcePolicy")


# 9
def test_equal_pages_of_a_batch_have_one_digest_and_others_another():
    other = own_record("batch", requestParameters={"filters": [{"key": "all", "values": ["!zz"]}]})

    assert sighting_of(parse(own_record("batch"))).digest == sighting_of(parse(own_record("batch"))).digest
    assert sighting_of(parse(own_record("batch"))).digest != sighting_of(parse(other)).digest


# 21, 22, 23
def test_other_services_keep_their_dated_names_and_their_parameters():
    event = parse(own_record("lambda_code"))

    assert (event.source, event.name) == ("lambda.amazonaws.com", "UpdateFunctionCode20150331v2")
    assert event.secrets == ()
    assert event.request.child("fullyQualifiedArn").child("relativeId").text("functionName") == "rotate-db"


# 21
def test_a_delete_secret_of_another_service_is_about_no_secret_of_ours():
    event = parse(own_record("delete_secret", eventSource="vault.example.com"))

    assert event.secrets == ()
    assert not event.called("DeleteSecret")


# 24, 25
def test_a_decryption_shows_the_secret_in_its_context_and_the_key_in_its_resources():
    event = parse(own_record("kms_decrypt"))

    assert [(secret.text, secret.is_full) for secret in event.secrets] == [(a_secret_arn("prod/db"), True)]
    assert event.version_id == event.request.child("encryptionContext").text("secretversionid")
    assert event.resources == (f"arn:aws:kms:{REGION}:{ACCOUNT}:key/00000000-0000-4000-8000-0000000000d1",)


@pytest.mark.parametrize("context", [GONE, {}, {"SecretARN": "prod/db"}, {"SecretARN": 7}, "omitted"])
def test_a_decryption_for_something_else_is_about_no_secret(context):
    record = own_record("kms_decrypt", requestParameters={"encryptionContext": context})

    assert parse(record).secrets == ()


# 26
def test_a_call_seen_at_an_endpoint_is_told_apart_from_the_call_itself():
    event = parse(own_record("network_activity"))
    plural = parse(own_record("network_activity", eventType="AwsVpceEvent", eventCategory=GONE))

    assert event.channel is plural.channel is Channel.NETWORK
    assert event.denied
    assert event.origin.vpc_endpoint_id == "vpce-0123456789abcdef0"


# 27
def test_a_corrected_record_is_an_event_of_its_own():
    addendum = {
        "reason": "UPDATED_DATA",
        "updatedFields": "",
        "originalEventID": "00000000-0000-4000-8000-000000002001",
    }
    record = own_record("get_secret_value", addendum=addendum, eventID="00000000-0000-4000-8000-000000002099")

    event = parse(record)

    assert event.event_id == "00000000-0000-4000-8000-000000002099"
    assert event.corrects == "00000000-0000-4000-8000-000000002001"
    assert parse(own_record("get_secret_value", addendum={"reason": "DELIVERY_DELAY"})).corrects is None


# 29
@pytest.mark.parametrize(("told", "read_only"), [(True, True), (False, False), ("true", True), (GONE, True)])
def test_a_batch_is_a_read_unless_the_record_says_otherwise(told, read_only):
    assert parse(own_record("batch", readOnly=told)).read_only is read_only


# 30
def test_the_native_event_of_a_label_is_read_from_its_envelope():
    event = parse(own_record("label_updated"))

    assert (event.source, event.name, event.channel) == (NATIVE_SECRETS_MANAGER, LABEL_UPDATED, Channel.NATIVE)
    assert event.event_id == "00000000-0000-4000-8000-0000000000e1"
    assert event.at == datetime(2026, 3, 2, 9, 0, 1, tzinfo=UTC)
    assert [secret.text for secret in event.secrets] == [a_secret_arn("prod/db")]
    assert event.version_id == "00000000-0000-4000-8000-0000000000a2"
    assert event.request.text("labelUpdated") == "AWSCURRENT"
    assert event.principal.kind is PrincipalKind.SERVICE
    assert sighting_of(event).labels == ("AWSCURRENT",)


# 30
@pytest.mark.parametrize("field", ["account", "region", "resources", "id", "detail"])
@pytest.mark.parametrize("value", [GONE, None, 7, "text", [1, {}], {"a": 1}])
def test_a_native_event_is_read_whatever_else_is_missing(field, value):
    assert parse(own_record("label_updated", **{field: value})).name == LABEL_UPDATED


@pytest.mark.parametrize("time", [GONE, None, "soon"])
def test_a_native_event_without_a_time_is_malformed(time):
    with pytest.raises(MalformedRecord, match="time"):
        parse(own_record("label_updated", time=time))


# 33
def test_what_was_too_large_to_log_is_marked_as_left_out():
    assert parse(own_record("too_large")).request.omitted
    assert not parse(own_record("stop_logging")).request.omitted


# 28, 34
def test_replays_and_agents_are_kept_as_they_are_told():
    event = parse(own_record("get_secret_value"), replayed=True)

    assert event.replayed
    assert event.origin.user_agent == "Boto3/1.34"


def test_half_a_character_never_reaches_a_later_room():
    record = own_record(
        "get_secret_value", eventID="\ud800", userAgent="a\udfff", requestParameters={"secretId": "db\ud800"}
    )
    record["userIdentity"].update(arn="arn:aws:iam::111122223333:user/\ud800", userName="\ud800")

    event = parse(record)

    for text in (
        event.event_id,
        event.origin.user_agent,
        event.secrets[0].text,
        event.principal.key,
        event.principal.name,
    ):
        assert text is not None
        text.encode()


def test_an_event_does_not_change_with_the_record_it_came_from():
    record = own_record("get_secret_value")
    event = parse(record)

    record["requestParameters"]["secretId"] = "prod/other"

    assert event.request.text("secretId") == a_secret_arn("prod/db")
