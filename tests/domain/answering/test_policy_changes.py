"""Whoever puts a policy in force reads first what it lets nightlatch do, who may say yes, and what is silenced."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest

from nightlatch.domain.answering.policy import Policy
from nightlatch.domain.answering.policy_changes import OF_THE_STACK, Change, changes
from nightlatch.policy_file import parse_policy
from policies import ANA, EXEMPTION, MUTE, a_policy

BREAK_GLASS = {"break_glass": ["arn:aws:iam::*:role/break-glass"]}

ROUTE = {
    "match": {
        "severity": "HIGH",
        "rules": ["DEL-01"],
        "accounts": ["111122223333"],
        "names": ["prod/pay*"],
        "tags": {"team": "pay*"},
    },
    "channels": ["slack", "pagerduty"],
    "slack_channel": "C0PAY",
}


def policy(**parts: Any) -> Policy:
    return parse_policy(a_policy(**parts)).to_domain()


def between(before: dict[str, Any], after: dict[str, Any], known: tuple[str, ...] = ()) -> tuple[Change, ...]:
    return changes(policy(**before), policy(**after), known)


def test_the_same_policy_changes_nothing() -> None:
    whole = {"approvers": [ANA], "exemptions": [EXEMPTION], "secrets": [{"match": {"names": ["a"]}, "mode": "protect"}]}

    assert between(whole, whole, ("a", "b")) == ()


def test_a_selector_that_protects_says_what_is_done_newly_and_of_which_known_secrets() -> None:
    protects = {"secrets": [{"match": {"names": ["prod/*"]}, "mode": "protect"}]}

    found = between({}, protects, ("prod/db", "prod/key", "test/db"))

    assert Change("acts", "secrets prod/*: newly without asking: cancel a scheduled deletion", grave=True) in found
    assert Change("secrets", "secrets prod/*: observe becomes protect") in found
    assert Change("secrets", "2 known secrets go from observe to protect: prod/db, prod/key") in found
    assert [change.grave for change in found] == sorted((change.grave for change in found), reverse=True)


def test_of_many_secrets_the_first_are_named_and_the_rest_counted() -> None:
    found = between({}, {"defaults": {"mode": "notify"}}, tuple(f"s{number}" for number in range(9)))

    assert Change("secrets", "9 known secrets go from observe to notify: s0, s1, s2, s3, s4 and 4 more") in found


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        (
            {"defaults": {"mode": "protect"}},
            {},
            Change("secrets", "every other secret: protect becomes observe", grave=True),
        ),
        (
            {"defaults": {"mode": "protect"}},
            {},
            Change("acts", "every other secret: no longer without asking: cancel a scheduled deletion"),
        ),
        (
            {"inventory": BREAK_GLASS, "defaults": {"mode": "protect"}},
            {"inventory": BREAK_GLASS, "defaults": {"mode": "protect", "protect": {"prevent": "force-delete"}}},
            Change(
                "acts",
                "every other secret: newly without asking: deny deletions that are forced, or with less than 7 days"
                " by a guard in its policy, and others may not change the policy",
                grave=True,
            ),
        ),
        (
            {},
            {"defaults": {"snapshots": {"vault": {}}}},
            Change(
                "vault",
                "every other secret: copies of values are kept 90 days; until now no copies of values",
                grave=True,
            ),
        ),
        (
            {"defaults": {"mode": "protect"}},
            {"defaults": {"mode": "protect", "snapshots": {"pins": 3}}},
            Change("acts", "every other secret: 3 pins are kept, were 12", grave=True),
        ),
        ({}, {"approvers": [ANA]}, Change("approvers", "ana (U01ANA) may say yes, in AWS as */ana", grave=True)),
        ({"approvers": [ANA]}, {}, Change("approvers", "ana (U01ANA) may no longer say yes")),
        (
            {"approvers": [ANA]},
            {"approvers": [{**ANA, "principals": ["*/ana", "*/ci"]}]},
            Change("approvers", "ana (U01ANA) may say yes as */ci, too", grave=True),
        ),
        (
            {"approvers": [ANA]},
            {"approvers": [{**ANA, "principals": []}]},
            Change("approvers", "ana (U01ANA) may no longer say yes as */ana"),
        ),
        (
            {},
            {"exemptions": [EXEMPTION]},
            Change(
                "exemptions",
                "silenced: DEL-01 by arn:aws:iam::111122223333:role/teardown on secrets ci-tmp/* until 2027-01-31 00:00"
                " UTC (platform: nightly)",
                grave=True,
            ),
        ),
        (
            {"exemptions": [{"rule": "*", "owner": "ana", "reason": "a move", "expires": "2027-01-31"}]},
            {},
            Change(
                "exemptions",
                "told again: every rule by anybody on every secret until 2027-01-31 00:00 UTC (ana: a move)",
            ),
        ),
        (
            {},
            {"rules": [{"id": "ACC-03", "stage": "staged"}]},
            Change("rules", "access.first-read is on trial: recorded, told to nobody", grave=True),
        ),
        (
            {"rules": [{"id": "ACC-03", "stage": "staged"}]},
            {},
            Change("rules", "access.first-read is live: people are told"),
        ),
        (
            {},
            {"inventory": {"trusted_accounts": ["222233334444"]}},
            Change("inventory", "222233334444 is trusted as an account of yours", grave=True),
        ),
        (
            {"inventory": {"decoys": ["prod/bait"]}},
            {},
            Change("inventory", "no longer: prod/bait is a decoy", grave=True),
        ),
        (
            {},
            {"inventory": {"tiers": [{"names": "prod/*", "tier": "crown"}]}},
            Change("inventory", "secrets prod/* are crown", grave=True),
        ),
        ({}, {"limits": {"acts_per_h": 500}}, Change("limits", "acts_per_h: 500, was 200", grave=True)),
        ({}, {"limits": {"act_within_min": 5}}, Change("limits", "act_within: 5 min, was 60 min")),
        ({}, {"limits": {"buttons_live_h": 4}}, Change("limits", "buttons live 240 min, were 480 min")),
        (
            {},
            {"routes": [ROUTE]},
            Change(
                "routes",
                "findings of HIGH or worse of rules DEL-01 on secrets prod/pay* in account 111122223333 tagged"
                " team=pay* go to slack, pagerduty alone (Slack channel C0PAY)",
                grave=True,
            ),
        ),
        (
            {"routes": [{"channels": ["sns"]}]},
            {},
            Change("routes", "no longer: findings go to sns alone", grave=True),
        ),
        (
            {"routes": [ROUTE, {"channels": ["sns"]}]},
            {"routes": [{"channels": ["sns"]}, ROUTE]},
            Change("routes", "the routes stand in another order; the first that fits decides", grave=True),
        ),
        (
            {},
            {"telling": {"digest_hour": 9}},
            Change("telling", "the digest comes at 9:00 UTC, came at 7:00"),
        ),
        (
            {},
            {"telling": {"storm_after": 2}},
            Change("telling", "2 incidents within five minutes are told in one message, 10 were", grave=True),
        ),
        ({}, {"audit": {"daily": False}}, Change("audit", "no audit comes by itself any more", grave=True)),
        ({"audit": {"daily": False}}, {}, Change("audit", "an audit comes each day")),
        ({}, {"audit": {"hour": 3}}, Change("audit", "the daily audit begins at 3:00 UTC, began at 5:00")),
        ({}, {"audit": {"limits": {"value_days": 365}}}, Change("audit", "value_days: 365, was 90", grave=True)),
        ({}, {"audit": {"limits": {"value_days": 30}}}, Change("audit", "value_days: 30, was 90")),
        ({}, {"audit": {"limits": {"settled_days": 3}}}, Change("audit", "settled_days: 3, was 7", grave=True)),
        (
            {},
            {"audit": {"mutes": [MUTE]}},
            Change(
                "audit", "muted: rotation.* on legacy/* until 2027-01-31 00:00 UTC (ana: until the move)", grave=True
            ),
        ),
        (
            {"audit": {"mutes": [MUTE]}},
            {},
            Change("audit", "told again: rotation.* on legacy/* until 2027-01-31 00:00 UTC (ana: until the move)"),
        ),
    ],
)
def test_each_change_is_said_in_words_and_the_grave_ones_are_marked(
    before: dict[str, Any], after: dict[str, Any], change: Change
) -> None:
    assert change in between(before, after)


def test_deletions_that_wait_for_a_yes_are_no_silence() -> None:
    actor = {key: value for key, value in EXEMPTION.items() if key != "rule"} | {"may": ["read"], "delete": "ask"}

    texts = [change.text for change in between({}, {"known_actors": [actor]})]

    assert any(text.endswith(": undone only when somebody says yes") for text in texts)


def test_tiers_in_another_order_are_a_change() -> None:
    tiers = [{"names": "prod/*", "tier": "crown"}, {"names": "*", "tier": "temp"}]

    found = between({"inventory": {"tiers": tiers}}, {"inventory": {"tiers": tiers[::-1]}})

    assert [change.text for change in found] == ["the tiers stand in another order; the first that matches decides"]


def test_what_only_the_stack_knows_is_no_change_of_the_policy() -> None:
    one = policy()

    assert changes(one, replace(one, own_roles=frozenset({"r"}), acting_role="r", digest="other")) == ()


SECRET = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:app/db-AbCdEf"


def test_secrets_that_are_written_down_otherwise_are_a_change() -> None:
    found = between({}, {"inventory": {"secrets": [{"arn": SECRET}]}})

    assert found == (Change("inventory", "the secrets and functions that are written down are others", grave=True),)


@pytest.mark.parametrize("name", sorted({one.name for one in fields(Policy)} - OF_THE_STACK))
def test_no_part_of_a_policy_changes_in_silence(name: str) -> None:
    one = policy()
    other = replace(one, **{name: OTHERS[name]}) if name in OTHERS else replace(one, **{name: ("otherwise",)})

    assert changes(one, other) != ()


OTHERS: dict[str, Any] = {
    "default": policy(defaults={"mode": "notify"}).default,
    "selectors": policy(secrets=[{"match": {"names": ["a"]}, "mode": "notify"}]).selectors,
    "exemptions": policy(exemptions=[EXEMPTION]).exemptions,
    "ask_first": policy(exemptions=[EXEMPTION]).exemptions,
    "staged": frozenset({"access.first-read"}),
    "approvers": policy(approvers=[ANA]).approvers,
    "inventory": policy(inventory={"decoys": ["a"]}).inventory,
    "limits": policy(limits={"acts_per_h": 3}).limits,
    "buttons_live": policy(limits={"buttons_live_h": 3}).buttons_live,
    "routes": policy(routes=[ROUTE]).routes,
    "digest_hour": 9,
    "storm_after": 2,
    "audit": policy(audit={"daily": False}).audit,
}
