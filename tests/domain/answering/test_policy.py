"""The operator's choices are read attentively for telling and cautiously for acting."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import a_finding
from nightlatch.domain.answering.policy import Approver, Exemption, Mode, Policy, Protection, Selector
from nightlatch.domain.history.examples import AT, a_person, a_role, a_secret, a_user


def protects(mode: Mode, *names: str) -> Selector:
    return Selector(names=names, protection=Protection(mode=mode))


def test_by_default_nothing_is_told_and_nothing_is_done():
    assert Policy().mode_to_tell((a_secret(),)) is Mode.OBSERVE
    assert Policy().protection_to_act(a_secret()).mode is Mode.OBSERVE


def test_the_first_selector_that_covers_a_name_decides():
    policy = Policy(selectors=(protects(Mode.NOTIFY, "prod/web*"), protects(Mode.PROTECT, "prod/*", "shared*")))

    modes = [policy.protection_to_act(a_secret(name)).mode for name in ("prod/web-1", "prod/db", "shared-db", "dev/db")]

    assert modes == [Mode.NOTIFY, Mode.PROTECT, Mode.PROTECT, Mode.OBSERVE]


def test_a_selector_that_names_a_secret_exactly_covers_it_by_its_full_arn():
    policy = Policy(selectors=(protects(Mode.PROTECT, "prod/db"),))

    assert policy.protection_to_act(a_secret("prod/db")).mode is Mode.PROTECT


def test_of_several_secrets_the_most_watched_decides_about_telling():
    policy = Policy(selectors=(protects(Mode.PROTECT, "prod/*"),))

    assert policy.mode_to_tell((a_secret("dev/db"), a_secret("prod/db"))) is Mode.PROTECT


def test_a_finding_about_no_secret_is_about_all_of_them_and_told_as_the_most_watched():
    watched = Selector(names=("prod/*",), protection=Protection(mode=Mode.PROTECT))

    assert Policy(default=Protection(mode=Mode.NOTIFY)).mode_to_tell(()) is Mode.NOTIFY
    assert Policy(selectors=(watched,)).mode_to_tell(()) is Mode.PROTECT
    assert Policy().mode_to_tell(()) is Mode.OBSERVE


@given(modes=st.tuples(st.sampled_from(list(Mode)), st.sampled_from(list(Mode))))
def test_an_ambiguous_name_is_told_by_the_higher_mode_and_acted_on_by_its_likeliest_reading(modes):
    policy = Policy(selectors=(protects(modes[0], "prod"), protects(modes[1], "prod-backup")))
    ambiguous = a_secret("prod", suffix="backup")

    assert policy.mode_to_tell((ambiguous,)) is max(modes, key=lambda mode: mode.rank)
    assert policy.protection_to_act(ambiguous).mode is policy.protection_of("prod").mode


def an_exemption(**changes) -> Exemption:
    entry = {
        "rule": "deletion.scheduled",
        "principal": "arn:aws:iam::*:user/ci-*",
        "secrets": "ci-tmp/",
        "owner": "ana",
        "reason": "previews are thrown away",
        "expires": AT + timedelta(days=30),
    }
    return Exemption(**{**entry, **changes})


EXEMPT = a_finding(by=a_user("ci-deploy"), secrets=(a_secret("ci-tmp/a"), a_secret("ci-tmp/b")))


@pytest.mark.parametrize("rule", ["deletion.scheduled", "DEL-01", "*"])
def test_an_exemption_silences_by_rule_number_or_all(rule):
    assert an_exemption(rule=rule).silences(EXEMPT)


@pytest.mark.parametrize(
    ("changes", "finding"),
    [
        ({"rule": "deletion.force"}, EXEMPT),
        ({"expires": EXEMPT.last_seen}, EXEMPT),
        ({}, a_finding(by=a_user("mallory"), secrets=EXEMPT.secrets)),
        ({}, a_finding(by=a_user("ci-deploy"), secrets=(*EXEMPT.secrets, a_secret("prod/db")))),
    ],
    ids=["another rule", "expired", "another principal", "one secret too many"],
)
def test_an_exemption_silences_nothing_but_what_it_says(changes, finding):
    assert not an_exemption(**changes).silences(finding)


def test_an_exemption_of_a_room_silences_its_rules_alone():
    assert an_exemption(rule="deletion.*").silences(EXEMPT)
    assert not an_exemption(rule="access.*").silences(EXEMPT)


def test_a_change_window_silences_nothing_that_began_before_it():
    assert an_exemption(starts=EXEMPT.first_seen).silences(EXEMPT)
    assert not an_exemption(starts=EXEMPT.first_seen + timedelta(seconds=1)).silences(EXEMPT)


def test_a_force_delete_is_exempted_for_a_prefix_alone():
    forced = replace(EXEMPT, rule="deletion.force-delete", catalogue="DEL-02")

    for rule in ("deletion.force-delete", "DEL-02", "*"):
        assert an_exemption(rule=rule).silences(forced)
        assert not an_exemption(rule=rule, secrets="").silences(forced)
    assert an_exemption(rule="*", secrets="").silences(EXEMPT)


SHARED_ROLE = a_person().key.removesuffix("/ana")


@pytest.mark.parametrize("glob", [SHARED_ROLE, f"{SHARED_ROLE}/*", "*AWSReservedSSO_Admin_*", f"{SHARED_ROLE}/ana"])
def test_an_exemption_of_a_permission_set_holds_for_everybody_who_shares_it(glob):
    by_ana, by_ben = (a_finding(by=a_person(name), secrets=EXEMPT.secrets) for name in ("ana", "ben"))

    assert an_exemption(principal=glob).silences(by_ana)
    assert an_exemption(principal=glob).silences(by_ben) is not glob.endswith("/ana")


def test_an_exemption_of_a_role_is_of_no_role_below_its_name():
    assert not an_exemption(principal=a_role("app").key).silences(
        a_finding(by=a_role("app/ana"), secrets=EXEMPT.secrets)
    )


def test_a_person_is_recognised_by_session_and_by_arn():
    ana = Approver(slack_id="U0ANA", name="ana", principals=("ana", "arn:aws:iam::*:user/ana"))

    assert ana.is_also(a_person("ana"))
    assert ana.is_also(a_user("ana"))
    assert not ana.is_also(a_person("ben"))
    assert not ana.is_also(a_role())


def test_an_unmapped_slack_user_is_no_approver():
    policy = Policy(approvers=(Approver(slack_id="U0ANA", name="ana"),))

    assert policy.approver("U0ANA") is not None
    assert policy.approver("U0BEN") is None


def test_a_prefix_says_nothing_about_a_finding_that_names_no_secret():
    nameless = replace(a_finding(by=a_user("ci-1")), secrets=())
    by_prefix = an_exemption(rule="*", principal="*", secrets="ci-tmp/")
    of_everything = an_exemption(rule="*", principal="*", secrets="")

    assert not by_prefix.silences(nameless)
    assert of_everything.silences(nameless)
