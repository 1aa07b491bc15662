"""Acts on a user or role stop whom they name and nobody else, are planned again to the same end, and can be undone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from nightlatch.acts import (
    deactivate_key,
    deny_secrets,
    lift_deny,
    lift_revocation,
    reactivate_key,
    revoke_sessions,
)
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.answering.acting import Act, Call, Seen, Terms
from nightlatch.domain.answering.actions import Action
from nightlatch.domain.answering.policy import Policy, Protection
from nightlatch.domain.containing.deny_policies import SECRETS_POLICY, SESSIONS_POLICY, denial, revocation
from nightlatch.domain.containing.iam_identities import AccessKey, IdentityState, identity_of, key_target
from nightlatch.domain.errors import NotFound, Refused
from nightlatch.domain.history.examples import ACCOUNT, AT

_ROLE = f"arn:aws:iam::{ACCOUNT}:role/team/app"
_USER = f"arn:aws:iam::{ACCOUNT}:user/ci-deploy"
_KEY = "AKIAIOSFODNN7EXAMPLE"
_OTHER = "AKIAI44QH8DHBEXAMPLE"
_STOPS = (deactivate_key.ACT, revoke_sessions.ACT, deny_secrets.ACT)
_UNDOES = {
    deactivate_key.ACT.kind: reactivate_key.ACT,
    revoke_sessions.ACT.kind: lift_revocation.ACT,
    deny_secrets.ACT.kind: lift_deny.ACT,
}


def terms(policy: Policy | None = None, *, later_s: float = 0) -> Terms:
    return Terms(policy=policy or Policy(), protection=Protection(), now=AT + timedelta(seconds=later_s))


def a_state(arn: str = _ROLE, policies: Mapping[str, str] | None = None, *, active: bool = True) -> IdentityState:
    identity = identity_of(arn)
    assert identity is not None
    keys = (AccessKey(id=_OTHER, is_active=True), AccessKey(id=_KEY, is_active=active)) if arn == _USER else ()
    return IdentityState(identity=identity, policies=policies or {"theirs": "{}"}, keys=keys)


def an_action(act: Act, state: IdentityState) -> Action:
    on_key = act in {deactivate_key.ACT, reactivate_key.ACT}
    target = key_target(state.identity.arn, _KEY) if on_key else state.identity.arn
    return act.settle(Action(kind=act.kind, target=target), Seen(identity=state), terms())


def done(call: Call, state: IdentityState) -> IdentityState:
    """Do to a state what IAM does."""
    asked = call.parameters
    assert asked.get("RoleName", asked.get("UserName")) == state.identity.name
    if call.operation == "UpdateAccessKey":
        keys = tuple(
            replace(key, is_active=asked["Status"] == "Active") if key.id == asked["AccessKeyId"] else key
            for key in state.keys
        )
        return replace(state, keys=keys)
    name = str(asked["PolicyName"])
    rest = {known: text for known, text in state.policies.items() if known != name}
    return replace(state, policies=rest if "Delete" in call.operation else {**rest, name: str(asked["PolicyDocument"])})


def carry_out(act: Act, action: Action, state: IdentityState) -> tuple[IdentityState, list[Call]]:
    made: list[Call] = []
    while plan := act.plan(action, Seen(identity=state)).calls:
        assert len(made) < 3, "the plan never ends"
        made.append(plan[0])
        state = done(plan[0], state)
    return state, made


@pytest.mark.parametrize(
    ("act", "arn"),
    [
        (deactivate_key.ACT, _USER),
        *((act, arn) for act in (revoke_sessions.ACT, deny_secrets.ACT) for arn in (_ROLE, _USER)),
    ],
)
def test_what_was_stopped_is_let_go_exactly_as_it_was(act: Act, arn: str) -> None:
    before = a_state(arn)
    stopped, calls = carry_out(act, an_action(act, before), before)

    undo = _UNDOES[act.kind]
    after, undone = carry_out(undo, an_action(undo, stopped), stopped)

    assert stopped != before
    assert after == before
    assert {call.action for call in calls} <= act.calls
    assert {call.action for call in undone} <= undo.calls


def test_only_the_key_that_is_named_is_deactivated() -> None:
    state, (call,) = carry_out(deactivate_key.ACT, an_action(deactivate_key.ACT, a_state(_USER)), a_state(_USER))

    assert dict(call.parameters) == {"UserName": "ci-deploy", "AccessKeyId": _KEY, "Status": "Inactive"}
    assert [key.is_active for key in state.keys] == [True, False]


def test_a_key_that_is_gone_is_said_to_be_gone() -> None:
    gone = replace(a_state(_USER), keys=())

    with pytest.raises(NotFound, match=_KEY):
        an_action(deactivate_key.ACT, gone)


@pytest.mark.parametrize("act", [*_STOPS, *_UNDOES.values()], ids=lambda act: act.kind)
def test_whoever_does_not_exist_is_not_acted_on(act: Act) -> None:
    with pytest.raises(NotFound):
        act.settle(Action(kind=act.kind, target=_USER), Seen(), terms())


@pytest.mark.parametrize("act", _STOPS, ids=lambda act: act.kind)
@pytest.mark.parametrize(
    ("arn", "policy"),
    [
        (f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/rds.amazonaws.com/AWSServiceRoleForRDS", Policy()),
        (f"arn:aws:iam::{ACCOUNT}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef", Policy()),
        (_ROLE, Policy(own_roles=frozenset({_ROLE}))),
        (_ROLE, Policy(inventory=Inventory(self_resources=frozenset({_ROLE})))),
        (_USER, Policy(inventory=Inventory(break_glass=frozenset({"*:user/ci-*"})))),
    ],
)
def test_who_must_never_be_stopped_is_refused_by_the_arn_that_iam_gives(act: Act, arn: str, policy: Policy) -> None:
    """What an event shows of a session lacks the role's path, so the offer may not have known."""
    state = replace(a_state(arn), keys=(AccessKey(id=_KEY, is_active=True),))
    short = f"arn:aws:iam::{ACCOUNT}:{state.identity.kind}/{state.identity.name}"

    with pytest.raises(Refused, match="never done"):
        act.settle(Action(kind=act.kind, target=key_target(short, _KEY)), Seen(identity=state), terms(policy))


