"""Keys, policies, grants, replicas, tags and versions: where each begins to be wrong, and what is nobody's business."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asked import finding_of, judgement_of, outcome_of
from nightlatch.checks import CHECKS
from nightlatch.checks.grants_by_aws import CHECK as BY_AWS
from nightlatch.checks.grants_wide import CHECK as WIDE
from nightlatch.checks.key_by_aws import CHECK as AWS_KEY
from nightlatch.checks.key_foreign import CHECK as FOREIGN_KEY
from nightlatch.checks.key_unapproved import CHECK as UNAPPROVED_KEY
from nightlatch.checks.key_unusable import CHECK as UNUSABLE
from nightlatch.checks.key_waits_for_deletion import CHECK as WAITING
from nightlatch.checks.policy_anyone_in_place import CHECK as IN_PLACE
from nightlatch.checks.policy_foreign_account import CHECK as FOREIGN_ACCOUNT
from nightlatch.checks.policy_leaves_it_to_iam import CHECK as LEFT_TO_IAM
from nightlatch.checks.policy_not_principal import CHECK as NOT_PRINCIPAL
from nightlatch.checks.policy_public import CHECK as PUBLIC
from nightlatch.checks.policy_unreadable import CHECK as UNREADABLE
from nightlatch.checks.replicas_failed import CHECK as FAILED
from nightlatch.checks.replicas_foreign_account import CHECK as ABROAD
from nightlatch.checks.replicas_unapproved import CHECK as UNAPPROVED_REPLICA
from nightlatch.checks.tags_no_owner import CHECK as NO_OWNER
from nightlatch.checks.tags_none import CHECK as NO_TAGS
from nightlatch.checks.versions_labels_full import CHECK as LABELS
from nightlatch.checks.versions_many import CHECK as VERSIONS
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.account.tiers import TAG, Tier, TierOf
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.accounts import GrantPosture
from nightlatch.domain.posture.checks import Check, Outcome
from nightlatch.domain.posture.examples import (
    ACCOUNT,
    KEY,
    NOW,
    TERMS,
    a_policy,
    a_secret,
    ago,
    an_account,
    an_allowance,
)
from nightlatch.domain.posture.practices import Practice
from nightlatch.domain.posture.secrets import ReplicaPosture, SecretPosture
from nightlatch.domain.posture.terms import Terms
from nightlatch.domain.posture.unseen import Gap
from nightlatch.domain.secret.key_states import KeyState, KeyStatus

STRANGER = "999988887777"
DENIED = Gap("kms:DescribeKey", "AccessDenied; allow it")
POLICY_CHECKS = (PUBLIC, IN_PLACE, FOREIGN_ACCOUNT, NOT_PRINCIPAL)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def under(*statements: object) -> SecretPosture:
    return a_secret(policy_text=a_policy(*statements))


def trusting(**inventory: object) -> Terms:
    return Terms(now=NOW, inventory=Inventory(**inventory))  # type: ignore[arg-type]


# Keys


@pytest.mark.parametrize("status", KeyStatus)
def test_every_state_of_a_key_is_judged_by_one_check_at_most(status: KeyStatus) -> None:
    secret = a_secret(key_state=KeyState(arn=KEY, status=status))

    outcomes = [outcome_of(check, secret) for check in (WAITING, UNUSABLE)]

    good = {KeyStatus.ENABLED, KeyStatus.CREATING, KeyStatus.UPDATING}
    assert outcomes.count(Outcome.VIOLATED) == (0 if status in good else 1)


@pytest.mark.parametrize("check", [WAITING, UNUSABLE], ids=lambda check: check.id)
def test_a_key_that_nobody_could_look_at_is_not_taken_for_a_good_one(check: Check[Any]) -> None:
    assert outcome_of(check, a_secret(key_state=DENIED)) is Outcome.UNSEEN


def test_a_key_is_yours_even_where_a_service_manages_the_secret() -> None:
    dead = a_secret(key_state=KeyState(arn=KEY, status=KeyStatus.PENDING_DELETION), owning_service="rds.amazonaws.com")

    assert finding_of(WAITING, dead).severity is Severity.CRITICAL
    assert outcome_of(WAITING, replace(dead, primary_region="us-east-1")) is Outcome.VIOLATED


def test_which_key_a_managed_secret_has_is_left_to_its_owner() -> None:
    assert outcome_of(AWS_KEY, a_secret(key=None, owning_service="rds.amazonaws.com")) is Outcome.SPARED


def test_only_what_enabling_can_help_is_told_to_be_enabled() -> None:
    commands = {
        status: finding_of(UNUSABLE, a_secret(key_state=KeyState(arn=KEY, status=status))).command or ""
        for status in (KeyStatus.DISABLED, KeyStatus.UNAVAILABLE, KeyStatus.PENDING_IMPORT)
    }

    assert "enable-key" in commands.pop(KeyStatus.DISABLED)
    assert all("enable-key" not in command for command in commands.values())


@pytest.mark.parametrize("trusted", [STRANGER, f"arn:aws:iam::{STRANGER}:root", "9999-8888-7777"])
def test_a_key_of_a_trusted_account_is_no_strangers(trusted: str) -> None:
    theirs = a_secret(key=f"arn:aws:kms:eu-west-1:{STRANGER}:alias/shared")

    assert outcome_of(FOREIGN_KEY, theirs) is Outcome.VIOLATED
    assert outcome_of(FOREIGN_KEY, theirs, trusting(trusted_accounts=frozenset({trusted}))) is Outcome.CLEAN


def test_an_approved_key_may_be_named_by_its_arn_where_the_secret_names_an_alias() -> None:
    by_alias = a_secret(key="alias/secrets", key_state=KeyState(arn=KEY, status=KeyStatus.ENABLED))

    assert outcome_of(UNAPPROVED_KEY, by_alias, trusting(approved_keys=frozenset({KEY}))) is Outcome.CLEAN
    assert (
        outcome_of(
            UNAPPROVED_KEY, replace(by_alias, key_state=DENIED), trusting(approved_keys=frozenset({"alias/secrets"}))
        )
        is Outcome.CLEAN
    )


def test_an_alias_whose_key_nobody_could_look_at_is_not_taken_for_another_key() -> None:
    by_alias = a_secret(key="alias/secrets", key_state=DENIED)

    assert outcome_of(UNAPPROVED_KEY, by_alias, trusting(approved_keys=frozenset({KEY}))) is Outcome.UNSEEN
    assert (
        outcome_of(UNAPPROVED_KEY, replace(by_alias, key=KEY), trusting(approved_keys=frozenset({"alias/x"})))
        is Outcome.VIOLATED
    )


# Policies


@pytest.mark.parametrize("check", [*POLICY_CHECKS, UNREADABLE], ids=lambda check: check.id)
def test_a_policy_that_nobody_could_look_at_is_no_harmless_one(check: Check[Any]) -> None:
    assert outcome_of(check, a_secret(policy_text=DENIED)) is Outcome.UNSEEN


@pytest.mark.parametrize("text", ["{", "[]", "none", '{"Statement": [], "Statement": []}'])
def test_a_policy_that_is_none_is_told_by_name_and_judged_by_no_other_check(text: str) -> None:
    secret = a_secret(policy_text=text)

    assert outcome_of(UNREADABLE, secret) is Outcome.VIOLATED
    assert {outcome_of(check, secret) for check in POLICY_CHECKS} == {Outcome.UNSEEN}


def test_a_policys_text_is_never_repeated() -> None:
    assert "hunter2" not in repr(finding_of(UNREADABLE, a_secret(policy_text='{"Sid": "hunter2"')))


@given(JSON)
def test_any_json_is_judged(statement: object) -> None:
    secret = a_secret(policy_text=json.dumps({"Statement": statement}))

    for check in (*POLICY_CHECKS, UNREADABLE, LEFT_TO_IAM):
        assert outcome_of(check, secret) is not Outcome.FAULT


@pytest.mark.parametrize(
    ("condition", "outcome"),
    [
        ({"StringEquals": {"aws:SourceVpce": "vpce-0a"}}, Outcome.CLEAN),
        ({"StringLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/app-*"}}, Outcome.CLEAN),
        ({"StringLike": {"aws:PrincipalArn": "*"}}, Outcome.VIOLATED),
        ({"StringNotEquals": {"aws:PrincipalAccount": STRANGER}}, Outcome.VIOLATED),
        ({"IpAddress": {"aws:SourceIp": ["0.0.0.0/1", "128.0.0.0/1"]}}, Outcome.VIOLATED),
        ({}, Outcome.VIOLATED),
    ],
)
def test_only_what_narrows_makes_everybody_fewer(condition: object, outcome: Outcome) -> None:
    assert outcome_of(PUBLIC, under(an_allowance("*", Condition=condition))) is outcome


_ENDPOINT = {"aws:SourceVpce": "vpce-0a"}


@pytest.mark.parametrize(
    ("condition", "public", "in_place"),
    [
        ({"StringEquals": _ENDPOINT}, Outcome.CLEAN, Outcome.VIOLATED),
        ({"ForAnyValue:StringEquals": _ENDPOINT}, Outcome.CLEAN, Outcome.VIOLATED),
        ({"StringEqualsIfExists": _ENDPOINT}, Outcome.VIOLATED, Outcome.CLEAN),
        ({"ForAllValues:StringEquals": _ENDPOINT}, Outcome.VIOLATED, Outcome.CLEAN),
        ({"StringNotEquals": _ENDPOINT}, Outcome.VIOLATED, Outcome.CLEAN),
        ({"StringLike": {"aws:SourceVpce": "*"}}, Outcome.VIOLATED, Outcome.CLEAN),
        ({"IpAddress": {"aws:VpcSourceIp": "10.0.0.0/8"}}, Outcome.VIOLATED, Outcome.CLEAN),
        ({"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}, Outcome.VIOLATED, Outcome.CLEAN),
        ({"IpAddress": {"aws:SourceIp": "198.51.100.7"}}, Outcome.CLEAN, Outcome.VIOLATED),
    ],
)
def test_everybody_within_a_place_is_told_by_one_check_and_everybody_at_all_by_the_other(
    condition: object, public: Outcome, in_place: Outcome
) -> None:
    secret = under(an_allowance("*", Condition=condition))

    assert (outcome_of(PUBLIC, secret), outcome_of(IN_PLACE, secret)) == (public, in_place)


def test_addresses_weigh_more_than_a_network_and_come_first() -> None:
    inside = an_allowance("*", Condition={"StringEquals": _ENDPOINT})
    outside = an_allowance("*", Condition={"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}})
    both = an_allowance("*", Condition={"StringEquals": _ENDPOINT, "IpAddress": {"aws:SourceIp": "198.51.100.0/24"}})

    assert finding_of(IN_PLACE, under(inside)).severity is Severity.MEDIUM
    assert finding_of(IN_PLACE, under(both)).severity is Severity.MEDIUM
    found = finding_of(IN_PLACE, under(inside, outside))
    assert (found.severity, "statement 2" in found.reason) == (Severity.HIGH, True)


def test_a_denial_of_all_others_makes_everybody_fewer() -> None:
    denial = {"Effect": "Deny", "Principal": "*", "Action": "secretsmanager:*", "Resource": "*"}
    but_ours = {**denial, "Condition": {"StringNotEquals": {"aws:PrincipalAccount": ACCOUNT}}}

    assert outcome_of(PUBLIC, under(an_allowance("*"), but_ours)) is Outcome.CLEAN


def test_the_statement_is_told_by_its_number_not_by_its_sid() -> None:
    finding = finding_of(
        PUBLIC, under({"Effect": "Deny", "Principal": "*", "Action": "*"}, an_allowance("*", Sid="hunter2"))
    )

    assert "statement 2" in finding.reason
    assert "hunter2" not in repr(finding)


def test_several_strangers_are_all_named_once() -> None:
    others = {"AWS": [f"arn:aws:iam::{STRANGER}:role/a", STRANGER, "444455556666"]}

    assert "accounts 444455556666, 999988887777," in finding_of(FOREIGN_ACCOUNT, under(an_allowance(others))).reason


def test_an_organisation_that_is_ours_vouches_for_its_accounts() -> None:
    condition = {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}
    secret = under(an_allowance({"AWS": STRANGER}, Condition=condition))

    assert outcome_of(FOREIGN_ACCOUNT, secret, trusting(organization_id="o-a1b2c3d4e5")) is Outcome.CLEAN
    assert finding_of(FOREIGN_ACCOUNT, secret, trusting(organization_id="o-zzzzzzzzzz")).severity is Severity.HIGH


@pytest.mark.parametrize("check", POLICY_CHECKS, ids=lambda check: check.id)
def test_a_door_that_stands_open_is_told_of_a_managed_secret_too(check: Check[Any]) -> None:
    statement = {"Effect": "Allow", "NotPrincipal": {"AWS": STRANGER}, "Action": "*", "Resource": "*"}
    in_place = an_allowance("*", Condition={"StringEquals": _ENDPOINT})
    secret = replace(under(statement, an_allowance({"AWS": STRANGER}), in_place), owning_service="rds.amazonaws.com")

    assert outcome_of(check, secret) is Outcome.VIOLATED


def test_what_the_operator_calls_a_crown_jewel_is_one_and_a_tag_makes_none_less() -> None:
    plain = a_secret(tags=((TAG, "temp"),))
    jewels = trusting(tiers=(TierOf("prod/*", Tier.CROWN),))

    assert outcome_of(LEFT_TO_IAM, plain) is Outcome.SPARED
    assert outcome_of(LEFT_TO_IAM, plain, jewels) is Outcome.VIOLATED


_ROLE = "arn:aws:iam::111122223333:role/app"


@pytest.mark.parametrize(
    ("condition", "outcome"),
    [
        ({"ArnNotEquals": {"aws:PrincipalArn": _ROLE}}, Outcome.CLEAN),
        ({"ArnNotLikeIfExists": {"aws:PrincipalArn": [_ROLE, f"{_ROLE}-*"]}}, Outcome.CLEAN),
        ({"StringNotEquals": {"aws:PrincipalAccount": ACCOUNT}}, Outcome.CLEAN),
        ({"StringNotEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}, Outcome.CLEAN),
        ({"StringNotLike": {"aws:userid": "AROAEXAMPLEEXAMPLE00:*"}}, Outcome.CLEAN),
        ({"StringNotEquals": {"aws:SourceVpce": "vpce-0a"}}, Outcome.VIOLATED),
        ({"StringNotEquals": {"aws:SourceVpc": "vpc-0a"}}, Outcome.VIOLATED),
        ({"NotIpAddress": {"aws:SourceIp": "198.51.100.0/24"}}, Outcome.VIOLATED),
        ({"StringNotEquals": {"aws:SourceAccount": ACCOUNT}}, Outcome.VIOLATED),
        ({"Bool": {"aws:SecureTransport": "false"}}, Outcome.VIOLATED),
        ({"ArnEquals": {"aws:PrincipalArn": _ROLE}}, Outcome.VIOLATED),
        ({"StringNotLike": {"aws:PrincipalArn": "*"}}, Outcome.VIOLATED),
        ({}, Outcome.VIOLATED),
    ],
)
def test_only_a_condition_on_who_keeps_all_others_from_a_crown_jewel(condition: object, outcome: Outcome) -> None:
    denial = {"Effect": "Deny", "Principal": "*", "Action": "secretsmanager:Get*", "Resource": "*"}

    assert outcome_of(LEFT_TO_IAM, _crown({**denial, "Condition": condition})) is outcome


@pytest.mark.parametrize(
    ("more", "outcome"),
    [
        ({"NotPrincipal": {"AWS": [_ROLE, f"arn:aws:iam::{ACCOUNT}:root"]}}, Outcome.CLEAN),
        ({"NotPrincipal": {"AWS": "*"}}, Outcome.VIOLATED),
        ({"NotPrincipal": {}}, Outcome.VIOLATED),
        ({"NotPrincipal": {"AWS": _ROLE}, "Condition": {"Bool": {"aws:ViaAWSService": "false"}}}, Outcome.VIOLATED),
        ({"NotPrincipal": {"AWS": _ROLE}, "Action": "secretsmanager:DeleteSecret"}, Outcome.VIOLATED),
        ({"NotPrincipal": {"AWS": _ROLE}, "Resource": "arn:aws:secretsmanager:*:*:secret:other-*"}, Outcome.VIOLATED),
        ({"NotPrincipal": {"AWS": _ROLE}, "Resource": "arn:aws:secretsmanager:*:*:secret:prod/*"}, Outcome.CLEAN),
        ({"Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:role/intern"}}, Outcome.VIOLATED),
    ],
)
def test_a_denial_by_name_guards_a_crown_jewel_if_it_names_those_who_may(more: object, outcome: Outcome) -> None:
    denial = {"Effect": "Deny", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}

    assert outcome_of(LEFT_TO_IAM, _crown({**denial, **more})) is outcome  # type: ignore[dict-item]


def _crown(*statements: object) -> SecretPosture:
    return replace(under(*statements), tags=((TAG, "crown"),))


# Grants


def grant(number: int, *, is_by_aws: bool = False) -> GrantPosture:
    holders = (f"arn:aws:iam::{ACCOUNT}:role/r-{number}",)
    return GrantPosture(policy=f"p-{number}", actions=("secretsmanager:*",), attached_to=holders, is_by_aws=is_by_aws)


def test_grants_are_one_finding_however_many_there_are() -> None:
    finding = finding_of(WIDE, an_account(grants=tuple(map(grant, range(500)))))

    assert "500; held by 500" in finding.reason
    assert len(finding.evidence) == 21
    assert finding.evidence[-1] == "and 480 more"


def test_policies_of_aws_and_of_yours_are_told_apart() -> None:
    account = an_account(grants=(grant(1), grant(2, is_by_aws=True)))

    assert "p-2" not in repr(finding_of(WIDE, account))
    assert "p-1" not in repr(finding_of(BY_AWS, account))


@pytest.mark.parametrize("check", [WIDE, BY_AWS], ids=lambda check: check.id)
def test_grants_that_nobody_could_look_at_are_no_clean_bill(check: Check[Any]) -> None:
    assert outcome_of(check, an_account(grants=DENIED)) is Outcome.UNSEEN


# Replicas


@pytest.mark.parametrize(
    ("status", "minutes", "outcome"),
    [
        ("InSync", 600, Outcome.CLEAN),
        ("InProgress", 60, Outcome.CLEAN),
        ("InProgress", 61, Outcome.VIOLATED),
        ("Pending", 10, Outcome.CLEAN),
        ("Failed", 0, Outcome.VIOLATED),
        ("Detached", 0, Outcome.VIOLATED),
        ("SomethingNew", 0, Outcome.VIOLATED),
    ],
)
def test_a_replica_is_given_an_hour_to_follow(status: str, minutes: int, outcome: Outcome) -> None:
    replica = ReplicaPosture(region="eu-central-1", status=status)

    assert outcome_of(FAILED, a_secret(replicas=(replica,), last_changed=ago(minutes=minutes))) is outcome


def test_a_replica_is_made_again_under_its_own_key_and_never_over_another_secret() -> None:
    replica = ReplicaPosture(region="eu-central-1", status="Failed", message="hunter2", key="alias/there")

    finding = finding_of(FAILED, a_secret(replicas=(replica,)))

    assert finding.command is not None
    assert "Region=eu-central-1,KmsKeyId=alias/there" in finding.command
    assert "force" not in finding.command
    assert "hunter2" not in repr(finding)


def test_every_region_that_is_not_approved_is_named() -> None:
    replicas = tuple(ReplicaPosture(region=one, status="InSync") for one in ("us-east-1", "eu-central-1", "sa-east-1"))

    finding = finding_of(
        UNAPPROVED_REPLICA, a_secret(replicas=replicas), trusting(approved_regions=frozenset({"eu-central-1"}))
    )

    assert "sa-east-1, us-east-1," in finding.reason


def copy_in(account: str, status: str = "InSync") -> ReplicaPosture:
    arn = f"arn:aws:secretsmanager:eu-west-1:{account}:secret:copy-AbCdEf"
    return ReplicaPosture(region="eu-west-1", status=status, arn=arn)


def test_a_copy_in_another_account_is_a_strangers_unless_the_account_is_trusted() -> None:
    here, there = a_secret(replicas=(copy_in(ACCOUNT),)), a_secret(replicas=(copy_in(STRANGER, "Detached"),))

    assert outcome_of(ABROAD, here) is Outcome.CLEAN
    finding = finding_of(ABROAD, there)
    assert STRANGER in finding.reason
    assert f"--cross-account-replica-arn {copy_in(STRANGER).arn}" in (finding.command or "")
    assert outcome_of(ABROAD, there, trusting(trusted_accounts=frozenset({STRANGER}))) is Outcome.CLEAN


def test_a_copy_of_which_aws_names_no_account_is_a_strangers() -> None:
    nameless = replace(copy_in(STRANGER, "Failed"), arn="")

    assert "an account that AWS does not name" in finding_of(ABROAD, a_secret(replicas=(nameless,))).reason
    assert "--cross-account-replica-arn REPLICA_ARN" in (
        finding_of(FAILED, a_secret(replicas=(nameless,))).command or ""
    )
    assert outcome_of(ABROAD, a_secret(foreign_primary="arn:half")) is Outcome.VIOLATED


def test_who_writes_the_values_of_a_copy_is_judged_like_who_gets_them() -> None:
    copy = a_secret(foreign_primary=copy_in(STRANGER).arn)

    finding = finding_of(ABROAD, copy)

    assert f"come from account {STRANGER}" in finding.reason
    assert (finding.command or "").startswith("aws secretsmanager stop-replication-to-replica --region eu-west-1 ")
    assert outcome_of(ABROAD, copy, trusting(trusted_accounts=frozenset({STRANGER}))) is Outcome.CLEAN
    assert outcome_of(ABROAD, a_secret(foreign_primary=DENIED)) is Outcome.UNSEEN


def test_a_copy_is_asked_for_nothing_that_its_primary_in_another_account_does() -> None:
    rotation = [check for check in CHECKS if check.practice is Practice.ROTATION and check.about is SecretPosture]

    for check in rotation:
        for example in (one for one in check.examples if one.violates):
            copy = replace(example.posture, foreign_primary=copy_in(STRANGER).arn)
            judged = judgement_of(check, copy, example.terms or TERMS)
            assert judged.why == "its values are those of its primary in another account, which rotates them", check.id
    assert len(rotation) > 5
    open_copy = replace(under(an_allowance("*")), foreign_primary=copy_in(STRANGER).arn)
    assert outcome_of(PUBLIC, open_copy) is Outcome.VIOLATED  # its policy is its own


def test_what_aws_attaches_to_a_copy_counts_with_the_policy_of_its_owner() -> None:
    theirs = a_policy(an_allowance({"AWS": STRANGER}))
    denial = {"Effect": "Deny", "Principal": "*", "Action": "secretsmanager:*", "Resource": "*"}
    but_ours = {**denial, "Condition": {"StringNotEquals": {"aws:PrincipalAccount": ACCOUNT}}}

    assert outcome_of(FOREIGN_ACCOUNT, a_secret(policy_by_aws=theirs)) is Outcome.VIOLATED
    assert outcome_of(FOREIGN_ACCOUNT, replace(under(but_ours), policy_by_aws=theirs)) is Outcome.CLEAN
    assert outcome_of(PUBLIC, replace(under(an_allowance("*")), policy_by_aws=theirs)) is Outcome.VIOLATED
    assert outcome_of(PUBLIC, replace(under(but_ours), policy_by_aws=DENIED)) is Outcome.UNSEEN


def test_a_copy_in_another_account_is_named_by_it_and_repaired_by_its_arn() -> None:
    finding = finding_of(FAILED, a_secret(replicas=(copy_in(STRANGER, "Failed"),)))

    assert finding.reason == f"its replica in account {STRANGER} is Failed"
    assert "associate-cross-account-replica" in (finding.command or "")
    approved = trusting(approved_regions=frozenset({"eu-central-1"}))
    assert outcome_of(UNAPPROVED_REPLICA, a_secret(replicas=(copy_in(STRANGER),)), approved) is Outcome.CLEAN


@pytest.mark.parametrize("check", [FAILED, UNAPPROVED_REPLICA, ABROAD], ids=lambda check: check.id)
def test_replicas_that_nobody_could_look_at_are_not_none(check: Check[Any]) -> None:
    terms = trusting(approved_regions=frozenset({"eu-central-1"}))

    assert outcome_of(check, a_secret(replicas=DENIED), terms) is Outcome.UNSEEN


# Tags and versions


def test_a_secret_without_tags_is_told_once() -> None:
    assert [outcome_of(check, a_secret(tags=())) for check in (NO_TAGS, NO_OWNER)] == [Outcome.VIOLATED, Outcome.SPARED]


@pytest.mark.parametrize("key", ["owner", "OWNER", "team", "slack-channel"])
def test_every_tag_that_findings_go_by_says_whose_it_is(key: str) -> None:
    assert outcome_of(NO_OWNER, a_secret(tags=((key, "orders"),))) is Outcome.CLEAN
    assert outcome_of(NO_OWNER, a_secret(tags=((key, ""),))) is Outcome.VIOLATED


@pytest.mark.parametrize("check", [LABELS, VERSIONS], ids=lambda check: check.id)
def test_versions_that_nobody_could_look_at_are_not_few(check: Check[Any]) -> None:
    assert outcome_of(check, a_secret(versions=DENIED)) is Outcome.UNSEEN
