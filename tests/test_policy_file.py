"""A policy says what the operator meant, or what is wrong with it is said; nothing is guessed or passed over."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from nightlatch.detections import CATALOGUE
from nightlatch.domain.account.holding import ROUTING_TAGS
from nightlatch.domain.answering.policy import Mode, Policy
from nightlatch.domain.answering.routes import ChannelName, Route
from nightlatch.domain.errors import InvalidPolicy
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.judging.rules import Detection
from nightlatch.policy_file import parse_inventory, parse_policy, parse_stored_policy

PLANTED = "planted-value-that-nobody-may-see"


def a_policy(**parts: Any) -> dict[str, Any]:
    return {"version": 1, **parts}


def test_the_shortest_policy_observes_and_is_the_built_in_one() -> None:
    policy, built_in = parse_policy(a_policy()).to_domain(), Policy()

    assert policy.default == built_in.default
    assert policy.default.mode is Mode.OBSERVE
    assert (policy.limits.act_within, policy.buttons_live) == (built_in.limits.act_within, built_in.buttons_live)


def test_the_first_selector_that_matches_decides_with_all_that_it_says() -> None:
    written = a_policy(
        defaults={"mode": "notify"},
        secrets=[
            {
                "match": {"names": ["prod/pay/*"]},
                "mode": "protect",
                "protect": {"undo": False},
                "snapshots": {"pins": 3},
            },
            {"match": {"names": ["prod/*"]}, "mode": "protect"},
        ],
    )
    policy = parse_policy(written).to_domain()

    pay, other, rest = (policy.protection_of(name) for name in ("prod/pay/db", "prod/db", "test/db"))
    assert (pay.mode, pay.undo, pay.pins) == (Mode.PROTECT, False, 3)
    assert (other.mode, other.undo, other.pins) == (Mode.PROTECT, True, 12)
    assert rest.mode is Mode.NOTIFY


@pytest.mark.parametrize(
    ("document", "complaint"),
    [
        (a_policy(defualts={}), "unknown key 'defualts'; did you mean 'defaults'?"),
        (
            a_policy(defaults={"mode": "protect", "protct": {}}),
            "unknown key 'defaults.protct'; did you mean 'protect'?",
        ),
        (
            a_policy(secrets=[{"match": {"names": ["a"]}, "snapshot": {}}]),
            "unknown key 'secrets.0.snapshot'; did you mean 'snapshots'?",
        ),
        (
            a_policy(limits={"zzz": 1}),
            "known keys are act_within_min, acts_per_h, acts_per_secret_h, buttons_live_h, pins_per_secret_h",
        ),
        (a_policy(defaults={"mode": "loud"}), "defaults.mode: write 'observe', 'notify' or 'protect'"),
        (
            a_policy(defaults={"snapshots": {"pins": 16}}),
            "defaults.snapshots.pins: write 15 or less",
        ),
        (a_policy(secrets=[{"match": {"names": []}}]), "secrets.0.match.names"),
        (a_policy(approvers=[{"slack": "ana", "name": "ana"}]), "approvers.0.slack"),
        (a_policy(limits={"act_within_min": 0}), "limits.act_within_min"),
        (
            a_policy(routes=[{"channels": ["pager"]}]),
            "routes.0.channels.0: ",
        ),
        (a_policy(routes=[{"channels": []}]), "routes.0.channels"),
        (a_policy(routes=[{"channels": ["sns"], "match": {"tags": {"cost": "x"}}}]), "routes.0.match.tags"),
        (a_policy(routes=[{"channels": ["sns"], "match": {"severty": "HIGH"}}]), "did you mean 'severity'?"),
        (a_policy(routes=[{"channels": ["sns"], "match": {"accounts": ["1"]}}]), "routes.0.match.accounts"),
        (a_policy(routes=[{"channels": ["slack"], "slack_channel": "#general"}]), "routes.0.slack_channel"),
        ({"version": 2}, "version"),
        ({}, "version: is missing"),
    ],
)
def test_what_is_wrong_is_named_with_its_place_and_the_way_out(document: dict[str, Any], complaint: str) -> None:
    with pytest.raises(InvalidPolicy) as refused:
        parse_policy(document, where="policy.yaml")

    assert str(refused.value).startswith("policy.yaml: ")
    assert complaint in str(refused.value)


def test_every_mistake_is_named_at_once() -> None:
    with pytest.raises(InvalidPolicy) as refused:
        parse_policy({"version": 2, "defualts": {}, "limits": {"buttons_live_h": 100}})

    assert all(place in str(refused.value) for place in ("version", "defualts", "limits.buttons_live_h"))


@pytest.mark.parametrize("missing", ["owner", "reason", "expires", "rule"])
def test_an_exemption_has_an_owner_a_reason_and_an_end(missing: str) -> None:
    whole = {"rule": "DEL-01", "owner": "platform", "reason": "test stacks", "expires": "2027-01-31"}
    assert parse_policy(a_policy(exemptions=[whole])).exemptions

    part = {key: value for key, value in whole.items() if key != missing}
    with pytest.raises(InvalidPolicy, match=f"exemptions.0.{missing}: is missing"):
        parse_policy(a_policy(exemptions=[part]))


def an_exemption(rule: Any) -> dict[str, Any]:
    whole = {"rule": rule, "secrets": "ci-tmp/", "owner": "platform", "reason": "a move", "expires": "2027-01-31"}
    return a_policy(exemptions=[whole])


@pytest.mark.parametrize("rule", [*(r.id for r in CATALOGUE), *(r.catalogue for r in CATALOGUE), "*"])
def test_an_exemption_may_name_any_rule_by_either_id_or_all_rules(rule: str) -> None:
    assert parse_policy(an_exemption(rule)).to_domain().exemptions[0].rule == rule


@pytest.mark.parametrize(
    ("rule", "hint"),
    [
        ("access.bulk-raed", "did you mean 'access.bulk-read'?"),
        ("bulk-read", "did you mean 'access.bulk-read'?"),
        ("ACCESS.BULK-READ", "did you mean 'access.bulk-read'?"),
        ("acc-01", "did you mean 'ACC-01'?"),
        ("ACC01", "did you mean 'ACC-01'?"),
        ("DEL-99", "did you mean 'DEL-0"),
        (" ACC-01", "did you mean 'ACC-01'?"),
        ("access.*", "did you mean 'access."),
        ("everything", "the rules are told by `nightlatch rules list`"),
        ("", "the rules are told by `nightlatch rules list`"),
    ],
)
def test_an_exemption_from_a_rule_that_does_not_exist_is_refused_with_the_nearest_one(rule: str, hint: str) -> None:
    with pytest.raises(InvalidPolicy) as refused:
        parse_policy(an_exemption(rule), where="policy.yaml")

    assert str(refused.value).startswith("policy.yaml: exemptions.0.rule: no rule has this id; ")
    assert hint in str(refused.value)


@pytest.mark.parametrize(
    "entry", ["o-a1b2c3d4e5", " o-a1b2c3d4e5 ", "arn:aws:organizations::111122223333:organization/o-a1b2c3d4e5"]
)
def test_an_organisation_is_known_by_its_id_in_any_form(entry: str) -> None:
    assert parse_inventory({"organization_id": entry}).organization_id == "o-a1b2c3d4e5"


def test_what_is_no_organisation_is_refused() -> None:
    with pytest.raises(InvalidPolicy, match="has the form o-a1b2c3d4e5"):
        parse_inventory({"organization_id": "111122223333"})


@pytest.mark.parametrize("rule", ["DEL-02", "deletion.force-delete"])
def test_an_exemption_from_force_deletes_needs_a_prefix(rule: str) -> None:
    (part,) = an_exemption(rule)["exemptions"]
    del part["secrets"]

    with pytest.raises(InvalidPolicy, match="exempted by name prefix alone: add `secrets`"):
        parse_policy(a_policy(exemptions=[part]))


@pytest.mark.parametrize(
    ("text", "key", "line"),
    [
        ('{"version": 1, "version": 1}', "version", 1),
        ('{"version": 1,\n "defaults": {"mode": "protect",\n "mode": "observe"}}', "mode", 3),
        ('{"version": 1, "exemptions": [{"rule": "*"},\n{"rule": "*", "r\\u0075le": "*"}]}', "rule", 2),
        ('{"version": 1, "a": "{\\"", "b": {"a": 1},\n\n"a": 2}', "a", 3),
    ],
)
def test_a_key_that_is_there_twice_in_a_stored_policy_is_refused_with_its_line(text: str, key: str, line: int) -> None:
    with pytest.raises(InvalidPolicy) as refused:
        parse_stored_policy(text, where="parameter p")

    assert str(refused.value) == f"parameter p: key {key!r} is there twice, again at line {line}; keep one of them"


def test_the_same_key_in_two_places_is_no_repetition() -> None:
    text = json.dumps(
        a_policy(defaults={"mode": "notify"}, secrets=[{"match": {"names": ["a"]}, "mode": "protect"}] * 2)
    )

    assert parse_stored_policy(text, where="parameter p").secrets[1].mode is Mode.PROTECT


@pytest.mark.parametrize("text", ["[" * 9_000, '{"a":' * 9_000, "1" * 9_000, '{"version": 1' + "0" * 9_000 + "}"])
def test_a_stored_text_that_no_reader_can_bear_is_refused_and_no_crash(text: str) -> None:
    with pytest.raises(InvalidPolicy, match=r"^parameter p: "):
        parse_stored_policy(text, where="parameter p")


def test_a_date_without_a_zone_ends_at_midnight_utc() -> None:
    exemption = {"rule": "*", "owner": "platform", "reason": "a move", "expires": "2027-01-31"}
    policy = parse_policy(a_policy(exemptions=[exemption])).to_domain()

    assert policy.exemptions[0].expires == datetime(2027, 1, 31, tzinfo=UTC)


def test_limits_are_minutes_and_hours() -> None:
    policy = parse_policy(a_policy(limits={"act_within_min": 5, "buttons_live_h": 2})).to_domain()

    assert (policy.limits.act_within, policy.buttons_live) == (timedelta(minutes=5), timedelta(hours=2))


def test_the_digest_is_that_of_the_meaning() -> None:
    """Alerts show it: the same policy in another order, or with its defaults written out, is the same."""
    one = parse_policy(a_policy(inventory={"trusted_accounts": ["222233334444", "333344445555"]})).to_domain()
    same = parse_policy(
        a_policy(inventory={"trusted_accounts": ["333344445555", "222233334444"]}, defaults={"mode": "observe"})
    ).to_domain()
    other = parse_policy(a_policy(inventory={"trusted_accounts": ["222233334444"]})).to_domain()

    assert one.digest == same.digest
    assert one.digest != other.digest


@pytest.mark.parametrize("text", ["", "{", "version: 1", "[]", "1", "null"])
def test_a_stored_text_that_is_no_policy_is_refused_by_name(text: str) -> None:
    with pytest.raises(InvalidPolicy, match=r"^parameter p: "):
        parse_stored_policy(text, where="parameter p")


@pytest.mark.parametrize("document", [[], "text", None, 1])
def test_what_is_no_document_is_refused(document: object) -> None:
    with pytest.raises(InvalidPolicy, match="expected keys and values"):
        parse_policy(document)
    with pytest.raises(InvalidPolicy, match="expected keys and values"):
        parse_inventory(document)


def test_a_complaint_never_repeats_a_value() -> None:
    """Somebody may paste anything into a file, and complaints go to logs."""
    document = a_policy(
        defaults={"mode": PLANTED, "snapshots": {"pins": PLANTED}},
        approvers=[{"slack": PLANTED, "name": "ana"}],
        exemptions=[{"rule": PLANTED, "owner": "a", "reason": "b", "expires": PLANTED}],
        inventory=PLANTED,
    )

    with pytest.raises(InvalidPolicy) as refused:
        parse_policy(document)

    assert PLANTED not in str(refused.value)
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__


def test_an_account_id_written_as_a_number_is_that_account() -> None:
    inventory = parse_inventory({"trusted_accounts": [222233334444, "333344445555"]})

    assert inventory.trusted_accounts == {"222233334444", "333344445555"}


@pytest.mark.parametrize(
    "entry", [12345670123, 1402434643, -222233334444, 2222333344445, 0, "12345670123", "1234-5678"]
)
def test_a_number_that_is_no_account_id_is_refused_and_never_guessed(entry: object) -> None:
    with pytest.raises(InvalidPolicy) as refused:
        parse_inventory({"trusted_accounts": ["333344445555", entry]})

    assert str(refused.value) == (
        "inventory: trusted_accounts.1: an account id has 12 digits; write all of them, in quotes"
    )


@pytest.mark.parametrize("entry", [True, 222233334444.5, None, ["222233334444"]])
def test_what_is_no_text_and_no_number_is_no_account(entry: object) -> None:
    with pytest.raises(InvalidPolicy, match="trusted_accounts"):
        parse_inventory({"trusted_accounts": [entry]})


def test_the_inventory_of_a_hunt_has_the_same_keys_as_the_policys() -> None:
    part = {
        "protected_keys": ["k"],
        "rotation_functions": ["rotate-db"],
        "self_resources": ["r"],
        "trusted_accounts": ["222233334444"],
        "decoys": ["prod/bait"],
        "organization_id": "o-exampleorgid",
    }

    assert parse_inventory(part) == parse_policy(a_policy(inventory=part)).to_domain().inventory
    with pytest.raises(InvalidPolicy, match="did you mean 'decoys'"):
        parse_inventory({"decoy": []})


WHO = {"owner": "platform", "reason": "nightly", "expires": "2027-01-31"}


def test_a_known_actor_may_do_what_is_listed_for_its_secrets_until_the_end() -> None:
    actor = {**WHO, "principal": "*role/terraform", "may": ["delete", "change"], "secrets": "ci-tmp/"}

    exemptions = parse_policy(a_policy(known_actors=[actor])).to_domain().exemptions

    assert {one.rule for one in exemptions} == {"deletion.*", "change.*"}
    assert {(one.principal, one.secrets, one.owner) for one in exemptions} == {
        ("*role/terraform", "ci-tmp/", "platform")
    }


DEPLOYER = {"principal": "arn:aws:iam::111122223333:role/cdk-*-cfn-exec-role-*", **WHO}


def test_a_deployer_is_told_to_history() -> None:
    (deployer,) = parse_policy(a_policy(deployers=[DEPLOYER])).to_domain().inventory.deployers

    assert deployer.principal == DEPLOYER["principal"]
    assert deployer.expires == datetime(2027, 1, 31, tzinfo=UTC)


@pytest.mark.parametrize("missing", ["principal", "owner", "reason", "expires"])
def test_a_deployer_has_an_owner_a_reason_and_an_end(missing: str) -> None:
    deployer = {key: value for key, value in DEPLOYER.items() if key != missing}

    with pytest.raises(InvalidPolicy, match=rf"deployers\.0\.{missing}"):
        parse_policy(a_policy(deployers=[deployer]))


@pytest.mark.parametrize(
    "principal",
    [
        "*",
        "cdk-*",
        "*deploy*",
        "arn:*",
        "arn:aws:iam::111122223333:role/*",
        "arn:aws:iam::111122223333:role/*/*",
        "arn:aws:sts::111122223333:assumed-role/cdk-exec/AWSCloudFormation",
    ],
)
def test_a_deployer_is_named_by_an_arn_that_not_every_role_has(principal: str) -> None:
    with pytest.raises(InvalidPolicy, match=r"deployers\.0\.principal: name a role or user by its ARN"):
        parse_policy(a_policy(deployers=[{**DEPLOYER, "principal": principal}]))


@pytest.mark.parametrize("missing", ["principal", "may", "owner", "reason", "expires"])
def test_a_known_actor_says_who_what_whose_why_and_until_when(missing: str) -> None:
    actor = {**WHO, "principal": "*role/terraform", "may": ["read"]}
    del actor[missing]

    with pytest.raises(InvalidPolicy, match=f"known_actors.0.{missing}"):
        parse_policy(a_policy(known_actors=[actor]))


@pytest.mark.parametrize("may", [[], ["everything"], ["monitor"]])
def test_a_known_actor_may_not_do_what_is_not_listed(may: list[str]) -> None:
    actor = {**WHO, "principal": "*role/terraform", "may": may}

    with pytest.raises(InvalidPolicy, match=r"known_actors\.0\.may"):
        parse_policy(a_policy(known_actors=[actor]))


def test_a_change_window_begins_and_ends() -> None:
    window = {**WHO, "may": ["delete"], "secrets": "prod/", "starts": "2027-01-30T20:00:00Z"}
    late = {**window, "starts": "2027-02-01"}

    (exemption,) = parse_policy(a_policy(change_windows=[window])).to_domain().exemptions

    assert exemption.starts == datetime(2027, 1, 30, 20, tzinfo=UTC)
    assert exemption.principal == "*"
    with pytest.raises(InvalidPolicy, match="ends after it starts"):
        parse_policy(a_policy(change_windows=[late]))


def test_tiers_are_read_in_their_order() -> None:
    tiers = [{"names": "prod/*", "tier": "crown"}, {"names": "*", "tier": "temp"}]

    inventory = parse_inventory({"tiers": tiers})

    assert [(one.names, one.tier) for one in inventory.tiers] == [("prod/*", "crown"), ("*", "temp")]


# Stages of rules


@pytest.mark.parametrize("rule", CATALOGUE, ids=lambda rule: rule.id)
@pytest.mark.parametrize("name", ["id", "catalogue"])
def test_a_rule_is_staged_by_either_of_its_names(rule: Detection, name: str) -> None:
    written = a_policy(rules=[{"id": getattr(rule, name), "stage": "staged"}])

    assert parse_policy(written).to_domain().staged == {rule.id}


def test_a_rule_is_live_unless_somebody_stages_it() -> None:
    written = a_policy(rules=[{"id": "access.first-read"}, {"id": "DEL-01", "stage": "live"}])

    assert parse_policy(written).to_domain().staged == parse_policy(a_policy()).to_domain().staged == frozenset()


@pytest.mark.parametrize(
    ("part", "complaint"),
    [
        ({"id": "access.frist-read"}, "rules.0.id: no rule has this id; did you mean 'access.first-read'?"),
        ({"id": "acc-03", "stage": "staged"}, "rules.0.id: no rule has this id; did you mean 'ACC-03'?"),
        ({"id": "*"}, "rules.0.id: no rule has this id; the rules are told by `nightlatch rules list`"),
        ({"id": "ACC-03", "stage": "stagd"}, "rules.0.stage: write 'live' or 'staged'; did you mean 'staged'?"),
        ({"id": "ACC-03", "stag": "staged"}, "unknown key 'rules.0.stag'; did you mean 'stage'?"),
        ({"stage": "staged"}, "rules.0.id: is missing"),
    ],
)
def test_a_stage_that_means_nothing_is_refused_with_the_nearest(part: dict[str, str], complaint: str) -> None:
    with pytest.raises(InvalidPolicy) as refused:
        parse_policy(a_policy(rules=[part]))

    assert complaint in str(refused.value)


def test_a_rule_has_one_stage_by_whichever_name() -> None:
    twice = a_policy(rules=[{"id": "ACC-03", "stage": "staged"}, {"id": "access.first-read"}])

    with pytest.raises(InvalidPolicy, match=r"rules: rule access\.first-read is there twice; keep one of them"):
        parse_policy(twice)


LISTED = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db-AbCdEf"


def test_an_inventory_may_name_single_secrets_and_functions_as_show_writes_them() -> None:
    function = {"arn": "arn:aws:lambda:eu-west-1:111122223333:function:rotate-db", "role": "arn:aws:iam::1:role/r"}
    written = {
        "taken_at": "2026-03-02T09:00:00Z",
        "secrets": [{"arn": LISTED, "tier": "crown", "replica_regions": ["us-east-1"], "next_rotation": "2026-04-01"}],
        "functions": [function],
    }

    inventory = parse_inventory(written)

    (listed,) = inventory.holdings.secrets
    assert (listed.tier, listed.replica_regions) == ("crown", ("us-east-1",))
    assert listed.next_rotation == datetime(2026, 4, 1, tzinfo=UTC)
    assert inventory.holdings.taken_at == datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert inventory.is_rotation_function("rotate-db:live")
    assert inventory == parse_policy(a_policy(inventory=written)).to_domain().inventory


@pytest.mark.parametrize(
    "arn", ["prod/db", "arn:aws:s3:::bucket", LISTED.rsplit("-", 1)[0], LISTED.replace("111122223333", "")]
)
def test_a_listed_secret_is_named_by_its_full_arn(arn: str) -> None:
    with pytest.raises(InvalidPolicy, match=r"inventory: secrets\.0\.arn"):
        parse_inventory({"secrets": [{"arn": arn}]})


BREAK_GLASS = {"break_glass": ["arn:aws:iam::*:role/break-glass"]}


def test_a_guard_is_wished_for_a_selector_with_its_details() -> None:
    written = a_policy(
        inventory=BREAK_GLASS,
        secrets=[
            {
                "match": {"names": ["prod/eso/*"]},
                "mode": "protect",
                "protect": {"prevent": "force-delete", "min_window_days": 14, "keep_policy": False},
            },
            {"match": {"names": ["prod/*"]}, "mode": "protect", "protect": {"prevent": "force-delete"}},
            {"match": {"names": ["test/*"]}, "mode": "notify", "protect": {"prevent": "force-delete"}},
        ],
    )
    policy = parse_policy(written).to_domain()

    owned, plain, told, rest = (policy.protection_of(name) for name in ("prod/eso/a", "prod/b", "test/c", "d"))
    assert (owned.is_guarded, owned.min_window_days, owned.keep_policy) == (True, 14, False)
    assert (plain.is_guarded, plain.min_window_days, plain.keep_policy) == (True, 7, True)
    assert not told.is_guarded
    assert not rest.is_guarded


@pytest.mark.parametrize(
    ("protect", "inventory", "complaint"),
    [
        ({"prevent": "force-delete"}, {}, "policy: a guard needs a way out: name a role for emergencies"),
        (
            {"prevent": "force-delete"},
            {"break_glass": ["break-glass"]},
            "an entry of inventory.break_glass is no ARN of a role",
        ),
        ({"prevent": "force-delete"}, {"break_glass": ["arn:aws:iam::*:role/*"]}, "spares everybody"),
        ({"prevent": "delete"}, BREAK_GLASS, "defaults.protect.prevent: write 'nothing' or 'force-delete'"),
        ({"min_window_days": 14}, BREAK_GLASS, "min_window_days is part of a guard: add prevent: force-delete"),
        ({"prevent": "force-delete", "min_window_days": 6}, BREAK_GLASS, "defaults.protect.min_window_days: "),
        ({"prevent": "force-delete", "min_window_days": 31}, BREAK_GLASS, "defaults.protect.min_window_days: "),
    ],
)
def test_a_guard_without_a_way_out_is_no_policy(
    protect: dict[str, Any], inventory: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(InvalidPolicy, match=re.escape(complaint)):
        parse_policy(a_policy(defaults={"mode": "protect", "protect": protect}, inventory=inventory))


ACTOR = {
    "principal": "arn:aws:iam::*:role/terraform",
    "secrets": "prod/",
    "owner": "ana",
    "reason": "applies the catalogue",
    "expires": "2027-01-01",
    "may": ["change"],
}


def test_a_declared_actors_deletions_are_let_through_or_asked_about() -> None:
    allowed = parse_policy(a_policy(known_actors=[{**ACTOR, "delete": "allow"}])).to_domain()
    asked = parse_policy(a_policy(known_actors=[{**ACTOR, "delete": "ask"}])).to_domain()
    silent = parse_policy(a_policy(known_actors=[ACTOR])).to_domain()

    assert [one.rule for one in allowed.exemptions] == ["change.*", "deletion.*"]
    assert not allowed.ask_first
    assert [one.rule for one in asked.exemptions] == ["change.*"]
    assert [(one.rule, one.principal, one.secrets) for one in asked.ask_first] == [
        ("deletion.*", ACTOR["principal"], "prod/")
    ]
    assert not silent.ask_first


def test_an_actor_that_may_delete_and_is_asked_about_it_is_no_policy() -> None:
    with pytest.raises(InvalidPolicy, match="keep one of them"):
        parse_policy(a_policy(known_actors=[{**ACTOR, "may": ["delete"], "delete": "ask"}]))


def test_resurrection_needs_a_vault_and_can_be_declined() -> None:
    def resurrects(**said: Any) -> bool:
        return parse_policy(a_policy(defaults={"mode": "protect", **said})).to_domain().default.resurrects

    assert not resurrects()
    assert resurrects(snapshots={"vault": {}})
    assert not resurrects(snapshots={"vault": {}}, protect={"resurrect": False})


ANA = {"slack": "U01ANA", "name": "ana", "principals": ["*/ana"]}


@pytest.mark.parametrize(
    ("approvers", "said"),
    [
        ([ANA, {**ANA, "slack": "U02ANA"}], "belongs to two approvers, ana and ana; a person is one entry"),
        (
            [ANA, {"slack": "U02BEN", "name": "ben", "principals": ["*/ana"]}],
            "*/ana belongs to two approvers, ana and ben",
        ),
        ([{**ANA, "name": "policy built-in"}], "a person's name does not begin with 'policy'"),
    ],
)
def test_a_person_is_one_approver_and_no_policy(approvers, said):
    with pytest.raises(InvalidPolicy) as refused:
        parse_policy(a_policy(approvers=approvers), where="policy.json")

    assert said in str(refused.value)


def test_a_route_says_who_hears_of_what() -> None:
    about = {
        "severity": "HIGH",
        "rules": ["deletion."],
        "accounts": ["111122223333"],
        "names": ["prod/*"],
        "tags": {"owner": "payments"},
    }
    written = a_policy(routes=[{"match": about, "channels": ["slack", "sns"], "slack_channel": "C0PAY"}])

    (route,) = parse_policy(written).to_domain().routes

    assert route == Route(
        channels=(ChannelName.SLACK, ChannelName.SNS),
        at_least=Severity.HIGH,
        rules=("deletion.",),
        accounts=frozenset({"111122223333"}),
        names=("prod/*",),
        tags=(("owner", "payments"),),
        slack_channel="C0PAY",
    )


def test_a_route_is_part_of_the_digest_that_every_alert_shows() -> None:
    digests = [
        parse_policy(a_policy(routes=[{"channels": [name]}])).to_domain().digest for name in ("slack", "sns", "sns")
    ]

    assert digests[0] != digests[1] == digests[2]


def test_the_tags_that_a_route_may_ask_for_are_those_that_the_inventory_keeps() -> None:
    for tag in ROUTING_TAGS:
        assert parse_policy(a_policy(routes=[{"channels": ["sns"], "match": {"tags": {tag: "x"}}}]))
