"""Who can be stopped and how, who never is, and what is said instead."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.containing.containment import Measure, Offer, WhyNot, measures_for
from nightlatch.domain.event.principals import Principal, PrincipalKind
from nightlatch.domain.history.examples import ACCOUNT, a_person, a_role, a_user, an_outsider, the_root, the_service

_KEY = "AKIAIOSFODNN7EXAMPLE"
_SESSION_KEY = "ASIAIOSFODNN7EXAMPLE"
_NOTHING = Inventory()


def offers(
    principal: Principal, *, inventory: Inventory = _NOTHING, own_roles: frozenset[str] = frozenset()
) -> tuple[Offer, ...] | WhyNot:
    return measures_for(principal, account_id=ACCOUNT, inventory=inventory, own_roles=own_roles)


def measures(principal: Principal) -> list[Measure]:
    found = offers(principal)
    assert isinstance(found, tuple)
    return [offer.measure for offer in found]


def why_not(
    principal: Principal, *, inventory: Inventory = _NOTHING, own_roles: frozenset[str] = frozenset()
) -> WhyNot:
    found = offers(principal, inventory=inventory, own_roles=own_roles)
    assert isinstance(found, WhyNot)
    return found


def test_the_key_that_signed_is_deactivated_first_and_is_named_with_its_user() -> None:
    thief = replace(a_user("ci-deploy"), access_key_id=_KEY)

    found = offers(thief)

    assert isinstance(found, tuple)
    assert [offer.measure for offer in found] == [
        Measure.DEACTIVATE_KEY,
        Measure.DENY_SECRETS,
        Measure.REVOKE_SESSIONS,
    ]
    assert found[0].target == f"{thief.key}#{_KEY}"
    assert _KEY in found[0].effect


@pytest.mark.parametrize("key", [_SESSION_KEY, None])
def test_temporary_credentials_of_a_user_are_never_deactivated(key: str | None) -> None:
    thief = replace(a_user("ci-deploy"), access_key_id=key)

    assert measures(thief) == [Measure.DENY_SECRETS, Measure.REVOKE_SESSIONS]


def test_a_role_is_denied_secrets_before_its_sessions_are_ended() -> None:
    assert measures(replace(a_role(), access_key_id=_SESSION_KEY)) == [Measure.DENY_SECRETS, Measure.REVOKE_SESSIONS]


def test_of_an_instance_it_is_said_that_it_begins_a_new_session_at_once() -> None:
    found = offers(replace(a_role("app", "i-0123456789abcdef0"), access_key_id=_SESSION_KEY))

    assert isinstance(found, tuple)
    assert "gets a new one at once" in found[1].effect


def test_the_root_user_is_out_of_reach_and_the_way_to_stop_it_is_said() -> None:
    assert "service control policy" in why_not(the_root()).instead


def test_a_person_of_identity_center_is_stopped_there() -> None:
    assert "In Identity Center".lower() in why_not(a_person()).instead.lower()


def test_aws_itself_is_never_stopped() -> None:
    linked = replace(
        a_role(), key=f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/rds.amazonaws.com/AWSServiceRoleForRDS"
    )

    assert "service" in why_not(the_service()).instead
    assert "linked to a service" in why_not(linked).reason


def test_another_account_can_only_be_stopped_by_its_owners() -> None:
    for stranger in (an_outsider(), an_outsider(role="theirs")):
        assert "999988887777" in why_not(stranger).reason
        assert "secret's policy" in why_not(stranger).instead


def test_the_root_of_another_account_is_that_account_and_not_ours() -> None:
    stranger = replace(the_root(), account_id="999988887777")

    assert "999988887777" in why_not(stranger).reason


def test_a_federated_session_is_stopped_where_it_was_given() -> None:
    federated = Principal(
        key="federated:idp:ana",
        kind=PrincipalKind.FEDERATED,
        name="ana",
        account_id=ACCOUNT,
        access_key_id=_SESSION_KEY,
    )

    assert "identity provider" in why_not(federated).instead


def test_who_is_known_by_an_id_alone_is_looked_for_first() -> None:
    nameless = Principal(key=f"id:{ACCOUNT}:AROAEXAMPLE", kind=PrincipalKind.ROLE, name="AROAEXAMPLE")

    assert "trail" in why_not(nameless).instead


def test_our_own_roles_are_never_stopped_however_they_are_known() -> None:
    role = a_role("nightlatch-responder")

    assert "kill switch" in why_not(role, own_roles=frozenset({role.key})).instead
    assert "kill switch" in why_not(role, inventory=Inventory(self_resources=frozenset({role.key}))).instead


def test_who_is_kept_for_emergencies_is_never_stopped_by_us() -> None:
    inventory = Inventory(break_glass=frozenset({f"arn:aws:iam::{ACCOUNT}:role/Break*"}))

    assert "break_glass" in why_not(a_role("BreakGlass"), inventory=inventory).reason


def test_what_cannot_be_done_is_told_with_what_to_do_instead() -> None:
    found = why_not(the_root())

    assert found.text == f"{found.reason}; {found.instead}"