@pytest.mark.parametrize(
    ("acts", "name"),
    [
        ((revoke_sessions.ACT, lift_revocation.ACT), SESSIONS_POLICY),
        ((deny_secrets.ACT, lift_deny.ACT), SECRETS_POLICY),
    ],
)
def test_a_policy_of_our_name_that_is_not_ours_is_neither_overwritten_nor_removed(
    acts: tuple[Act, ...], name: str
) -> None:
    state = a_state(policies={name: '{"Version": "2012-10-17", "Statement": []}'})

    for act in acts:
        action = an_action(act, state)
        with pytest.raises(Refused, match="not nightlatch's"):
            act.plan(action, Seen(identity=state))


def test_sessions_end_that_began_until_shortly_after_the_act_began_and_none_later() -> None:
    shown = an_action(revoke_sessions.ACT, a_state())
    begun = revoke_sessions.ACT.settle(shown, Seen(identity=a_state()), terms(later_s=600))

    assert shown.before == (AT + timedelta(seconds=30)).replace(microsecond=0)
    assert begun.before == shown.before + timedelta(seconds=600)


def test_a_revocation_that_is_tried_again_leaves_the_moment_as_it_was() -> None:
    action = an_action(revoke_sessions.ACT, a_state())
    state, _ = carry_out(revoke_sessions.ACT, action, a_state())

    assert carry_out(revoke_sessions.ACT, action, state) == (state, [])


def test_a_later_revocation_takes_the_place_of_an_earlier_one_and_of_no_later_one() -> None:
    earlier = a_state(policies={SESSIONS_POLICY: revocation(AT - timedelta(hours=1))})
    later = a_state(policies={SESSIONS_POLICY: revocation(AT + timedelta(hours=1))})
    action = an_action(revoke_sessions.ACT, earlier)

    assert len(carry_out(revoke_sessions.ACT, action, earlier)[1]) == 1
    assert carry_out(revoke_sessions.ACT, action, later)[1] == []


def test_a_revocation_without_its_moment_is_refused() -> None:
    with pytest.raises(Refused, match="never settled"):
        revoke_sessions.ACT.plan(Action(kind=revoke_sessions.ACT.kind, target=_ROLE), Seen(identity=a_state()))


def test_a_role_that_a_service_takes_by_itself_is_said_to_come_back_at_once() -> None:
    state = replace(a_state(), services=("lambda.amazonaws.com",))

    plan = revoke_sessions.ACT.plan(an_action(revoke_sessions.ACT, state), Seen(identity=state))

    assert "lambda.amazonaws.com" in plan.warnings[0]
    assert "deny it secrets" in plan.warnings[0]


def test_where_no_room_is_left_for_the_policy_nothing_is_done() -> None:
    full = a_state(_USER, {"theirs": "x" * (2_048 - len(denial()) + 1)})
    just_fits = a_state(_USER, {"theirs": "x" * (2_048 - len(denial().replace(" ", "")))})
    action = an_action(deny_secrets.ACT, full)

    with pytest.raises(Refused, match="2,048 characters"):
        deny_secrets.ACT.plan(action, Seen(identity=full))
    assert deny_secrets.ACT.plan(action, Seen(identity=just_fits)).calls


def test_nothing_is_left_to_lift_where_nothing_was_put() -> None:
    for undo in (lift_revocation.ACT, lift_deny.ACT):
        assert undo.plan(an_action(undo, a_state()), Seen(identity=a_state())).calls == ()
